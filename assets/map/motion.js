// Things that move: each says now and then where it is; what is seen glides there, in the time that usually passes in between.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const JUMP_DEG = 0.02; // farther than anything drives between two reports: it was lost and found again
  const TRAIL_POINTS_MAX = 200000;

  const same = (a, b) => {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
    return true;
  };

  const track = (trail_s) => {
    let ids = new Uint32Array(0);
    let kinds = new Uint8Array(0);
    let names = [];
    let origin = null;
    let from = new Float32Array(0); // x, y of every thing: where it set out
    let to = new Float32Array(0); // and where it is going
    let begun = new Float64Array(0); // when it set out
    let shown = new Float32Array(0);
    let ways = new Map(); // id → [x, y, when seen there, …] of the last seconds, for the trails
    let zero = 0; // the trails count their time from here
    let dt = 1000;
    let arrived = 0; // when the last of them is where it is going
    let trips = null;

    const share = (i, now) => (dt > 0 ? Math.min(Math.max((now - begun[i]) / dt, 0), 1) : 1);

    const place = (now) => {
      for (let i = 0; i < ids.length; i++) {
        const u = share(i, now);
        const [x, y] = [2 * i, 2 * i + 1]; // no loop over them: this runs for everything that moves, in every picture
        shown[x] = u < 1 ? from[x] + (to[x] - from[x]) * u : to[x];
        shown[y] = u < 1 ? from[y] + (to[y] - from[y]) * u : to[y];
      }
    };

    // What is kept of every thing, in the order of a frame; a thing that was not there stands at once where it is.
    const reorder = (next, goal) => {
      const at = new Map();
      ids.forEach((id, i) => at.set(id, i));
      const old = { from, to, begun, shown };
      [from, to, begun, shown] = [goal.slice(), goal.slice(), new Float64Array(next.length), new Float32Array(2 * next.length)];
      next.forEach((id, i) => {
        const k = at.get(id);
        if (k === undefined) return;
        for (const axis of [0, 1]) {
          [from[2 * i + axis], to[2 * i + axis]] = [old.from[2 * k + axis], old.to[2 * k + axis]];
        }
        begun[i] = old.begun[k];
      });
      ids = next.slice();
    };

    const push = (frame, now) => {
      if (!origin) [origin, zero] = [frame.origin, now];
      const [ox, oy] = [frame.origin[0] - origin[0], frame.origin[1] - origin[1]];
      const goal = frame.places;
      for (let i = 0; i < goal.length; i += 2) {
        goal[i] += ox;
        goal[i + 1] += oy;
      }
      if (!same(ids, frame.id)) reorder(frame.id, goal);
      place(now);
      dt = frame.dt_ms || 1000;
      for (let i = 0; i < ids.length; i++) set(i, goal[2 * i], goal[2 * i + 1], now);
      kinds = frame.kind.slice();
      names = frame.kinds;
      trips = trail_s > 0 ? lay(now) : null;
    };

    // A thing that has moved sets out from where it is seen now, so that an early report never makes it jump.
    const set = (i, x, y, now) => {
      const [here_x, here_y] = [shown[2 * i], shown[2 * i + 1]];
      if (Math.abs(x - to[2 * i]) < 1e-7 && Math.abs(y - to[2 * i + 1]) < 1e-7) return;
      const far = Math.abs(x - here_x) > JUMP_DEG || Math.abs(y - here_y) > JUMP_DEG;
      [from[2 * i], from[2 * i + 1]] = far ? [x, y] : [here_x, here_y];
      [to[2 * i], to[2 * i + 1]] = [x, y];
      begun[i] = now;
      arrived = Math.max(arrived, far ? 0 : now + dt);
      if (trail_s > 0) lead(ids[i], far ? [] : [here_x, here_y, now - zero, x, y, now + dt - zero], now - zero);
    };

    // Its way so far, without what is older than the trail and what it will not reach any more, and on from here.
    const lead = (id, on, now) => {
      const way = ways.get(id) || [];
      const oldest = now - trail_s * 1000;
      let first = 0;
      while (first + 3 < way.length && way[first + 5] < oldest) first += 3;
      let last = way.length;
      while (last > first && way[last - 1] >= now) last -= 3;
      ways.set(id, on.length ? [...way.slice(first, last), ...on] : []);
    };

    // The trails as one binary path table; times in seconds.
    const lay = (now) => {
      const oldest = now - zero - trail_s * 1000;
      const [starts, path, times] = [[], [], []];
      const here = new Set(ids);
      for (const [id, way] of ways) {
        if (!here.has(id) || way.length < 6 || way[way.length - 1] < oldest) {
          ways.delete(id);
          continue;
        }
        starts.push(times.length);
        for (let k = 0; k < way.length; k += 3) {
          path.push(way[k], way[k + 1]);
          times.push(way[k + 2] / 1000);
        }
      }
      if (times.length > TRAIL_POINTS_MAX) return null;
      return { starts: new Uint32Array([...starts, times.length]), path: new Float32Array(path), times: new Float32Array(times) };
    };

    return {
      push,
      // What is seen at `now` (Infinity: where everything arrives): places relative to `origin`, the clock of the trails.
      at(now) {
        place(now);
        return { n: ids.length, ids, kinds, names, origin, places: shown, trips, clock_s: (Math.min(now, Math.max(arrived, zero)) - zero) / 1000 };
      },
      moving: (now) => now < arrived,
      // [lon, lat] of everything, where it is going to.
      all: () => Array.from({ length: ids.length }, (_, i) => [origin[0] + to[2 * i], origin[1] + to[2 * i + 1]]),
      trail_s,
    };
  };

  city.motion = { track };
})();
