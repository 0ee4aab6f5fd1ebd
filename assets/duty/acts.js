// What this actor may do now: the verbs the server names as legal, with a letter each; forms where something must be said.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say } = Cockpit.dom;
  const { told, t, named, store } = Duty;
  const LETTERS = {
    accept: "a", reject: "r", file: "f", cancel: "c", dispatch: "d", sign: "i", return: "r", start: "t", suspend: "p", approve: "a", deny: "d", resume: "e",
    report: "b", verify: "v", pass: "p", fail: "x", review: "r", reopen: "e", archive: "a", supervise: "u", urge: "h", "add-unit": "z", note: "y",
  };
  const OVER = ["DONE", "REFUSED", "EXPIRED", "CANCELLED"];
  const running = ({ state, expires_at }) => !OVER.includes(state) && !(told.order_steps.expire.from.includes(state) && Date.parse(expires_at) <= store.now());
  const ORDERING = ["dispatcher", "chief", "leader", "administrator"];
  let box = null;
  let shown = ""; // the incident the buttons are of
  let asked = null; // the verb whose form is open
  let held = null; // what was not done because orders run on: `{verb, said, orders}`

  /** Takes its place in the detail of an incident that was just opened. */
  function lay(parent, number) {
    box = make("div", "duty-acts", parent);
    [shown, asked, held] = [number, null, null];
  }

  /** The verbs that lead on, in the machine's order; then those that only record something. */
  const leads = (verb) => Boolean(told.steps[verb]?.to);

  function show() {
    const incident = store.detail()?.incident;
    if (!box || !incident || shown !== incident.number) return;
    const queued = Duty.line.queue().filter(({ about, state }) => about === shown && state === "waiting");
    const key = JSON.stringify([incident.version, incident.verbs, store.detail().orders.length, asked, held, queued.map(({ key: one }) => one), Duty.actor.now()]);
    if (box.dataset.key === key) return;
    if (asked && !incident.verbs.includes(asked)) asked = null;
    if (held && !incident.verbs.includes(held.verb)) held = null;
    const form = held ? `${held.verb} held` : asked || "";
    if (form && box.dataset.asked === form && box.querySelector("form")) return; // nobody's words are taken away
    box.dataset.key = key;
    box.dataset.asked = form;
    const focused = document.activeElement?.dataset?.verb;
    box.replaceChildren();
    if (queued.length) {
      const node = make("div", "duty-waits", box);
      Duty.tag(node, t("waiting"), "waiting");
      say(make("span", "", node), queued.map(({ words }) => words).join("、"));
    }
    if (held) callOff(incident);
    else if (asked) ask(incident);
    else buttons(incident);
    if (focused) box.querySelector(`[data-verb="${focused}"]`)?.focus();
  }

  /** How far on its way a verb leads; what leads back or aside comes last. */
  const further = (verb, { state }) => {
    const [from, to] = [state, told.steps[verb].to].map((one) => told.way.indexOf({ SUSPEND_REQUESTED: "HANDLING", SUSPENDED: "HANDLING" }[one] ?? one));
    return told.steps[verb].to === "ARCHIVED" ? 1 : to - from || (verb === "approve" || verb === "resume" ? 0.5 : 0);
  };

  const ahead = (incident) => incident.verbs.filter(leads).sort((one, other) => further(other, incident) - further(one, incident));

  function buttons(incident) {
    const forward = ahead(incident);
    const rest = incident.verbs.filter((verb) => !leads(verb));
    const first = make("div", "duty-verbs", box);
    forward.forEach((verb, i) => verbButton(first, verb, i === 0 && further(verb, incident) > 0 ? "main" : ""));
    if (!forward.length) whose(first, incident);
    if (wantsOrder(incident)) Duty.button(first, t("new_order"), () => Duty.orders.begin(), { kind: forward.length ? "" : "main", key: "o" });
    if (!rest.length) return;
    const second = make("div", "duty-verbs duty-verbs-more", box);
    rest.forEach((verb) => verbButton(second, verb, "quiet"));
  }

  /** Somebody was named but nobody has been told to go. */
  const wantsOrder = ({ state, lead_unit }) => state === "DISPATCHED" && Boolean(lead_unit) && ORDERING.includes(Duty.actor.now().role) && !store.detail().orders.length;

  function verbButton(parent, verb, kind) {
    const made = Duty.button(parent, named("verb", verb), () => act(verb), { kind, key: LETTERS[verb] || "" });
    made.dataset.verb = verb;
    return made;
  }

  /** Whose turn it is, where it is not this actor's; and the way to become one of them while there are no logins. */
  function whose(parent, incident) {
    const roles = [...new Set(Object.values(told.steps).filter((step) => step.to && step.from.includes(incident.state)).flatMap((step) => step.roles))].filter((role) => told.roles.includes(role));
    if (!roles.length) return say(make("p", "duty-whose", parent), t("over"));
    const line = make("p", "duty-whose", parent);
    say(make("span", "", line), `${t("next_by")} ${roles.map((role) => named("role", role)).join(" / ")}`);
    if (!told.demonstration) return null;
    for (const role of roles.slice(0, 2)) {
      Duty.button(parent, `${named("role", role)} · ${t("act_as")}`, () => Duty.actor.set({ ...Duty.actor.now(), role, name: named("role", role), unit: incident.lead_unit || "" }), { kind: "quiet" });
    }
    return null;
  }

  function act(verb) {
    const incident = store.detail()?.incident;
    if (!incident?.verbs.includes(verb)) return;
    if (Duty.line.queue().some((one) => one.about === shown && one.state === "waiting" && one.path.startsWith("/api/v1/incidents/"))) {
      Duty.tell(t("waits_for_last"), "refused"); // what is legal after it only the server knows
      return;
    }
    if (Duty.form.asks(incident.needs[verb])) {
      asked = verb;
      show();
    } else done(verb, {});
  }

  function ask(incident) {
    say(make("h3", "duty-asked", box), named("verb", asked));
    const verb = asked;
    const { body } = Duty.form.inline(box, Duty.form.fieldsOf(incident.needs[verb]), named("verb", verb), (said) => done(verb, said), () => { asked = null; show(); box.querySelector("button")?.focus(); });
    const unit = body.made.find(({ field }) => field.name === "unit" && field.needed);
    if (unit) suggest(incident, unit.node);
  }

  /** Nobody knows units by heart: the nearest suitable one stands there, with why, unless something was written meanwhile. */
  async function suggest(incident, input) {
    if (incident.lon === null) return;
    try {
      const { ok, body } = await Duty.line.get(`/api/v1/units/nearest?${new URLSearchParams({ incident: incident.number, anywhere: true, lang: told.lang, limit: 1 })}`);
      const unit = ok && body.suitable[0];
      if (!unit || !input.isConnected || input.value) return;
      input.value = unit.id;
      const hint = make("small", "duty-hint duty-second", input.parentElement);
      say(hint, [`${t("nearest_one")} ${unit.name || unit.id}`, Duty.far(unit.straight_m), ...unit.reasons.filter(({ why }) => why !== "near").map((reason) => reason.said)].join(" · "));
      input.addEventListener("input", () => hint.remove(), { once: true });
    } catch {
      // the field stays empty: whoever knows a unit writes it
    }
  }

  /** An incident is not settled while its orders run: says which do, and offers to call them off with it. */
  function callOff(incident) {
    const { verb, said, orders } = held;
    const node = make("div", "duty-held", box);
    node.setAttribute("role", "alert");
    say(make("h3", "duty-asked", node), `${named("verb", verb)} · ${t("orders_run").replace("{}", orders.length)}`);
    const list = make("ul", "", node);
    for (const order of orders) say(make("li", "", list), `${Duty.unitOf(order.unit)} · ${named("state", order.state)} · ${order.number}`);
    const fields = Duty.form.fieldsOf(incident.needs[verb]).filter(({ needed }) => needed).map((field) => ({ ...field, value: said[field.name] ?? "" }));
    const back = () => { held = null; show(); box.querySelector("button")?.focus(); };
    const { node: form } = Duty.form.inline(box, fields, t("call_off"), (more) => done(verb, { ...said, ...more, orders: "cancel" }), back);
    if (!fields.length) form.querySelector("[type=submit]").focus();
  }

  /** Whether it was refused only because orders run on: the verb itself is still legal. */
  const isHeld = (verb, said, { status, body }) => status === 409 && told.steps[verb].settles && said.orders !== "cancel" && Boolean(body.verbs?.includes(verb));

  async function hold(number, verb, said, key) {
    const { ok, body } = await Duty.line.get(`/api/v1/orders?${new URLSearchParams({ incident: number, limit: 500 })}`).catch(() => ({ ok: false }));
    const orders = ok ? body.orders.filter(running) : [];
    if (!orders.length || shown !== number) return false;
    held = { verb, said, orders };
    Duty.line.dismiss(key);
    show();
    return true;
  }

  async function done(verb, said) {
    const number = shown;
    [asked, held] = [null, null];
    const words = `${named("verb", verb)} · ${store.detail()?.incident?.title || number}`;
    const sent = Duty.line.post(`/api/v1/incidents/${encodeURIComponent(number)}/${encodeURIComponent(verb)}`, said, { words, about: number });
    show();
    const answer = await sent;
    if (isHeld(verb, said, answer) && (await hold(number, verb, said, answer.key))) return Duty.tell(`${words} · ${t("refused")}: ${t("orders_run").replace("{}", held.orders.length)}`, "refused");
    return heard(words, answer);
  }

  /** Says how it went: to the ears as well. A refusal stays above until it is dismissed. */
  function heard(words, { ok, body }) {
    if (ok) Duty.tell(`${words} · ${t("sent")}${body.state ? ` · ${named("state", body.state)}` : ""}`);
    else Duty.tell(`${words} · ${t("refused")}: ${body.error || ""}`, "refused");
  }

  /** The verb of a letter, where it is legal now. */
  function letter(key) {
    const verbs = store.detail()?.incident?.verbs || [];
    const verb = verbs.find((one) => LETTERS[one] === key);
    if (verb) act(verb);
    return Boolean(verb);
  }

  Duty.line.onQueue(() => show());
  Duty.actor.onChange(() => { [asked, held] = [null, null]; });

  Duty.acts = { lay, show, letter, heard };
})();
