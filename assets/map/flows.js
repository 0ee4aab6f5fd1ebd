// What goes from here to there: bent lines as wide as their number, and trips that are driven again and again.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const kinds = (city.kinds = city.kinds || {});
  const STEPS = 24;
  const PALE_S = 0.35; // alpha of a trip's whole way under its trail

  // A quadratic curve that swings out to the right of its way by `bend` of its length.
  const arc = (from, to, bend) => {
    const squeeze = Math.max(Math.cos((((from[1] + to[1]) / 2) * Math.PI) / 180), 1e-6);
    const [dx, dy] = [(to[0] - from[0]) * squeeze, to[1] - from[1]];
    const middle = [(from[0] + to[0]) / 2 + (bend * dy) / squeeze, (from[1] + to[1]) / 2 - bend * dx];
    return Array.from({ length: STEPS + 1 }, (_, i) => {
      const u = i / STEPS;
      return [0, 1].map((axis) => (1 - u) ** 2 * from[axis] + 2 * u * (1 - u) * middle[axis] + u * u * to[axis]);
    });
  };

  const shade = (from, to) => Array.from({ length: STEPS + 1 }, (_, i) => [...from.map((one, axis) => Math.round(one + ((to[axis] - one) * i) / STEPS)), 120 + (115 * i) / STEPS]);

  const curves = (entry, shapes) => {
    const values = shapes.features.map(({ properties }) => properties.value ?? 1);
    const most = Math.max(...values, 1e-12);
    const colors = shade(city.ramp.rgb(entry.from_color), city.ramp.rgb(entry.to_color));
    return shapes.features.map(({ geometry, properties }, i) => {
      const ends = geometry.coordinates;
      return { properties, flow: true, path: arc(ends[0], ends[ends.length - 1], entry.bend ?? 0), colors, share: Math.max(values[i], 0) / most };
    }).sort((a, b) => a.share - b.share);
  };

  const flow = (entry, shapes, { unit }, kept) => {
    if (kept.shapes !== shapes) Object.assign(kept, { shapes, curves: curves(entry, shapes) });
    return [
      new deck.PathLayer({
        id: entry.id, data: kept.curves, pickable: true, getPath: (one) => one.path, getColor: (one) => one.colors, getWidth: (one) => Math.max(one.share * (entry.width_px || 6), 1) * unit,
        widthUnits: "pixels", jointRounded: true, capRounded: true, updateTriggers: { getWidth: unit },
      }),
      new deck.ScatterplotLayer({
        id: `${entry.id}-goals`, data: kept.curves, getPosition: (one) => one.path[STEPS], radiusUnits: "pixels", getRadius: (one) => (2 + one.share * (entry.width_px || 6) * 0.6) * unit,
        getFillColor: (one) => one.colors[STEPS], updateTriggers: { getRadius: unit },
      }),
    ];
  };

  const ways = (shapes) => shapes.features.filter((one) => one.properties.times?.length === one.geometry.coordinates.length);

  const ground = (entry, shapes, { unit }, kept) => {
    if (kept.shapes !== shapes) Object.assign(kept, { shapes, ways: ways(shapes) });
    return new deck.PathLayer({
      id: entry.id, data: kept.ways, pickable: true, getPath: (one) => one.geometry.coordinates, getColor: [...city.ramp.rgb(entry.color), Math.round(255 * PALE_S * 0.4)],
      getWidth: (entry.width_px || 2) * 0.6 * unit, widthUnits: "pixels", updateTriggers: { getWidth: unit },
    });
  };

  // Without motion the whole way is seen at once.
  const driven = (entry, shapes, { unit, now }, kept) => {
    if (kept.shapes !== shapes) Object.assign(kept, { shapes, ways: ways(shapes) });
    const span_s = Math.max(entry.to_s - (entry.from_s || 0), 1) + entry.trail_s;
    const still = !Number.isFinite(now);
    return new deck.TripsLayer({
      id: `${entry.id}-driven`, data: kept.ways, getPath: (one) => one.geometry.coordinates, getTimestamps: (one) => one.properties.times, getColor: city.ramp.rgb(entry.color),
      currentTime: still ? entry.to_s : (entry.from_s || 0) + (((now / 1000) * (entry.speed || 60)) % span_s), trailLength: still ? span_s : entry.trail_s, fadeTrail: !still,
      getWidth: (entry.width_px || 2) * 1.4 * unit, widthUnits: "pixels", capRounded: true, jointRounded: true, updateTriggers: { getWidth: unit },
    });
  };

  kinds.flow = { standing: flow };
  kinds.trips = { standing: ground, moving: driven };
  city.flows = { arc };
})();
