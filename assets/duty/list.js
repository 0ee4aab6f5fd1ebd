// The list: the urgent first. Its order changes only while nobody reads it.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { told, t, named, store } = Duty;
  const CALM_MS = 6000;
  const HOVER_MS = 30000; // a pointer that rests on the list is taken for a reader so long, not for ever
  const parts = {};
  const nodes = new Map();
  let order = [];
  let at = "";
  let touched = -HOVER_MS;
  let hovered = false;

  function build(root) {
    Duty.filters.build(root, sort);
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
    for (const kind of ["pointermove", "wheel", "pointerdown"]) parts.list.addEventListener(kind, () => { [touched, hovered] = [performance.now(), true]; }, { passive: true });
    parts.list.addEventListener("pointerleave", () => { [touched, hovered] = [-HOVER_MS, false]; });
    store.on("rows", show);
    Duty.line.onQueue(show);
    setInterval(tick, 1000);
    show();
  }

  const sorted = (rows) => Cockpit.gravestFirst(rows, store.now()).map(({ number }) => number);

  const calm = () => performance.now() - touched > (hovered ? HOVER_MS : CALM_MS);

  function sort() {
    touched = -HOVER_MS;
    show();
  }

  /** While somebody reads, rows change where they stand; what is new or gone waits for a word. */
  function show() {
    if (!parts.list) return;
    const all = [...store.rows().values()];
    const rows = all.filter(Duty.filters.wanted);
    const next = sorted(rows);
    const quiet = calm();
    if (quiet || !order.length) order = next;
    const moved = !quiet && order.join() !== next.join();
    parts.again.hidden = !moved;
    say(parts.again, `${t("list_changed")} · ${t("show_now")} [S]`);
    Duty.filters.count(all);
    paint();
    nothing(all);
    say(parts.foot, store.more() ? t("more_open") : "");
  }

  function paint() {
    const rows = store.rows();
    const shown = order.filter((number) => nodes.has(number) || rows.has(number));
    for (const [number, node] of nodes) {
      if (shown.includes(number)) continue;
      node.remove();
      nodes.delete(number);
    }
    const titles = shown.map((number) => rows.get(number)?.title);
    const twins = new Set(titles.filter((title, place) => titles.indexOf(title) !== place));
    shown.forEach((number, place) => {
      const node = nodes.get(number) || made(number);
      if (parts.list.children[place] !== node) parts.list.insertBefore(node, parts.list.children[place] || null);
      if (rows.has(number)) dress(node, rows.get(number), twins.has(rows.get(number).title));
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

  /** `twin`: another one has the same title; when it was reported tells them apart. */
  function dress(node, row, twin) {
    const queued = Duty.line.queue().filter(({ about }) => about === row.number);
    const key = JSON.stringify([row, twin, queued.map(({ state }) => state)]);
    if (node.dataset.key === key) return;
    node.dataset.key = key;
    say(node.title_, row.title);
    const known = [named("state", row.state), twin ? Duty.moment(row.reported_at) : "", row.address || Duty.placeOf(row.within), row.unit ? Duty.unitOf(row.unit) : ""];
    node.what_.replaceChildren();
    for (const words of known.filter(Boolean)) say(make("span", "", node.what_), words); // each keeps together
    node.tags_.replaceChildren();
    if (row.exercise) Duty.tag(node.tags_, t("exercise"), "exercise");
    if (row.outside) Duty.tag(node.tags_, t("outside"), "outside");
    if (row.priority === "URGENT" || row.priority === "HIGH") Duty.tag(node.tags_, named("priority", row.priority), row.priority.toLowerCase());
    if (row.help) Duty.tag(node.tags_, t("needs_help"), "urgent");
    if (row.drafts) Duty.tag(node.tags_, `${named("state", "DRAFT")} ${row.drafts}`, "turn");
    if (row.urged) Duty.tag(node.tags_, `${t("urged_n")} ${row.urged}`);
    if (row.supervised) Duty.tag(node.tags_, t("supervised_n"));
    for (const state of new Set(queued.map((one) => one.state))) Duty.tag(node.tags_, t(state), state);
    mark(node, "data-turn", row.turn ? "true" : null);
  }

  function nothing(all) {
    parts.list.hidden = !order.length;
    const kind = order.length || !store.known() ? "" : all.length ? "filtered" : Duty.filters.over() ? "over" : "empty";
    if (parts.none.dataset.kind === kind) return;
    parts.none.dataset.kind = kind;
    parts.none.replaceChildren();
    if (kind === "empty") Duty.button(Duty.empty(parts.none, t("empty"), t("empty_then")), t("new_incident"), () => Duty.report.open(), { kind: "main", key: "n" });
    if (kind === "over") Duty.empty(parts.none, t("none_such"), "");
    if (kind === "filtered") Duty.button(Duty.empty(parts.none, t("none_such"), ""), t("clear"), Duty.filters.clear);
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
      say(node.left_, Cockpit.clockLeft(Cockpit.pressing(row, now), now, told.lang));
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
    build, move, sort, open: () => at && store.open(at), focus: () => parts.list.focus(), shown: () => order, at: () => at,
  };
})();
