// What was on screen when an order was given: the map's picture and each number as it was then known, as they were frozen with it.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { told, t, named } = Duty;

  async function open(order) {
    const { dialog, body } = Duty.form.frame(t("screen_then"));
    dialog.classList.add("duty-wide");
    for (let i = 0; i < 3; i++) make("div", "duty-bone", body);
    dialog.showModal();
    try {
      const { ok, status, body: taken } = await Duty.line.get(`/api/v1/orders/${encodeURIComponent(order.number)}/screen`);
      if (!dialog.isConnected) return;
      body.replaceChildren();
      if (ok) show(body, order, taken);
      else Duty.empty(body, status === 404 ? t("screen_none") : taken.error || t("failed"), status === 404 ? t("screen_none_then") : taken.hint || "");
    } catch {
      body.replaceChildren();
      Duty.empty(body, t("gone"), "");
    }
  }

  function show(body, order, taken) {
    const when = Duty.moment(taken.issued_at || taken.taken_at, true);
    const title = typeof taken.title === "string" ? taken.title : taken.title?.[told.lang] || taken.title?.zh || taken.board;
    say(make("p", "duty-second", body), [title, Duty.regionOf(taken.region), `${named("state", "ISSUED")} ${when}`, Duty.unitOf(order.unit)].filter(Boolean).join(" · "));
    if (taken.picture) {
      const picture = make("img", "duty-screen-map", body);
      picture.alt = `${t("map")} · ${when}`;
      picture.src = taken.picture;
    }
    const list = make("ul", "duty-counts duty-screen-panels", body);
    list.dataset.of = "readings";
    for (const panel of taken.panels) panelOf(list, panel);
    if (!list.children.length) say(make("p", "duty-second", body), t("screen_no_numbers"));
    const foot = make("p", "duty-second duty-screen-foot", body);
    say(foot, `${t("seal")} ${String(taken.digest).slice(0, 16)}…`);
    foot.title = taken.digest;
  }

  /** A panel that is one number shows it; what cannot be said in a line is named with its kind. */
  function panelOf(list, { panel, title, props, fresh, freshness }) {
    const words = typeof title === "string" ? title : title?.[told.lang] || title?.zh || props?.title || panel;
    const state = (fresh || freshness)?.status;
    if (!props || !("value" in props)) return;
    const item = make("li", "", list);
    mark(item, "data-status", state);
    Cockpit.dom.light(make("span", "duty-reading-light", item), props.light || null, told.lang);
    say(make("b", "", item), Cockpit.format.whole(props.value, { unit: props.unit, decimals: props.decimals ?? 0, lang: told.lang }));
    say(make("span", "", item), words);
  }

  Duty.screen = { open };
})();
