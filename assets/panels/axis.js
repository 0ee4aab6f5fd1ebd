// Axes that stay where they are: round limits, few ticks, and a change only when the values have outgrown them.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});

  const HOUR_MS = 3600e3;

  /** The smallest of 1 2 2.5 5 × 10ⁿ that is not under `size`. */
  function roundStep(size) {
    const power = 10 ** Math.floor(Math.log10(size));
    return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= size * 0.999999);
  }

  /** `{low, high, step}` around the values with at most three lines; from zero unless the values lie far above it. */
  function around(values, wish) {
    let low = Math.min(...values);
    let high = Math.max(...values);
    if (low >= 0 && low < high * 0.7) low = 0;
    if (high === low) high = low + (Math.abs(low) || 1);
    const step = roundStep((high - low) / (wish || 2.5));
    const floor = Math.floor(low / step) * step;
    return { low: floor, high: Math.max(Math.ceil((high - step * 0.02) / step) * step, floor + step), step };
  }

  /** The limits kept from before while the values still fill them by half, else new ones. */
  function settled(before, values) {
    if (!values.length) return before || { low: 0, high: 1, step: 1 };
    if (before) {
      const low = Math.min(...values);
      const high = Math.max(...values);
      const room = before.high - before.low;
      if (low >= before.low && high <= before.high + before.step * 0.02 && (high - Math.min(low, before.low)) > room * 0.5) return before;
    }
    return around(values);
  }

  function ticks({ low, high, step }) {
    const all = [];
    for (let k = 0; low + k * step <= high + step * 1e-6; k += 1) all.push(Number((low + k * step).toPrecision(12)));
    return all.length > 4 ? all.filter((_, i) => i % 2 === 0) : all;
  }

  /** Ticks of a time axis: `[ms, label]` at whole hours of the city's clock, or at midnights where it spans days. */
  function times(from_ms, to_ms, zone, lang, room) {
    const span = to_ms - from_ms;
    return spaced(from_ms, to_ms, zone, lang, room).filter(([at]) => at === from_ms || (at - from_ms > span * 0.02 && to_ms - at > span * 0.02));
  }

  function spaced(from_ms, to_ms, zone, lang, room) {
    const span = to_ms - from_ms;
    const { hour, clockTime, date } = Cockpit.format;
    const every = [1, 2, 3, 6, 12].find((hours) => span / (hours * HOUR_MS) <= room);
    const found = [];
    if (span <= 2 * HOUR_MS) {
      const step = [5, 10, 15, 30, 60].find((m) => span / (m * 60e3) <= room) * 60e3;
      for (let at = Math.ceil(from_ms / step) * step; at <= to_ms; at += step) found.push([at, clockTime(at, { zone })]);
      return found;
    }
    const midnights = [];
    for (let at = Math.ceil(from_ms / HOUR_MS) * HOUR_MS; at <= to_ms; at += HOUR_MS) {
      const h = hour(at, zone);
      if (h === 0) midnights.push(at);
      if (every && h % every === 0) found.push([at, clockTime(at, { zone })]);
    }
    if (every) return found;
    const skip = Math.ceil(midnights.length / room);
    return midnights.filter((_, i) => i % skip === 0).map((at) => [at, date(at, { lang, zone, style: "short" })]);
  }

  Cockpit.axis = { settled, ticks, times };
})();
