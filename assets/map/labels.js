// Names on the map: few, and never one over another. Chosen when the camera rests, largest first.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const FONT = 'Inter, "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';
  const GAP_PX = 6;
  const QUIET_FAR_MAX = 3; // seen as a whole, the city carries only the names of its greatest waters

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

  // What might be labelled, the most important first: {text, at, size, color, weight, room}.
  const wanted = ({ regions, places, lang, unit, selected, near }) => {
    const named = (regions ? regions.features : []).filter((one) => one.properties.label).map(({ properties }) => ({
      text: nameOf(properties, lang), at: properties.label, size: 17 * unit, weight: properties.code === selected ? Infinity : 1e6 + properties.area,
      color: selected && properties.code !== selected ? [190, 203, 222, 150] : [232, 238, 247, 235], area: properties.area,
    }));
    const quiet = places.flatMap(({ entry, shapes, water, offset }) => shapes.features.filter((one) => one.properties.label && nameOf(one.properties, lang)).map((one) => ({
      text: nameOf(one.properties, lang), at: one.properties.label, size: 16 * unit, weight: (water ? 1e3 : 0) + (one.properties.span || 0), span: one.properties.span, below: offset ? 11 * unit : 0,
      color: water ? [104, 164, 212, 220] : [154, 170, 194, 215],
    })));
    quiet.sort((a, b) => b.weight - a.weight);
    return [...named.sort((a, b) => b.weight - a.weight), ...quiet.slice(0, near ? 200 : QUIET_FAR_MAX)];
  };

  // A greedy pass: a name is taken when its box is on the screen and touches none taken before it.
  const chooser = () => {
    const context = pen();
    const widths = new Map();
    return (viewport, candidates, limit) => {
      const taken = [];
      const chosen = [];
      for (const one of candidates) {
        if (chosen.length >= limit) break;
        const [x, y0] = viewport.project(one.at);
        const y = y0 + (one.below ? one.below + one.size / 2 : 0);
        const [w, h] = [measure(context, widths, one.text, one.size) / 2 + GAP_PX, one.size / 2 + GAP_PX / 2];
        if (x - w < 0 || y - h < 0 || x + w > viewport.width || y + h > viewport.height) continue;
        if (one.area) { // a name much wider than its region would lie over the neighbours
          const across_px = (Math.sqrt(one.area) * 1000) / metresPerPixel(viewport);
          if (2 * w > across_px * 1.9) continue;
        }
        if (one.span && (one.span * 1000) / metresPerPixel(viewport) < 2 * w) continue;
        if (taken.some((box) => Math.abs(box.x - x) < box.w + w && Math.abs(box.y - y) < box.h + h)) continue;
        taken.push({ x, y, w, h });
        chosen.push(one);
      }
      return chosen;
    };
  };

  const metresPerPixel = (viewport) => (156543.034 * Math.cos((viewport.latitude * Math.PI) / 180)) / 2 ** viewport.zoom / 2;

  const layer = (chosen) =>
    new deck.TextLayer({
      id: "labels", data: chosen, characterSet: "auto", fontFamily: FONT, fontWeight: 500,
      fontSettings: { sdf: true, fontSize: 64, buffer: 8, radius: 14, cutoff: 0.22, smoothing: 0.12 },
      getText: (one) => one.text, getPosition: (one) => one.at, getSize: (one) => one.size, sizeUnits: "pixels", getColor: (one) => one.color,
      getPixelOffset: (one) => [0, one.below ? one.below + one.size / 2 : 0],
      outlineWidth: 3, outlineColor: [11, 18, 32, 215],
    });

  city.labels = { chooser, wanted, layer, nameOf, metresPerPixel };
})();
