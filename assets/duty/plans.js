// Response plans: those that fit and those that run; each step is ticked off, or skipped with a reason.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { t, named } = Duty;
  const MARKS = { DONE: "✓", SKIPPED: "–", OPEN: "", WAITING: "", DROPPED: "×" };
  const LEVELS = ["", "I", "II", "III", "IV"];
  const OVER = ["REJECTED", "CANCELLED", "ARCHIVED"];
  let asked = ""; // plan/step/verb that is asked for its reason

  function fill(panel, { incident, plans }) {
    const queued = Duty.line.queue().filter((one) => one.about === incident.number && one.path.startsWith("/api/v1/plans")).map((one) => one.path + one.body.step + one.state);
    const key = JSON.stringify([incident.number, incident.state, incident.put_away, plans, asked, queued]);
    if (panel.dataset.key === key) return;
    const at = document.activeElement?.dataset?.act;
    panel.dataset.key = key;
    panel.replaceChildren();
    plans.forEach((plan) => one(panel, incident, plan));
    if (!plans.length) Duty.empty(panel, t("no_plans"), t("no_plans_then"));
    if (at) panel.querySelector(`[data-act="${at}"]`)?.focus();
  }

  const titled = (title) => title[Duty.told.lang] || title.zh || title.en;

  function one(panel, incident, plan) {
    const node = make("article", "duty-plan", panel);
    const head = make("div", "duty-line", node);
    say(make("strong", "duty-line-name", head), titled(plan.title));
    if (plan.level) mark(Duty.tag(head, LEVELS[plan.level]), "data-level", plan.level);
    say(make("span", "duty-second", head), t(plan.over ? "plan_over" : plan.started_at ? "plan_running" : "plan_fits"));
    if (plan.started_at) say(make("p", "duty-second", node), `${t("since")} ${Duty.moment(plan.started_at)} · ${plan.started_by} · ${plan.version}`);
    const list = make("ol", "duty-steps", node);
    plan.steps.forEach((step) => stepOf(list, incident, plan, step));
    if (OVER.includes(incident.state) || incident.put_away) return; // its plans are closed
    const acts = make("div", "duty-verbs", node);
    if (!plan.started_at || plan.over) act(acts, incident, plan, "start-plan", "", plan.over ? "quiet" : "main");
    else if (asked === `${plan.plan}//stop-plan`) reason(node, incident, plan, "stop-plan", "", "stop_reason");
    else button(acts, plan, "", "stop-plan", () => ask(`${plan.plan}//stop-plan`), "quiet");
  }

  function stepOf(list, incident, plan, step) {
    const node = make("li", "duty-step", list);
    mark(node, "data-state", step.state || "WAITING");
    const sign = make("i", "duty-step-mark", node);
    mark(sign, "aria-hidden", "true");
    say(sign, MARKS[step.state] || "");
    const body = make("div", "duty-step-body", node);
    const line = make("div", "duty-line", body);
    say(make("span", "duty-line-name", line), titled(step.title));
    if (step.state === "OPEN" && step.light !== "none") Duty.light(line, step.light, false);
    say(make("span", "duty-second", line), step.state ? named("state", step.state) : "");
    const said = [named("role", step.role), step.within_s ? `${t("within")} ${Duty.lasting(step.within_s)}` : "", step.due && step.state === "OPEN" ? `${t("due_at")} ${Duty.moment(step.due)}` : "", step.end ? Duty.moment(step.end) : "", step.actor, step.reason];
    say(make("div", "duty-second", body), said.filter(Boolean).join(" · "));
    for (const message of step.messages) say(make("div", "duty-second", body), `${t("messages")} → ${named("role", message.to)}: ${message.text}`);
    if (step.order) say(make("div", "duty-second", body), `${t("tab_orders")}: ${step.order.text}`);
    if (step.state !== "OPEN") return;
    if (asked === `${plan.plan}/${step.step}/skip-step`) return reason(body, incident, plan, "skip-step", step.step, "skip_reason");
    const acts = make("div", "duty-verbs", body);
    act(acts, incident, plan, "tick-step", step.step, "", "tick");
    button(acts, plan, step.step, "skip-step", () => ask(`${plan.plan}/${step.step}/skip-step`), "quiet", "skip");
    if (step.order) Duty.button(acts, t("new_order"), () => Duty.orders.begin(), { kind: "quiet" });
  }

  function button(parent, plan, step, verb, press, kind, word = "") {
    const made = Duty.button(parent, word ? t(word) : named("verb", verb), press, { kind });
    made.dataset.act = `${plan.plan}/${step}/${verb}`;
    return made;
  }

  const act = (parent, incident, plan, verb, step, kind, word) => button(parent, plan, step, verb, () => done(incident, plan, verb, step), kind, word);

  function ask(what) {
    asked = what;
    document.activeElement?.blur?.();
    Duty.detail.refill();
    document.querySelector("#duty-panel form textarea")?.focus();
  }

  function reason(parent, incident, plan, verb, step, word) {
    Duty.form.inline(parent, [{ name: "reason", kind: "area", label: t(word), needed: true, max: 2000 }], named("verb", verb), (said) => { ask(""); done(incident, plan, verb, step, said.reason); }, () => ask(""));
  }

  async function done(incident, plan, verb, step, why = "") {
    const words = `${named("verb", verb)} · ${titled((plan.steps.find((one) => one.step === step) || plan).title)}`;
    const path = `/api/v1/plans/${[incident.number, plan.plan, verb].map(encodeURIComponent).join("/")}`;
    const body = { ...(step ? { step } : {}), ...(why ? { reason: why } : {}) };
    Duty.detail.heard(words, await Duty.line.post(path, body, { words, about: incident.number }));
  }

  Duty.plans = { fill };
})();
