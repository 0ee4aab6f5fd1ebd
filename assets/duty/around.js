// What is known around the place of the open incident: what lies near, cameras, the weather, how its area is doing. Asked for when
// it is looked at, again after a minute; what cannot be had is said, with a way to ask again.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark, light } = Cockpit.dom;
  const { told, t, named } = Duty;
  const RADIUS_M = 1000;
  const KEPT_MS = 60000;
  const MOST = 50;
  const kept = new Map(); // number → what was found around it, and when

  /** `{kinds, context, similar, failed}` of an incident, as far as it was heard; asked for once, and again after a minute. */
  function found(incident) {
    const known = kept.get(incident.number);
    if (known && Date.now() - known.at < KEPT_MS) return known.value;
    const next = { at: Date.now(), value: known?.value || {} };
    kept.set(incident.number, next);
    if (kept.size > MOST) kept.delete(kept.keys().next().value);
    ask(incident).then((value) => {
      next.value = value;
      if (Duty.store.number() === incident.number) Duty.detail.refill();
    });
    return next.value;
  }

  function again(incident) {
    kept.delete(incident.number);
    Duty.detail.refill();
  }

  async function ask(incident) {
    const path = `/api/v1/incidents/${encodeURIComponent(incident.number)}`;
    const [kinds, context, same] = await Promise.all([
      near(incident),
      quietly(`${path}/context?${new URLSearchParams({ lang: told.lang, radius_m: RADIUS_M })}`),
      quietly(`${path}/similar?${new URLSearchParams({ lang: told.lang, limit: 5 })}`),
    ]);
    return { kinds: kinds || [], context, similar: same?.similar || [], failed: !context || !kinds };
  }

  async function quietly(path) {
    try {
      const { ok, body } = await Duty.line.get(path);
      return ok ? body : null;
    } catch {
      return null;
    }
  }

  async function near({ lon, lat }) {
    if (lon === null) return [];
    const body = await quietly(`/api/v1/nearby?${new URLSearchParams({ near: `${lon},${lat}`, radius_m: RADIUS_M, limit: 1 })}`);
    if (!body) return null;
    const all = Object.entries(body.counts).filter(([, count]) => count);
    return all.sort((one, other) => other[1] - one[1]).slice(0, 8).map(([kind, count]) => ({ count, title: body.titles[kind]?.[told.lang] || body.titles[kind]?.zh || kind }));
  }

  /** The sections of it, one below the other. */
  function fill(panel, incident, { kinds, context, failed }) {
    if (failed) {
      const line = make("p", "duty-second duty-unheard", panel);
      say(make("span", "", line), t("around_failed"));
      Duty.button(line, t("ask_again"), () => again(incident), { kind: "link" });
    }
    if (kinds?.length) counted(Duty.context.section(panel, t("context"), t("context_m")), kinds);
    if (!context) return;
    if (context.cameras.length) cameras(Duty.context.section(panel, t("cameras"), `${context.cameras.length}`), context.cameras);
    const sky = Duty.context.section(panel, t("weather"), nameOf(context.weather));
    if (context.weather.length) readings(sky, context.weather);
    else say(make("p", "duty-second", sky), t("weather_none"));
    const area = Duty.context.section(panel, t("indicators"), [nameOf(context.indicators) || context.name, named("window", context.window)].join(" · "));
    if (context.indicators.length) readings(area, context.indicators);
    else say(make("p", "duty-second", area), t("indicators_none"));
  }

  function counted(node, kinds) {
    const list = make("ul", "duty-counts", node);
    for (const { title, count } of kinds) {
      const item = make("li", "", list);
      say(make("b", "", item), count);
      say(make("span", "", item), title);
    }
  }

  /** The area they are of, where it is one. */
  const nameOf = (list) => (new Set(list.map(({ name }) => name)).size === 1 ? list[0].name : "");

  /** Values with their light; what is not fresh says how old it is. */
  function readings(node, list) {
    const items = make("ul", "duty-counts", node);
    items.dataset.of = "readings";
    const one = nameOf(list);
    for (const reading of list) {
      const { title, value, unit, decimals, status, as_of, name } = reading;
      const item = make("li", "", items);
      mark(item, "data-status", status);
      light(make("span", "duty-reading-light", item), reading.light, told.lang);
      say(make("b", "", item), Cockpit.format.whole(value, { unit, decimals: decimals ?? 0, lang: told.lang }));
      const old = status !== "live" && as_of ? Duty.moment(as_of) : "";
      say(make("span", "", item), [title, one ? "" : name, old].filter(Boolean).join(" · "));
      item.title = [reading.slot_title, title, name, as_of ? Duty.moment(as_of, true) : ""].filter(Boolean).join(" · ");
    }
  }

  function cameras(node, list) {
    for (const camera of list) {
      const line = make("div", "duty-line", node);
      say(make("span", "duty-line-name", line), camera.name || camera.id);
      say(make("span", "duty-second", line), Duty.far(camera.distance_m));
      if (camera.address) Duty.button(line, t("watch_it"), () => Duty.camera.open(camera), { kind: "link", label: `${t("watch_it")} · ${camera.name}` });
      else say(make("span", "duty-second", line), t("no_picture"));
    }
  }

  Duty.around = { found, fill, readings };
})();
