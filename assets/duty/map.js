// The map of the desk, drawn by the engine of the boards: open incidents with their lights, units, what lies near, what is drawn.
// A click where nothing is sets a pin: report by hand there, or see what is near.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark, still } = Cockpit.dom;
  const { told, t, store } = Duty;
  const UNITS_MS = 5000;
  const KINDS = ["alarm_new", "alarm", "watch", "fine", "old"];
  const CLOSE_DEG = 0.025;
  const FAR_ZOOM = 11;
  const TRAIL = 60; // places of a unit's way that are kept: five minutes
  const [ACCENT, FREE] = ["#35C2E8", "#3CCB8C"];
  const HIDDEN = "duty-map-hidden";

  const root = Duty.mapRoot;
  const frame = make("div", "duty-map-frame", root);
  const state = { units: [], near: [], chosen: "", pin: null, zone: [], drawn: [], number: "", hit: false, past: null, words: [], trails: new Map(), ids: new Map(), tag: "" };
  let map = null;
  let found = null;
  let plots = null;

  function begin() {
    if (!window.CityMap || !window.deck) return;
    map = window.CityMap.create(frame, {
      lang: told.lang, reducedMotion: still(), hidden: kept(),
      onUnavailable: () => Duty.empty(frame, t("no_webgl"), ""),
      onShown: (hidden) => sessionStorage.setItem(HIDDEN, JSON.stringify(hidden)),
      onPickPoint: (layer, id) => {
        state.hit = true;
        const number = state.ids.get(id);
        if (number) store.open(number);
      },
      onArea: (feature) => found.look(feature.geometry),
      onPlot: (feature) => plots.add(feature),
      onUndo: () => plots.undo(),
      onExport: () => plots.save(),
    });
    found = Cockpit.mapFound(frame, told.lang, (zone) => { state.zone = zone; draw(); });
    plots = Cockpit.mapPlots((marks) => { state.drawn = marks; draw(); }, told.lang, () => Duty.actor.now().name);
    frame.tabIndex = 0;
    frame.setAttribute("role", "application");
    mark(frame, "aria-label", t("map"));
    frame.addEventListener("pointerdown", () => (state.hit = false), true);
    window.CityMap.pointer.create(frame, (x, y) => setTimeout(() => click(x, y)));
    new ResizeObserver(() => map.resize()).observe(frame);
    map.setSpec(told.spec);
    store.on("rows", incidents);
    store.on("detail", chosenOne);
    setInterval(() => incidents(), 5000);
    units();
    incidents();
    chosenOne();
  }

  function kept() {
    try {
      return JSON.parse(sessionStorage.getItem(HIDDEN)) || undefined;
    } catch {
      return undefined;
    }
  }

  /** A frame of points as the engine takes it: places from their own middle, because a float is finest near nothing. */
  function points(list) {
    const origin = list.length ? [list[0].lon, list[0].lat] : [0, 0];
    const places = new Float32Array(2 * list.length);
    list.forEach(({ lon, lat }, i) => places.set([lon - origin[0], lat - origin[1]], 2 * i));
    return { n: list.length, origin, places, id: Uint32Array.from(list, ({ id }) => id), kind: Uint8Array.from(list, ({ kind }) => kind) };
  }

  const numberOf = (text) => {
    let hash = 2166136261;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
    return hash >>> 0;
  };

  const seen = (row) => ({ ...row, light: Duty.lightOfBoth(row, store.now()) });

  /** The incident of a replay, once it was reported, with the light it showed then. */
  const played = ({ incident, light }) => (incident ? [{ ...incident, light: light || "none" }] : []);

  function incidents() {
    state.ids = new Map();
    const list = (state.past ? played(state.past) : [...store.rows().values()].map(seen)).filter(({ lon }) => lon !== null).map((row) => {
      const id = numberOf(row.number);
      state.ids.set(id, row.number);
      const grave = row.state === "REPORTED" && (row.light === "red" || row.priority === "URGENT");
      return { ...row, id, kind: KINDS.indexOf(grave ? "alarm_new" : { red: "alarm", yellow: "watch", green: "fine", none: "old" }[row.light]) };
    });
    const key = JSON.stringify(list.map(({ id, kind, lon, lat }) => [id, kind, lon, lat]));
    if (key === state.tag) return;
    state.tag = key;
    map.setPoints("duty_incidents", { ...points(list), kinds: KINDS, dt_ms: 0 });
  }

  async function units() {
    if (!document.hidden) {
      try {
        const { ok, body } = await Duty.line.get("/api/v1/units");
        if (ok) {
          state.units = body.units;
          trail(body.units);
          if (!state.past) showUnits(body.units);
          draw();
        }
      } catch {
        // the list says that the line is down
      }
    }
    setTimeout(units, UNITS_MS);
  }

  function showUnits(all) {
    const seen = all.filter(({ lon }) => lon !== null).map((unit) => ({ ...unit, id: numberOf(unit.id), kind: unit.order ? 1 : 0 }));
    map.setPoints("duty_units", { ...points(seen), kinds: ["free", "busy"], dt_ms: UNITS_MS });
  }

  /** The way units under orders came, as far as this page has seen it. */
  function trail(all) {
    const out = all.filter(({ lon, order }) => lon !== null && order);
    state.trails = new Map(out.map(({ id, lon, lat }) => {
      const way = state.trails.get(id) || [];
      const last = way.at(-1);
      return [id, last && last[0] === lon && last[1] === lat ? way : [...way.slice(1 - TRAIL), [lon, lat]]];
    }));
  }

  // ---- what is shown of the open incident

  const mark_ = (kind, coordinates, more = {}) => ({ type: "Feature", geometry: kind === "line" ? { type: "LineString", coordinates } : { type: "Point", coordinates }, properties: { kind, color: ACCENT, width_px: 2, ...more } });

  function draw() {
    if (!map) return;
    const incident = store.detail()?.incident;
    const here = incident && incident.lon !== null ? [incident.lon, incident.lat] : null;
    const features = [...state.drawn, ...state.zone];
    if (state.past) features.push(...then(state.past));
    else if (here) {
      features.push(mark_("circle", here, { radius_m: 250 }));
      const out = sent(here);
      features.push(...out.features);
      for (const unit of state.near.slice(0, 4).filter(({ id }) => !out.units.has(id))) {
        const at = [unit.lon, unit.lat];
        const mine = unit.id === state.chosen;
        if (mine) features.push(mark_("line", [at, here], { color: FREE }));
        features.push(mark_("point", at, { color: mine ? FREE : ACCENT, words: `${unit.name || unit.id} ${Duty.far(unit.straight_m)}` }));
      }
    }
    if (state.pin) features.push(mark_("point", state.pin));
    state.words = features.map(({ properties }) => properties.words).filter(Boolean);
    map.setPlots(features);
  }

  /** Units that are out for this incident, each once: where they are and how far they have to go. */
  function sent(here) {
    const orders = (store.detail()?.orders || []).filter(({ state: at }) => ["ISSUED", "SENT", "DELIVERED", "SIGNED", "EN_ROUTE", "ON_SCENE"].includes(at));
    const units = new Set(orders.map(({ unit }) => unit).filter((id) => state.units.some((one) => one.id === id && one.lon !== null)));
    const features = [...units].flatMap((id) => {
      const unit = state.units.find((one) => one.id === id);
      const at = [unit.lon, unit.lat];
      const way = state.trails.get(unit.id) || [];
      const came = way.length > 1 ? [mark_("line", way, { color: ACCENT, width_px: 3 })] : [];
      return [...came, mark_("line", [at, here], { color: FREE }), mark_("point", at, { color: FREE, words: unit.name || unit.id })];
    });
    return { units, features };
  }

  /** What was where at a moment of a replay; those that were out for it have their names. */
  function then({ incident, orders, units: all }) {
    const place = incident && incident.lon !== null ? [mark_("circle", [incident.lon, incident.lat], { radius_m: 250 })] : [];
    const out = new Set(orders.filter(({ issued_at, state: at }) => issued_at && !["REFUSED", "EXPIRED", "CANCELLED"].includes(at)).map(({ unit }) => unit));
    const ways = all.filter(({ trail: way }) => way.length > 1).map(({ id, trail: way }) => mark_("line", way.map(([lon, lat]) => [lon, lat]), { color: out.has(id) ? FREE : ACCENT, width_px: out.has(id) ? 3 : 1 }));
    const named = all.filter(({ id }) => out.has(id)).map(({ id, name, lon, lat }) => mark_("point", [lon, lat], { color: FREE, words: name || id }));
    return [...place, ...ways, ...named];
  }

  /** A moment of a replay in place of what is now; null: what is now again. */
  function past(moment) {
    if (!map) return;
    state.past = moment;
    root.toggleAttribute("data-past", Boolean(moment));
    say(banner, moment ? `${t("replaying")} ${Duty.moment(moment.at, true)}` : "");
    banner.hidden = !moment;
    showUnits(moment ? moment.units : state.units);
    incidents();
    draw();
  }

  function chosenOne() {
    const { number } = store.detail() || { number: "" };
    if (number !== state.number) {
      state.number = number;
      if (number) show();
    }
    draw();
  }

  /** Goes there where it is not seen, or only from afar; else the map keeps still under whoever looks at it. */
  function show() {
    const incident = store.detail()?.incident;
    if (!incident || incident.lon === null || !map.project) return; // a screen without WebGL has nothing to show it on
    const seen = map.project([incident.lon, incident.lat]);
    const [width, height] = [frame.clientWidth, frame.clientHeight];
    if (!seen || map.camera().zoom < FAR_ZOOM || seen[0] < 60 || seen[1] < 60 || seen[0] > width - 60 || seen[1] > height - 60) look();
  }

  function look() {
    const incident = store.detail()?.incident;
    if (!map || !incident || incident.lon === null) return;
    const { lon, lat } = incident;
    map.setSpec({ ...told.spec, bounds: [lon - CLOSE_DEG, lat - CLOSE_DEG, lon + CLOSE_DEG, lat + CLOSE_DEG] });
  }

  // ---- the pin

  const banner = make("div", "duty-past", root);
  banner.hidden = true;
  const sheet = make("div", "duty-pin", root);
  sheet.hidden = true;

  function click(x, y) {
    if (state.hit) return unpin();
    if (frame.dataset.sketch || !map.camera) return false;
    const view = new window.deck.WebMercatorViewport({ ...map.camera(), width: frame.clientWidth, height: frame.clientHeight });
    return pin(view.unproject([x, y]));
  }

  function pin(place) {
    state.pin = place;
    sheet.replaceChildren();
    sheet.hidden = false;
    say(make("span", "duty-second", sheet), `${place[0].toFixed(5)}, ${place[1].toFixed(5)}`);
    Duty.button(sheet, t("report_here"), () => Duty.report.open(place), { kind: "main" });
    Duty.button(sheet, t("near_here"), () => { found.look({ type: "Point", coordinates: place }); unpin(); });
    Duty.button(sheet, "×", unpin, { label: t("close") });
    draw();
  }

  /** Whether there was one. */
  function unpin() {
    const was = Boolean(state.pin);
    state.pin = null;
    sheet.hidden = true;
    draw();
    return was;
  }

  /** Units that could go there. `around`: the nearest three and the place fill the map. */
  function candidates(list, chosen, around = false) {
    [state.near, state.chosen] = [list, chosen];
    draw();
    const incident = store.detail()?.incident;
    if (!around || !list.length || !incident) return;
    const places = [incident, ...list.slice(0, 3)];
    const [lons, lats] = [places.map(({ lon }) => lon), places.map(({ lat }) => lat)];
    const air = 0.004;
    map.setSpec({ ...told.spec, bounds: [Math.min(...lons) - air, Math.min(...lats) - air, Math.max(...lons) + air, Math.max(...lats) + air] });
  }

  /** To the map by key: a cross in its middle becomes the pin. */
  function focus() {
    if (!map?.camera) return;
    frame.focus();
    const incident = store.detail()?.incident;
    if (incident && incident.lon !== null) look();
    else pin([map.camera().longitude, map.camera().latitude]);
  }

  Duty.map = { look, past, unpin, candidates, focus, ready: () => Boolean(map?.ready?.()), camera: () => map?.camera(), project: (at) => map?.project(at), marks: () => [...state.ids.values()], words: () => state.words };
  begin();
})();
