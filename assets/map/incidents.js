// Incidents, the only large marks: colour and shape by status; those that would lie over each other become one that holds how many they are.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const GROUND = [11, 18, 32];
  const APART_PX = 34;
  const [LOUD_PX, QUIET_PX] = [20, 12];
  const HOLDING = { square: [30, 0], triangle: [34, 4], ring: [30, 0] }; // how large a sign is that holds a number, and how far below its middle that stands
  const MERGED_MAX = 400; // beyond it marks are left where they are: comparing all pairs would cost more than it helps
  // The worst first. `alarm_new` is an alarm nobody has acknowledged: it pulses once a second.
  const STATUS = {
    alarm_new: { sign: "square", color: [255, 92, 92], fresh: true }, alarm: { sign: "square", color: [255, 92, 92] },
    watch: { sign: "triangle", color: [245, 184, 61] }, fine: { sign: "ring", color: [60, 203, 140], quiet: true }, old: { sign: "ring", color: [123, 135, 148], quiet: true },
  }; // what is in order or settled is a small ring: it is there for who looks for it, and keeps the map calm
  const RANK = Object.keys(STATUS);

  const SIGNS = { square: "■", triangle: "▲", ring: "○" };
  const statusOf = (seen, i) => (seen.names[seen.kinds[i]] in STATUS ? seen.names[seen.kinds[i]] : "alarm");

  // What the legend shows for them: the three lights they may have, whatever is there just now.
  const sign = () => ({ signs: ["alarm", "watch", "fine"].map((status) => ({ sign: SIGNS[STATUS[status].sign], color: STATUS[status].color })) });

  // Where they are going to stand: {at, quiet}.
  const stands = (track) => {
    const seen = track.at(Infinity);
    return Array.from({ length: seen.n }, (_, i) => ({ at: [seen.origin[0] + seen.places[2 * i], seen.origin[1] + seen.places[2 * i + 1]], quiet: Boolean(STATUS[statusOf(seen, i)].quiet) }));
  };

  const listed = (entry, seen) =>
    Array.from({ length: seen.n }, (_, i) => {
      const status = statusOf(seen, i);
      return { layer: entry.id, id: seen.ids[i], rank: RANK.indexOf(status), look: STATUS[status], at: [seen.origin[0] + seen.places[2 * i], seen.origin[1] + seen.places[2 * i + 1]], count: 1 };
    }).sort((a, b) => a.rank - b.rank || a.id - b.id);

  const merged = (things, zoom, unit) => {
    if (things.length > MERGED_MAX) return things;
    const degree_px = (512 * 2 ** zoom) / 360;
    const squeeze = (lat) => Math.cos((lat * Math.PI) / 180);
    const kept = [];
    for (const one of things) {
      const near = kept.find(({ at }) => Math.hypot(at[0] - one.at[0], (at[1] - one.at[1]) / squeeze(at[1])) * degree_px < APART_PX * unit);
      if (near) near.count += 1;
      else kept.push({ ...one });
    }
    return kept;
  };

  const size = ({ look, count }) => (count > 1 ? HOLDING[look.sign][0] : look.quiet ? QUIET_PX : LOUD_PX);

  const layers = (entry, seen, { zoom, unit, beat }, marks, kept) => {
    const key = `${Math.round(zoom * 4)}|${unit}`;
    if (kept.of !== seen.version || kept.key !== key) {
      const things = merged(listed(entry, seen), Math.round(zoom * 4) / 4, unit);
      Object.assign(kept, { of: seen.version, key, things, loud: things.filter((one) => !one.look.quiet), many: things.filter((one) => one.count > 1) });
    }
    return [
      new deck.ScatterplotLayer({
        id: `${entry.id}-halo`, data: kept.loud, getPosition: (one) => one.at, radiusUnits: "pixels", lineWidthUnits: "pixels", stroked: true,
        getRadius: (one) => (one.look.fresh ? 16 + 10 * beat : 18) * unit, getFillColor: [...GROUND, 190], getLineWidth: 1.5 * unit,
        getLineColor: (one) => [...one.look.color, one.look.fresh ? 60 + 195 * (1 - beat) : 150], updateTriggers: { getRadius: [beat, unit], getLineColor: beat },
      }),
      new deck.IconLayer({
        id: entry.id, data: kept.things, pickable: true, iconAtlas: marks.atlas, iconMapping: marks.mapping,
        getIcon: (one) => one.look.sign, getPosition: (one) => one.at, getColor: (one) => [...one.look.color, 255], getSize: (one) => size(one) * unit, sizeUnits: "pixels", updateTriggers: { getSize: unit },
      }),
      // In its own sign: beside it, it would stand on the next one.
      kept.many.length ? new deck.TextLayer({
        id: `${entry.id}-counts`, data: kept.many, fontFamily: city.labels.FONT, fontWeight: 600, characterSet: "0123456789", fontSettings: city.labels.SHARP,
        getText: (one) => `${one.count}`, getPosition: (one) => one.at, getColor: (one) => (one.look.quiet ? [232, 238, 247, 255] : [...GROUND, 255]),
        getSize: (one) => (one.count > 99 ? 9 : 13) * unit, sizeUnits: "pixels", getPixelOffset: (one) => [0, HOLDING[one.look.sign][1] * unit], updateTriggers: { getSize: unit, getPixelOffset: unit },
      }) : null,
    ];
  };

  city.incidents = { layers, sign, stands, STATUS };
})();
