// Names on the map: few, and never one over another. Chosen when the camera rests, largest first.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const FONT = 'Inter, "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';
  const GAP_PX = 6;
  const NARROW_EM = 0.2; // no letter is narrower
  const QUIET_FAR_MAX = 3; // seen as a whole, the city carries only the names of its greatest waters
  const QUIET_NEAR_MAX = 10;
  const WORDS_MAX = 2000; // of layers of names: so many are tried, by rank
  const STEPS = [0, -1.7, 1.7]; // a region's name may step aside by so many of its own heights, for an incident's sake
  // The web map zoom from which things are named; what is not listed is named by its tooltip only.
  const FROM = { water: 0, river: 0, park: 12, hill: 11, road_main: 12.8, road: 14.6, rail: 13.5, place_hospital: 14, place_police: 14, place_fire: 14, hall: 14, place: 14, place_shelter: 15 };

  const pen = () => document.createElement("canvas").getContext("2d");

  const measure = (context, kept, text, size) => {
    const key = `${size}|${text}`;
    if (!kept.has(key)) {
      if (kept.size > 4000) kept.clear();
      context.font = `500 ${size}px ${FONT}`;
      kept.set(key, context.measureText(text).width);
    }
    return kept.get(key);
  };

  const nameOf = (properties, lang) => (lang === "en" ? properties.name_en || properties.name : properties.name || properties.name_en) || "";

  const SHARP = { sdf: true, fontSize: 64, buffer: 8, radius: 14, cutoff: 0.22, smoothing: 0.12 };
  const SIGNS = { alarm: "■ ", watch: "▲ " };

  const tint = (light, dimmed) => {
    const color = light ? city.incidents.STATUS[light].color : dimmed ? [190, 203, 222] : [232, 238, 247];
    return [...color, dimmed ? 150 : 235];
  };

  // What might be labelled, the most important first: {text, at, size, color, weight}.
  const wanted = ({ marks = [], regions, places, lights, lang, unit, selected, near, bounds: [west, south, east, north] }) => {
    const within = ([lon, lat]) => lon >= west && lon <= east && lat >= south && lat <= north;
    const named = (regions ? regions.features : []).filter((one) => one.properties.label).map(({ properties }) => ({
      text: (SIGNS[lights[properties.code]] ?? "") + nameOf(properties, lang), at: properties.label, size: 17 * unit, area: properties.area,
      weight: properties.code === selected ? Infinity : (lights[properties.code] ? 1e9 : 0) + properties.area,
      color: tint(lights[properties.code], selected && properties.code !== selected), properties,
    }));
    const words = places.filter(({ own }) => own).flatMap(({ shapes, own }) => shapes.features.filter((one) => one.properties.label && nameOf(one.properties, lang)).map(({ properties }) => ({
      text: nameOf(properties, lang), at: properties.label, size: Math.max(own.size_px || 14, 12) * unit, weight: properties.rank ?? 0, own: true, color: [...city.ramp.rgb(own.color), 230],
    })));
    words.sort((a, b) => b.weight - a.weight);
    const quiet = places.filter(({ own }) => !own).flatMap(({ shapes, water, offset }) => shapes.features.filter((one) => one.properties.label && within(one.properties.label) && nameOf(one.properties, lang)).map((one) => ({
      text: nameOf(one.properties, lang), at: one.properties.label, size: 16 * unit, weight: (water ? 1e3 : 0) + (one.properties.span || 0), span: one.properties.span, below: offset ? 11 * unit : 0,
      color: water ? [142, 194, 236, 230] : [154, 170, 194, 215],
    })));
    quiet.sort((a, b) => b.weight - a.weight);
    return [...marks, ...named.sort((a, b) => b.weight - a.weight), ...words.slice(0, WORDS_MAX), ...quiet.slice(0, near ? 300 : QUIET_FAR_MAX)];
  };

  // A greedy pass: a name is taken when its box is on the screen and touches nothing taken before it.
  const chooser = () => {
    const context = pen();
    const widths = new Map();
    return (viewport, candidates, reserved) => {
      const taken = [...reserved];
      const names = new Set();
      const chosen = [];
      let quiet = 0;

      const free = ({ x, y, w, h }) =>
        x - w >= 0 && y - h >= 0 && x + w <= viewport.width && y + h <= viewport.height &&
        !taken.some((box) => Math.abs(box.x - x) < box.w + w && Math.abs(box.y - y) < box.h + h);

      for (const one of candidates) {
        if ((names.has(one.text) && !one.own) || (!one.area && !one.own && quiet >= QUIET_NEAR_MAX)) continue;
        const [x, y] = viewport.project(one.at);
        const room_px = ((one.area ? Math.sqrt(one.area) * 1.9 : one.span || Infinity) * 1000) / metresPerPixel(viewport);
        if (2 * GAP_PX + one.text.length * one.size * NARROW_EM > room_px) continue; // too wide in any letters: measuring thousands costs a second
        const [w, h] = [measure(context, widths, one.text, one.size) / 2 + GAP_PX, one.size / 2 + GAP_PX / 2];
        if (2 * w > room_px) continue; // a name wider than what it names would lie over the neighbours
        const shifts = one.steps ?? (one.area ? STEPS.map((step) => step * one.size) : [one.below ? one.below + one.size / 2 : 0]);
        const shift = shifts.find((dy) => free({ x, y: y + dy, w, h }));
        if (shift === undefined) continue;
        taken.push({ x, y: y + shift, w, h });
        names.add(one.text);
        chosen.push({ ...one, shift, box: { x, y: y + shift, w, h } });
        quiet += one.area || one.own ? 0 : 1;
      }
      return chosen;
    };
  };

  const metresPerPixel = (viewport) => (156543.034 * Math.cos((viewport.latitude * Math.PI) / 180)) / 2 ** viewport.zoom / 2;

  const layer = (chosen) =>
    new deck.TextLayer({
      id: "labels", data: chosen, characterSet: "auto", fontFamily: FONT, fontWeight: 500,
      fontSettings: SHARP,
      getText: (one) => one.text, getPosition: (one) => one.at, getSize: (one) => one.size, sizeUnits: "pixels", getColor: (one) => one.color,
      getPixelOffset: (one) => [0, one.shift],
      outlineWidth: 3, outlineColor: [11, 18, 32, 215],
    });

  city.labels = { GAP_PX, FONT, SHARP, chooser, wanted, layer, nameOf, metresPerPixel, FROM };
})();
