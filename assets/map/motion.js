// Things that move: each says now and then where it is; what is seen glides there, in the time that usually passes in between.
// Kept as plain columns, set once per frame from the server: the gliding itself is done where it is drawn (swarm.js).
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const JUMP_DEG = 0.02; // farther than anything drives between two reports: it was lost and found again
  const STILL_DEG = 1e-7;
  const TRAILED_MAX = 10000; // trails of more than so many would hide the things themselves
  const LEGS_MAX = 12;
  const NEAR_DEG = 0.5; // so far the projection of an offset is true to a pixel at every zoom
  const ANEW_S = 3600; // a clock of single floats is set back before it loses milliseconds

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
    let begun = new Float32Array(0); // when it set out, in seconds of the clock below
    let shown = new Float32Array(0);
    let legs = null; // the last ways of everything, for the trails
    let zero = 0; // when the clock stood at 0, in the page's milliseconds
    let pace_s = 1;
    let arrived_s = 0; // when the last of them is where it is going
    let version = 0;

    const place = (clock_s) => {
      for (let i = 0; i < ids.length; i++) {
        const u = Math.min(Math.max((clock_s - begun[i]) / pace_s, 0), 1);
        const x = 2 * i;
        shown[x] = from[x] + (to[x] - from[x]) * u;
        shown[x + 1] = from[x + 1] + (to[x + 1] - from[x + 1]) * u;
      }
    };

    // What is kept of every thing, in the order of a frame; a thing that was not there stands at once where it is.
    const reorder = (next, goal) => {
      const at = new Map();
      for (let i = 0; i < ids.length; i++) at.set(ids[i], i);
      const old = { from, to, begun };
      [from, to, begun, shown] = [goal.slice(), goal.slice(), new Float32Array(next.length).fill(-pace_s), new Float32Array(2 * next.length)];
      const before = new Int32Array(next.length).fill(-1);
      for (let i = 0; i < next.length; i++) {
        const k = at.get(next[i]);
        if (k === undefined) continue;
        before[i] = k;
        begun[i] = old.begun[k];
        for (let axis = 0; axis < 2; axis++) {
          from[2 * i + axis] = old.from[2 * k + axis];
          to[2 * i + axis] = old.to[2 * k + axis];
        }
      }
      if (legs) legs = legs.of(before);
      ids = next.slice();
    };

    const clock = (now) => (Math.min(now, zero + arrived_s * 1000) - zero) / 1000;

    // The middle from which places are kept: where the map looks, never that of a frame. One thing far away would pull that off, and
    // with it everything else: an offset is projected by how the world bends at its middle.
    const about = ([lon, lat]) => {
      if (origin && Math.abs(origin[0] - lon) < NEAR_DEG && Math.abs(origin[1] - lat) < NEAR_DEG) return;
      const by = origin ? [origin[0] - lon, origin[1] - lat] : [0, 0];
      origin = [lon, lat];
      [from, to, shown] = [from, to, shown].map((column) => column.map((value, x) => value + by[x & 1]));
      legs = null;
      version += 1;
    };

    const anew = (now) => {
      const by_s = (now - zero) / 1000;
      if (by_s < ANEW_S) return;
      for (let i = 0; i < begun.length; i++) begun[i] -= by_s;
      if (legs) legs.back(by_s);
      arrived_s -= by_s;
      zero = now;
    };

    const push = (frame, now) => {
      if (!ids.length) [zero, arrived_s] = [now, 0];
      if (!origin) about(frame.origin);
      anew(now);
      const [ox, oy] = [frame.origin[0] - origin[0], frame.origin[1] - origin[1]];
      const goal = frame.places;
      if (ox || oy) for (let x = 0; x < goal.length; x += 2) { goal[x] += ox; goal[x + 1] += oy; }
      if (!same(ids, frame.id)) reorder(frame.id, goal);
      const [now_s, before_s] = [(now - zero) / 1000, pace_s];
      pace_s = (frame.dt_ms || 1000) / 1000;
      const count = trail_s > 0 && ids.length <= TRAILED_MAX ? Math.min(Math.ceil(trail_s / pace_s) + 2, LEGS_MAX) : 0;
      if (!count) legs = null;
      else if (legs?.count !== count) legs = city.legs.create(ids.length, count);
      if (advance(goal, now_s, before_s)) arrived_s = Math.max(arrived_s, now_s + pace_s);
      if (!same(kinds, frame.kind)) kinds = frame.kind.slice();
      names = frame.kinds;
      version += 1;
    };

    // A thing that has moved sets out from where it is seen now, so that an early report never makes it jump. True: some glide.
    const advance = (goal, now_s, before_s) => {
      const [f, t, b, ways] = [from, to, begun, legs]; // of its own: what a loop of 100,000 looks up outside costs it milliseconds
      let glide = false;
      for (let i = 0, x = 0; i < b.length; i++, x += 2) {
        const goal_x = goal[x];
        const goal_y = goal[x + 1];
        if (Math.abs(goal_x - t[x]) < STILL_DEG && Math.abs(goal_y - t[x + 1]) < STILL_DEG) continue;
        const u = Math.min(Math.max((now_s - b[i]) / before_s, 0), 1);
        const x_now = f[x] + (t[x] - f[x]) * u;
        const y_now = f[x + 1] + (t[x + 1] - f[x + 1]) * u;
        const far = Math.abs(goal_x - x_now) > JUMP_DEG || Math.abs(goal_y - y_now) > JUMP_DEG;
        if (ways && far) ways.forget(i);
        else if (ways) ways.add(i, x_now, y_now, now_s, goal_x, goal_y, now_s + pace_s);
        f[x] = far ? goal_x : x_now;
        f[x + 1] = far ? goal_y : y_now;
        t[x] = goal_x;
        t[x + 1] = goal_y;
        b[i] = now_s;
        glide = glide || !far;
      }
      return glide;
    };

    return {
      push,
      about,
      // The columns themselves, for what is drawn by them: they change with `version` only.
      swarm: () => ({ n: ids.length, version, kinds, origin, from, to, begun, pace_s, legs, trail_s }),
      // Where its clock stands in the picture of `now` (Infinity: when everything has arrived).
      clock_s: clock,
      // What is seen at `now`: places relative to `origin`.
      at(now) {
        place(clock(now));
        return { n: ids.length, version, ids, kinds, names, origin, places: shown };
      },
      moving: (now) => now < zero + arrived_s * 1000,
      // [lon, lat] of everything, where it is going to.
      all: () => Array.from({ length: ids.length }, (_, i) => [origin[0] + to[2 * i], origin[1] + to[2 * i + 1]]),
      trail_s,
    };
  };

  city.motion = { track };
})();
