// A sparkline: the way a number came, with its target as a dashed line. Drawn in a box of 100 × 100 that is stretched.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { makeSvg, mark } = Cockpit.dom;

  function build(parent) {
    const svg = makeSvg("svg", "spark", parent);
    mark(svg, "viewBox", "0 0 100 100");
    mark(svg, "preserveAspectRatio", "none");
    mark(svg, "aria-hidden", "true");
    return {
      svg,
      area: makeSvg("path", "spark-area", svg),
      target: makeSvg("line", "spark-target", svg),
      line: makeSvg("path", "spark-line", svg),
      end: makeSvg("path", "spark-dot", svg),
    };
  }

  /** Paths over the runs of known values: a gap stays a gap. */
  function paths(values, x, y) {
    let line = "";
    let area = "";
    let start = -1;
    for (let i = 0; i <= values.length; i += 1) {
      const known = i < values.length && values[i] !== null;
      if (known) {
        line += `${start < 0 ? "M" : "L"}${x(i)} ${y(values[i])}`;
        if (start < 0) start = i;
      } else if (start >= 0) {
        area += `M${x(start)} 100` + values.slice(start, i).map((v, k) => `L${x(start + k)} ${y(v)}`).join("") + `L${x(i - 1)} 100Z`;
        start = -1;
      }
    }
    return [line, area];
  }

  const LEAST = 4; // points: fewer are a scratch at the edge, not a way

  function paint(parts, spark) {
    const known = spark ? spark.values.filter((value) => value !== null) : [];
    parts.svg.style.visibility = known.length >= LEAST ? "" : "hidden";
    if (known.length < LEAST) return;
    const reach = spark.target === null || spark.target === undefined ? known : [...known, spark.target];
    let low = Math.min(...reach);
    let high = Math.max(...reach);
    if (low > 0 && low < high * 0.6) low = 0;
    if (high === low) { high += 1; low -= 1; }
    const x = (i) => Math.round((i / (spark.values.length - 1)) * 9800) / 100;
    const y = (value) => Math.round((94 - ((value - low) / (high - low)) * 88) * 100) / 100;
    const [line, area] = paths(spark.values, x, y);
    mark(parts.line, "d", line);
    mark(parts.area, "d", area);
    const aim = spark.target === null || spark.target === undefined ? null : y(spark.target);
    parts.target.style.display = aim === null ? "none" : "";
    if (aim !== null) for (const [name, value] of [["x1", 0], ["x2", 100], ["y1", aim], ["y2", aim]]) mark(parts.target, name, value);
    const last = spark.values.length - 1 - [...spark.values].reverse().findIndex((value) => value !== null);
    mark(parts.end, "d", `M${x(last)} ${y(spark.values[last])}h.001`);
  }

  Cockpit.spark = { build, paint };
})();
