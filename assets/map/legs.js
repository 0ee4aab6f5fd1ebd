// The last ways of everything that moves: of each thing a ring of `count` legs, each from here to there, from then to then.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const FIELDS = 6; // from x, y · to x, y · begun, ended (seconds)
  const WIDE = 6 * FIELDS; // once for each of the corners it is drawn by

  const copies = (rows, first, x, y, to_x, to_y, begun_s, ended_s) => {
    for (let at = first; at < first + WIDE; at += FIELDS) {
      rows[at] = x;
      rows[at + 1] = y;
      rows[at + 2] = to_x;
      rows[at + 3] = to_y;
      rows[at + 4] = begun_s;
      rows[at + 5] = ended_s;
    }
  };

  const create = (n, count, rows = new Float32Array(n * count * WIDE), newest = new Uint8Array(n)) => ({
    n, count, rows,

    // A way that was not gone to its end ends where the next begins.
    add(i, x, y, begun_s, to_x, to_y, ended_s) {
      const last = (i * count + newest[i]) * WIDE;
      if (rows[last + 5] > begun_s) copies(rows, last, rows[last], rows[last + 1], x, y, rows[last + 4], begun_s);
      newest[i] = (newest[i] + 1) % count;
      copies(rows, (i * count + newest[i]) * WIDE, x, y, to_x, to_y, begun_s, ended_s);
    },

    // It was lost: where it was before leads nowhere.
    forget: (i) => rows.fill(0, i * count * WIDE, (i + 1) * count * WIDE),

    // The legs of other things, in another order: `before[i]` is where the i-th stood here, -1: nowhere.
    of(before) {
      const [wide, next, heads] = [count * WIDE, new Float32Array(before.length * count * WIDE), new Uint8Array(before.length)];
      for (let i = 0; i < before.length; i++) {
        if (before[i] < 0) continue;
        next.set(rows.subarray(before[i] * wide, (before[i] + 1) * wide), i * wide);
        heads[i] = newest[before[i]];
      }
      return create(before.length, count, next, heads);
    },

    // The clock was set back.
    back(by_s) {
      for (let at = 4; at < rows.length; at += FIELDS) {
        rows[at] -= by_s;
        rows[at + 1] -= by_s;
      }
    },
  });

  city.legs = { create, WIDE };
})();
