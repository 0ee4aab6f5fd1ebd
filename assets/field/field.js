// The field page: which unit this is, what it is told, and how the line is. Begins with what the phone remembers.
(() => {
  "use strict";
  const Field = window.Field;
  const { make, say, mark } = window.Cockpit.dom;
  const { t, told } = Field;
  const LOOK_MS = 3000;
  const HIDDEN_MS = 15000;
  const UNIT = "field-unit";

  const asked = new URLSearchParams(location.search).get("unit");
  let unit = told.units.some(({ id }) => id === asked) ? asked : localStorage.getItem(UNIT);
  const NOTHING = { orders: [], incidents: {}, broadcasts: [], led: [] };
  let heardOrders = NOTHING;
  let tag = ""; // of what the unit leads, as last heard
  let looking = 0;
  let known = null; // the numbers of open orders, once some were heard

  Field.unit = () => unit;
  Field.now = () => Date.now() + Field.line.ahead();

  const page = {};

  function build() {
    const root = document.getElementById("field");
    root.replaceChildren();
    const head = make("header", "f-head", root);
    page.who = make("button", "f-who", make("h1", "f-title", head));
    page.who.type = "button";
    page.who.title = t("f_change");
    page.who.addEventListener("click", choose);
    page.line = make("span", "f-line", head);
    page.line.setAttribute("role", "status");
    make("i", "mark", page.line).setAttribute("aria-hidden", "true");
    make("span", "", page.line);
    if (told.languages.length > 1) {
      const lang = make("a", "f-lang", head);
      say(lang, t("f_lang"));
      lang.href = `/field?${new URLSearchParams({ lang: told.lang === "en" ? "zh" : "en", theme: document.documentElement.dataset.theme })}`;
    }
    page.body = make("main", "f-body", root);
    page.notes = make("div", "f-notes", page.body);
    page.notes.setAttribute("role", "alert");
    page.news = make("section", "f-news", page.body);
    page.news.hidden = true;
    say(make("h2", "", page.news), t("f_news"));
    make("ul", "", page.news);
    const title = make("h2", "", page.body);
    say(make("span", "", title), t("f_orders"));
    make("b", "f-orders-count", title);
    page.orders = make("div", "f-orders", page.body);
    page.none = make("div", "f-none", page.body);
    make("p", "", page.none);
    make("p", "", page.none);
    page.led = make("section", "f-led", page.body);
    say(make("h2", "", page.led), t("f_led"));
    make("ul", "", page.led);
    page.over = make("details", "f-over", page.body);
    say(make("summary", "", page.over), t("f_over"));
    make("ul", "", page.over);
  }

  function paint() {
    const name = told.units.find(({ id }) => id === unit)?.name || unit || "—";
    say(page.who, name);
    const waiting = Field.line.queue().filter((one) => one.state === "waiting" && !one.quiet).length;
    const online = Field.line.online();
    mark(page.line, "data-light", online ? (waiting ? "watch" : "fine") : "old");
    page.line.firstChild.className = `mark mark-${online ? (waiting ? "watch" : "fine") : "old"}`;
    const old = !online && Field.line.heard() ? ` · ${t("f_old")} ${window.Cockpit.format.clockTime(Field.line.heard(), { zone: told.zone })}` : "";
    say(page.line.lastChild, `${online ? t("f_online") : t("f_offline")}${waiting ? ` · ${waiting} ${t("f_waiting")}` : old}`);
    const open = Field.orders.paint(page.orders, heardOrders.orders, heardOrders.incidents);
    page.none.hidden = open > 0;
    const led = leading();
    say(page.none.firstChild, t(led ? "f_led_none" : "f_none"));
    say(page.none.lastChild, t(led ? "f_led_hint" : "f_none_hint"));
    Field.news.paint(page.news, heardOrders.broadcasts);
    refusals();
  }

  /** What the unit leads although no open order tells it to: how many. */
  function leading() {
    const ordered = new Set(heardOrders.orders.filter((order) => !Field.orders.isOver(order)).map((order) => order.incident));
    const rows = (heardOrders.led || []).filter((one) => !ordered.has(one.number));
    page.led.hidden = !rows.length;
    const list = page.led.querySelector("ul");
    const wanted = JSON.stringify(rows);
    if (list.dataset.of !== wanted) {
      list.dataset.of = wanted;
      list.replaceChildren();
      for (const one of rows) {
        const row = make("li", "f-led-row", list);
        say(make("b", "", row), one.title);
        say(make("span", "", row), [t(`state_${one.state}`), one.place].filter(Boolean).join(" · "));
      }
    }
    return rows.length;
  }

  function refusals() {
    const refused = Field.line.queue().filter((one) => one.state === "refused");
    const wanted = refused.map((one) => one.id).join();
    if (page.notes.dataset.of === wanted) return;
    page.notes.dataset.of = wanted;
    page.notes.replaceChildren();
    for (const one of refused) {
      const note = make("div", "f-note", page.notes);
      say(make("b", "", note), `${t("f_refused")}：${t(one.verb === "note" ? "f_do_note" : `f_${one.verb}`)} ${one.order}`);
      say(make("p", "", note), [one.error, one.hint].filter(Boolean).join(" "));
      Field.button(note, "f-plain", t("f_dismiss")).addEventListener("click", () => Field.line.dismiss(one.id));
      if (one.photos.length) Field.button(note, "f-plain", t("f_again")).addEventListener("click", () => Field.line.retry(one.id));
    }
  }

  Field.tell = (words) => {
    const note = make("div", "f-note", page.notes);
    say(make("p", "", note), words);
    setTimeout(() => note.remove(), 8000);
  };

  /** Asks what the unit is told; what is heard is kept, so that a page without a line begins with it. */
  async function look() {
    clearTimeout(looking);
    try {
      if (unit) await hear(unit);
    } finally {
      looking = setTimeout(look, document.hidden ? HIDDEN_MS : LOOK_MS);
    }
  }

  async function hear(asking) {
    const found = await Field.line.get(`/api/v1/orders?unit=${encodeURIComponent(asking)}&limit=30`, asking);
    if (!found.ok || asking !== unit) return paint();
    const orders = found.body.orders.filter((order) => order.state !== "DRAFT");
    const incidents = await about(orders, asking);
    const said = await Field.line.get(`/api/v1/broadcasts?recipient=${encodeURIComponent(asking)}&limit=5`, asking);
    const broadcasts = said.ok ? said.body.broadcasts : heardOrders.broadcasts;
    const leads = await led(asking);
    if (asking !== unit) return;
    await take({ orders, incidents, broadcasts, led: leads });
    await deliver(orders);
  }

  /** The open incidents this unit leads; asked as a department is, which is shown its own only. */
  async function led(asking) {
    const found = await Field.line.get("/api/v1/duty", asking, { role: "department", tag });
    if (!found.ok || asking !== unit) return heardOrders.led || [];
    tag = found.tag || "";
    return found.body.rows.filter((one) => one.unit === asking).map(({ number, title, state, address, region, place }) => (
      { number, title, state, place: address || place?.[told.lang] || told.regions[region] || region }));
  }

  async function take(heard) {
    heardOrders = heard;
    await Field.keep.see(unit, { ...heard, at: Date.now() });
    const open = heard.orders.filter((order) => !Field.orders.isOver(order)).map((order) => order.number);
    if (known && open.some((number) => !known.includes(number)) && navigator.vibrate) navigator.vibrate([200, 100, 200]);
    known = open;
    paint();
  }

  /** The incidents the open orders are about; what is known of one is asked again only when its order has moved on. */
  async function about(orders, asking) {
    const found = {};
    for (const order of orders.slice(0, 12)) {
      const before = heardOrders.incidents[order.incident];
      const moved = !heardOrders.orders.some((one) => one.number === order.number && one.version === order.version);
      if (!order.incident || found[order.incident]) continue;
      if (before && !moved) found[order.incident] = before;
      else {
        const answer = await Field.line.get(`/api/v1/incidents/${encodeURIComponent(order.incident)}`, asking);
        if (answer.ok || before) found[order.incident] = answer.ok ? answer.body : before;
      }
    }
    return found;
  }

  /** An order that has come is receipted without anybody's doing. */
  async function deliver(orders) {
    for (const order of orders.filter(({ state }) => state === "SENT")) {
      await Field.line.post(unit, `/api/v1/orders/${encodeURIComponent(order.number)}/deliver`, {}, { order: order.number, verb: "deliver", key: `deliver-${order.number}`, quiet: true });
    }
    await read(orders);
  }

  const READABLE = ["SENT", "DELIVERED", "SIGNED", "EN_ROUTE", "ON_SCENE"];

  /** One that stands on a screen that is looked at has been read; whoever gave it sees so. */
  async function read(orders) {
    const unread = orders.filter(({ state, read_at }) => !read_at && READABLE.includes(state));
    for (const order of document.hidden ? [] : unread) {
      await Field.line.post(unit, `/api/v1/orders/${encodeURIComponent(order.number)}/read`, {}, { order: order.number, verb: "read", key: `read-${order.number}`, quiet: true });
    }
  }

  function choose() {
    const sheet = make("dialog", "f-sheet f-choose", document.body);
    const title = make("h2", "", sheet);
    title.id = "f-choose-title";
    say(title, t(told.units.length ? "f_choose" : "f_no_units"));
    sheet.setAttribute("aria-labelledby", title.id);
    const search = make("input", "", sheet);
    search.type = "search";
    search.placeholder = t("f_search");
    search.setAttribute("aria-label", t("f_search"));
    const list = make("ul", "", sheet);
    for (const one of told.units) {
      const button = Field.button(make("li", "", list), "f-plain", one.name.includes(one.id) ? one.name : `${one.name} · ${one.id}`);
      button.dataset.unit = one.id;
      button.addEventListener("click", () => pick(one.id, sheet));
    }
    search.addEventListener("input", () => {
      for (const row of list.children) row.hidden = !row.textContent.toLowerCase().includes(search.value.trim().toLowerCase());
    });
    sheet.addEventListener("close", () => sheet.remove());
    sheet.showModal();
  }

  async function pick(id, sheet) {
    unit = id;
    localStorage.setItem(UNIT, id);
    known = null;
    tag = "";
    sheet.close();
    await remembered();
    look();
  }

  /** What was last heard for this unit, at once. */
  async function remembered() {
    const kept = (unit && (await Field.keep.seen(unit).catch(() => null))) || NOTHING;
    heardOrders = kept;
    if (kept.at) Field.line.heardAt = kept.at;
    paint();
  }

  /** A decided verb: the order as the server says it now stands, before what is still kept of it is let go. */
  Field.line.settled = async (one, body) => {
    if (!one.order || body.number !== one.order) return;
    heardOrders = { ...heardOrders, orders: heardOrders.orders.map((order) => (order.number === body.number ? body : order)) };
    if (unit) await Field.keep.see(unit, { ...heardOrders, at: Date.now() });
  };

  /** The page itself is kept by the browser, so that it opens without a line. */
  async function stay() {
    if (!navigator.serviceWorker) return;
    await navigator.serviceWorker.register("/field-worker.js", { scope: "/field" });
    const { active } = await navigator.serviceWorker.ready;
    const own = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.startsWith(`${location.origin}/assets/`));
    active.postMessage({ keep: [`/field?lang=${told.lang}`, ...new Set(own)] });
  }

  async function begin() {
    build();
    if (unit) localStorage.setItem(UNIT, unit);
    Field.line.onChange(paint);
    await remembered();
    await Field.line.load();
    Field.line.send();
    setInterval(() => Field.orders.tick(), 1000);
    document.addEventListener("visibilitychange", () => !document.hidden && look());
    window.addEventListener("online", look);
    look();
    if (!unit) choose();
    if (navigator.storage?.persist) navigator.storage.persist().catch(() => {});
    stay().catch(() => {}); // without it the page works as long as it is open
  }

  begin();
})();
