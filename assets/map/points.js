// Points: quiet signs of places, small bright things that move, and incidents, the only large marks.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const QUIET = [154, 170, 194];
  const PLACES = {
    place_hospital: { sign: "cross", from: 10.8 }, place_police: { sign: "shield", from: 11.3 }, place_fire: { sign: "flame", from: 11.3 },
    place_shelter: { sign: "house", from: 12.3 }, hall: { sign: "hall", from: 11.3 }, camera: { sign: "disc", from: 13, size: 7 },
    place: { sign: "diamond", from: 11.5 },
  };
  const OLD = ["stale", "dead"];
  const OLD_OPACITY = 0.35;
  const MOVING = [[214, 245, 255], [126, 200, 255], [255, 236, 196], [196, 184, 255]];
  const fixed = (entry, shapes, zoom, unit, marks) => {
    const look = PLACES[entry.style] || PLACES.place;
    if (zoom < (entry.min_zoom ?? look.from)) return null;
    return new deck.IconLayer({
      id: entry.id, data: shapes.features, pickable: true, iconAtlas: marks.atlas, iconMapping: marks.mapping,
      getIcon: () => look.sign, getPosition: (one) => one.geometry.coordinates, getColor: [...QUIET, 215],
      getSize: (look.size || 13) * unit, sizeUnits: "pixels",
    });
  };

  const placed = (seen) => ({ coordinateSystem: deck.COORDINATE_SYSTEM.LNGLAT_OFFSETS, coordinateOrigin: [seen.origin[0], seen.origin[1], 0] });

  const tints = (seen, kept) => {
    if (kept.kinds !== seen.kinds) {
      const colors = new Uint8Array(4 * seen.n);
      for (let i = 0; i < seen.n; i++) colors.set([...MOVING[seen.kinds[i] % MOVING.length], 255], 4 * i);
      Object.assign(kept, { kinds: seen.kinds, colors });
    }
    return kept.colors;
  };

  const trails = (entry, seen, unit, kept, trail_s) => {
    if (!seen.trips || seen.trips.starts.length < 2) return null;
    if (kept.trips !== seen.trips) {
      const { starts, path, times } = seen.trips;
      kept.trips = seen.trips;
      kept.paths = { length: starts.length - 1, startIndices: starts, attributes: { getPath: { value: path, size: 2 }, getTimestamps: { value: times, size: 1 } } };
    }
    return new deck.TripsLayer({
      id: `${entry.id}-trails`, data: kept.paths, _pathType: "open", ...placed(seen),
      currentTime: seen.clock_s, trailLength: trail_s, fadeTrail: true, getColor: [150, 222, 255, 190],
      getWidth: 1.8 * unit, widthUnits: "pixels", capRounded: true, jointRounded: true,
    });
  };

  const moving = (entry, seen, zoom, unit, kept) => {
    const size = (entry.style === "station" ? 3.4 : 2.4) * unit * Math.min(Math.max(1 + (zoom - 10) * 0.16, 0.85), 2);
    const data = {
      length: seen.n,
      attributes: { getPosition: { value: seen.places, size: 2 }, getFillColor: { value: tints(seen, kept), size: 4, normalized: true } },
    };
    return new deck.ScatterplotLayer({
      id: entry.id, data, ...placed(seen), radiusUnits: "pixels", getRadius: size, stroked: true, lineWidthUnits: "pixels",
      getLineWidth: unit, getLineColor: [11, 18, 32, 190],
    });
  };

  const live = (entry, seen, state, marks, kept) => {
    if (!seen.n) return [];
    const layers = entry.style === "incident" ? city.incidents.layers(entry, seen, placed(seen), state, marks, kept)
      : [trails(entry, seen, state.unit, kept, entry.trail_s), moving(entry, seen, state.zoom, state.unit, kept)];
    return OLD.includes(state.statuses[entry.id]) ? layers.map((layer) => layer && layer.clone({ opacity: OLD_OPACITY })) : layers;
  };

  city.points = { fixed, live };
})();
