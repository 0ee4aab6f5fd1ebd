// Clocks of incidents: the light each shows at a moment, which of both is told, and which incident comes first. One rule for
// wall, desk and leader; cockpit/dispatch/standing.py has the same.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const LIGHTS = ["red", "yellow", "green", "none"];
  const PRIORITIES = ["URGENT", "HIGH", "NORMAL", "LOW"];
  const MARKS = { red: "alarm", yellow: "watch", green: "fine", none: null };

  const ends = (clock) => Boolean(clock?.running && clock.due);
  const due = (clock) => (ends(clock) ? Date.parse(clock.due) : Infinity);

  /** The light of a clock at a moment (ms): it turns by itself, between two answers of the server. "none" without a clock. */
  function lightOf(clock, now) {
    if (!clock) return "none";
    if (!ends(clock)) return clock.light;
    if (now > due(clock)) return "red";
    return clock.yellow && now <= Date.parse(clock.yellow) ? "green" : "yellow";
  }

  /** The clock that is told of both: that with the worst light, of equals the one due first, one that stands last; null without any. */
  function pressing({ step, overall }, now) {
    if (!step || !overall) return step || overall || null;
    const by = LIGHTS.indexOf(lightOf(step, now)) - LIGHTS.indexOf(lightOf(overall, now));
    return by < 0 || (by === 0 && due(step) <= due(overall)) ? step : overall;
  }

  /** How long until a clock runs out, or since; that it stands; nothing without one. */
  function clockLeft(clock, now, lang) {
    if (!clock) return "";
    return ends(clock) ? Cockpit.timeLeft(due(clock) - now, lang) : Cockpit.word("clock_still", lang);
  }

  /** The rows of incidents in their order: the worst light, the highest priority, what is due first, the older one. */
  function gravestFirst(rows, now) {
    const keyed = rows.map((row) => {
      const clock = pressing(row, now);
      return [row, [LIGHTS.indexOf(lightOf(clock, now)), PRIORITIES.indexOf(row.priority), due(clock), row.number]];
    });
    keyed.sort(([, one], [, other]) => {
      const at = one.findIndex((part, i) => part !== other[i]);
      return at < 0 ? 0 : one[at] < other[at] ? -1 : 1;
    });
    return keyed.map(([row]) => row);
  }

  Object.assign(Cockpit, { lightOf, pressing, clockLeft, gravestFirst, lightMark: (light) => MARKS[light] });
})();
