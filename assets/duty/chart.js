// What happened: states, orders and steps of plans as bars over one time axis; below it the journal, row by row.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { t, named, store } = Duty;
  const OVER = ["REJECTED", "CANCELLED", "ARCHIVED"];
  const QUIET = ["send", "deliver"];

  function fill(panel, detail) {
    const key = JSON.stringify([detail.number, detail.journal.length, detail.plans]);
    if (panel.dataset.key === key) return;
    panel.dataset.key = key;
    panel.replaceChildren();
    gantt(Duty.context.section(panel, t("gantt")), detail);
    journal(Duty.context.section(panel, t("journal"), `${detail.journal.length}`), detail);
  }

  // ---- bars

  /** `{name, bars: [{from, to, state}]}` of the incident, of each order and of each step that was begun. Milliseconds. */
  function rows({ number, journal, orders, plans }) {
    const at = (row) => Date.parse(row.at);
    const spans = (list, first) => {
      const moves = list.map((row) => ({ from: at(row), state: row.body.to || first })).filter(({ state }, i, all) => i === 0 || state !== all[i - 1].state);
      return moves.map((move, i) => ({ ...move, to: moves[i + 1]?.from ?? null }));
    };
    const found = [{ name: t("an_incident"), bars: spans(journal.filter((row) => row.subject === number), "REPORTED") }];
    for (const order of [...orders].reverse()) found.push({ name: Duty.unitOf(order.unit), bars: spans(journal.filter((row) => row.subject === order.number), "DRAFT") });
    for (const plan of plans.filter(({ started_at }) => started_at)) {
      for (const step of plan.steps.filter(({ begin }) => begin)) found.push({ name: step.title[Duty.told.lang] || step.title.zh, bars: [{ from: Date.parse(step.begin), to: step.end ? Date.parse(step.end) : step.state === "OPEN" ? null : Date.parse(step.begin), state: step.state, light: step.light }] });
    }
    return found.filter(({ bars }) => bars.length);
  }

  const ENDS = [...OVER, "DONE", "REFUSED", "EXPIRED", "CANCELLED", "REVIEWED", "CLOSED"];

  function gantt(node, detail) {
    const all = rows(detail);
    const now = store.now();
    const from = Math.min(...all.flatMap(({ bars }) => bars.map((bar) => bar.from)));
    const running = all.some(({ bars }) => bars.some((bar) => bar.to === null && !ENDS.includes(bar.state)));
    const last = Math.max(...all.flatMap(({ bars }) => bars.map((bar) => bar.to ?? bar.from)));
    const to = Math.max(running ? now : last, from + 60000);
    const x = (ms) => `${(100 * (Math.min(ms, to) - from)) / (to - from)}%`;
    const chart = make("div", "duty-gantt", node);
    for (const { name, bars } of all) {
      const row = make("div", "duty-gantt-row", chart);
      say(make("span", "duty-gantt-name", row), name);
      const track = make("div", "duty-gantt-track", row);
      for (const bar of bars) {
        const end = bar.to ?? (ENDS.includes(bar.state) ? bar.from : now);
        const made = make("i", "duty-bar", track);
        made.style.left = x(bar.from);
        made.style.width = `max(3px, ${(100 * (Math.min(end, to) - bar.from)) / (to - from)}%)`;
        made.dataset.state = bar.state;
        if (bar.light && bar.light !== "none") made.dataset.light = bar.light;
        made.title = `${named("state", bar.state)} · ${Duty.moment(bar.from, true)}${bar.to ? ` – ${Duty.moment(bar.to, true)}` : ""}`;
      }
      const sum = bars.at(-1);
      mark(row, "aria-label", `${name}: ${named("state", sum.state)}`);
      row.setAttribute("role", "img");
    }
    const axis = make("div", "duty-gantt-row duty-gantt-axis", chart);
    make("span", "duty-gantt-name", axis);
    const ends = make("div", "duty-gantt-track", axis);
    say(make("span", "", ends), Duty.moment(from));
    say(make("span", "", ends), running ? t("now") : Duty.moment(to));
  }

  // ---- the journal

  function journal(node, detail) {
    const list = make("ol", "duty-journal", node);
    for (const row of [...detail.journal].reverse()) {
      const item = make("li", "", list);
      mark(item, "data-order", row.subject === detail.number ? null : "true");
      mark(item, "data-quiet", QUIET.includes(row.verb) ? "true" : null);
      const time = make("time", "", item);
      say(time, Duty.moment(row.at, true));
      time.dateTime = row.at;
      const body = make("div", "", item);
      const line = make("div", "duty-line", body);
      say(make("b", "", line), named("verb", row.verb));
      if (row.body.to && row.body.to !== row.body.from) say(make("span", "duty-second", line), `→ ${named("state", row.body.to)}`);
      say(make("span", "duty-second duty-line-end", line), `${row.actor}${row.role ? ` · ${named("role", row.role)}` : ""}`);
      const order = row.subject === detail.number ? "" : Duty.unitOf(detail.orders.find(({ number }) => number === row.subject)?.unit || row.subject);
      const steps = detail.plans.flatMap((plan) => plan.steps);
      const step = steps.find((one) => one.step === row.body.step)?.title;
      const plan = detail.plans.find((one) => one.plan === row.body.plan)?.title;
      const about = (step || plan)?.[Duty.told.lang] || (step || plan)?.zh;
      const words = [order, row.body.reason, row.body.opinion, !order && row.body.unit ? Duty.unitOf(row.body.unit) : "", !order && row.body.deadline ? `${t("due_at")} ${Duty.moment(row.body.deadline)}` : "", about, row.verb === "draft" ? row.body.text : "", row.body.stars ? "★".repeat(row.body.stars) : "", row.body.reply?.done];
      const text = words.filter(Boolean).join(" · ");
      if (text) say(make("p", "", body), text);
      item.title = `${row.seq} · ${t("seal")} ${String(row.seal).slice(0, 12)}…`;
    }
  }

  Duty.chart = { fill };
})();
