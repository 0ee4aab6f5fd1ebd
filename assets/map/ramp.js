// Values into classes and classes into colours; the same rules as layers/classes.py.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});

  const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

  const REACH = 0.72; // areas stop short of the ramp's white end: that is left to the small bright things that move

  const colors = (ramp, count) => {
    const stops = ramp.map(rgb);
    return Array.from({ length: count }, (_, i) => {
      const at = count > 1 ? (REACH * i * (stops.length - 1)) / (count - 1) : 0.4;
      const low = Math.min(Math.floor(at), stops.length - 2);
      return stops[low].map((from, channel) => Math.round(from + (stops[low + 1][channel] - from) * (at - low)));
    });
  };

  const quantile = (sorted, share) => {
    const at = share * (sorted.length - 1);
    const low = Math.floor(at);
    const high = Math.min(low + 1, sorted.length - 1);
    return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
  };

  const edges = (values, classes) => {
    if (classes.breaks && classes.breaks.length) return [...classes.breaks];
    const known = values.filter(Number.isFinite).sort((a, b) => a - b);
    if (!known.length) return [];
    const [low, high] = [known[0], known[known.length - 1]];
    const cuts = Array.from({ length: classes.count - 1 }, (_, i) => (i + 1) / classes.count).map((share) =>
      classes.method === "equal" ? low + (high - low) * share : quantile(known, share)
    );
    const whole = known.every(Number.isInteger); // of counts an edge is a count, and parts them as before
    return [...new Set(whole ? cuts.map((cut) => Math.ceil(cut - 1e-9)) : cuts)].filter((cut) => low < cut && cut <= high);
  };

  const classOf = (value, cuts) => cuts.filter((cut) => value >= cut).length;

  city.ramp = { rgb, colors, edges, classOf };
})();
