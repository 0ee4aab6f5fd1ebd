// Points that would lie over each other stand as one disc with their number; coming near takes them apart.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const kinds = (city.kinds = city.kinds || {});
  const DISC = [30, 110, 156];
  const ALONE = [214, 245, 255];

  const world = ([lon, lat], scale) => {
    const sine = Math.sin((Math.min(Math.max(lat, -85), 85) * Math.PI) / 180);
    return [(lon / 360 + 0.5) * scale, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * scale];
  };

  // Greedy, in the order of the file, over a grid of cells as wide as the radius: about 60 ms for 100,000 points.
  const gather = (places, zoom, radius_px) => {
    const scale = 512 * 2 ** zoom;
    const at = places.map((place) => world(place, scale));
    const cells = new Map();
    const cell = (x, y) => x * 2097152 + y;
    at.forEach(([x, y], i) => {
      const key = cell(Math.floor(x / radius_px), Math.floor(y / radius_px));
      if (cells.has(key)) cells.get(key).push(i);
      else cells.set(key, [i]);
    });
    const taken = new Uint8Array(places.length);
    const found = [];
    for (let i = 0; i < places.length; i++) {
      if (taken[i]) continue;
      const [x, y] = at[i];
      const members = [];
      const [column, row] = [Math.floor(x / radius_px), Math.floor(y / radius_px)];
      for (let dx = -1; dx <= 1; dx++) {
        for (let dy = -1; dy <= 1; dy++) {
          for (const k of cells.get(cell(column + dx, row + dy)) ?? []) {
            if (!taken[k] && Math.hypot(at[k][0] - x, at[k][1] - y) <= radius_px) { taken[k] = 1; members.push(k); }
          }
        }
      }
      found.push(members);
    }
    return found;
  };

  const middle = (members, places) => [0, 1].map((axis) => members.reduce((sum, i) => sum + places[i][axis], 0) / members.length);

  const box = (members, places) => {
    const [lon, lat] = [0, 1].map((axis) => members.map((i) => places[i][axis]));
    const [low, high] = [(list) => list.reduce((a, b) => Math.min(a, b)), (list) => list.reduce((a, b) => Math.max(a, b))];
    return [low(lon), low(lat), high(lon), high(lat)];
  };

  const built = (entry, shapes, zoom, unit) => {
    const features = shapes.features.filter((one) => one.geometry?.type === "Point");
    const places = features.map((one) => one.geometry.coordinates);
    const groups = zoom >= (entry.apart_zoom ?? 16) ? places.map((_, i) => [i]) : gather(places, zoom, (entry.radius_px || 60) * unit);
    const many = groups.filter((members) => members.length > 1).map((members) => ({ count: members.length, at: middle(members, places), bounds: box(members, places) }));
    return { many: many.sort((a, b) => a.count - b.count), alone: groups.filter((members) => members.length === 1).map(([i]) => features[i]) };
  };

  const words = (count) => (count < 1000 ? String(count) : count < 1e6 ? `${(count / 1000).toPrecision(count < 1e4 ? 2 : 3).replace(/\.0$/, "")}k` : `${(count / 1e6).toPrecision(2)}M`);
  const radius = (count) => 13 + 5 * Math.log10(count);

  const standing = (entry, shapes, state, kept) => {
    const zoom = Math.round(state.zoom * 2) / 2;
    if (kept.shapes !== shapes || kept.zoom !== zoom || kept.unit !== state.unit) Object.assign(kept, { shapes, zoom, unit: state.unit, ...built(entry, shapes, zoom, state.unit) });
    const unit = state.unit;
    return [
      new deck.ScatterplotLayer({
        id: `${entry.id}-alone`, data: kept.alone, pickable: true, getPosition: (one) => one.geometry.coordinates, radiusUnits: "pixels", getRadius: 3.4 * unit, stroked: true,
        lineWidthUnits: "pixels", getLineWidth: unit, getLineColor: [11, 18, 32, 220], getFillColor: [...ALONE, 230],
      }),
      kept.many.length ? new deck.ScatterplotLayer({
        id: entry.id, data: kept.many, pickable: true, getPosition: (one) => one.at, radiusUnits: "pixels", getRadius: (one) => radius(one.count) * unit, stroked: true,
        lineWidthUnits: "pixels", getLineWidth: 1.5 * unit, getLineColor: [126, 200, 255, 170], getFillColor: [...DISC, 225], updateTriggers: { getRadius: unit },
      }) : null,
      kept.many.length ? new deck.TextLayer({
        id: `${entry.id}-counts`, data: kept.many, fontFamily: city.labels.FONT, fontWeight: 600, characterSet: "0123456789.kM", fontSettings: city.labels.SHARP,
        getText: (one) => words(one.count), getPosition: (one) => one.at, getColor: [232, 238, 247, 255], getSize: 16 * unit, sizeUnits: "pixels",
      }) : null,
    ];
  };

  kinds.cluster = { standing, words };
  city.clusters = { gather };
})();
