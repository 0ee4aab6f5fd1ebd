// The panel `score_tree`: the score of the whole, and below it what it is made of; a row goes down, the names above it go back.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark, light, run } = Cockpit.dom;

  function build(root, ctx, el) {
    const above = make("div", "score-above", root);
    const head = make("div", "score-head", root);
    const parts = {
      root, el, above, head, list: make("div", "score-list", root), rows: new Map(), shown: null, stop: () => {}, last: null,
      score: make("span", "score-value", head), unit: make("span", "score-unit", head), light: make("span", "light", head),
      facts: make("span", "score-facts", head),
    };
    parts.watch = new ResizeObserver(() => parts.last && paint(parts, ...parts.last));
    parts.watch.observe(el);
    return parts;
  }

  function paint(parts, props, ctx) {
    parts.last = [props, ctx];
    parts.stop();
    parts.stop = run(ctx.jump ? null : parts.shown, props.score ?? null, (step) => {
      parts.shown = step;
      say(parts.score, Cockpit.format.parts(step, { decimals: 1, lang: ctx.lang }).text);
    });
    say(parts.unit, props.score === null ? "" : Cockpit.word("score_unit", ctx.lang));
    mark(parts.head, "data-light", props.light);
    light(parts.light, props.light, ctx.lang);
    say(parts.facts, facts(props, ctx));
    way(parts, props, ctx);
    list(parts, props, ctx);
    Cockpit.quiet(parts, props.why, ctx);
  }

  function facts(props, ctx) {
    const word = (key) => Cockpit.word(key, ctx.lang);
    const said = [`${word("coverage")} ${Cockpit.format.decimal((props.coverage || 0) * 100, 0, ctx.lang)}%`];
    if (props.rank && props.rank.place) said.unshift(ctx.lang === "en" ? `rank ${props.rank.place} of ${props.rank.of}` : `第 ${props.rank.place} / ${props.rank.of}`);
    said.push(ctx.lang === "en" ? `${word("version")} ${props.version}` : `${props.version} ${word("version")}`);
    return said.join(" · ");
  }

  /** The nodes above the one that is looked at, each a way back. */
  function way(parts, props, ctx) {
    const told = JSON.stringify([props.above, props.title]);
    if (parts.told === told) return;
    parts.told = told;
    parts.above.hidden = !props.above.length;
    parts.above.replaceChildren();
    for (const { title, address } of props.above) {
      const node = make("button", "", parts.above);
      node.type = "button";
      say(node, title);
      node.addEventListener("click", () => parts.last[1].go({ indicator: address }));
    }
    say(make("span", "", parts.above), props.title);
  }

  /** As many levels as fit, the top one always; of that as many rows as fit. */
  function list(parts, props, ctx) {
    const size = parseFloat(getComputedStyle(parts.root).fontSize);
    const scrolls = ["tablet", "desk"].includes(document.documentElement.dataset.layout);
    const room = parts.el.clientHeight - parts.head.offsetHeight - (parts.above.hidden ? 0 : parts.above.offsetHeight) - 2;
    const fits = scrolls ? Infinity : Math.max(1, Math.floor(room / (size * 1.45)));
    let depth = Math.max(0, ...props.rows.map((row) => row.depth));
    while (depth > 1 && props.rows.filter((row) => row.depth <= depth).length > fits) depth -= 1;
    const rows = props.rows.filter((row) => row.depth <= depth).slice(0, fits);
    const keys = new Set(rows.map((row) => row.path));
    for (const [key, row] of parts.rows) {
      if (keys.has(key)) continue;
      row.node.remove();
      parts.rows.delete(key);
    }
    rows.forEach((wanted, i) => {
      const row = parts.rows.get(wanted.path) || newRow(parts, wanted.path);
      fill(row, wanted, ctx);
      if (parts.list.children[i] !== row.node) parts.list.insertBefore(row.node, parts.list.children[i] || null);
    });
    Cockpit.style(parts.list, "grid-template-rows", `repeat(${rows.length}, minmax(0, calc(44 * var(--u))))`);
  }

  function newRow(parts, path) {
    const node = make("button", "score-row");
    node.type = "button";
    const row = { node, name: make("span", "score-name", node) };
    row.mark = make("i", "mark", row.name);
    row.title = make("span", "", row.name);
    row.measured = make("span", "score-measured", node);
    row.bar = make("i", "score-bar", make("span", "score-track", node));
    row.score = make("b", "score-points", node);
    row.weight = make("span", "score-weight", node);
    row.adds = make("span", "score-adds", node);
    node.addEventListener("click", () => row.address && parts.last[1].go({ indicator: row.address }));
    parts.rows.set(path, row);
    return row;
  }

  function fill(row, wanted, ctx) {
    const number = (value, decimals) => Cockpit.format.parts(value, { decimals, lang: ctx.lang }).text;
    const abnormal = wanted.light === "watch" || wanted.light === "alarm";
    const old = wanted.status === "stale" || wanted.status === "dead" || wanted.status === "missing" || wanted.status === "broken";
    row.address = wanted.address;
    mark(row.node, "data-depth", wanted.depth);
    mark(row.node, "data-light", abnormal ? wanted.light : null);
    mark(row.node, "data-status", wanted.status);
    row.mark.hidden = !abnormal && !old;
    row.mark.className = `mark mark-${old ? "old" : wanted.light}`;
    say(row.title, wanted.title);
    say(row.measured, wanted.parent ? "" : Cockpit.format.whole(wanted.value, { unit: wanted.unit, decimals: wanted.decimals, lang: ctx.lang }));
    Cockpit.style(row.bar, "width", `${wanted.score ?? 0}%`);
    say(row.score, number(wanted.score, 0));
    say(row.weight, `${Cockpit.format.decimal(wanted.weight * 100, 0, ctx.lang)}%`);
    say(row.adds, wanted.score === null ? "" : `+${number(wanted.contribution, 1)}`);
    const word = (key) => Cockpit.word(key, ctx.lang);
    const told = `${wanted.title}: ${word("score")} ${number(wanted.score, 1)}, ${word("weight")} ${Cockpit.format.decimal(wanted.weight * 100, 1, ctx.lang)} %, `
      + `${word("contribution")} ${number(wanted.contribution, 1)}, ${word("coverage")} ${Cockpit.format.decimal(wanted.coverage * 100, 0, ctx.lang)} %, ${word(wanted.status)}`;
    mark(row.node, "aria-label", told);
    if (row.node.title !== told) row.node.title = told;
  }

  const lights = (props, ctx) => props.rows.map((row) => ({
    light: row.light, indicator: row.address, title: row.title,
    text: row.parent ? Cockpit.format.points(row.score, ctx.lang)
      : Cockpit.format.whole(row.value, { unit: row.unit, decimals: row.decimals, lang: ctx.lang }),
  }));

  function drop(parts) {
    parts.stop();
    parts.watch.disconnect();
  }

  Cockpit.define("score_tree", { body: "score-tree", build, paint, lights, drop });
})();
