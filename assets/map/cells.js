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
        id: entry.id, data: found, pickable: true, filled: true, stroked: false,
        getFillColor: (one, { index }) => fill(choropleth, keyOf(one.properties, index), state.hovered), updateTriggers: { getFillColor: [choropleth, state.hovered] },
      }),
      entry.kind !== "hexagon" || state.zoom > 9 ? city.strokes.layer(`${entry.id}-edges`, found, { color: EDGE, width: 0.7 * state.unit }) : null,
      city.areas.gaps(entry, found, choropleth, kept, state.unit),
    ];
  };

  // The server cuts them into tiles; the shapes are fetched once, values may come alone afterwards.
  const tiles = (entry, state, kept) => {
    if (kept.unit !== state.unit) Object.assign(kept, { unit: state.unit, extensions: [city.areas.hatch(state.unit)] });
    const choropleth = state.choropleths[entry.id];
    const given = choropleth?.given ? choropleth.values : {};
    const cuts = choropleth?.cuts?.length ? choropleth.cuts : entry.classes?.breaks ?? [];
    const colors = city.ramp.colors(entry.ramp, cuts.length + 1);
    const value = (properties) => given[properties.code] ?? properties.value;
    const color = ({ properties }) => {
      const known = Number.isFinite(value(properties));
      return [...(known ? colors[city.ramp.classOf(value(properties), cuts)] : city.areas.NO_DATA), properties.code === state.hovered ? 235 : known ? ALPHA : 90];
    };
    return new deck.TileLayer({
      id: entry.id, minZoom: entry.zooms[0], maxZoom: entry.zooms[1], tileSize: 512, extent: entry.bounds, maxRequests: 8, maxCacheSize: 200, refinementStrategy: "no-overlap",
      getTileData: ({ index, signal }) => fetched(entry, index, signal).then((tile) => noted(entry, tile, state)), onTileError: () => {}, pickable: true, updateTriggers: { getFillColor: [choropleth, state.hovered] },
      renderSubLayers: ({ id, data }) => data && [
        new deck.SolidPolygonLayer({
          id: `${id}-fill`, data: data.polygons, pickable: true, getPolygon: (one) => one.polygon, getFillColor: color, updateTriggers: { getFillColor: [choropleth, state.hovered] },
        }),
        new deck.SolidPolygonLayer({
          id: `${id}-gaps`, data: data.polygons.filter(({ properties }) => !Number.isFinite(value(properties))), getPolygon: (one) => one.polygon, getFillColor: [123, 135, 148, 70], extensions: kept.extensions,
        }),
        new deck.PathLayer({ id: `${id}-edges`, data: data.lines, getPath: (one) => one.path, getColor: EDGE, getWidth: 0.7 * state.unit, widthUnits: "pixels" }),
      ],
    });
  };

  // Whatever numbers the tiles bring are cut into classes together.
  const noted = (entry, tile, state) => {
    if (tile) state.note(entry.id, tile.polygons.map(({ properties }) => [properties.code, properties.value ?? null]));
    return tile;
  };

  const fetched = async (entry, { x, y, z }, signal) => {
    const address = city.shapes.own(entry.tiles.replace("{z}", z).replace("{x}", x).replace("{y}", y));
    const answer = await fetch(address, { credentials: "same-origin", signal });
    return answer.status === 200 ? city.mvt.decode(new Uint8Array(await answer.arrayBuffer()), { x, y, z }) : null;
  };

  kinds.grid = kinds.hexagon = { standing: shapes, coloured: true };
  kinds.vector_tiles = { standing: (entry, _found, state, kept) => tiles(entry, state, kept), coloured: true };
  city.cells = { shapes, keyOf, ALPHA };
})();
