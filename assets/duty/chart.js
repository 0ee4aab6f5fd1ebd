// What happened: as bars over one time axis, and below them the journal, row by row.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { told, t, named } = Duty;
  const QUIET = ["send", "deliver"];

  function fill(panel, detail) {
    const key = JSON.stringify([detail.number, detail.journal.length, detail.plans]);
    if (panel.dataset.key === key) return;
    panel.dataset.key = key;
    panel.replaceChildren();
    Duty.gantt.draw(Duty.context.section(panel, t("gantt")), detail);
    journal(Duty.context.section(panel, t("journal"), `${detail.journal.length}`), detail);
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
      say(make("b", "", line), named("did", row.verb));
      if (row.body.to && row.body.to !== row.body.from) say(make("span", "duty-second", line), `→ ${named("state", row.body.to)}`);
      say(make("span", "duty-second duty-line-end", line), `${row.actor}${row.role ? ` · ${named("role", row.role)}` : ""}`);
      const order = row.subject === detail.number ? "" : Duty.unitOf(detail.orders.find(({ number }) => number === row.subject)?.unit || row.subject);
      const steps = detail.plans.flatMap((plan) => plan.steps);
      const step = steps.find((one) => one.step === row.body.step)?.title;
      const plan = detail.plans.find((one) => one.plan === row.body.plan)?.title;
      const about = (step || plan)?.[told.lang] || (step || plan)?.zh;
      const words = [order, Cockpit.reasonIn(row.body.reason, told.lang), row.body.opinion, !order && row.body.unit ? Duty.unitOf(row.body.unit) : "", !order && row.body.deadline ? `${t("due_at")} ${Duty.moment(row.body.deadline)}` : "", about, row.verb === "draft" ? row.body.text : "", row.body.stars ? "★".repeat(row.body.stars) : "", row.body.reply?.done];
      const text = words.filter(Boolean).join(" · ");
      if (text) say(make("p", "", body), text);
      item.title = `${row.seq} · ${t("seal")} ${String(row.seal).slice(0, 12)}…`;
    }
  }

  Duty.chart = { fill };
})();
