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

  const PALETTE = new Uint32Array(new Uint8Array(MOVING.flatMap((color) => [...color, 255])).buffer);

  // Four bytes of colour for each thing, made anew only when the kinds are others.
  const tints = (swarm, kept) => {
    if (kept.kinds !== swarm.kinds) {
      const colors = new Uint32Array(swarm.n);
      for (let i = 0; i < swarm.n; i++) colors[i] = PALETTE[swarm.kinds[i] % MOVING.length];
      Object.assign(kept, { kinds: swarm.kinds, colors });
    }
    return kept.colors;
  };

  const moving = (entry, track, { zoom, unit, now }, kept) => {
    const swarm = track.swarm();
    if (!swarm.n) return [];
    const clock = track.clock_s(now);
    const radius = (entry.style === "station" ? 3.4 : 2.4) * unit * Math.min(Math.max(1 + (zoom - 10) * 0.16, 0.85), 2);
    return [
      swarm.legs ? city.swarm.trails(`${entry.id}-trails`, swarm, clock, placed(swarm), { width: 1.8 * unit, color: [150, 222, 255, 190] }) : null,
      city.swarm.dots(entry.id, swarm, clock, placed(swarm), { radius, edge: unit, line: [11, 18, 32, 190], colors: tints(swarm, kept) }),
    ];
  };

  const live = (entry, track, state, marks, kept) => {
    const seen = entry.style === "incident" ? track.at(Infinity) : null; // they stand where they were reported: nothing glides
    const layers = seen ? (seen.n ? city.incidents.layers(entry, seen, state, marks, kept) : []) : moving(entry, track, state, kept);
    return OLD.includes(state.statuses[entry.id]) ? layers.map((layer) => layer && layer.clone({ opacity: OLD_OPACITY })) : layers;
  };

  city.points = { fixed, live };
})();
