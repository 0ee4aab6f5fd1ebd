// What the list lets through: words, states, category, area, my turn; with the counts of each. Kept for as long as the tab is open.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { told, t, named, store } = Duty;
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
  let over = false; // those that have ended are shown
  let tell = () => {};

  /** `changed()` is called whenever the list must be made anew. */
  function build(root, changed) {
    tell = changed;
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
    tell();
  }

  const searched = (row) => [row.number, row.title, row.address, row.category, row.unit, Duty.unitOf(row.unit), Duty.placeOf(row.within)].join(" ").toLowerCase();

  /** All filters but that of the state: the counts by state are of what these let through. */
  const passes = (row) => (!filters.text || searched(row).includes(filters.text.trim().toLowerCase())) && (!filters.category || row.category === filters.category)
    && (!filters.region || row.within.includes(filters.region)) && (!filters.mine || row.turn);

  const wanted = (row) => passes(row) && (!filters.states.length || filters.states.includes(row.state));

  /** The counts of what there is. */
  function count(all) {
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

  function clear() {
    parts.search.value = "";
    change({ text: "", states: [], category: "", region: "", mine: false });
  }

  Duty.filters = { build, wanted, count, clear, over: () => over, search: () => { parts.search.focus(); parts.search.select(); }, mine: () => change({ mine: !filters.mine }) };
})();
