// Shapes coloured by their number that are no regions: choropleths of a file, squares of a grid, H3 cells; and the same as vector tiles.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const kinds = (city.kinds = city.kinds || {});
  const EDGE = [190, 215, 245, 28];
  const ALPHA = 165; // a little more than regions: what lies under cells need not be read through them
  const keyOf = (properties, position) => properties.code ?? position;

  const fill = (choropleth, key, hovered) => {
    const value = choropleth.values[key];
    const known = Number.isFinite(value);
    const color = known ? choropleth.colors[city.ramp.classOf(value, choropleth.cuts)] : city.areas.NO_DATA;
    return [...color, key === hovered ? 235 : known ? ALPHA : 90];
  };

  const shapes = (entry, found, state, kept) => {
    const choropleth = state.choropleths[entry.id];
    if (!choropleth) return [];
    return [
      new deck.GeoJsonLayer({
        id: entry.id, data: found, pickable: true, filled: true, stroked: entry.kind !== "hexagon" || state.zoom > 9, lineWidthUnits: "pixels", getLineWidth: 0.7 * state.unit, getLineColor: EDGE,
        getFillColor: (one, { index }) => fill(choropleth, keyOf(one.properties, index), state.hovered), updateTriggers: { getFillColor: [choropleth, state.hovered] },
      }),
      city.areas.gaps(entry, found, choropleth, kept, state.unit),
    ];
  };

  // The server cuts them into tiles; the shapes are fetched once, values may come alone afterwards.
  const tiles = (entry, state) => {
    const choropleth = state.choropleths[entry.id];
    const given = choropleth?.given ? choropleth.values : {};
    const cuts = choropleth?.cuts?.length ? choropleth.cuts : entry.classes?.breaks ?? [];
    const colors = city.ramp.colors(entry.ramp, cuts.length + 1);
    const value = (properties) => given[properties.code] ?? properties.value;
    const color = ({ properties }) => {
      const known = Number.isFinite(value(properties));
      return [...(known ? colors[city.ramp.classOf(value(properties), cuts)] : city.areas.NO_DATA), properties.code === state.hovered ? 235 : known ? ALPHA : 90];
    };
    return new deck.MVTLayer({
      id: entry.id, data: city.shapes.own(entry.tiles), minZoom: entry.zooms[0], maxZoom: entry.zooms[1], extent: entry.bounds, binary: true, pickable: true,
      uniqueIdProperty: "code", maxRequests: 8, maxCacheSize: 200, refinementStrategy: "best-available",
      loadOptions: { worker: false, core: { worker: false }, mvt: { worker: false, workerUrl: null }, fetch: { credentials: "same-origin" } }, onTileError: () => {},
      filled: true, stroked: true, lineWidthUnits: "pixels", getLineWidth: 0.7 * state.unit, getLineColor: EDGE, getFillColor: color,
      updateTriggers: { getFillColor: [choropleth, state.hovered] },
    });
  };

  kinds.grid = kinds.hexagon = { standing: shapes, coloured: true };
  kinds.vector_tiles = { standing: (entry, _found, state) => tiles(entry, state), coloured: true };
  city.cells = { shapes, keyOf };
})();
