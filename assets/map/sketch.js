// Drawing by hand: a sheet of glass above the map takes the pointer while a shape is begun. What comes out is a GeoJSON feature.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const SVG = "http://www.w3.org/2000/svg";
  const LEAST = { line: 2, arrow: 2, along: 2, polygon: 3 };
  const PATHS = ["line", "arrow", "along"];
  const CORNERS_MAX = 100; // of a lasso: it is sent as part of an address
  const LASSO_PX = 4;

  // `where(x, y)` → [lon, lat]; `done(feature)` gets what was drawn, `ended()` is told when the sheet is taken away.
  const create = (element, lang, { where, done, ended }) => {
    let mode = null;
    let pixels = [];
    let dragging = false;
    let hover = null;
    const sheet = document.createElement("div");
    sheet.className = "city-map-sheet";
    sheet.hidden = true;
    const picture = sheet.appendChild(document.createElementNS(SVG, "svg"));
    const shape = picture.appendChild(document.createElementNS(SVG, "path"));
    const told = sheet.appendChild(document.createElement("span"));
    told.className = "city-map-told";
    element.appendChild(sheet);

    const at = (event) => {
      const frame = element.getBoundingClientRect();
      return [event.clientX - frame.left, event.clientY - frame.top];
    };
    const boxed = ([[x, y], [to_x, to_y]]) => [[x, y], [to_x, y], [to_x, to_y], [x, to_y]];
    const places = (list) => list.map(([x, y]) => where(x, y));
    const closed = () => ["polygon", "lasso", "box"].includes(mode);

    const show = () => {
      const list = hover && !dragging ? [...pixels, hover] : pixels;
      const corners = mode === "box" && list.length > 1 ? boxed([list[0], list.at(-1)]) : list;
      if (mode === "circle" && list.length > 1) {
        const [[x, y], [to_x, to_y]] = [list[0], list.at(-1)];
        const r = Math.hypot(to_x - x, to_y - y);
        shape.setAttribute("d", `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0M${x} ${y}L${to_x} ${to_y}`);
      } else shape.setAttribute("d", corners.length ? `M${corners.map((one) => one.join(" ")).join("L")}${closed() ? "Z" : ""}` : "");
      const seen = list.length > 1 ? places(list) : [];
      told.textContent = !seen.length ? "" : mode === "polygon" && seen.length > 2 ? city.ground.wide(city.ground.area(seen), lang)
        : PATHS.includes(mode) ? city.ground.far(city.ground.length(seen), lang) : mode === "circle" ? `r ${city.ground.far(city.ground.length([seen[0], seen.at(-1)]), lang)}` : "";
      const [x, y] = list.at(-1) ?? [0, 0];
      told.style.transform = `translate(${Math.round(x + 14)}px, ${Math.round(y - 30)}px)`;
    };

    const feature = (geometry, more = {}) => ({ type: "Feature", geometry, properties: { kind: mode, ...more } });
    const ring = (list) => ({ type: "Polygon", coordinates: [[...list, list[0]]] });

    const finish = () => {
      const list = places(pixels);
      if (list.length < (LEAST[mode] ?? 1)) return stop();
      const made = closed() ? feature(ring(list)) : PATHS.includes(mode) ? feature({ type: "LineString", coordinates: list }, mode === "along" ? { kind: "near" } : {})
        : mode === "circle" ? feature({ type: "Point", coordinates: list[0] }, { radius_m: Math.max(city.ground.length([list[0], list.at(-1)]), 1) }) : feature({ type: "Point", coordinates: list[0] });
      stop();
      done(made);
    };

    const ask = ([x, y]) => {
      const input = document.createElement("input");
      input.className = "city-map-words";
      input.maxLength = 200;
      input.setAttribute("aria-label", lang === "zh" ? "文字" : "words");
      input.style.transform = `translate(${x}px, ${y}px)`;
      const place = where(x, y);
      input.addEventListener("keydown", (event) => {
        if (event.key === "Escape") stop();
        if (event.key !== "Enter" || !input.value.trim()) return;
        const made = feature({ type: "Point", coordinates: place }, { words: input.value.trim() });
        stop();
        done(made);
      });
      sheet.querySelectorAll("input").forEach((one) => one.remove());
      sheet.appendChild(input);
      input.focus();
    };

    const thin = (list) => list.filter((_, i) => i % Math.ceil(list.length / CORNERS_MAX) === 0);

    const press = (event) => {
      if (event.button > 0 || event.target.tagName === "INPUT") return;
      event.preventDefault();
      event.stopPropagation();
      if (mode === "text") return ask(at(event));
      if (mode === "point" || mode === "near") { pixels = [at(event)]; return finish(); }
      if (["box", "lasso", "circle"].includes(mode)) { dragging = true; pixels = [at(event)]; sheet.setPointerCapture(event.pointerId); return; }
      const last = pixels.at(-1);
      const here = at(event);
      if (last && Math.hypot(last[0] - here[0], last[1] - here[1]) < 4) return finish(); // a second press at the same place ends it
      pixels.push(here);
      show();
    };
    const move = (event) => {
      const here = at(event);
      hover = here;
      if (dragging && mode === "lasso" && Math.hypot(here[0] - pixels.at(-1)[0], here[1] - pixels.at(-1)[1]) < LASSO_PX) return;
      if (dragging) pixels = mode === "lasso" ? [...pixels, here] : [pixels[0], here];
      if (pixels.length) show();
    };
    const release = () => {
      if (!dragging) return;
      dragging = false;
      if (pixels.length < 2 || (mode === "lasso" && pixels.length < 3)) { pixels = []; return show(); }
      if (mode === "box") pixels = boxed(pixels);
      if (mode === "lasso") pixels = thin(pixels);
      finish();
    };
    // Escape ends it, Enter finishes it, Ctrl-Z takes back the last corner; nobody else hears of it.
    const key = (event) => {
      if (!mode || event.target.tagName === "INPUT") return;
      const undo = event.key === "z" && (event.ctrlKey || event.metaKey);
      if (!undo && !["Escape", "Enter"].includes(event.key)) return;
      if (undo && !pixels.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (event.key === "Escape") stop();
      else if (undo) { pixels.pop(); show(); } else finish();
    };
    const begin = (next) => {
      stop();
      mode = next;
      sheet.hidden = false;
      element.dataset.sketch = next;
    };
    const stop = () => {
      const was = mode;
      [mode, pixels, dragging, hover] = [null, [], false, null];
      sheet.hidden = true;
      delete element.dataset.sketch;
      sheet.querySelectorAll("input").forEach((one) => one.remove());
      shape.setAttribute("d", "");
      told.textContent = "";
      if (was) ended(was);
    };

    sheet.addEventListener("pointerdown", press);
    sheet.addEventListener("pointermove", move);
    sheet.addEventListener("pointerup", release);
    sheet.addEventListener("pointercancel", () => stop());
    window.addEventListener("keydown", key, true);
    return { begin, stop, get mode() { return mode; }, remove() { window.removeEventListener("keydown", key, true); sheet.remove(); } };
  };

  city.sketch = { create };
})();
