// The panel `radar`: as many axes as there are children or indicators, the shape of this place over that of another.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, makeSvg, say, mark } = Cockpit.dom;
  const RINGS = [0.5, 1];

  function build(root, ctx, el) {
    const svg = makeSvg("svg", "radar-picture", root);
    mark(svg, "aria-hidden", "true");
    const parts = {
      root, svg, el, axes: [], last: null,
      rings: RINGS.map(() => makeSvg("path", "radar-ring", svg)), target: makeSvg("path", "radar-target", svg),
      spokes: makeSvg("path", "radar-spokes", svg), against: makeSvg("path", "radar-against", svg),
      shape: makeSvg("path", "radar-shape", svg), dots: makeSvg("g", "", svg), legend: make("div", "radar-legend", root),
    };
    parts.sample = make("i", "radar-sample", parts.legend);
    parts.against_word = make("span", "", parts.legend);
    parts.watch = new ResizeObserver(() => parts.last && paint(parts, ...parts.last));
    parts.watch.observe(el);
    return parts;
  }

  function paint(parts, props, ctx) {
    parts.last = [props, ctx];
    while (parts.axes.length > props.axes.length) {
      const gone = parts.axes.pop();
      gone.label.remove();
      gone.dot.remove();
    }
    props.axes.forEach((axis, i) => name(parts.axes[i] || newAxis(parts), axis, props, ctx));
    parts.legend.hidden = !props.against;
    say(parts.against_word, props.against === "best_of_each" ? Cockpit.word(props.against, ctx.lang) : props.against);
    Cockpit.quiet(parts, props.why, ctx);
    draw(parts, props);
  }

  function newAxis(parts) {
    const label = make("button", "radar-axis", parts.root);
    label.type = "button";
    const axis = { label, dot: makeSvg("path", "radar-dot", parts.dots) };
    axis.mark = make("i", "mark", label);
    axis.name = make("span", "radar-name", label);
    axis.value = make("b", "", label);
    label.addEventListener("click", () => axis.address && parts.last[1].go({ indicator: axis.address }));
    parts.axes.push(axis);
    return axis;
  }

  function name(axis, wanted, props, ctx) {
    const abnormal = wanted.light === "watch" || wanted.light === "alarm";
    const own = props.kind === "score" ? Cockpit.format.parts(wanted.score, { decimals: 0, lang: ctx.lang }).text
      : Cockpit.format.whole(wanted.value, { unit: wanted.unit, decimals: wanted.decimals, lang: ctx.lang });
    axis.address = wanted.address;
    say(axis.name, wanted.title);
    say(axis.value, own);
    axis.mark.hidden = !abnormal;
    axis.mark.className = `mark mark-${wanted.light}`;
    mark(axis.label, "data-light", abnormal ? wanted.light : null);
    mark(axis.label, "aria-label", `${wanted.title} ${own}${wanted.light ? `, ${Cockpit.word(wanted.light, ctx.lang)}` : ""}`);
  }

  const angle = (i, n) => -Math.PI / 2 + (i / n) * 2 * Math.PI;

  /** The largest radius at which every label stands wholly inside the panel. */
  function radius(boxes, w, h, gap) {
    let least = Math.min(w, h) / 2;
    boxes.forEach(({ width, height }, i) => {
      const cos = Math.abs(Math.cos(angle(i, boxes.length)));
      const sin = Math.abs(Math.sin(angle(i, boxes.length)));
      const side = cos < 0.2 ? width / 2 : width;
      if (cos >= 0.2) least = Math.min(least, (w / 2 - side) / cos - gap);
      if (sin > 0.1) least = Math.min(least, (h / 2 - height * (0.5 + 0.5 * sin)) / sin - gap);
    });
    return Math.max(8, least);
  }

  function draw(parts, props) {
    if (Cockpit.radarBars(parts, props)) return;
    const w = parts.root.clientWidth;
    const h = parts.root.clientHeight - (parts.legend.hidden ? 0 : parts.legend.offsetHeight);
    if (!w || h <= 0 || !props.axes.length) return;
    mark(parts.svg, "viewBox", `0 0 ${w} ${parts.root.clientHeight}`);
    const boxes = parts.axes.map(({ label }) => ({ width: label.offsetWidth, height: label.offsetHeight }));
    const gap = parseFloat(getComputedStyle(parts.root).fontSize) * 0.5;
    const r = radius(boxes, w, h, gap);
    const n = props.axes.length;
    const at = (i, share) => [w / 2 + Math.cos(angle(i, n)) * r * share, h / 2 + Math.sin(angle(i, n)) * r * share];
    const polygon = (shares) => `M${shares.map((share, i) => (share === null ? null : at(i, share).map((x) => x.toFixed(1)).join(" "))).filter(Boolean).join("L")}Z`;
    RINGS.forEach((ring, k) => mark(parts.rings[k], "d", polygon(props.axes.map(() => ring))));
    mark(parts.target, "d", props.target === null ? "" : polygon(props.axes.map(() => props.target / props.top)));
    mark(parts.spokes, "d", props.axes.map((_, i) => `M${w / 2} ${h / 2}L${at(i, 1).join(" ")}`).join(""));
    shape(parts.shape, props.axes.map((axis) => axis.score), props.top, polygon);
    shape(parts.against, props.axes.map((axis) => axis.against), props.top, polygon);
    props.axes.forEach((axis, i) => place(parts.axes[i], axis, boxes[i], angle(i, n), [w / 2, h / 2], r + gap, at(i, (axis.score ?? 0) / props.top), w));
  }

  function shape(node, scores, top, polygon) {
    const known = scores.filter((score) => score !== null);
    mark(node, "d", known.length < 2 ? "" : polygon(scores.map((score) => (score === null ? null : score / top))));
  }

  function place(axis, wanted, { width, height }, turn, [x, y], reach, dot, w) {
    const cos = Math.cos(turn);
    const left = x + cos * reach - (Math.abs(cos) < 0.2 ? width / 2 : cos < 0 ? width : 0);
    const top = y + Math.sin(turn) * reach - height * (0.5 - 0.5 * Math.sin(turn));
    Cockpit.style(axis.label, "left", `${Math.max(0, Math.min(w - width, left)).toFixed(1)}px`);
    Cockpit.style(axis.label, "top", `${top.toFixed(1)}px`);
    mark(axis.dot, "d", wanted.score === null ? "" : `M${dot[0].toFixed(1)} ${dot[1].toFixed(1)}h.001`);
    mark(axis.dot, "data-light", wanted.light === "watch" || wanted.light === "alarm" ? wanted.light : null);
  }

  const lights = (props, ctx) => props.axes.map((axis) => ({
    light: axis.light, indicator: axis.address, title: axis.title,
    text: props.kind === "score" ? Cockpit.format.points(axis.score, ctx.lang)
      : Cockpit.format.whole(axis.value, { unit: axis.unit, decimals: axis.decimals, lang: ctx.lang }),
  }));

  Cockpit.define("radar", { body: "radar", build, paint, lights, drop: (parts) => parts.watch.disconnect() });
})();
