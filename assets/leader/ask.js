// One incident as a leader needs it, and what a leader may do: ask for an order, supervise, urge.
(() => {
  "use strict";
  const Leader = window.Leader;
  const { make, say } = window.Cockpit.dom;
  const { t, told, clock } = Leader;
  const ROWS = 10;

  const FACTS = {
    l_place: (one) => [one.place, one.address].filter(Boolean).join(" · "),
    l_state: (one) => `${t(`state_${one.state}`)} · ${t(`clock_${one.light || "none"}`)}`,
    l_who: (one) => (one.unit ? Leader.unit(one.unit) : t("l_nobody")),
    l_until: (one) => [one.clock?.running && one.clock.due && clock(one.clock.due), Leader.list.left(one)].filter(Boolean).join(" · "),
  };

  /** The facts of an incident, kept true for as long as its sheet is open; once it is over they stay as they were. */
  function facts(body, first) {
    const list = make("dl", "l-facts", body);
    const rows = Object.entries(FACTS).map(([key, words]) => {
      const [name, value] = [make("dt", "", list), make("dd", "", list)];
      say(name, t(key));
      return { name, value, words };
    });
    const fill = (one) => rows.forEach(({ name, value, words }) => {
      say(value, words(one));
      name.hidden = value.hidden = !value.textContent;
    });
    fill(first);
    const ticking = setInterval(() => {
      const now = Leader.row(first.number);
      if (now) fill(now);
    }, 1000);
    body.closest("dialog").addEventListener("close", () => clearInterval(ticking));
  }

  /** Opens what is known of an incident; its journal and orders come as soon as the server has told them. */
  Leader.open = (one) => {
    Leader.sheet(one.title, (body, foot, close) => {
      facts(body, one);
      const orders = make("div", "l-orders", body);
      const steps = make("div", "l-steps", body);
      history(one.number, orders, steps);
      const desk = make("a", "l-plain l-link", foot);
      desk.href = `/duty?incident=${encodeURIComponent(one.number)}&lang=${told.lang}`;
      say(desk, t("l_desk"));
      const path = `/api/v1/incidents/${encodeURIComponent(one.number)}`;
      if (one.verbs.includes("urge")) Leader.button(foot, "l-plain", t("l_urge"), () => (Leader.post(`${path}/urge`, {}, `${t("l_urge")} ${one.number}`), close()));
      if (one.verbs.includes("supervise")) {
        Leader.button(foot, "l-plain", t("l_supervise"), () => Leader.askFor(t("l_supervise"), t("l_why"), (reason) => {
          Leader.post(`${path}/supervise`, { reason }, `${t("l_supervise")} ${one.number}`);
          close();
        }));
      }
      Leader.button(foot, "l-main", t("l_ask"), () => {
        close();
        propose(one);
      });
    });
  };

  async function history(number, orders, steps) {
    const found = await Leader.get(`/api/v1/journal?subject=${encodeURIComponent(number)}`);
    const given = await Leader.get(`/api/v1/orders?incident=${encodeURIComponent(number)}`);
    if (given?.orders.length) {
      say(make("h3", "", orders), t("l_orders"));
      const list = make("ul", "", orders);
      for (const order of given.orders) say(make("li", "", list), `${Leader.unit(order.unit)} · ${t(`state_${order.state}`)} · ${order.text}`);
    }
    if (!found) return;
    say(make("h3", "", steps), t("l_steps"));
    const list = make("ol", "", steps);
    const [first, ...rest] = found.rows;
    const shown = rest.slice(-ROWS);
    for (const row of shown.reverse()) step(list, row, number);
    if (rest.length > shown.length) say(make("li", "l-between", list), t("l_between").replace("{}", rest.length - shown.length));
    if (first) step(list, first, number);
  }

  /** One thing that was done, with the incident or with an order of it: both are signed for. */
  function step(list, row, number) {
    const line = make("li", "", list);
    say(make("time", "", line), clock(row.at));
    const why = window.Cockpit.reasonIn(row.body?.reason, told.lang) || row.body?.opinion || "";
    const who = row.role === "system" ? t("l_system") : Leader.unit(row.actor);
    say(make("span", "", line), `${t(row.subject === number ? "l_incident" : "l_order")}${t(`did_${row.verb}`)} · ${who}${why ? ` · ${why}` : ""}`);
  }

  /** Proposes an order: the nearest suitable unit stands first, the words are there to be changed. Somebody else issues it. */
  async function propose(one) {
    const near = await Leader.get(`/api/v1/units/nearest?incident=${encodeURIComponent(one.number)}&lang=${told.lang}&anywhere=true&limit=30`);
    Leader.sheet(`${t("l_ask")} · ${one.title}`, (body, foot, close) => {
      const form = make("form", "", body);
      form.id = "l-propose";
      const unit = field(form, "l_unit", "select");
      const suitable = near?.suitable || [];
      for (const each of suitable) option(unit, each.id, `${each.name} · ${Math.round(each.straight_m)} ${t("l_metres")}${each === suitable[0] ? ` · ${t("l_nearest")}` : ""}`);
      for (const each of told.units.filter(({ id }) => !suitable.some((other) => other.id === id))) option(unit, each.id, each.name);
      const text = field(form, "l_text", "textarea");
      text.rows = 3;
      text.required = true;
      text.maxLength = 4000;
      text.value = told.lang === "en" ? `Go to ${one.address || one.place} at once: ${one.title}` : `立即前往${one.address || one.place}处置：${one.title}`;
      const grave = make("label", "l-check", form);
      const tick = make("input", "", grave);
      tick.type = "checkbox";
      say(make("span", "", grave), t("l_grave"));
      say(make("p", "l-hint", form), t("l_ask_hint"));
      Leader.button(foot, "l-main", t("l_send"), null, "submit").setAttribute("form", form.id);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const draft = { unit: unit.value, text: text.value.trim(), incident: one.number, consequence: tick.checked ? "grave" : "ordinary" };
        Leader.post("/api/v1/orders", { ...draft, ttl_s: 1800 }, `${t("l_ask")} ${one.number}`, t("l_asked"));
        close();
      });
    });
  }

  function field(form, key, tag) {
    const label = make("label", "", form);
    say(make("span", "", label), t(key));
    return make(tag, "", label);
  }

  function option(select, value, words) {
    const made = make("option", "", select);
    made.value = value;
    say(made, words);
  }
})();
