// The header: how things stand, who acts, the way to the boards, language and theme; and below it what waits or was refused.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { told, t, named, store } = Duty;
  const parts = {};

  function build(header, below) {
    header.replaceChildren();
    const place = make("div", "duty-head-place", header);
    say(make("h1", "", place), t("duty"));
    say(make("span", "duty-city", place), told.title);
    if (told.demonstration) say(make("span", "badge-demo", place), told.lang === "en" ? "Demonstration data" : "演示数据");
    parts.lights = make("div", "duty-lights", header);
    parts.lights.setAttribute("role", "group");
    mark(parts.lights, "aria-label", t("open_incidents"));
    const side = make("nav", "duty-head-side", header);
    mark(side, "aria-label", t("boards"));
    parts.who = make("button", "duty-who", side);
    parts.who.type = "button";
    parts.who.addEventListener("click", choose);
    menu(side);
    parts.clock = make("time", "duty-clock", side);
    parts.lost = make("div", "duty-lost", below);
    parts.lost.setAttribute("role", "alert");
    parts.queue = make("div", "duty-queue", below);
    mark(parts.queue, "aria-live", "polite");
    store.on("rows", lights);
    store.on("line", line);
    Duty.actor.onChange(who);
    Duty.line.onQueue(queue);
    setInterval(tick, 1000);
    [who, lights, line, tick].forEach((one) => one());
    queue(Duty.line.queue());
  }

  function small(parent, words, act) {
    const made = make("button", "duty-small", parent);
    made.type = "button";
    say(made, words);
    made.addEventListener("click", act);
    return made;
  }

  /** Everything that is needed seldom, behind one button. */
  function menu(side) {
    const press = small(side, t("menu"), () => turn(list.hidden));
    mark(press, "aria-haspopup", "true");
    const list = make("div", "duty-menu", side);
    const turn = (open) => {
      list.hidden = !open;
      mark(press, "aria-expanded", open);
      if (open) list.querySelector("button, a").focus();
    };
    const item = (words, act, lang = "") => {
      const made = small(list, words, () => { turn(false); press.focus(); act(); });
      if (lang) made.lang = lang;
    };
    item(t("broadcast"), () => Duty.broadcast.open());
    item(t("messages_sent"), () => Duty.messages.open());
    item(t("roster"), () => Duty.roster.open());
    item(t("exercise_menu"), () => Duty.broadcast.exercise());
    for (const { board, title } of told.boards) item(`${t("boards")} · ${title}`, () => location.assign(`/board/${encodeURIComponent(board)}?${new URLSearchParams({ lang: told.lang, screen: "desk" })}`));
    item(document.documentElement.dataset.theme === "light" ? t("theme_dark") : t("theme_light"), turnTheme);
    if (told.languages.length > 1) item(told.lang === "en" ? "中文" : "English", turnLang, told.lang === "en" ? "zh-CN" : "en");
    item(`${t("help")} ?`, help);
    turn(false);
    document.addEventListener("pointerdown", (event) => !list.hidden && !side.contains(event.target) && turn(false));
    list.addEventListener("keydown", (event) => {
      const all = [...list.children];
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (by) all[(all.indexOf(document.activeElement) + by + all.length) % all.length].focus();
      if (event.key === "Escape") { turn(false); press.focus(); }
      if (by || event.key === "Escape") { event.preventDefault(); event.stopPropagation(); }
    });
  }

  const again = (key, value) => {
    const given = new URLSearchParams(location.search);
    given.set(key, value);
    location.replace(`${location.pathname}?${given}`);
  };
  const turnLang = () => again("lang", told.lang === "en" ? "zh" : "en");
  const turnTheme = () => again("theme", document.documentElement.dataset.theme === "light" ? "dark" : "light");

  /** The open incidents by their light, the worst first; each count is a shape, a number and a word. */
  function lights() {
    const now = store.now();
    const counts = { red: 0, yellow: 0, green: 0 };
    for (const row of store.ended() ? [] : store.rows().values()) {
      const light = Duty.lightOfBoth(row, now);
      if (light in counts && (row.step?.running || row.overall?.running)) counts[light] += 1;
    }
    const key = JSON.stringify(counts);
    if (parts.lights.dataset.key === key) return;
    parts.lights.dataset.key = key;
    parts.lights.replaceChildren(...Object.entries(counts).map(([light, count]) => {
      const node = make("span", "duty-count");
      mark(node, "data-zero", count ? null : "true");
      Duty.light(node, light, false);
      say(make("b", "", node), count);
      const word = make("span", "", node);
      mark(word, "aria-hidden", "true");
      say(word, t(`clock_${light}`));
      return node;
    }));
  }

  function tick() {
    const now = store.now();
    say(parts.clock, Cockpit.format.clockTime(now, { zone: told.zone, seconds: true }));
    lights();
    if (store.lost()) line();
  }

  function line() {
    const why = store.lost();
    parts.lost.hidden = !why;
    document.getElementById("duty").toggleAttribute("data-lost", Boolean(why));
    if (!why) return;
    const since = `${t("gone_since")} ${Duty.moment(store.heard() + (store.now() - Date.now()), true)}`;
    say(parts.lost, why === "gone" ? `${t("gone")} · ${since}` : `${t("failed")} · ${why} · ${since}`);
  }

  /** What is not yet with the server, and what it would not take. */
  function queue(all) {
    parts.queue.replaceChildren();
    parts.queue.hidden = !all.length;
    const waiting = all.filter(({ state }) => state === "waiting");
    const old = waiting.filter((one) => one.tries || Date.now() - one.at > 1500);
    if (old.length) {
      const node = make("div", "duty-queued", parts.queue);
      Duty.tag(node, t("waiting"), "waiting");
      say(make("strong", "", node), `${old.length} ${t("waiting_n")}`);
      say(make("span", "", node), `${old.map(({ words }) => words).join("、")} · ${t("retrying")}`);
    } else if (waiting.length) setTimeout(() => queue(Duty.line.queue()), 1600);
    for (const one of all.filter(({ state }) => state === "refused")) {
      const node = make("div", "duty-queued", parts.queue);
      Duty.tag(node, t("refused"), "refused");
      say(make("strong", "", node), one.words);
      const legal = one.verbs?.length ? `${t("now_legal")}: ${one.verbs.map((verb) => named("verb", verb)).join("、")}` : "";
      say(make("span", "", node), [one.error, one.hint, legal].filter(Boolean).join(" · "));
      Duty.button(node, t("dismiss"), () => Duty.line.dismiss(one.key));
    }
    parts.queue.hidden = !parts.queue.children.length;
  }

  function who() {
    const { name, role, region } = Duty.actor.now();
    parts.who.replaceChildren();
    say(make("b", "", parts.who), name);
    say(make("span", "", parts.who), [named("role", role), region ? Duty.regionOf(region) : t("whole_city")].join(" · "));
    mark(parts.who, "aria-label", `${t("acting")}: ${name}, ${named("role", role)}`);
    mark(parts.who, "aria-keyshortcuts", "w");
  }

  function choose() {
    const { name, role, region, unit } = Duty.actor.now();
    Duty.form.dialog(t("acting"), [
      { name: "name", kind: "text", label: t("your_name"), value: name, needed: true, max: 200 },
      { name: "role", kind: "choice", label: t("role"), value: role, options: told.roles.map((one) => [one, named("role", one)]) },
      { name: "region", kind: "choice", label: named("field", "region"), value: region || "", options: [["", t("whole_city")], ...told.regions.filter(({ depth }) => depth > 0 && depth < 3).map((one) => [one.code, `${one.depth === 2 ? "　" : ""}${one.name}`])] },
      { name: "unit", kind: "text", label: `${named("field", "unit")} (${named("role", "department")})`, value: unit, max: 200, list: () => told.units.map((one) => [one.id, one.name]) },
    ], t("save"), (given) => Duty.actor.set({ name: given.name, role: given.role, region: given.region || null, unit: given.unit || "" }));
  }

  const KEYS = [["J / K  ↓ / ↑", "key_move"], ["Enter", "key_open"], ["/", "key_search"], ["M", "key_filter"], ["S", "key_sort"], ["N", "key_new"], ["1 – 5", "key_tabs"], ["A – Z", "key_verbs"], ["← →  Space", "key_replay"], ["O", "key_order"], ["G", "key_map"], ["W", "key_who"], ["Esc", "key_back"], ["?", "key_help"]];

  function help() {
    const { dialog, body } = Duty.form.frame(t("help"));
    const list = make("dl", "duty-keys", body);
    for (const [key, word] of KEYS) {
      say(make("kbd", "", make("dt", "", list)), key);
      say(make("dd", "", list), t(word));
    }
    dialog.showModal();
  }

  Duty.head = { build, choose, help };
})();
