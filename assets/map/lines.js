// Lines: main roads always faintly there, everything finer only when the map is near.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const LOOKS = {
    road_main: { color: [150, 172, 205], alpha: 85, width: 1.5, from: 0 },
    road: { color: [140, 160, 190], alpha: 60, width: 1, from: 11.5 },
    rail: { color: [140, 150, 175], alpha: 90, width: 1.2, from: 9 },
    bus: { color: [70, 130, 170], alpha: 90, width: 1.4, from: 12 },
    river: { color: [28, 78, 120], alpha: 255, width: 2, from: 0 },
  };
  const FADE = 1.2; // zoom levels over which a line comes in

  const fixed = (entry, shapes, zoom, unit) => {
    const look = LOOKS[entry.style] || LOOKS.road;
    const from = entry.min_zoom ?? look.from;
    const near = from <= 0 ? 1 : Math.min(Math.max((zoom - from + FADE) / FADE, 0), 1);
    if (near <= 0) return null;
    const wide = Math.max(1, 1 + (zoom - 11) * 0.35);
    return city.strokes.layer(entry.id, shapes, {
      color: [...look.color, look.alpha], width: (look.width * unit * Math.round(wide * 4)) / 4, opacity: Math.round(near * 8) / 8,
    });
  };

  city.lines = { fixed };
})();
