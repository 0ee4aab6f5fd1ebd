// Areas: districts in steps of the ramp, their edges, what is selected; water and hills.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const GROUND = [11, 18, 32];
  const ACCENT = [53, 194, 232];
  const NO_DATA = [30, 38, 54];
  const FILL_ALPHA = 135;

  const STATIC = {
    water: { fill: [13, 42, 70, 255], line: [46, 96, 140, 150] },
    hill: { fill: [170, 205, 200, 9], line: null },
    park: { fill: [120, 200, 170, 18], line: null },
    built: { fill: [200, 215, 240, 9], line: null },
  };

  const fixed = (entry, shapes) => {
    const look = STATIC[entry.style] || STATIC.built;
    return [
      new deck.GeoJsonLayer({ id: entry.id, data: shapes, filled: true, stroked: false, getFillColor: look.fill }),
      look.line && city.strokes.layer(`${entry.id}-edges`, shapes, { color: look.line, width: 1 }),
    ];
  };

  // The colour of one region: its class, "no data" apart, all but the selected one dimmed.
  const fill = (choropleth, code, selected, hovered) => {
    const value = choropleth.values[code];
    const known = Number.isFinite(value);
    const color = known ? choropleth.colors[city.ramp.classOf(value, choropleth.cuts)] : NO_DATA;
    const old = choropleth.status === "stale" || choropleth.status === "dead" ? 0.55 : 1;
    let alpha = (known ? FILL_ALPHA : 110) * old;
    if (selected && code !== selected) alpha *= 0.5;
    if (code === hovered || code === selected) alpha = Math.min(alpha * 1.3 + 12, 255);
    return [...color, Math.round(alpha)];
  };

  const regions = (entry, shapes, choropleth, selected, hovered) =>
    new deck.GeoJsonLayer({
      id: entry.id, data: shapes, pickable: true, filled: true, stroked: false,
      getFillColor: (feature) => fill(choropleth, feature.properties.code, selected, hovered),
      updateTriggers: { getFillColor: [choropleth, selected, hovered] },
    });

  // "No data" and what has been silent for too long is hatched, in the screen's own pixels, so that it is never taken for a low value.
  const hatch = (unit) => {
    const period = (9 * unit * Math.min(window.devicePixelRatio, 2)).toFixed(1);
    class Hatch extends deck.LayerExtension {
      getShaders() {
        return { inject: { "fs:DECKGL_FILTER_COLOR": `if (mod(gl_FragCoord.x + gl_FragCoord.y, ${period}) > ${(period * 0.2).toFixed(1)}) discard;` } };
      }
    }
    Hatch.extensionName = `Hatch${period}`;
    return new Hatch();
  };

  const gaps = (entry, shapes, choropleth, kept, unit) => {
    if (kept.shapes !== shapes || kept.choropleth !== choropleth || kept.unit !== unit) {
      const found = choropleth.given ? shapes.features.filter((one, i) => choropleth.status === "dead" || !Number.isFinite(choropleth.values[city.cells.keyOf(one.properties, i)])) : [];
      Object.assign(kept, { shapes, choropleth, found: { type: "FeatureCollection", features: found } });
      if (kept.unit !== unit) Object.assign(kept, { unit, extensions: [hatch(unit)] });
    }
    return kept.found.features.length ? new deck.GeoJsonLayer({
      id: `${entry.id}-gaps`, data: kept.found, filled: true, stroked: false, getFillColor: [123, 135, 148, 70], extensions: kept.extensions,
    }) : null;
  };

  const edges = (entry, shapes, unit) => city.strokes.layer(`${entry.id}-edges`, shapes, { color: [190, 215, 245, 46], width: unit });

  // Regions whose number has left its bounds: the only other colour on the ground, with the sign before their name.
  const lit = (entry, shapes, choropleth, kept, unit) => {
    if (kept.shapes !== shapes || kept.choropleth !== choropleth) {
      const found = ["watch", "alarm"].map((light) => [light, { features: shapes.features.filter((one) => choropleth.lights[one.properties.code] === light) }]);
      Object.assign(kept, { shapes, choropleth, found: found.filter(([, { features }]) => features.length) });
    }
    return kept.found.map(([light, found]) => city.strokes.layer(`${entry.id}-lit-${light}`, found, { color: [...city.incidents.STATUS[light].color, 200], width: 1.6 * unit }));
  };

  const ringed = (id, shapes, unit) => [
    city.strokes.layer(`${id}-glow`, shapes, { color: [...ACCENT, 110], width: 12 * unit, soft: true }),
    city.strokes.layer(id, shapes, { color: [...ACCENT, 255], width: 2 * unit }),
  ];

  // One feature of a collection, kept as the same object so that the engine does not build it anew.
  const single = (shapes, code, kept) => {
    if (kept.shapes !== shapes || kept.code !== code) {
      const feature = shapes && shapes.features.find((one) => one.properties.code === code);
      Object.assign(kept, { shapes, code, found: feature ? { type: "FeatureCollection", features: [feature] } : null });
    }
    return kept.found;
  };

  // The neighbourhood of a part: faintly there, so that one knows where one is; a click on it goes there.
  const around = (shapes) => [
    new deck.GeoJsonLayer({ id: "context", data: shapes, pickable: true, filled: true, stroked: false, getFillColor: [...GROUND, 1] }),
    city.strokes.layer("context-edges", shapes, { color: [190, 215, 245, 26], width: 1 }),
  ];

  // Everything outside a region's edge is dimmed by a sheet with the region cut out.
  const sheet = (outline, kept) => {
    if (kept.outline !== outline) {
      const shapes = outline.features.map((feature) => feature.geometry);
      const outer = shapes.flatMap((shape) => (shape.type === "Polygon" ? [shape.coordinates[0]] : shape.coordinates.map((part) => part[0])));
      const [x, y] = outer.length ? outer[0][0] : [0, 0];
      const world = [[x - 6, y - 6], [x + 6, y - 6], [x + 6, y + 6], [x - 6, y + 6], [x - 6, y - 6]];
      Object.assign(kept, { outline, rings: [{ polygon: [world, ...outer] }] });
    }
    return new deck.SolidPolygonLayer({ id: "sheet", data: kept.rings, getPolygon: (one) => one.polygon, getFillColor: [...GROUND, 165] });
  };

  // The outer edge of what is shown: the city a little clearer than its districts, a part in the accent colour.
  const border = (outline, unit, drilled) => [
    city.strokes.layer("border-glow", outline, { color: [...ACCENT, 44], width: 16 * unit, soft: true }),
    city.strokes.layer("border", outline, { color: drilled ? [...ACCENT, 150] : [190, 215, 245, 110], width: 1.5 * unit }),
  ];

  city.areas = { fill, hatch, border, fixed, regions, gaps, lit, edges, ringed, single, around, sheet, GROUND, ACCENT, NO_DATA, FILL_ALPHA };
})();
