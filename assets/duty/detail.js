// The open incident: what, where, who; how far it is; what this actor may do now, as the server names it; and four tabs.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { told, t, named, store } = Duty;
  const TABS = ["work", "orders", "plans", "log"];
  const LETTERS = {
    accept: "a", reject: "r", file: "f", cancel: "c", dispatch: "d", sign: "i", return: "r", start: "t", suspend: "p", approve: "a", deny: "d", resume: "e",
    report: "b", verify: "v", pass: "p", fail: "x", review: "r", reopen: "e", archive: "a", supervise: "u", urge: "h", "add-unit": "z", note: "y", merge: "q",
  };
  const parts = {};
  let tab = "work";
  let shown = "";
  let asked = null; // the verb whose form is open

  function build(root) {
    parts.root = root;
    parts.body = make("div", "duty-detail-body", root);
    store.on("detail", show);
    store.on("rows", clocks);
    Duty.line.onQueue(() => acts());
    Duty.actor.onChange(() => { asked = null; });
    setInterval(clocks, 1000);
    show();
  }

  /** Another incident is laid out anew; the same one is filled anew, but not under a hand that writes. */
  function show() {
    const number = store.number();
    const detail = store.detail();
    const incident = detail?.incident;
    if (!incident) return nothing(number, detail);
    if (shown !== number) lay(number);
    head(incident);
    way(incident);
    acts();
    fill();
    clocks();
  }

  function nothing(number, detail) {
    shown = "";
    asked = null;
    parts.root.toggleAttribute("data-open", Boolean(number));
    parts.body.replaceChildren();
    if (!number) Duty.empty(parts.body, t("choose_one"), t("choose_then"));
    else if (detail) Duty.empty(parts.body, detail.error, detail.hint || number);
    else for (let i = 0; i < 5; i++) make("div", "duty-bone", parts.body);
  }

  function lay(number) {
    shown = number;
    asked = null;
    parts.root.toggleAttribute("data-open", true);
    parts.body.replaceChildren();
    const top = make("div", "duty-detail-top", parts.body);
    const line = make("div", "duty-title-line", top);
    parts.title = make("h2", "duty-title", line);
    const back = Duty.button(line, "×", close, { label: t("back") });
    back.classList.add("duty-close");
    parts.under = make("div", "duty-under", top);
    parts.clocks = make("div", "duty-clocks", top);
    parts.way = make("ol", "duty-way", top);
    parts.acts = make("div", "duty-acts", parts.body);
    const tabs = make("div", "duty-tabs", parts.body);
    tabs.setAttribute("role", "tablist");
    parts.tabs = new Map(TABS.map((name, i) => [name, tabOf(tabs, name, i)]));
    parts.panel = make("div", "duty-panel", parts.body);
    parts.panel.setAttribute("role", "tabpanel");
    parts.panel.id = "duty-panel";
    parts.panel.tabIndex = 0;
    turn(tab);
  }

  function tabOf(parent, name, place) {
    const made = make("button", "duty-tab", parent);
    made.type = "button";
    made.id = `duty-tab-${name}`;
    made.setAttribute("role", "tab");
    mark(made, "aria-controls", "duty-panel");
    mark(made, "aria-keyshortcuts", place + 1);
    say(make("span", "", made), t(`tab_${name}`));
    make("b", "", made);
    made.addEventListener("click", () => turn(name));
    made.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      const next = TABS[(TABS.indexOf(name) + by + TABS.length) % TABS.length];
      turn(next);
      parts.tabs.get(next).focus();
    });
    return made;
  }

  function turn(name) {
    tab = name;
    if (!shown) return;
    for (const [one, node] of parts.tabs) {
      mark(node, "aria-selected", one === name);
      node.tabIndex = one === name ? 0 : -1;
    }
    mark(parts.panel, "aria-labelledby", `duty-tab-${name}`);
    parts.panel.replaceChildren();
    parts.panel.dataset.tab = name;
    delete parts.panel.dataset.key;
    parts.panel.scrollTop = 0;
    fill();
  }

  function head(incident) {
    say(parts.title, incident.title);
    const key = JSON.stringify([incident.number, incident.priority, incident.exercise, incident.urge_level, incident.supervisions, incident.reworks, incident.returns, incident.category]);
    if (parts.under.dataset.key === key) return;
    parts.under.dataset.key = key;
    parts.under.replaceChildren();
    if (incident.exercise) Duty.tag(parts.under, t("exercise"), "exercise");
    Duty.tag(parts.under, t(incident.priority), incident.priority.toLowerCase());
    say(make("span", "", parts.under), `${incident.category} · ${incident.number}`);
    for (const [count, word] of [[incident.urge_level, "urged_n"], [incident.supervisions, "supervised_n"], [incident.reworks, "reworked_n"], [incident.returns, "returned_n"]]) if (count) Duty.tag(parts.under, `${t(word)} ${count}`);
  }

  /** The slim line of steps: gone, here, to come; a state beside the way stands in words. */
  function way({ state }) {
    const at = told.way.indexOf({ SUSPEND_REQUESTED: "HANDLING", SUSPENDED: "HANDLING", ARCHIVED: "REVIEWED" }[state] || state);
    const key = `${state}`;
    if (parts.way.dataset.key === key) return;
    parts.way.dataset.key = key;
    mark(parts.way, "aria-label", named("state", state));
    parts.way.replaceChildren(...told.way.map((one, i) => {
      const node = make("li", "");
      mark(node, "data-step", at < 0 ? "never" : i < at || state === "ARCHIVED" ? "gone" : i === at ? "here" : "ahead");
      node.title = named("state", one);
      say(make("span", "", node), named("state", i === at ? state : one));
      if (i === at) mark(node, "aria-current", "step");
      return node;
    }));
    if (at < 0) {
      const node = make("li", "duty-aside", parts.way);
      say(node, named("state", state));
    }
  }

  function clocks() {
    if (!shown || !parts.clocks) return;
    const row = store.rows().get(shown) || { step: store.detail()?.clocks?.step, overall: store.detail()?.clocks?.overall };
    const now = store.now();
    const pairs = [["step_clock", row.step], ["overall_clock", row.overall]].filter(([, clock]) => clock);
    if (parts.clocks.children.length !== pairs.length) {
      parts.clocks.replaceChildren(...pairs.map(([word]) => {
        const node = make("div", "duty-clock-one");
        say(make("span", "duty-clock-word", node), t(word));
        Duty.light(node, "none");
        make("strong", "", node);
        make("small", "", node);
        return node;
      }));
    }
    pairs.forEach(([, clock], i) => {
      const [, light, strong, small] = parts.clocks.children[i].children;
      Duty.setLight(light, Duty.lightOf(clock, now));
      mark(parts.clocks.children[i], "data-light", Duty.lightOf(clock, now));
      say(strong, Duty.left(clock, now));
      say(small, clock.due && clock.running ? `${t("due_at")} ${Duty.moment(clock.due)}` : "");
    });
  }

  // ---- what may be done

  /** The verbs that lead on, in the machine's order; then those that only record something. */
  const leads = (verb) => Boolean(told.steps[verb]?.to);

  function acts() {
    const incident = store.detail()?.incident;
    if (!incident || !shown || shown !== incident.number) return;
    const queued = Duty.line.queue().filter(({ about, state }) => about === shown && state === "waiting");
    const key = JSON.stringify([incident.version, incident.verbs, asked, queued.map(({ key: one }) => one), Duty.actor.now()]);
    if (parts.acts.dataset.key === key) return;
    if (asked && !incident.verbs.includes(asked)) asked = null;
    const writing = asked && parts.acts.querySelector("form");
    if (writing && parts.acts.dataset.asked === asked) return;
    parts.acts.dataset.key = key;
    parts.acts.dataset.asked = asked || "";
    const focused = document.activeElement?.dataset?.verb;
    parts.acts.replaceChildren();
    if (queued.length) {
      const node = make("div", "duty-waits", parts.acts);
      Duty.tag(node, t("waiting"), "waiting");
      say(make("span", "", node), queued.map(({ words }) => words).join("、"));
    }
    if (asked) ask(incident);
    else buttons(incident);
    if (focused) parts.acts.querySelector(`[data-verb="${focused}"]`)?.focus();
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
    const first = make("div", "duty-verbs", parts.acts);
    forward.forEach((verb, i) => verbButton(first, verb, i === 0 && further(verb, incident) > 0 ? "main" : ""));
    if (!forward.length) whose(first, incident);
    if (!rest.length) return;
    const second = make("div", "duty-verbs duty-verbs-more", parts.acts);
    rest.forEach((verb) => verbButton(second, verb, "quiet"));
  }

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
    if (Duty.form.asks(incident.needs[verb])) {
      asked = verb;
      acts();
    } else done(verb, {});
  }

  function ask(incident) {
    say(make("h3", "duty-asked", parts.acts), named("verb", asked));
    const verb = asked;
    Duty.form.inline(parts.acts, Duty.form.fieldsOf(incident.needs[verb]), named("verb", verb), (said) => done(verb, said), () => { asked = null; acts(); parts.acts.querySelector("button")?.focus(); });
  }

  async function done(verb, said) {
    const number = shown;
    asked = null;
    const words = `${named("verb", verb)} · ${store.detail()?.incident?.title || number}`;
    const sent = Duty.line.post(`/api/v1/incidents/${encodeURIComponent(number)}/${encodeURIComponent(verb)}`, said, { words, about: number });
    acts();
    heard(words, await sent);
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

  // ---- the tabs

  const FILL = { work: (...all) => Duty.context.work(...all), orders: (...all) => Duty.orders.fill(...all), plans: (...all) => Duty.plans.fill(...all), log: (...all) => Duty.chart.fill(...all) };

  function fill() {
    const detail = store.detail();
    if (!detail?.incident || !shown) return;
    say(parts.tabs.get("orders").lastChild, detail.orders.length || "");
    say(parts.tabs.get("plans").lastChild, detail.plans.length || "");
    say(parts.tabs.get("log").lastChild, detail.journal.length || "");
    if (parts.panel.contains(document.activeElement) && document.activeElement.closest("form")) return; // nobody's words are taken away
    FILL[tab](parts.panel, detail);
  }

  function close() {
    store.open("");
    Duty.list.focus();
  }

  Duty.detail = { build, turn: (place) => shown && turn(TABS[place]), show: (name) => shown && turn(name), letter, close, heard, asking: () => asked, focus: () => (parts.root.querySelector(".duty-acts button, .duty-panel") || parts.root).focus(), refill: () => { if (parts.panel) delete parts.panel.dataset.key; fill(); } };
})();
