// Where the thin line of a trend gets its name: beside it, where neither line runs through the word.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const BESIDE = 0.75; // of its height: so far from the line is the word's middle
  const given = (value) => value !== null && value !== undefined;

  /** How much room a box of this height has around `y` between x0 and x1 (px): below zero where a line runs into it. */
  function clear(line, x0, x1, y, half) {
    let room = Infinity;
    for (let i = 0; i < line.length; i++) {
      const [x, at] = line[i];
      const next = line[i + 1];
      if (x < x0 && (!next || next[0] < x0)) continue;
      if (x > x1) break;
      room = Math.min(room, Math.abs(at - y) - half);
      if (!next) continue;
      room = Math.min(room, Math.abs(next[1] - y) - half);
      if ((at - y) * (next[1] - y) < 0) return -half; // it runs across
    }
    return room;
  }

  /** The values that are there as points of the plot, in pixels from its top left. */
  function points(values, plot) {
    const step = plot.width / values.length;
    return values.map((value, i) => [(i + 0.5) * step, given(value) ? ((plot.top - value) / (plot.top - plot.bottom)) * plot.height : null]).filter(([, y]) => y !== null);
  }

  /**
   * The step the word stands at, whether above the line, and how many pixels `up` from it its middle is. `size`: the word's, in pixels; `plot`: width and height in pixels, top
   * and bottom as values. A word stays where it `was` while it has room there: it must not wander as the numbers move.
   */
  function place(props, plot, size, was) {
    const before = props.before || [];
    const old = points(before, plot);
    const lines = [old, points(props.values, plot), ...(given(props.target) ? [points(before.map(() => props.target), plot)] : [])];
    const half = size.height / 2;
    const rooms = (x, y) => {
      if (x < size.width / 2 || x > plot.width - size.width / 2 || y < half || y > plot.height - half) return null;
      return lines.map((line) => clear(line, x - size.width / 2, x + size.width / 2, y, half));
    };
    const found = old.flatMap(([x, y]) =>
      [true, false].map((above) => {
        const up = (above ? 1 : -1) * size.height * BESIDE;
        const all = rooms(x, y - up);
        return { i: Math.floor((x / plot.width) * before.length), above, up, room: all ? Math.min(...all) : -Infinity, own: all && all[0] <= all[1] };
      }),
    );
    const kept = was && found.find(({ i, above }) => i === was.i && above === was.above);
    if (kept && kept.room > 0) return kept;
    const free = found.filter((one) => one.room > size.height * 0.15);
    const enough = free.some(({ own }) => own) ? free.filter(({ own }) => own) : free; // beside the thin line, not beyond the strong one
    const far = ({ i }) => Math.abs(i - before.length * 0.45);
    if (enough.length) return enough.reduce((a, b) => (far(b) < far(a) ? b : a)); // the one nearest to the middle
    const any = found.filter((one) => one.room > -Infinity);
    return any.length ? any.reduce((a, b) => (b.room > a.room ? b : a)) : null;
  }

  Cockpit.trendName = { place };
})();
