// The panel `feed`: the newest entries that fit, each with time, mark, what and where; a new one slides in.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark } = Cockpit.dom;

  function build(root, ctx, el) {
    const parts = { root, el, rows: new Map(), last: null };
    parts.watch = new ResizeObserver(() => parts.last && paint(parts, ...parts.last));
    parts.watch.observe(el);
    return parts;
  }

  function paint(parts, props, ctx) {
    const first = !parts.last;
    parts.last = [props, ctx];
    const rows = props.rows.slice(0, fitting(parts));
    const wantedKeys = new Set(rows.map((row) => row.key));
    for (const [key, row] of parts.rows) {
      if (!wantedKeys.has(key)) {
        row.node.remove();
        parts.rows.delete(key);
      }
    }
    rows.forEach((wanted, i) => {
      const row = parts.rows.get(wanted.key) || newRow(parts, wanted.key, !first && i < 3);
      fill(row, wanted, props, ctx);
      if (parts.root.children[i] !== row.node) parts.root.insertBefore(row.node, parts.root.children[i] || null);
    });
    quiet(parts, props, ctx);
  }

  function fitting(parts) {
    const size = parseFloat(getComputedStyle(parts.root).fontSize);
    const least = size * (parts.el.clientWidth <= 30 * size ? 3 : 2); // two lines where it is narrow, as the style sheet says
    return Math.max(1, Math.floor((parts.el.clientHeight - 4) / least));
  }

  function newRow(parts, key, fresh) {
    const node = make("div", fresh ? "entry entry-new" : "entry");
    const row = { node, time: make("span", "entry-time", node) };
    const what = make("span", "entry-what", node);
    row.mark = make("i", "mark", what);
    row.what = make("span", "", what);
    row.rest = make("span", "entry-rest", node);
    const place = make("span", "entry-place", node);
    row.place = make("span", "", place);
    row.spot = make("span", "entry-spot", place);
    parts.rows.set(key, row);
    return row;
  }

  function fill(row, wanted, props, ctx) {
    const today = ctx.now() - wanted.at_ms < 86400e3;
    const time = Cockpit.format.clockTime(wanted.at_ms, { zone: props.zone, lang: ctx.lang });
    say(row.time, today ? time : Cockpit.format.date(wanted.at_ms, { zone: props.zone, lang: ctx.lang, style: "short" }));
    row.mark.hidden = !wanted.light;
    mark(row.node, "data-light", wanted.light);
    row.mark.className = `mark mark-${wanted.light}`;
    if (wanted.light) mark(row.mark, "title", Cockpit.word(wanted.light, ctx.lang));
    const words = wanted.cells.map((cell) => (cell === null ? Cockpit.format.MISSING : typeof cell === "number" ? Cockpit.format.decimal(cell, Number.isInteger(cell) ? 0 : 1, ctx.lang) : cell));
    say(row.what, words[0]);
    say(row.rest, words.slice(1).join(" · "));
    say(row.place, wanted.place);
    say(row.spot, wanted.spot ? (ctx.lang === "en" ? `, ${wanted.spot}` : ` ${wanted.spot}`) : "");
  }

  function quiet(parts, props, ctx) {
    if (!props.why) {
      if (parts.quiet) parts.quiet.remove();
      parts.quiet = null;
      return;
    }
    parts.quiet = parts.quiet || make("div", "quiet", parts.root);
    say(parts.quiet, Cockpit.word(props.why, ctx.lang));
  }

  Cockpit.define("feed", { body: "feed", build, paint, drop: (parts) => parts.watch.disconnect() });
})();
