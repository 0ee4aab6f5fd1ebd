// The unit's orders: one card each, with what it is about, how far it is, how long there is, and the next thing to do.
(() => {
  "use strict";
  const Field = window.Field;
  const { make, say, mark } = window.Cockpit.dom;
  const { t, told } = Field;
  const WAY = ["DELIVERED", "SIGNED", "EN_ROUTE", "ON_SCENE", "DONE"];
  const OVER = ["DONE", "REFUSED", "EXPIRED", "CANCELLED"];
  const NEXT = { ISSUED: "sign", SENT: "sign", DELIVERED: "sign", SIGNED: "depart", EN_ROUTE: "arrive", ON_SCENE: "complete" };
  const BESIDE = ["assist", "note", "refuse"];
  const cards = new Map();
  let openOver = false;

  /** The order as it will stand once all that waits has been sent. */
  function expected(order) {
    const queued = Field.line.queue().filter((one) => one.order === order.number && one.state === "waiting");
    const state = queued.reduce((now, one) => told.steps[one.verb]?.to || now, order.state);
    return { ...order, state, queued: queued.filter((one) => !one.quiet), needs_assistance: order.needs_assistance || queued.some((one) => one.verb === "assist") };
  }

  /** Paints the cards. `orders`: as the server said last; `incidents`: number → incident. */
  function paint(root, orders, incidents) {
    const shown = orders.map(expected);
    const open = shown.filter((order) => !OVER.includes(order.state) || order.queued.length);
    const over = shown.filter((order) => !open.includes(order)).slice(0, 8);
    mark(root, "data-none", open.length ? null : "");
    section(root, open, incidents);
    finished(over, incidents);
    say(document.querySelector(".f-orders-count"), open.length || "");
    return open.length;
  }

  function section(root, open, incidents) {
    const wanted = new Set(open.map((order) => order.number));
    for (const [number, card] of cards) {
      if (!wanted.has(number)) {
        card.node.remove();
        cards.delete(number);
      }
    }
    open.forEach((order, i) => {
      const card = cards.get(order.number) || newCard(order.number);
      fill(card, order, incidents[order.incident]);
      if (root.children[i] !== card.node) root.insertBefore(card.node, root.children[i] || null);
    });
  }

  function newCard(number) {
    const node = make("article", "f-card");
    const head = make("div", "f-card-head", node);
    const card = { node, state: make("span", "f-state", head), chips: make("span", "f-chips", head), time: make("span", "f-time", head) };
    card.title = make("h3", "", node);
    card.text = make("p", "f-text", node);
    card.where = make("p", "f-where", node);
    card.place = make("span", "", card.where);
    card.way = make("a", "f-way", card.where);
    card.pictures = make("div", "f-pictures", node);
    card.steps = make("ol", "f-steps", node);
    card.steps.setAttribute("aria-hidden", "true");
    for (const state of WAY) make("li", "", card.steps).dataset.state = state;
    card.queued = make("div", "f-queued", node);
    card.queued.setAttribute("role", "status");
    card.buttons = make("div", "f-buttons", node);
    card.foot = make("p", "f-foot", node);
    cards.set(number, card);
    return card;
  }

  function fill(card, order, incident) {
    card.order = order;
    mark(card.node, "data-state", order.state);
    say(card.state, t(`state_${order.state}`));
    chips(card, order);
    say(card.title, incident ? incident.title : order.text);
    say(card.text, incident ? order.text : "");
    card.text.hidden = !incident || incident.title === order.text;
    where(card, order, incident);
    pictures(card, order, incident);
    const at = WAY.indexOf(order.state);
    WAY.forEach((_, i) => mark(card.steps.children[i], "data-done", i <= at ? "" : null));
    say(card.queued, order.queued.length ? `${order.queued.map((one) => t(one.verb === "note" ? "f_do_note" : `f_${one.verb}`)).join(" → ")} · ${Field.line.online() ? t("f_sending") : t("f_kept")}` : "");
    card.queued.hidden = !order.queued.length;
    buttons(card, order);
    say(card.foot, `${order.number} · ${t("f_from")} ${order.author} · ${Field.clock(order.issued_at || order.drafted_at)}`);
    time(card);
  }

  function chips(card, order) {
    const wanted = [order.exercise && "exercise", order.consequence === "grave" && "f_grave", order.needs_assistance && "f_help_on"].filter(Boolean);
    if (card.chips.dataset.of === wanted.join()) return;
    card.chips.dataset.of = wanted.join();
    card.chips.replaceChildren();
    for (const key of wanted) say(make("em", "", card.chips), t(key));
  }

  function where(card, order, incident) {
    const place = (incident && incident.address) || told.regions[order.region] || order.region;
    say(card.place, place);
    const known = order.lon !== null && order.lat !== null;
    card.way.hidden = !known;
    if (known) {
      card.way.href = `geo:${order.lat},${order.lon}?q=${order.lat},${order.lon}`;
      say(card.way, t("f_way"));
    }
  }

  const PICTURE = /^[0-9a-f]{64}\.(jpg|png|webp)$/;

  function pictures(card, order, incident) {
    const names = [...order.attachments, ...((incident && incident.media) || [])].filter((name) => PICTURE.test(name)).slice(0, 6);
    if (card.pictures.dataset.of === names.join()) return;
    card.pictures.dataset.of = names.join();
    card.pictures.replaceChildren();
    for (const name of names) {
      const picture = make("img", "", card.pictures);
      picture.src = `/api/v1/attachments/${name}`;
      picture.alt = "";
      picture.loading = "lazy";
    }
  }

  /** One thing is next; what else may be done stands below it. */
  function buttons(card, order) {
    const next = NEXT[order.state];
    const beside = BESIDE.filter((verb) => told.steps[verb].from.includes(order.state));
    const wanted = [next, ...beside].filter(Boolean).join();
    if (card.buttons.dataset.of === wanted) return;
    card.buttons.dataset.of = wanted;
    card.buttons.replaceChildren();
    if (next) once(Field.button(card.buttons, "f-main", t(`f_${next}`)), next, card);
    for (const verb of beside) once(Field.button(card.buttons, verb === "refuse" ? "f-plain f-warn" : "f-plain", t(verb === "note" ? "f_do_note" : `f_${verb}`)), verb, card);
  }

  /** A second tap of the same finger is not a second order: the button is dead until what it did is kept. */
  function once(node, verb, card) {
    node.dataset.verb = verb;
    node.addEventListener("click", async () => {
      node.disabled = true;
      await Field.act(card.order, verb);
      node.disabled = false;
    });
  }

  function time(card) {
    const { order } = card;
    const unsigned = ["ISSUED", "SENT", "DELIVERED"].includes(order.state);
    const until = unsigned ? order.expires_at : order.deadline;
    const left = until ? Date.parse(until) - Field.now() : null;
    mark(card.time, "data-late", left !== null && left < 0 ? "" : left !== null && left < 120000 ? "soon" : null);
    say(card.time, left === null || OVER.includes(order.state) ? "" : left < 0 ? t("clock_red") : `${t(unsigned ? "f_sign_by" : "f_do_by")} ${Field.clock(until)}`);
  }

  function finished(over, incidents) {
    const root = document.querySelector(".f-over");
    root.hidden = !over.length;
    root.open = openOver;
    root.ontoggle = () => (openOver = root.open);
    const list = root.querySelector("ul");
    const wanted = over.map((order) => `${order.number}${order.state}`).join();
    if (list.dataset.of === wanted) return;
    list.dataset.of = wanted;
    list.replaceChildren();
    for (const order of over) {
      const row = make("li", "", list);
      say(make("span", "f-over-what", row), incidents[order.incident]?.title || order.text);
      say(make("span", "f-over-state", row), `${t(`state_${order.state}`)} ${Field.clock(order.ended_at || order.changed_at)}`);
    }
  }

  Field.orders = { paint, tick: () => cards.forEach(time), isOver: (order) => OVER.includes(order.state) };
})();
