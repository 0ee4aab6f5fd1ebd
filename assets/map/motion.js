// Things that move: frames arrive about once a second, what is seen moves in between, one frame behind.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const JUMP_DEG = 0.02; // farther than anything drives between two frames: it was lost and found again
  const TRAIL_POINTS_MAX = 200000;

  const same = (a, b) => a.length === b.length && a.every((id, i) => id === b[i]);

  // Positions of the old frame in the order of the new one; NaN for a thing that was not there.
  const reordered = (sample, from, to) => {
    const x = new Float32Array(to.length).fill(NaN);
    const y = new Float32Array(to.length).fill(NaN);
    const at = new Map();
    from.forEach((id, i) => at.set(id, i));
    to.forEach((id, i) => {
      const old = at.get(id);
      if (old !== undefined) [x[i], y[i]] = [sample.x[old], sample.y[old]];
    });
    return { ...sample, x, y };
  };

  const track = (trail_s) => {
    let ids = new Uint32Array(0);
    let kinds = new Uint8Array(0);
    let names = [];
    let origin = null;
    let samples = []; // the last one is where things are going to
    let shown = new Float32Array(0);
    let started = 0;
    let dt = 1000;
    let trips = null;
    let moves = false;

    const share = (now) => (dt > 0 ? Math.min(Math.max((now - started) / dt, 0), 1) : 1);

    const place = (now) => {
      const to = samples[samples.length - 1];
      const from = samples.length > 1 ? samples[samples.length - 2] : to;
      const u = share(now);
      for (let i = 0; i < ids.length; i++) {
        const near = Math.abs(to.x[i] - from.x[i]) < JUMP_DEG && Math.abs(to.y[i] - from.y[i]) < JUMP_DEG;
        shown[2 * i] = near ? from.x[i] + (to.x[i] - from.x[i]) * u : to.x[i];
        shown[2 * i + 1] = near ? from.y[i] + (to.y[i] - from.y[i]) * u : to.y[i];
      }
    };

    // Where a thing is seen now becomes where it sets out from, so that an early frame never makes it jump.
    const settle = (now) => {
      const last = samples[samples.length - 1];
      if (!last || share(now) >= 1) return;
      place(now);
      last.t -= (1 - share(now)) * dt;
      last.x = last.x.map((_, i) => shown[2 * i]);
      last.y = last.y.map((_, i) => shown[2 * i + 1]);
    };

    const push = (frame, now) => {
      settle(now);
      if (!origin) origin = frame.origin;
      const [ox, oy] = [frame.origin[0] - origin[0], frame.origin[1] - origin[1]];
      const fresh = { t: frame.at_ms, x: frame.dx.map((x) => x + ox), y: frame.dy.map((y) => y + oy) };
      if (!same(ids, frame.id)) samples = samples.map((sample) => reordered(sample, ids, frame.id));
      ids = frame.id.slice();
      kinds = frame.kind.slice();
      names = frame.kinds;
      dt = frame.dt_ms || 1000;
      const oldest = fresh.t - Math.max(trail_s * 1000, dt) - dt;
      samples = [...samples.filter((sample) => sample.t < fresh.t && sample.t >= oldest), fresh];
      shown = new Float32Array(2 * ids.length);
      started = now;
      moves = hasMoved();
      trips = trail_s > 0 && ids.length * samples.length <= TRAIL_POINTS_MAX ? lay() : null;
    };

    const hasMoved = () => {
      if (samples.length < 2) return false;
      const [from, to] = samples.slice(-2);
      return to.x.some((x, i) => x !== from.x[i] || to.y[i] !== from.y[i]);
    };

    // The trails as one binary path table; times in seconds before the newest sample.
    const lay = () => {
      const newest = samples[samples.length - 1];
      const starts = [];
      const path = [];
      const times = [];
      for (let i = 0; i < ids.length; i++) {
        const begun = times.length;
        for (const sample of samples) {
          const [x, y, n] = [sample.x[i], sample.y[i], times.length];
          if (Number.isNaN(x)) continue;
          if (n > begun && Math.hypot(x - path[2 * n - 2], y - path[2 * n - 1]) > JUMP_DEG) {
            path.length = 2 * begun;
            times.length = begun;
          }
          path.push(x, y);
          times.push((sample.t - newest.t) / 1000);
        }
        if (times.length - begun < 2) {
          path.length = 2 * begun;
          times.length = begun;
        } else starts.push(begun);
      }
      return { starts: new Uint32Array([...starts, times.length]), path: new Float32Array(path), times: new Float32Array(times) };
    };

    return {
      push,
      // What is seen at `now`: places relative to `origin`, the clock of the trails, and whether it goes on moving.
      at(now) {
        if (samples.length) place(now);
        const u = share(now);
        return { n: ids.length, ids, kinds, names, origin, places: shown, trips, clock_s: ((u - 1) * dt) / 1000, moving: moves && u < 1 };
      },
      moving: (now) => moves && share(now) < 1,
      // [lon, lat] of everything, where it is going to.
      all() {
        const last = samples[samples.length - 1];
        return last ? Array.from(last.x, (x, i) => [origin[0] + x, origin[1] + last.y[i]]) : [];
      },
      trail_s,
    };
  };

  city.motion = { track };
})();
