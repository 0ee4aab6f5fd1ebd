// Which layout this screen gets: by its aspect ratio and size, or as the address asks (`?screen=wall|strip|tablet|desk`).
// Runs in the head, before the first paint.
(() => {
  "use strict";
  const SHAPES = ["wall", "strip", "tablet", "desk"];

  function shape() {
    const asked = new URLSearchParams(location.search).get("screen");
    if (SHAPES.includes(asked)) return asked;
    const ratio = window.innerWidth / Math.max(1, window.innerHeight);
    if (ratio >= 2.5) return "strip";
    return ratio < 1.5 || window.innerWidth < 1200 ? "tablet" : "wall";
  }

  const apply = () => {
    document.documentElement.dataset.layout = shape();
  };
  apply();
  window.addEventListener("resize", apply);
})();
