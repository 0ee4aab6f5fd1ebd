// Orders of the open incident: what units were told and how far they are; a new one to the nearest suitable unit, with the reasons
// for it and against all others.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { told, t, named, store } = Duty;
  const WAY = ["DRAFT", "ISSUED", "SENT", "DELIVERED", "SIGNED", "EN_ROUTE", "ON_SCENE", "DONE"];
  const TTL_MIN = [5, 15, 30, 60, 240];
  let wanted = ""; // the incident a new order is being written for
  let nearest = null;
  let chosen = "";
  let asked = ""; // number/verb whose form is open

  function fill(panel, detail) {
    const { incident, orders } = detail;
    if (wanted && wanted !== incident.number) [wanted, nearest, chosen] = ["", null, ""];
    const queued = Duty.line.queue().filter((one) => one.about === incident.number && one.path.startsWith("/api/v1/orders")).map(({ words, state }) => [words, state]);
    const key = JSON.stringify([incident.number, orders, wanted, nearest && nearest.at, asked, queued, Duty.actor.now()]);
    if (panel.dataset.key === key) return;
    const words = panel.querySelector(".duty-order-new textarea")?.value;
    panel.dataset.key = key;
    panel.replaceChildren();
    if (wanted) write(panel, incident, words);
    else Duty.button(make("div", "duty-verbs", panel), t("new_order"), () => begin(), { kind: orders.length ? "" : "main", key: "o" });
    orders.forEach((order) => one(panel, order));
    if (!orders.length && !wanted) Duty.empty(panel, t("no_orders"), t("no_orders_then"));
  }

  // ---- those there are

  function one(panel, order) {
    const node = make("article", "duty-order", panel);
    node.dataset.state = order.state;
    const head = make("div", "duty-line", node);
    say(make("strong", "duty-line-name", head), Duty.unitOf(order.unit));
    if (order.needs_assistance) Duty.tag(head, t("needs_help"), "urgent");
    if (order.exercise) Duty.tag(head, t("exercise"), "exercise");
    say(make("span", "duty-second", head), named("state", order.state));
    say(make("p", "", node), order.text);
    steps(node, order);
    const said = [`${order.number}`, `${t("by")} ${order.author}`, order.approver ? `${t("approved_by")} ${order.approver}` : "", order.state === "DRAFT" || order.state === "SENT" ? `${t("expires")} ${Duty.moment(order.expires_at)}` : "", order.read_at ? `${t("read_at")} ${Duty.moment(order.read_at)}` : "", Cockpit.reasonIn(order.reason, told.lang)];
    say(make("p", "duty-second", node), said.filter(Boolean).join(" · "));
    if (order.state === "DRAFT" && order.consequence === "grave") {
      const second = make("p", "duty-grave", node);
      Duty.tag(second, t("second"), "turn");
      if (order.author === Duty.actor.now().name) say(make("span", "", second), t("second_not"));
    }
    if (order.issued_at) Duty.button(make("div", "duty-line", node), t("screen_then"), () => Duty.screen.open(order), { kind: "link", label: `${t("screen_then")} · ${Duty.unitOf(order.unit)}` });
    const verbs = order.verbs.filter((verb) => told.order_steps[verb]?.to && !["deliver"].includes(verb));
    const line = make("div", "duty-verbs", node);
    if (asked.startsWith(`${order.number}/`) && verbs.includes(asked.split("/")[1])) return ask(node, order, asked.split("/")[1]);
    verbs.forEach((verb) => {
      const made = Duty.button(line, named("verb", verb), () => act(order, verb), { kind: ["issue", "approve"].includes(verb) ? "main" : "quiet", label: `${named("verb", verb)} · ${Duty.unitOf(order.unit)}` });
      made.dataset.verb = verb;
    });
    return null;
  }

  /** The order's own slim line; one that ended beside the way says so in its colour and word. */
  function steps(parent, { state }) {
    const list = make("ol", "duty-way duty-way-small", parent);
    mark(list, "aria-label", named("state", state));
    const at = WAY.indexOf(state);
    WAY.forEach((name, i) => {
      const node = make("li", "", list);
      mark(node, "data-step", at < 0 ? "never" : i < at || state === "DONE" ? "gone" : i === at ? "here" : "ahead");
      node.title = named("state", name);
    });
  }

  function act(order, verb) {
    if (!Duty.form.asks(order.needs[verb])) return done(order, verb, {});
    asked = `${order.number}/${verb}`;
    return Duty.detail.refill();
  }

  function ask(node, order, verb) {
    Duty.form.inline(node, Duty.form.fieldsOf(order.needs[verb]), named("verb", verb), (said) => done(order, verb, said), back);
  }

  function back() {
    asked = "";
    document.activeElement?.blur?.();
    Duty.detail.refill();
  }

  async function done(order, verb, said) {
    back();
    const words = `${named("verb", verb)} · ${Duty.unitOf(order.unit)}`;
    Duty.detail.heard(words, await Duty.line.post(`/api/v1/orders/${encodeURIComponent(order.number)}/${verb}`, said, { words, about: order.incident }));
  }

  // ---- a new one

  /** Opens the form for the incident that is open and asks who is near. */
  async function begin() {
    const incident = store.detail()?.incident;
    if (!incident) return;
    wanted = incident.number;
    [nearest, chosen] = [null, ""];
    Duty.detail.show("orders");
    const place = incident.lon === null ? null : { incident: incident.number };
    try {
      const { ok, body } = place ? await Duty.line.get(`/api/v1/units/nearest?${new URLSearchParams({ ...place, anywhere: true, lang: told.lang, limit: 60 })}`) : { ok: false, body: { error: t("no_place") } };
      nearest = { at: Date.now(), ...(ok ? body : { suitable: [], excluded: [], error: body.error }) };
    } catch {
      nearest = { at: Date.now(), suitable: [], excluded: [], error: t("gone") };
    }
    chosen = (nearest.suitable.find(({ id }) => id === incident.lead_unit) || nearest.suitable[0])?.id || "";
    Duty.map?.candidates(nearest.suitable, chosen, true);
    document.activeElement?.closest?.("#duty-panel form") && document.activeElement.blur();
    Duty.detail.refill();
    document.querySelector(".duty-order-new input:checked, .duty-order-new textarea")?.focus();
  }

  function end() {
    [wanted, nearest, chosen] = ["", null, ""];
    Duty.map?.candidates([], "");
    document.activeElement?.blur?.();
    Duty.detail.refill();
  }

  function write(panel, incident, words) {
    const form = make("form", "duty-form duty-order-new", panel);
    form.noValidate = true;
    say(make("h3", "", form), t("nearest"));
    if (!nearest) for (let i = 0; i < 3; i++) make("div", "duty-bone", form);
    else candidates(form);
    const place = incident.address || Duty.regionPath(incident.region);
    const text = field(form, named("field", "text"), "textarea");
    text.rows = 3;
    text.maxLength = 4000;
    text.value = words ?? (told.lang === "en" ? `Go to ${place} and deal with: ${incident.title}` : `立即前往${place}处置：${incident.title}`);
    const ttl = field(form, t("ttl"), "select");
    ttl.append(...TTL_MIN.map((min) => new Option(`${min} ${t("minutes")}`, min * 60)));
    ttl.value = 900;
    const label = make("label", "duty-check", form);
    const grave = make("input", "", label);
    grave.type = "checkbox";
    say(make("span", "", label), t("grave"));
    const acts = make("div", "duty-form-acts", form);
    const send = Duty.button(acts, t("draft_issue"), () => {}, { kind: "main" });
    send.type = "submit";
    Duty.button(acts, t("draft_only"), () => order(incident, text, ttl, grave, false));
    Duty.button(acts, t("back"), end);
    grave.addEventListener("change", () => say(send.firstChild, t(grave.checked ? "draft_only" : "draft_issue")));
    form.addEventListener("submit", (event) => { event.preventDefault(); order(incident, text, ttl, grave, !grave.checked); });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.stopPropagation(); end(); }
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.target.type === "radio")) { event.preventDefault(); form.requestSubmit(); }
    });
  }

  function field(form, words, kind) {
    const row = make("div", "duty-field", form);
    const label = make("label", "", row);
    say(label, words);
    const node = make(kind, "duty-input", row);
    node.id = `duty-order-${kind}`;
    label.htmlFor = node.id;
    return node;
  }

  function candidates(form) {
    const group = make("div", "duty-candidates", form);
    group.setAttribute("role", "radiogroup");
    mark(group, "aria-label", t("order_to"));
    const first = nearest.suitable.slice(0, 6);
    const lead = nearest.suitable.find(({ id }) => id === chosen);
    (!lead || first.includes(lead) ? first : [lead, ...first.slice(0, 5)]).forEach((unit) => {
      const label = make("label", "duty-candidate", group);
      const radio = make("input", "", label);
      radio.type = "radio";
      radio.name = "duty-unit";
      radio.value = unit.id;
      radio.checked = unit.id === chosen;
      radio.addEventListener("change", () => { chosen = unit.id; Duty.map?.candidates(nearest.suitable, chosen); });
      const words = make("span", "duty-candidate-words", label);
      say(make("b", "", words), unit.name || unit.id);
      say(make("small", "", words), unit.reasons.filter(({ why }) => why !== "near").map(({ said }) => said).join(" · "));
      say(make("span", "duty-far", label), Duty.far(unit.straight_m));
    });
    if (!nearest.suitable.length) Duty.empty(group, t("none_suitable"), nearest.error || "");
    if (nearest.suitable.length) say(make("p", "duty-second", form), `${t("straight")} · ${nearest.counts.suitable} ${t("units_free")}`);
    if (!nearest.excluded.length) return;
    const folded = make("details", "duty-excluded", form);
    say(make("summary", "", folded), `${t("excluded")} (${nearest.counts.excluded})`);
    const list = make("ul", "", folded);
    for (const unit of nearest.excluded) {
      const item = make("li", "", list);
      say(make("b", "", item), unit.name || unit.id);
      say(make("span", "", item), unit.reasons.map(({ said }) => said).join(" · "));
      say(make("small", "", item), Duty.far(unit.straight_m));
    }
  }

  /** Drafts it; an ordinary one is issued as soon as the draft has a number, a grave one waits for a second person. */
  async function order(incident, text, ttl, grave, issue) {
    if (!chosen || !text.value.trim()) {
      Duty.tell(chosen ? t("write_text") : t("none_suitable"), "refused");
      text.focus();
      return;
    }
    const words = `${t("order_to")} ${Duty.unitOf(chosen)}`;
    const body = { unit: chosen, text: text.value.trim(), incident: incident.number, ttl_s: Number(ttl.value), consequence: grave.checked ? "grave" : "ordinary" };
    if (incident.lon !== null) Object.assign(body, { lon: incident.lon, lat: incident.lat });
    if (told.screen) body.screen = { board: told.screen, query: new URLSearchParams({ region: Duty.districtOf(incident.region), window: "today", lang: told.lang }).toString() };
    const then = issue && !grave.checked ? { path: "/api/v1/orders/{number}/issue", body: {}, words: `${named("verb", "issue")} · ${Duty.unitOf(chosen)}` } : null;
    end();
    Duty.detail.heard(words, await Duty.line.post("/api/v1/orders", body, { words, about: incident.number, then }));
  }

  Duty.orders = { fill, begin };
})();
