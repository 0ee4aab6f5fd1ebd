// What is seen before the engine's first picture: the districts as plain shapes under its canvases; a word where even those are not there yet.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const SVG = "http://www.w3.org/2000/svg";
  const WORDS = { zh: "地图载入中…", en: "Loading the map…" };
  const WORD_MS = 1000; // what is there sooner needs no word
  const STEP_PX = 1; // corners nearer than this to the last one are not seen

  const rings = ({ type, coordinates }) => (type === "Polygon" ? coordinates : type === "MultiPolygon" ? coordinates.flat() : []);

  const drawn = (ring, project) => {
    let last = [-Infinity, -Infinity];
    const corners = [];
    for (const place of ring) {
      const at = project(place);
      if (Math.hypot(at[0] - last[0], at[1] - last[1]) < STEP_PX) continue;
      corners.push(`${at[0].toFixed(1)} ${at[1].toFixed(1)}`);
      last = at;
    }
    return corners.length > 2 ? `M${corners.join("L")}Z` : "";
  };

  const rgba = ([r, g, b, a]) => `rgba(${r}, ${g}, ${b}, ${(a / 255).toFixed(3)})`;

  const create = (element, lang, still) => {
    let seen = true;
    let timer = 0;
    const picture = document.createElementNS(SVG, "svg");
    picture.setAttribute("class", "city-map-silhouette");
    picture.setAttribute("aria-hidden", "true");
    if (still) picture.style.transition = "none";
    const told = document.createElement("div");
    told.className = "city-map-loading";
    element.prepend(picture, told);

    const wait = () => { timer = window.setTimeout(() => { told.textContent = WORDS[lang] ?? WORDS.zh; }, WORD_MS); };
    const quiet = () => { window.clearTimeout(timer); told.textContent = ""; };
    wait();

    const districts = (spec, state) => spec.layers.find((one) => one.style === "regions" && !state.hidden.has(one.id));

    const shape = (feature, viewport, name, color = "none") => {
      const made = document.createElementNS(SVG, "path");
      made.setAttribute("class", name);
      made.setAttribute("d", rings(feature.geometry ?? {}).map((ring) => drawn(ring, (place) => viewport.project(place))).join(""));
      made.setAttribute("fill", color);
      return made;
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
        picture.replaceChildren(
          ...(shapes?.features ?? []).map((one) => shape(one, viewport, "city-map-district", rgba(city.areas.fill(look, one.properties.code, state.selected, null)))),
          ...(edge?.features ?? []).map((one) => shape(one, viewport, "city-map-border")),
        );
        quiet();
        return true;
      },
      // The engine has drawn: it fades under what looks the same.
      leave() {
        seen = false;
        quiet();
        picture.classList.add("city-map-left");
      },
      // The engine is gone: it stands there again.
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
