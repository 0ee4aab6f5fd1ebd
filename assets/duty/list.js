// The list: the urgent first, filters and counts above it. Its order changes only while nobody reads it.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { told, t, named, store } = Duty;
  const CALM_MS = 6000;
  const LIGHTS = ["red", "yellow", "green", "none"];
  const PRIORITIES = ["URGENT", "HIGH", "NORMAL", "LOW"];
  const KEPT = "duty-filters";

  const kept = () => {
    try {
      return JSON.parse(sessionStorage.getItem(KEPT)) || {};
    } catch {
      return {};
    }
  };
  const filters = { text: "", states: [], category: "", region: "", mine: false, ...kept() };
  const parts = {};
  const nodes = new Map();
  let order = [];
  let at = "";
  let touched = -CALM_MS;
  let over = false;

  function build(root) {
    parts.root = root;
    const head = make("div", "duty-filters", root);
    const line = make("div", "duty-filter-line", head);
    parts.search = field(line, "input", "search");
    parts.search.type = "search";
    parts.search.placeholder = t("search");
    mark(parts.search, "aria-keyshortcuts", "/");
    parts.search.value = filters.text;
    parts.search.addEventListener("input", () => change({ text: parts.search.value }));
    const chips = make("div", "duty-chips", head);
    chips.setAttribute("role", "group");
    mark(chips, "aria-label", t("filters"));
    parts.all = chip(chips, t("open_incidents"), () => { over = false; store.which(false); change({ mine: false, states: [] }); });
    parts.mine = chip(chips, t("mine"), () => change({ mine: !filters.mine }));
    parts.ended = chip(chips, t("ended"), () => { over = !over; change({ states: [], mine: false }); store.which(over); });
    const selects = make("div", "duty-filter-line", head);
    parts.category = select(selects, "any_category", (value) => change({ category: value }));
    parts.region = select(selects, "any_region", (value) => change({ region: value }));
    fill(parts.region, told.regions.filter(({ depth }) => depth === 1 || depth === 2).map(({ code, name, depth }) => [code, `${depth === 2 ? "　" : ""}${name}`]), filters.region);
    parts.states = make("div", "duty-states", head);
    parts.states.setAttribute("role", "group");
    mark(parts.states, "aria-label", t("states"));
    parts.again = make("button", "duty-again", root);
    parts.again.type = "button";
    parts.again.hidden = true;
    parts.again.addEventListener("click", sort);
    parts.list = make("ul", "duty-rows", root);
    parts.list.setAttribute("role", "listbox");
    parts.list.tabIndex = 0;
    mark(parts.list, "aria-label", t("open_incidents"));
    parts.none = make("div", "duty-none", root);
    parts.foot = make("p", "duty-more", root);
    for (const kind of ["pointermove", "wheel", "pointerdown"]) parts.list.addEventListener(kind, () => (touched = performance.now()), { passive: true });
    parts.list.addEventListener("pointerleave", () => (touched = -CALM_MS));
    store.on("rows", show);
    Duty.line.onQueue(show);
    setInterval(tick, 1000);
    show();
  }

  function field(parent, kind, word) {
    const made = make(kind, "duty-input", parent);
    mark(made, "aria-label", t(word));
    return made;
  }

  function chip(parent, words, act) {
    const made = make("button", "duty-chip", parent);
    made.type = "button";
    say(make("span", "", made), words);
    make("b", "", made);
    made.addEventListener("click", act);
    return made;
  }

  function select(parent, word, act) {
    const made = field(parent, "select", word);
    make("option", "", made).value = "";
    say(made.firstChild, t(word));
    made.addEventListener("change", () => act(made.value));
    return made;
  }

  function fill(node, pairs, value) {
    const wanted = JSON.stringify(pairs);
    if (node.dataset.filled !== wanted) {
      node.dataset.filled = wanted;
      node.replaceChildren(node.firstChild, ...pairs.map(([code, name]) => new Option(name, code)));
    }
    node.value = value;
  }

  function change(next) {
    Object.assign(filters, next);
    sessionStorage.setItem(KEPT, JSON.stringify(filters));
    touched = -CALM_MS;
    show();
  }

  const searched = (row) => [row.number, row.title, row.address, row.category, row.unit, Duty.unitOf(row.unit), Duty.placeOf(row.within)].join(" ").toLowerCase();

  /** All filters but that of the state: the counts by state are of what these let through. */
  const passes = (row) => (!filters.text || searched(row).includes(filters.text.trim().toLowerCase())) && (!filters.category || row.category === filters.category)
    && (!filters.region || row.within.includes(filters.region)) && (!filters.mine || row.turn);

  const wanted = (row) => passes(row) && (!filters.states.length || filters.states.includes(row.state));

  const rank = (row, now) => [LIGHTS.indexOf(Duty.lightOfBoth(row, now)), PRIORITIES.indexOf(row.priority), Date.parse(Duty.pressing(row)?.due || "9999-01-01"), row.number];

  function sorted(rows) {
    const now = store.now();
    const keyed = rows.map((row) => [rank(row, now), row]);
    keyed.sort(([one], [other]) => { for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return one[i] < other[i] ? -1 : 1; return 0; });
    return keyed.map(([, { number }]) => number);
  }

  const calm = () => performance.now() - touched > CALM_MS;

  function sort() {
    touched = -CALM_MS;
    show();
  }

  /** While somebody reads, rows change where they stand; what is new or gone waits for a word. */
  function show() {
    if (!parts.list) return;
    const all = [...store.rows().values()];
    const rows = all.filter(wanted);
    const next = sorted(rows);
    const quiet = calm();
    if (quiet || !order.length) order = next;
    const moved = !quiet && order.join() !== next.join();
    parts.again.hidden = !moved;
    say(parts.again, `${t("list_changed")} · ${t("show_now")} [S]`);
    heads(all);
    paint();
    nothing(all);
    say(parts.foot, store.more() ? t("more_open") : "");
  }

  function heads(all) {
    say(parts.all.querySelector("b"), over ? "" : all.length);
    say(parts.mine.querySelector("b"), over ? "" : all.filter((row) => row.turn).length);
    mark(parts.all, "aria-pressed", !over && !filters.mine);
    mark(parts.mine, "aria-pressed", filters.mine);
    mark(parts.ended, "aria-pressed", over);
    const categories = [...new Set([...all.map((row) => row.category), ...(filters.category ? [filters.category] : [])])].sort();
    fill(parts.category, categories.map((one) => [one, one]), filters.category);
    const counts = new Map();
    for (const row of all.filter(passes)) counts.set(row.state, (counts.get(row.state) || 0) + 1);
    const states = [...counts.keys(), ...filters.states.filter((state) => !counts.has(state))];
    const way = [...told.way, "SUSPEND_REQUESTED", "SUSPENDED", "ARCHIVED", "REJECTED", "CANCELLED"];
    states.sort((one, other) => way.indexOf(one) - way.indexOf(other));
    const key = JSON.stringify([states.map((state) => [state, counts.get(state) || 0]), filters.states]);
    if (parts.states.dataset.key === key) return;
    parts.states.dataset.key = key;
    const focused = document.activeElement?.dataset?.state;
    parts.states.replaceChildren(...states.map((state) => {
      const made = chip(document.createDocumentFragment(), named("state", state), () => change({ states: filters.states.includes(state) ? filters.states.filter((one) => one !== state) : [...filters.states, state] }));
      made.dataset.state = state;
      say(made.querySelector("b"), counts.get(state) || 0);
      mark(made, "aria-pressed", filters.states.includes(state));
      return made;
    }));
    if (focused) parts.states.querySelector(`[data-state="${focused}"]`)?.focus();
  }

  function paint() {
    const rows = store.rows();
    const shown = order.filter((number) => nodes.has(number) || rows.has(number));
    for (const [number, node] of nodes) {
      if (shown.includes(number)) continue;
      node.remove();
      nodes.delete(number);
    }
    shown.forEach((number, place) => {
      const node = nodes.get(number) || made(number);
      if (parts.list.children[place] !== node) parts.list.insertBefore(node, parts.list.children[place] || null);
      if (rows.has(number)) dress(node, rows.get(number));
      mark(node, "data-gone", rows.has(number) ? null : "true");
    });
    if (!at || !shown.includes(at)) at = shown.includes(store.number()) ? store.number() : shown[0] || "";
    marks();
    tick();
  }

  function made(number) {
    const node = make("li", "duty-row");
    node.id = `row-${number}`;
    node.dataset.number = number;
    node.setAttribute("role", "option");
    node.lights = Duty.light(node, "none", false);
    const body = make("div", "duty-row-body", node);
    const first = make("div", "duty-row-line", body);
    node.title_ = make("span", "duty-row-title", first);
    node.left_ = make("span", "duty-row-left", first);
    const second = make("div", "duty-row-line duty-row-second", body);
    node.what_ = make("span", "duty-row-what", second);
    node.tags_ = make("span", "duty-row-tags", second);
    node.addEventListener("click", () => { at = number; marks(); store.open(number); });
    nodes.set(number, node);
    return node;
  }

  function dress(node, row) {
    const queued = Duty.line.queue().filter(({ about }) => about === row.number);
    const key = JSON.stringify([row, queued.map(({ state }) => state)]);
    if (node.dataset.key === key) return;
    node.dataset.key = key;
    say(node.title_, row.title);
    say(node.what_, [named("state", row.state), row.address || Duty.placeOf(row.within), row.unit ? Duty.unitOf(row.unit) : ""].filter(Boolean).join(" · "));
    node.tags_.replaceChildren();
    if (row.exercise) Duty.tag(node.tags_, t("exercise"), "exercise");
    if (row.priority === "URGENT" || row.priority === "HIGH") Duty.tag(node.tags_, t(row.priority), row.priority.toLowerCase());
    if (row.help) Duty.tag(node.tags_, t("needs_help"), "urgent");
    if (row.drafts) Duty.tag(node.tags_, `${named("state", "DRAFT")} ${row.drafts}`, "turn");
    if (row.urged) Duty.tag(node.tags_, `${t("urged_n")} ${row.urged}`);
    if (row.supervised) Duty.tag(node.tags_, t("supervised_n"));
    for (const state of new Set(queued.map((one) => one.state))) Duty.tag(node.tags_, t(state), state);
    mark(node, "data-turn", row.turn ? "true" : null);
  }

  function nothing(all) {
    parts.list.hidden = !order.length;
    const kind = order.length || !store.known() ? "" : all.length ? "filtered" : over ? "over" : "empty";
    if (parts.none.dataset.kind === kind) return;
    parts.none.dataset.kind = kind;
    parts.none.replaceChildren();
    if (kind === "empty") Duty.button(Duty.empty(parts.none, t("empty"), t("empty_then")), t("new_incident"), () => Duty.report.open(), { kind: "main", key: "n" });
    if (kind === "over") Duty.empty(parts.none, t("none_such"), "");
    if (kind === "filtered") Duty.button(Duty.empty(parts.none, t("none_such"), ""), t("clear"), clear);
  }

  function clear() {
    parts.search.value = "";
    change({ text: "", states: [], category: "", region: "", mine: false });
  }

  function marks() {
    for (const [number, node] of nodes) {
      mark(node, "aria-selected", number === store.number());
      mark(node, "data-at", number === at ? "true" : null);
    }
    mark(parts.list, "aria-activedescendant", at ? `row-${at}` : null);
  }

  /** What changes by the clock alone. */
  function tick() {
    const now = store.now();
    for (const [number, node] of nodes) {
      const row = store.rows().get(number);
      if (!row) continue;
      const light = Duty.lightOfBoth(row, now);
      Duty.setLight(node.lights, light, false);
      mark(node, "data-light", light);
      say(node.left_, Duty.left(Duty.pressing(row), now));
    }
  }

  /** One on or back; the list keeps still for a while. */
  function move(by) {
    if (!order.length) return;
    touched = performance.now();
    const place = Math.min(Math.max(order.indexOf(at) + by, 0), order.length - 1);
    at = order[place];
    marks();
    nodes.get(at)?.scrollIntoView({ block: "nearest" });
    if (document.activeElement !== parts.list) parts.list.focus({ preventScroll: true });
  }

  Duty.list = {
    build, move, sort, open: () => at && store.open(at), focus: () => parts.list.focus(), search: () => { parts.search.focus(); parts.search.select(); },
    mine: () => change({ mine: !filters.mine }), shown: () => order, at: () => at, clear,
  };
})();
