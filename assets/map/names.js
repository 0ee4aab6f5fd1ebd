// Which names stand on the map now: asked when the camera has come to rest.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const SIGN_PX = 18;
  const SIGNS_MAX = 200;
  const DOT_PX = 8;

  const create = (element, lang, shapesOf) => {
    const choose = city.labels.chooser();

    const from = (entry) => city.labels.FROM[entry.style] ?? (entry.kind === "label" ? 0 : entry.kind === "icon" ? 12 : Infinity);
    const shown = (entry, zoom) => entry.label && zoom >= Math.max(from(entry), entry.min_zoom ?? 0);

    // What no name may lie on: the legend, the scale, the incidents.
    const reserved = (spec, state, viewport) => {
      const frame = element.getBoundingClientRect();
      const boxes = [...element.querySelectorAll(".city-map-legend, .city-map-scale")].map((part) => part.getBoundingClientRect());
      const signs = spec.layers.filter((entry) => entry.style === "incident" && state.tracks[entry.id]).flatMap(({ id }) => city.incidents.stands(state.tracks[id]));
      const half = SIGN_PX * state.unit;
      const dot = DOT_PX * state.unit;
      return [
        ...boxes.map((box) => ({ x: box.x - frame.x + box.width / 2, y: box.y - frame.y + box.height / 2, w: box.width / 2, h: box.height / 2 })),
        ...city.plots.dots(state.plots).map((at) => viewport.project(at)).map(([x, y]) => ({ x, y, w: dot, h: dot })),
        ...signs.slice(0, SIGNS_MAX).map(({ at, quiet }) => {
          const [x, y] = viewport.project(at);
          return quiet ? { x, y, w: dot, h: dot } : { x, y, w: half, h: half };
        }),
      ];
    };

    return {
      at(spec, state, viewport, near) {
        const entries = spec.layers.filter((entry) => entry.url && !state.hidden.has(entry.id));
        const regions = entries.find((entry) => entry.style === "regions");
        const places = entries
          .filter((entry) => entry.style !== "regions" && shown(entry, viewport.zoom))
          .map((entry) => ({ shapes: shapesOf(entry.url), water: entry.style === "water" || entry.style === "river", offset: entry.kind === "point" || entry.kind === "icon", own: entry.kind === "label" ? entry : null }))
          .filter((one) => one.shapes);
        const candidates = city.labels.wanted({
          marks: city.plots.words(state.plots, state, lang), regions: regions && shapesOf(regions.url), places, lights: (regions && state.choropleths[regions.id]?.lights) ?? {}, lang, unit: state.unit, selected: state.selected, bounds: spec.bounds, near: near || spec.drilled,
        });
        return choose(viewport, candidates, reserved(spec, state, viewport));
      },
    };
  };

  city.names = { create };
})();
