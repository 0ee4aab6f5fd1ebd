// The panel `incidents`: lights with their counts, the steps as a line, and the open incidents that fit; the newest flashes once.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark } = Cockpit.dom;
  const FLASH_MS = 20000;

  Cockpit.addWords({
    no_incidents: ["当前没有未结事件；有新事件时显示在这里", "no open incidents; what happens next appears here"],
    no_plans: ["当前没有正在执行的预案", "no plan is being carried out"],
    stage_accept: ["待受理", "to accept"], stage_send: ["待派遣", "to dispatch"], stage_sent: ["已派遣", "dispatched"],
    stage_handle: ["处置中", "in hand"], stage_check: ["待核查", "to verify"],
    more_incidents: ["另有 {} 件未列出", "{} more not listed"], open_incidents: ["未结事件", "Open incidents"], overdue_incidents: ["超时事件", "Overdue incidents"],
  });

  const deskOf = (number, lang) => `/duty?incident=${encodeURIComponent(number)}&lang=${lang}`;
  Cockpit.deskOf = deskOf;

  function build(root, ctx, el) {
    const parts = { root, el, rows: new Map(), last: null, timer: 0 };
    parts.lights = make("div", "inc-lights", root);
    parts.stages = make("ol", "inc-stages", root);
    parts.list = make("div", "inc-list", root);
    parts.more = make("p", "inc-more", root);
    parts.more.hidden = true;
    parts.watch = new ResizeObserver(() => parts.last && list(parts, ...parts.last, false));
    parts.watch.observe(el);
    parts.timer = setInterval(() => parts.last && count(parts, ...parts.last), 1000);
    return parts;
  }

  function paint(parts, props, ctx) {
    const first = !parts.last;
    parts.last = [props, ctx];
    for (const [name, node] of [["lights", parts.lights], ["stages", parts.stages], ["list", parts.list]]) node.hidden = !props.show.includes(name);
    lights(parts, props, ctx);
    stages(parts, props, ctx);
    list(parts, props, ctx, !first);
    Cockpit.quiet(parts, props.why, ctx);
  }

  /** What shows the worst is the largest; a light nobody shows is quiet. */
  function lights(parts, props, ctx) {
    for (const name of ["alarm", "watch", "fine"]) {
      let node = parts.lights.querySelector(`[data-of=${name}]`);
      if (!node) {
        node = make("div", "inc-light", parts.lights);
        node.dataset.of = name;
        make("i", `mark mark-${name}`, node).setAttribute("aria-hidden", "true");
        make("b", "inc-count", node);
        make("span", "inc-word", node);
      }
      mark(node, "data-none", props.lights[name] ? null : "");
      say(node.querySelector(".inc-count"), props.lights[name]);
      say(node.querySelector(".inc-word"), Cockpit.word(`clock_${name}`, ctx.lang));
    }
  }

  function stages(parts, props, ctx) {
    props.stages.forEach(([name, amount], i) => {
      const node = parts.stages.children[i] || make("li", "inc-stage", parts.stages);
      if (!node.firstChild) {
        make("b", "", node);
        make("span", "", node);
      }
      mark(node, "data-none", amount ? null : "");
      say(node.firstChild, amount);
      say(node.lastChild, Cockpit.word(`stage_${name}`, ctx.lang));
    });
  }

  function list(parts, props, ctx, later) {
    const rows = parts.list.hidden ? [] : props.rows.slice(0, fitting(parts, props));
    parts.more.hidden = parts.list.hidden || rows.length >= props.listed;
    say(parts.more, parts.more.hidden ? "" : Cockpit.word("more_incidents", ctx.lang).replace("{}", props.listed - rows.length));
    const wanted = new Set(rows.map((row) => row.number));
    for (const [number, row] of parts.rows) {
      if (!wanted.has(number)) {
        row.node.remove();
        parts.rows.delete(number);
      }
    }
    rows.forEach((one, i) => {
      const row = parts.rows.get(one.number) || newRow(parts, one, later && ctx.now() - one.at_ms < FLASH_MS);
      fill(row, one, ctx);
      if (parts.list.children[i] !== row.node) parts.list.insertBefore(row.node, parts.list.children[i] || null);
    });
    count(parts, props, ctx);
  }

  /** How many rows there is room for; the line that counts the others takes some of it. */
  function fitting(parts, props) {
    parts.more.hidden = true;
    const all = rowsIn(parts);
    if (all >= props.listed) return all;
    parts.more.hidden = false;
    return Math.min(rowsIn(parts), props.rows.length);
  }

  function rowsIn(parts) {
    const size = parseFloat(getComputedStyle(parts.root).fontSize);
    const narrow = parts.el.clientWidth <= 50 * size;
    const touch = document.documentElement.dataset.layout === "tablet" ? 44 : 0;
    return Math.max(1, Math.floor(parts.list.clientHeight / Math.max(touch, size * (narrow ? 3 : 2.1))));
  }

  function newRow(parts, one, fresh) {
    const node = make("a", fresh ? "inc inc-new" : "inc", parts.list);
    const row = { node, one };
    row.mark = make("i", "mark", node);
    row.mark.setAttribute("aria-hidden", "true");
    const what = make("span", "inc-what", node);
    row.chip = make("em", "inc-chip", what);
    row.what = make("span", "", what);
    row.where = make("span", "inc-where", node);
    row.state = make("span", "inc-state", node);
    row.left = make("span", "inc-left", node);
    parts.rows.set(one.number, row);
    return row;
  }

  function fill(row, one, ctx) {
    row.one = one;
    const { lang } = ctx;
    row.node.href = deskOf(one.number, lang);
    const chip = one.exercise ? "exercise" : one.help ? "needs_help" : one.priority === "URGENT" ? "priority_URGENT" : "";
    row.chip.hidden = !chip;
    mark(row.chip, "data-chip", chip || null);
    say(row.chip, chip && Cockpit.word(chip, lang));
    say(row.what, one.title);
    say(row.where, one.outside ? Cockpit.word("outside", lang) : [one.place, lang === "en" ? "" : one.spot].filter(Boolean).join(" "));
    say(row.state, [one.unit, stateOf(one, lang)].filter(Boolean).join(" · "));
  }

  const stateOf = (one, lang) => Cockpit.word(`state_${one.order || one.state}`, lang);

  /** The clocks run on between two messages: lights turn, and another clock may be the one that presses. */
  function count(parts, props, ctx) {
    for (const row of parts.rows.values()) {
      const { one } = row;
      const clock = Cockpit.pressing(one, ctx.now());
      say(row.left, Cockpit.clockLeft(clock, ctx.now(), ctx.lang));
      lit(row, Cockpit.lightMark(Cockpit.lightOf(clock, ctx.now())), ctx.lang);
    }
  }

  function lit({ node, one, mark: sign }, light, lang) {
    mark(node, "data-light", light);
    mark(node, "data-fresh", one.state === "REPORTED" && (light === "alarm" || one.priority === "URGENT") ? "" : null);
    sign.className = `mark mark-${light || "none"}`;
    mark(node, "aria-label", [light && Cockpit.word(`clock_${light}`, lang), one.title, one.place, stateOf(one, lang)].filter(Boolean).join(", "));
  }

  const reported = (props, ctx) => [{
    light: props.lights.alarm ? "alarm" : props.lights.watch ? "watch" : props.total ? "fine" : null, indicator: "toolbox.incidents",
    title: Cockpit.word(props.lights.alarm ? "overdue_incidents" : "open_incidents", ctx.lang), text: String(props.lights.alarm || props.lights.watch),
  }];

  Cockpit.define("incidents", {
    body: "incidents", build, paint, lights: reported,
    drop: (parts) => {
      parts.watch.disconnect();
      clearInterval(parts.timer);
    },
  });
})();
