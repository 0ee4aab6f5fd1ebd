// What is seen before the engine's first picture: the districts with their numbers, on a plain canvas under its own; a word where even those
// are not there yet. The canvas is one that the processor draws: five thousand shapes of SVG cost graphics in software ten seconds.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const WORDS = { zh: "地图载入中…", en: "Loading the map…" };
  const WORD_MS = 1000; // what is there sooner needs no word
  const STEP_PX = 1; // corners nearer than this to the last one are not seen

  const rings = ({ type, coordinates }) => (type === "Polygon" ? coordinates : type === "MultiPolygon" ? coordinates.flat() : []);

  const EDGE = "rgba(190, 215, 245, .18)";
  const BORDER = "rgba(190, 215, 245, .43)";
  const HATCH = "rgba(123, 135, 148, .27)";

  // Pixels of a place: the flat map is a stretch of Mercator's, so two places tell where all others are.
  const flat = (viewport) => {
    const [lon, lat] = [viewport.longitude, viewport.latitude];
    const north = (degrees) => Math.asinh(Math.tan((degrees * Math.PI) / 180));
    const [[x, y], [to_x, to_y]] = [viewport.project([lon, lat]), viewport.project([lon + 1, lat + 1])];
    const tall = (to_y - y) / (north(lat + 1) - north(lat));
    return (place) => [x + (place[0] - lon) * (to_x - x), y + (north(place[1]) - north(lat)) * tall];
  };

  const traced = (geometry, project) => {
    const path = new Path2D();
    for (const ring of rings(geometry ?? {})) {
      let last = null;
      for (const place of ring) {
        const at = project(place);
        if (last && Math.hypot(at[0] - last[0], at[1] - last[1]) < STEP_PX) continue;
        if (last) path.lineTo(at[0], at[1]);
        else path.moveTo(at[0], at[1]);
        last = at;
      }
      path.closePath();
    }
    return path;
  };

  const rgba = ([r, g, b, a]) => `rgba(${r}, ${g}, ${b}, ${(a / 255).toFixed(3)})`;

  // As areas.js hatches: every nine units a line.
  const hatch = (pen, unit) => {
    const side = Math.max(Math.round(9 * unit), 4);
    const tile = Object.assign(document.createElement("canvas"), { width: side, height: side });
    const lines = tile.getContext("2d", { willReadFrequently: true });
    Object.assign(lines, { strokeStyle: HATCH, lineWidth: 0.14 * side });
    for (const by of [-side, 0, side]) {
      lines.moveTo(by - side, -side);
      lines.lineTo(by + 2 * side, 2 * side);
    }
    lines.stroke();
    return pen.createPattern(tile, "repeat");
  };

  const create = (element, lang) => {
    let seen = true;
    let timer = 0;
    const picture = document.createElement("canvas");
    picture.className = "city-map-silhouette";
    picture.setAttribute("aria-hidden", "true");
    const told = document.createElement("div");
    told.className = "city-map-loading";
    element.prepend(picture, told);

    const wait = () => { timer = window.setTimeout(() => { told.textContent = WORDS[lang] ?? WORDS.zh; }, WORD_MS); };
    const quiet = () => { window.clearTimeout(timer); told.textContent = ""; };
    wait();

    const districts = (spec, state) => spec.layers.find((one) => one.style === "regions" && !state.hidden.has(one.id));

    // The canvas, empty and as large as the map is now; its pen counts in the page's pixels.
    const cleared = ({ width, height }) => {
      const ratio = Math.min(window.devicePixelRatio, 2);
      Object.assign(picture, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
      const pen = picture.getContext("2d", { willReadFrequently: true });
      pen.scale(ratio, ratio);
      pen.lineJoin = "round";
      return pen;
    };

    const fill = (pen, look, selected, { properties: { code } }, path, gaps) => {
      pen.fillStyle = rgba(city.areas.fill(look, code, selected, null));
      pen.fill(path, "evenodd");
      if (!look.given || (look.status !== "dead" && Number.isFinite(look.values[code]))) return;
      pen.fillStyle = gaps;
      pen.fill(path, "evenodd");
    };

    return {
      get seen() { return seen; },
      // All districts that are asked for are there.
      whole: (spec, state, shapesOf) => !districts(spec, state) || Boolean(shapesOf(districts(spec, state).url)),
      // Drawn as the map looks now, if it is still needed; true: there is something to see. Ten thousand corners take some 10 ms.
      draw(spec, state, shapesOf, viewport) {
        if (!seen || !viewport) return false;
        const entry = districts(spec, state);
        const [shapes, edge] = [entry && shapesOf(entry.url), spec.outline && shapesOf(spec.outline)];
        if (!shapes && !edge) return false;
        const look = entry && (state.choropleths[entry.id] ?? { values: {} });
        const [pen, project] = [cleared(viewport), flat(viewport)];
        const gaps = hatch(pen, state.unit);
        const paths = (shapes?.features ?? []).map((one) => [one, traced(one.geometry, project)]);
        for (const [one, path] of paths) fill(pen, look, state.selected, one, path, gaps);
        Object.assign(pen, { strokeStyle: EDGE, lineWidth: state.unit });
        for (const [, path] of paths) pen.stroke(path);
        Object.assign(pen, { strokeStyle: BORDER, lineWidth: 1.5 * state.unit });
        for (const one of edge?.features ?? []) pen.stroke(traced(one.geometry, project));
        quiet();
        return true;
      },
      // The engine has drawn: its picture is seen in the place of this one (map.css), of which it has all the colours.
      leave() {
        seen = false;
        quiet();
        picture.classList.add("city-map-left");
        Object.assign(picture, { width: 0, height: 0 }); // a wall's has 30 MB
      },
      // The engine is gone: it stands there again, as soon as it is drawn.
      back() {
        if (seen) return;
        seen = true;
        picture.classList.remove("city-map-left");
        wait();
      },
      remove() {
        window.clearTimeout(timer);
        picture.remove();
        told.remove();
      },
    };
  };

  city.silhouette = { create };
})();
