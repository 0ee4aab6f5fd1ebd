// The scene: all layers of the moment, in drawing order, from the map's state. A pure function of it but for what it keeps.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});

  const create = (shapesOf, marks) => {
    const kept = { selected: {}, gaps: {}, lit: {}, sheet: {}, live: {}, own: {} };
    const on = (spec, state) => spec.layers.filter((entry) => !state.hidden.has(entry.id));
    const own = (entry) => (kept.own[entry.id ?? entry] = kept.own[entry.id ?? entry] || {});

    const below = (entry, state) => {
      if (entry.live && !state.cells[entry.id]) {
        const [fed, track] = [city.kinds[entry.kind]?.fed, state.tracks[entry.id]];
        return fed && track ? fed(entry, track, state, own(entry)) : null;
      }
      const shapes = state.cells[entry.id] ?? (entry.url ? shapesOf(entry.url) : null);
      if (entry.url && !shapes) return null;
      const kind = city.kinds[entry.kind === "area" && entry.style === "choropleth" ? "grid" : entry.kind];
      if (kind) return state.zoom >= (entry.min_zoom ?? 0) ? kind.standing(entry, shapes, state, own(entry), marks) : null;
      if (entry.kind === "line") return city.lines.fixed(entry, shapes, state.zoom, state.unit);
      if (entry.kind === "point") return city.points.fixed(entry, shapes, state.zoom, state.unit, marks);
      if (entry.style === "regions") {
        const choropleth = state.choropleths[entry.id];
        return [city.areas.regions(entry, shapes, choropleth, state.selected, state.hovered), city.areas.gaps(entry, shapes, choropleth, kept.gaps, state.unit)];
      }
      return city.areas.fixed(entry, shapes);
    };

    const above = (entry, state) => {
      const shapes = entry.style === "regions" && shapesOf(entry.url);
      if (!shapes) return [];
      const one = state.selected && city.areas.single(shapes, state.selected, kept.selected);
      return [city.areas.edges(entry, shapes, state.unit), city.areas.lit(entry, shapes, state.choropleths[entry.id], kept.lit, state.unit), one && city.areas.ringed(`${entry.id}-selected`, one, state.unit)];
    };

    const around = (spec) => {
      const shapes = spec.context && shapesOf(spec.context);
      return shapes && city.areas.around(shapes);
    };

    const dimmed = (spec) => {
      const outline = spec.drilled && spec.outline && shapesOf(spec.outline);
      return outline && outline.features.length ? city.areas.sheet(outline, kept.sheet) : null;
    };

    const border = (spec, state) => {
      const outline = spec.outline && shapesOf(spec.outline);
      return outline && city.areas.border(outline, state.unit, spec.drilled);
    };

    const live = (entry, state) => {
      const kind = city.kinds[entry.kind];
      if (kind?.moving) return shapesOf(entry.url) ? kind.moving(entry, shapesOf(entry.url), state, own(`${entry.id}>`)) : null;
      const track = state.tracks[entry.id];
      if (!entry.live || !track || kind?.fed) return [];
      const mine = (kept.live[entry.id] = kept.live[entry.id] || {});
      return city.points.live(entry, track, state, marks, mine);
    };

    return {
      // The ground and all that stands on it.
      standing: (spec, state) => [
        around(spec),
        on(spec, state).map((entry) => below(entry, state)),
        dimmed(spec),
        on(spec, state).map((entry) => above(entry, state)),
        border(spec, state),
        city.plots.layers(state.plots, state),
      ],
      // What moves and what has happened, drawn above it; and the names above all, so that nothing that moves runs over them.
      living: (spec, state) => [
        [...on(spec, state)].sort((a, b) => (a.style === "incident") - (b.style === "incident")).map((entry) => live(entry, state)), // nothing drives over what has happened
        state.labels.length ? city.labels.layer(state.labels) : null, // an empty one makes the engine warn
      ],
      forget: () => Object.assign(kept, { selected: {}, gaps: {}, lit: {}, sheet: {}, live: {}, own: {} }),
    };
  };

  city.scene = { create };
})();
