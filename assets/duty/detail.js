// The open incident: what, where, who; how far it is; what this actor may do now, as the server names it; and five tabs.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { told, t, named, store } = Duty;
  const TABS = ["work", "orders", "plans", "log", "replay"];
  const parts = {};
  let tab = "work";
  let shown = "";

  function build(root) {
    parts.root = root;
    parts.body = make("div", "duty-detail-body", root);
    store.on("detail", show);
    store.on("rows", clocks);
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
    Duty.acts.show();
    fill();
    clocks();
  }

  function nothing(number, detail) {
    shown = "";
    Duty.replay.stop();
    parts.root.toggleAttribute("data-open", Boolean(number));
    parts.body.replaceChildren();
    if (!number) Duty.empty(parts.body, t("choose_one"), t("choose_then"));
    else if (detail) Duty.empty(parts.body, detail.error, detail.hint || number);
    else for (let i = 0; i < 5; i++) make("div", "duty-bone", parts.body);
  }

  function lay(number) {
    shown = number;
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
    Duty.acts.lay(parts.body, number);
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
    Duty.replay.stop();
    parts.panel.replaceChildren();
    parts.panel.dataset.tab = name;
    delete parts.panel.dataset.key;
    parts.panel.scrollTop = 0;
    fill();
  }

  function head(incident) {
    say(parts.title, incident.title);
    const key = JSON.stringify([incident.number, incident.priority, incident.exercise, incident.outside, incident.put_away, incident.urge_level, incident.supervisions, incident.reworks, incident.returns, incident.category]);
    if (parts.under.dataset.key === key) return;
    parts.under.dataset.key = key;
    parts.under.replaceChildren();
    if (incident.exercise) Duty.tag(parts.under, t("exercise"), "exercise");
    if (incident.put_away) Duty.tag(parts.under, `${t("put_away")} ${Duty.moment(incident.put_away)}`);
    if (incident.outside) Duty.tag(parts.under, t("outside"), "outside");
    Duty.tag(parts.under, named("priority", incident.priority), incident.priority.toLowerCase());
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
      Duty.setLight(light, Cockpit.lightOf(clock, now));
      mark(parts.clocks.children[i], "data-light", Cockpit.lightOf(clock, now));
      say(strong, Cockpit.clockLeft(clock, now, told.lang));
      say(small, clock.due && clock.running ? `${t("due_at")} ${Duty.moment(clock.due)}` : "");
    });
  }

  // ---- the tabs

  const FILL = { work: (...all) => Duty.context.work(...all), orders: (...all) => Duty.orders.fill(...all), plans: (...all) => Duty.plans.fill(...all), log: (...all) => Duty.chart.fill(...all), replay: (...all) => Duty.replay.fill(...all) };

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

  Duty.detail = { build, turn: (place) => shown && turn(TABS[place]), show: (name) => shown && turn(name), letter: Duty.acts.letter, close, heard: Duty.acts.heard, refill: () => { if (parts.panel) delete parts.panel.dataset.key; fill(); } };
})();
