// What lies under everything or over it as a picture: tiles of a map, an image laid on its corners, and heat.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const kinds = (city.kinds = city.kinds || {});

  // A tile that is not there (404, 204) is a hole, not an error.
  const picture = async (url, signal) => {
    const answer = await fetch(url, { credentials: "same-origin", signal });
    return answer.status === 200 ? createImageBitmap(await answer.blob()) : null;
  };

  const raster = (entry) =>
    new deck.TileLayer({
      id: entry.id, minZoom: entry.zooms[0], maxZoom: entry.zooms[1], tileSize: entry.tile_px || 256, extent: entry.bounds, maxRequests: 8, maxCacheSize: 300, refinementStrategy: "best-available",
      getTileData: ({ index: { x, y, z }, signal }) => picture(city.shapes.own(entry.tiles.replace("{z}", z).replace("{x}", x).replace("{y}", y)), signal), onTileError: () => {},
      renderSubLayers: (props) => {
        const { west, south, east, north } = props.tile.bbox;
        return props.data ? new deck.BitmapLayer({ ...props, data: null, image: props.data, bounds: [west, south, east, north], opacity: entry.opacity ?? 1 }) : null;
      },
    });

  // The picture is fetched by us, once: the engine would ask again for every context.
  const image = (entry, _shapes, state, kept) => {
    if (kept.address !== entry.image) {
      Object.assign(kept, { address: entry.image, picture: null });
      picture(city.shapes.own(entry.image)).then((found) => { kept.picture = found; state.refresh(); }, () => { kept.address = ""; });
    }
    return kept.picture && new deck.BitmapLayer({ id: entry.id, image: kept.picture, bounds: entry.bounds, opacity: entry.opacity ?? 1 });
  };

  // Nothing where there is nothing: the ramp begins out of the ground.
  const cloud = (entry, data, getPosition, state) => {
    if (window.luma?.log) window.luma.log.level = -1; // the engine warns of a binding its own heat map names in vain; what fails is thrown, not logged
    const colors = city.ramp.colors(entry.ramp, 6).map((color, i) => [...color, [0, 90, 150, 190, 215, 230][i]]);
    return new deck.HeatmapLayer({
      id: entry.id, data, getPosition, getWeight: (one) => (entry.weighted ? one.properties.weight ?? 0 : 1), aggregation: "SUM",
      radiusPixels: (entry.radius_px || 30) * state.unit, intensity: entry.intensity ?? 1, threshold: 0.04, colorRange: colors, weightsTextureSize: 512, debounceTimeout: 100,
    });
  };

  kinds.raster_tiles = { standing: raster, credited: true };
  kinds.image = { standing: image };
  const heat = (entry, shapes, state) => cloud(entry, shapes.features, (one) => one.geometry.coordinates, state);

  // Of what moves: a cloud over where everything is going to, made anew with each frame from the server.
  const warm = (entry, track, state, kept) => {
    const { version, n } = track.swarm();
    if (kept.version !== version) Object.assign(kept, { version, places: track.all() });
    return n ? cloud(entry, kept.places, (place) => place, state) : null;
  };

  kinds.heat = { standing: heat, fed: warm };
})();
