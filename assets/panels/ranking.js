// The panel `ranking`: as many rows as fit, each a button that drills or narrows; rows that change places glide.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark, still } = Cockpit.dom;

  function build(root, ctx, el) {
    const parts = { root, el, rows: new Map(), last: null };
    parts.watch = new ResizeObserver(() => parts.last && paint(parts, ...parts.last));
    parts.watch.observe(el);
    return parts;
  }

  function paint(parts, props, ctx) {
    parts.last = [props, ctx];
    const rows = props.rows.slice(0, fitting(parts));
    const places = still() ? null : new Map([...parts.rows].map(([code, row]) => [code, row.node.offsetTop]));
    for (const [code, row] of parts.rows) {
      if (!rows.some((wanted) => wanted.code === code)) {
        row.node.remove();
        parts.rows.delete(code);
      }
    }
    rows.forEach((wanted, i) => {
      const row = parts.rows.get(wanted.code) || newRow(parts, wanted.code);
      fill(row, wanted, props, ctx);
      if (parts.root.children[i] !== row.node) parts.root.insertBefore(row.node, parts.root.children[i] || null);
    });
    if (places) glide(parts, places);
    parts.root.style.gridTemplateRows = `repeat(${rows.length}, minmax(0, var(--rank-row)))`;
    quiet(parts, props, ctx);
  }

  function fitting(parts) {
    const style = getComputedStyle(parts.root);
    const least = Math.max(parseFloat(style.fontSize) * 1.6, parseFloat(style.getPropertyValue("--touch")) || 0); // a finger's row
    return Math.max(1, Math.floor((parts.el.clientHeight - 4) / least));
  }

  function newRow(parts, code) {
    const node = make("button", "rank");
    node.type = "button";
    const row = { node, name: make("span", "rank-name", node) };
    row.bar = make("span", "rank-bar", make("span", "rank-track", node));
    const value = make("span", "rank-value", node);
    row.mark = make("i", "mark", value);
    row.value = make("span", "", value);
    row.unit = make("small", "", value);
    node.addEventListener("click", () => parts.last && turn(code, ...parts.last));
    parts.rows.set(code, row);
    return row;
  }

  /** A region is drilled into; a dimension's value narrows the whole board, and widens it again when it is chosen twice. */
  function turn(code, props, ctx) {
    if (!props.by || props.by === "region") return ctx.go({ region: code });
    const wanted = `${props.by}:${code}`;
    return ctx.go({ dimension: ctx.scope().dimension === wanted ? "" : wanted });
  }

  function fill(row, wanted, props, ctx) {
    const { text, unit } = Cockpit.format.parts(wanted.value, { unit: props.unit, decimals: props.decimals, lang: ctx.lang });
    const abnormal = wanted.light === "watch" || wanted.light === "alarm";
    say(row.name, wanted.name || Cockpit.word("no_value", ctx.lang));
    say(row.value, text);
    say(row.unit, unit);
    row.bar.style.width = `${props.top ? Math.max(0, (Math.abs(wanted.value) / props.top) * 100) : 0}%`;
    row.mark.hidden = !abnormal;
    row.mark.className = `mark mark-${wanted.light}`;
    mark(row.node, "data-light", abnormal ? wanted.light : null);
    mark(row.node, "data-here", wanted.here ? "" : null);
    if (props.by && props.by !== "region") mark(row.node, "aria-pressed", Boolean(wanted.here));
    mark(row.node, "aria-label", `${wanted.name} ${text} ${unit}${abnormal ? ` ${Cockpit.word(wanted.light, ctx.lang)}` : ""}`);
  }

  function glide(parts, places) {
    for (const [code, row] of parts.rows) {
      const way = places.has(code) ? places.get(code) - row.node.offsetTop : 0;
      if (way) row.node.animate([{ transform: `translateY(${way}px)` }, { transform: "none" }], { duration: 300, easing: "ease-out" });
    }
  }

  function quiet(parts, props, ctx) {
    if (!props.why) {
      if (parts.quiet) parts.quiet.remove();
      parts.quiet = null;
      return;
    }
    parts.quiet = parts.quiet || make("div", "quiet", parts.root);
    say(parts.quiet, `${Cockpit.format.MISSING} ${Cockpit.word(props.why, ctx.lang)}`);
  }

  /** Only the abnormal places, worst first: the header says where. */
  const lights = (props, ctx) => props.rows.filter((row) => row.light === "watch" || row.light === "alarm").map((row) => ({
    light: row.light, indicator: props.indicator, title: props.title, place: row.name,
    text: Cockpit.format.whole(row.value, { unit: props.unit, decimals: props.decimals, lang: ctx.lang }),
  }));

  Cockpit.define("ranking", { body: "ranking", build, paint, lights, drop: (parts) => parts.watch.disconnect() });
})();
