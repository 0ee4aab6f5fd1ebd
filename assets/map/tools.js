// The tools of the map: layers, the whole view, selecting, nearby, drawing. There when a hand or the keyboard is at the map, else out of sight.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const SVG = "http://www.w3.org/2000/svg";
  const WORDS = {
    layers: ["图层", "Layers"], home: ["全图", "Whole map"], lasso: ["圈选", "Lasso"], box: ["框选", "Box"], near: ["周边", "Nearby"], along: ["沿线", "Along a line"], draw: ["标绘", "Draw"],
    point: ["点", "Point"], line: ["测距", "Distance"], polygon: ["测面", "Area"], circle: ["圆", "Circle"], arrow: ["箭头", "Arrow"], text: ["文字", "Text"], undo: ["撤销", "Undo"], export: ["导出", "Export"],
  };
  const SIGNS = {
    layers: "M12 4 21 9 12 14 3 9ZM3 13l9 5 9-5", home: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5", lasso: "M12 5c5 0 8 2 8 5s-3 5-8 5-8-2-8-5 3-5 8-5ZM7 15c-2 2 0 4 1 5", box: "M4 5h16v14H4Z",
    near: "M12 12m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0M12 12m-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0", along: "M4 18l6-8 4 5 6-9M4 22l6-8 4 5 6-9", draw: "M4 20l2-6L16 4l4 4L10 18ZM14 6l4 4",
  };
  const DRAWN = ["point", "line", "polygon", "circle", "arrow", "text", "undo", "export"];

  const button = (parent, name, lang, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "city-map-tool";
    made.dataset.tool = name;
    const words = WORDS[name][lang === "zh" ? 0 : 1];
    made.title = words;
    made.setAttribute("aria-label", words);
    if (SIGNS[name]) {
      const picture = made.appendChild(document.createElementNS(SVG, "svg"));
      picture.setAttribute("viewBox", "0 0 24 24");
      picture.appendChild(document.createElementNS(SVG, "path")).setAttribute("d", SIGNS[name]);
    } else made.textContent = words;
    made.addEventListener("click", act);
    parent.appendChild(made);
    return made;
  };

  const titled = (entry, lang) => entry.title?.[lang] || entry.title?.zh || entry.title?.en || entry.id;

  // `act`: shown(id, on), home(), begin(mode), undo(), export(). `able`: which tools the page has a use for.
  const create = (element, lang, able, act) => {
    const bar = document.createElement("div");
    bar.className = "city-map-tools";
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", lang === "zh" ? "地图工具" : "Map tools");
    const menu = document.createElement("div");
    menu.className = "city-map-menu";
    menu.hidden = true;
    element.append(bar, menu);
    let open = "";

    const turn = (name, fill) => {
      open = open === name ? "" : name;
      menu.hidden = !open;
      menu.replaceChildren();
      if (open) fill();
      bar.querySelectorAll("button").forEach((one) => one.setAttribute("aria-expanded", String(one.dataset.tool === open)));
    };

    const close = () => { if (open) turn(open); };
    let listed = [];
    let hidden = new Set();

    const list = () => {
      for (const entry of [...listed].reverse()) {
        const label = menu.appendChild(document.createElement("label"));
        const box = label.appendChild(document.createElement("input"));
        box.type = "checkbox";
        box.checked = !hidden.has(entry.id);
        box.addEventListener("change", () => act.shown(entry.id, box.checked));
        label.appendChild(document.createElement("span")).textContent = titled(entry, lang);
      }
      menu.querySelector("input")?.focus();
    };

    const kinds = () => DRAWN.forEach((name) => button(menu, name, lang, () => { if (name === "undo") act.undo(); else if (name === "export") act.export(); else { close(); act.begin(name); } }));

    button(bar, "layers", lang, () => turn("layers", list));
    button(bar, "home", lang, () => act.home());
    if (able.near) for (const name of ["near", "along", "lasso", "box"]) button(bar, name, lang, () => { close(); act.begin(name); });
    if (able.draw) button(bar, "draw", lang, () => turn("draw", kinds));

    // Escape closes the open menu wherever the hand is, before it would go up a region; a field and a dialog come first.
    const key = (event) => {
      if (event.key !== "Escape" || !open || event.defaultPrevented || document.querySelector("dialog[open]")) return;
      const at = event.target instanceof Element && !menu.contains(event.target) ? event.target : null;
      if (at?.closest("input, textarea, select, [contenteditable]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      bar.querySelector(`[data-tool="${open}"]`)?.focus();
      close();
    };
    document.addEventListener("keydown", key, true);
    for (const part of [bar, menu]) part.addEventListener("pointerdown", (event) => event.stopPropagation());
    return {
      show(layers, off) { [listed, hidden] = [layers.filter((entry) => entry.style !== "regions" || Object.keys(entry.title ?? {}).length), off]; },
      pressed: (mode) => bar.querySelectorAll("button").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.tool === mode))),
      remove() { document.removeEventListener("keydown", key, true); bar.remove(); menu.remove(); },
    };
  };

  city.tools = { create };
})();
