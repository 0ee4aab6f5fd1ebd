// The numbers behind the colours: values by code, cut into classes that stay put while values only tremble.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const KEEP_MS = 60000; // classes are cut anew at most this often, or when a value leaves their range

  const create = (now, lang) => {
    const given = {}; // layer id → {values, classes, unit, status, title}
    const owned = new Map();
    const cut = {}; // layer id → {edges, low, high, at, codes}

    // Numbers that came with the shapes: they hold until others are given.
    const own = (entry, shapes) => {
      if (entry.style === "regions" || !shapes) return owned.get(entry.id);
      if (owned.get(entry.id)?.shapes !== shapes) {
        const values = Object.fromEntries(shapes.features.map(({ properties }, i) => [city.cells.keyOf(properties, i), properties.value ?? null]));
        owned.set(entry.id, { shapes, values, unit: entry.unit ?? "", status: "live", lights: {}, title: entry.title?.[lang] ?? "" });
      }
      return owned.get(entry.id);
    };

    const edgesOf = (id, codes, values, classes) => {
      const known = codes.map((code) => values[code]).filter(Number.isFinite);
      const [low, high] = [Math.min(...known), Math.max(...known)];
      const key = `${codes[0]}|${codes.length}|${known.length}|${JSON.stringify(classes)}`;
      const old = cut[id];
      if (!old || old.key !== key || low < old.low || high > old.high || now() - old.at > KEEP_MS) {
        cut[id] = { key, low, high, at: now(), edges: city.ramp.edges(known, classes) };
      }
      return cut[id].edges;
    };

    return {
      // `lights`: "watch" or "alarm" by code, for the regions whose number has left its bounds.
      give(id, values, { classes, unit = "", status = "live", decimals, lights = {}, title = "" } = {}) { given[id] = { values, classes, unit, status, decimals, lights, title }; },
      // Numbers that come bit by bit, with tiles.
      note(id, { unit = "", title = {} }, rows) {
        const mine = owned.get(id) ?? { values: {}, unit, status: "live", lights: {}, title: title[lang] ?? "" };
        owned.set(id, { ...mine, values: Object.assign(mine.values, Object.fromEntries(rows)) });
      },
      age(id, status) { if (given[id]) given[id].status = status; },
      // What one layer shows over these shapes: values, edges and colours of the classes, unit, status.
      over(entry, shapes) {
        const mine = given[entry.id] ?? own(entry, shapes);
        const codes = shapes ? shapes.features.map(({ properties }, i) => city.cells.keyOf(properties, i)) : entry.tiles && mine ? Object.keys(mine.values) : [];
        const values = Object.fromEntries(codes.map((code) => [code, mine?.values[code] ?? null]));
        const edges = mine ? edgesOf(entry.id, codes, values, mine.classes ?? entry.classes) : [];
        return { given: Boolean(mine), codes, values, cuts: edges, colors: city.ramp.colors(entry.ramp, edges.length + 1), unit: mine?.unit ?? "", status: mine?.status ?? "missing", decimals: mine?.decimals, lights: mine?.lights ?? {}, title: mine?.title ?? "", alpha: entry.style === "regions" ? city.areas.FILL_ALPHA : city.cells.ALPHA };
      },
    };
  };

  city.choropleths = { create };
})();
