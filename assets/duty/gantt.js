// What happened as bars over one time axis: the states of the incident, its orders, and the steps of its plans, what was planned
// (a frame) against what was done (a bar), with how long it took against how long it might.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { told, t, named, store } = Duty;
  const ENDS = ["REJECTED", "CANCELLED", "ARCHIVED", "DONE", "REFUSED", "EXPIRED", "REVIEWED", "CLOSED", "SKIPPED", "DROPPED"];
  const AHEAD = 3; // what is planned far ahead does not press together what has happened
  const titled = (title) => title[told.lang] || title.zh || title.en;

  /** `{name, bars: [{from, to, state}], planned: {from, to} | null, step | null}`; milliseconds, `to` null while it goes on. */
  function rows({ number, journal, orders, plans }) {
    const of = (subject) => journal.filter((row) => row.subject === subject);
    const spans = (list, first) => {
      const moves = list.map((row) => ({ from: Date.parse(row.at), state: row.body.to || first })).filter(({ state }, i, all) => i === 0 || state !== all[i - 1].state);
      return moves.map((move, i) => ({ ...move, to: moves[i + 1]?.from ?? null }));
    };
    const found = [{ name: t("an_incident"), bars: spans(of(number), "REPORTED") }];
    for (const order of [...orders].reverse()) found.push({ name: Duty.unitOf(order.unit), bars: spans(of(order.number), "DRAFT") });
    for (const plan of plans.filter(({ started_at }) => started_at)) found.push({ name: titled(plan.title), head: true, bars: [] }, ...stepsOf(plan));
    return found.filter(({ bars, planned, head }) => bars.length || planned || head);
  }

  /** Every step: as planned from the start of the plan on, and as it went. */
  function stepsOf(plan) {
    const ends = new Map();
    return plan.steps.map((step) => {
      const from = Math.max(Date.parse(plan.started_at), ...step.after.map((one) => ends.get(one) ?? 0));
      ends.set(step.step, from + 1000 * (step.within_s || 0));
      const begin = step.begin ? Date.parse(step.begin) : null;
      const over = step.end ? Date.parse(step.end) : step.state === "OPEN" ? null : begin;
      const bars = begin === null ? [] : [{ from: begin, to: over, state: step.state, light: step.light }];
      return { name: titled(step.title), bars, planned: step.within_s ? { from, to: ends.get(step.step) } : null, step };
    });
  }

  /** From, to, and whether something goes on. */
  function reach(all, now) {
    const bars = all.flatMap((row) => row.bars);
    const from = Math.min(...bars.map((bar) => bar.from));
    const running = bars.some((bar) => bar.to === null && !ENDS.includes(bar.state));
    const last = Math.max(running ? now : 0, ...bars.map((bar) => bar.to ?? bar.from), from + 60000);
    const planned = Math.max(0, ...all.map((row) => row.planned?.to ?? 0));
    return { from, to: Math.max(last, Math.min(planned, from + AHEAD * (last - from))), running, now };
  }

  function draw(node, detail) {
    const all = rows(detail);
    const axis = reach(all, store.now());
    const chart = make("div", "duty-gantt", node);
    all.forEach((row) => (row.head ? say(make("div", "duty-gantt-head", chart), row.name) : rowOf(chart, row, axis)));
    foot(chart, axis, all.some(({ planned }) => planned));
  }

  const share = (ms, { from, to }) => (100 * (Math.min(Math.max(ms, from), to) - from)) / (to - from);

  function place(node, from, to, axis) {
    node.style.left = `${share(from, axis)}%`;
    node.style.width = `max(3px, ${share(to, axis) - share(from, axis)}%)`;
  }

  const times = (from, to) => `${Duty.moment(from, true)}${to ? ` – ${Duty.moment(to, true)}` : ""}`;

  function rowOf(chart, row, axis) {
    const node = make("div", "duty-gantt-row", chart);
    say(make("span", "duty-gantt-name", node), row.name);
    const track = make("div", "duty-gantt-track", node);
    if (row.planned && row.planned.from < axis.to) {
      const plan = make("i", "duty-planned", track);
      place(plan, row.planned.from, row.planned.to, axis);
      mark(plan, "data-more", row.planned.to > axis.to ? "true" : null);
      plan.title = `${t("planned")} · ${times(row.planned.from, row.planned.to)}`;
    }
    for (const bar of row.bars) {
      const made = make("i", "duty-bar", track);
      place(made, bar.from, bar.to ?? (ENDS.includes(bar.state) ? bar.from : axis.now), axis);
      made.dataset.state = bar.state;
      if (bar.light && bar.light !== "none") made.dataset.light = bar.light;
      made.title = `${named("state", bar.state)} · ${times(bar.from, bar.to)}`;
    }
    const said = row.step ? against(row, axis.now) : "";
    const sum = make("span", "duty-gantt-sum", node);
    say(sum, said);
    mark(sum, "data-light", row.step?.light === "red" ? "red" : null);
    const state = row.step?.state || row.bars.at(-1)?.state;
    mark(node, "aria-label", [`${row.name}: ${named("state", state)}`, said, row.step?.reason].filter(Boolean).join(" · "));
    node.setAttribute("role", "img");
    if (row.step?.reason) node.title = row.step.reason;
  }

  /** How long it took, of how long it might: 6 分 2 秒 / 5 分; a step that was left out says so. */
  function against({ bars, step }, now) {
    if (step.state === "SKIPPED" || step.state === "DROPPED") return named("state", step.state);
    const might = step.within_s ? Duty.span(1000 * step.within_s) : "—";
    if (!bars.length) return `— / ${might}`;
    return `${Duty.span((bars[0].to ?? now) - bars[0].from)} / ${might}`;
  }

  function foot(chart, axis, planned) {
    const row = make("div", "duty-gantt-row duty-gantt-axis", chart);
    make("span", "duty-gantt-name", row);
    const ends = make("div", "duty-gantt-track", row);
    say(make("span", "", ends), Duty.moment(axis.from));
    if (axis.running) {
      const now = make("i", "duty-gantt-now", ends);
      now.style.left = `${share(axis.now, axis)}%`;
    }
    say(make("span", "", ends), axis.running && axis.to === axis.now ? t("now") : Duty.moment(axis.to));
    if (!planned) return;
    const legend = make("p", "duty-gantt-legend", chart);
    make("i", "duty-planned", legend);
    say(make("span", "", legend), t("planned"));
    for (const [state, word] of [["OPEN", t("gantt_open")], ["DONE", named("state", "DONE")]]) {
      make("i", "duty-bar", legend).dataset.state = state;
      say(make("span", "", legend), word);
    }
    say(make("span", "duty-gantt-sums", legend), `${t("actual")} / ${t("planned")}`);
  }

  Duty.gantt = { draw };
})();
