// Which screen this is, which layout and which theme it gets: by its shape and size, or as the address asks
// (`?screen=wall|strip|tablet|desk`, `?theme=light|dark`). Runs in the head, before the first paint.
(() => {
  "use strict";
  const ASKED = { wall: "wall", strip: "wall", tablet: "tablet", desk: "desk" };
  const light = window.matchMedia("(prefers-color-scheme: light)");

  const asked = (key) => new URLSearchParams(location.search).get(key);

  /** By aspect ratio and size; a wall that says so is never taken for a tablet. */
  function layout(screen) {
    const ratio = window.innerWidth / Math.max(1, window.innerHeight);
    if (screen === "strip" || screen === "tablet" || screen === "desk") return screen;
    if (ratio >= 2.5) return "strip";
    return screen !== "wall" && (ratio < 1.5 || window.innerWidth < 1200) ? "tablet" : "wall";
  }

  /** A desk follows its system, a wall and a tablet stay dark unless they are told otherwise. */
  function theme(screen) {
    const wanted = asked("theme");
    if (wanted === "light" || wanted === "dark") return wanted;
    return screen === "desk" && light.matches ? "light" : "dark";
  }

  function apply() {
    const told = document.documentElement.dataset;
    const screen = asked("screen");
    told.layout = layout(screen);
    told.screen = ASKED[screen] || (told.layout === "tablet" ? "tablet" : "open");
    told.theme = theme(screen);
    const meta = document.querySelector("meta[name=theme-color]");
    if (meta) meta.content = getComputedStyle(document.documentElement).getPropertyValue("--ground").trim();
  }

  apply();
  window.addEventListener("resize", apply);
  light.addEventListener("change", apply);
})();
