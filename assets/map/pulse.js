// When to draw: on a change, and steadily only while something moves. A slow screen draws fewer pictures, it does not stall.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const SOFT_MS = 33;

  // `paint(now, changed)` draws; `alive(now)` says whether something still moves.
  const create = (soft, paint, alive) => {
    let asked = 0;
    let changed = false;
    let due = false; // something came that is not painted yet: a pause puts it off, it never loses it
    let painted = 0; // when the last picture was ordered, until the browser has shown it
    let last = 0;
    let busy_ms = 16;

    const tick = (now) => {
      asked = 0;
      if (painted) {
        busy_ms += (Math.min(now - painted, 500) - busy_ms) * 0.2;
        painted = 0;
      }
      const pause_ms = Math.max(soft ? SOFT_MS : 0, busy_ms > 25 ? busy_ms * 1.5 : 0);
      if (changed || now - last >= pause_ms) {
        paint(now, changed);
        changed = due = false;
        last = painted = now;
      }
      if (painted || due || alive(now)) ask();
    };

    const ask = () => { if (!asked) asked = window.requestAnimationFrame(tick); };

    return {
      change() { changed = due = true; ask(); },
      wake() { due = true; ask(); },
      settled: () => !due,
      stop: () => window.cancelAnimationFrame(asked),
    };
  };

  city.pulse = { create };
})();
