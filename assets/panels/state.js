// The state of the city in one line of the header: how many indicators are abnormal and which is worst.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, mark, say } = Cockpit.dom;
  const GRAVE = { fine: 0, watch: 1, alarm: 2 };
  const OLD = ["stale", "dead", "broken"];

  const reports = new Map();
  let lang = "zh";
  let asked = false;
  let fitted = "";

  /** What a panel judges: `[{light, title, text, indicator}]`. The panel's element is the key. */
  function report(el, judged, ctx) {
    lang = ctx.lang;
    reports.set(el, judged.filter((entry) => entry.light));
    soon();
  }

  function forget(el) {
    reports.delete(el);
    soon();
  }

  function soon() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      paint();
    });
  }

  /** Each indicator (and each place it is abnormal in) once, as grave as the gravest says; only what is on this screen. */
  function judged() {
    const once = new Map();
    for (const [el, entries] of reports) {
      if (!el.isConnected) reports.delete(el);
      else if (el.offsetParent) for (const entry of entries) keep(once, `${entry.indicator}@${entry.place || ""}`, entry);
    }
    return [...once.values()];
  }

  function keep(once, key, entry) {
    if (!(GRAVE[once.get(key)?.light] >= GRAVE[entry.light])) once.set(key, entry);
  }

  /** The gravest first; of equals the whole before its places. */
  function byGravity(a, b) {
    return GRAVE[b.light] - GRAVE[a.light] || Number(Boolean(a.place)) - Number(Boolean(b.place));
  }

  function paint() {
    const [node, app] = [document.querySelector(".city-state"), document.getElementById("app")];
    if (!node || !app) return; // the skeleton still stands
    if (Cockpit.scope) lang = Cockpit.scope.lang(); // where nothing was judged nobody has told
    const all = judged();
    const abnormal = all.filter((entry) => GRAVE[entry.light] > 0).sort(byGravity);
    const shown = [...document.querySelectorAll("#app .panel[data-status]")].filter((panel) => panel.offsetParent);
    const old = shown.filter((panel) => OLD.includes(panel.dataset.status)).length;
    const lost = Cockpit.live ? Cockpit.live.lostSince() : null;
    const light = lost !== null ? "old" : abnormal.length ? abnormal[0].light : all.length && !old ? "fine" : "old";
    if (!node.querySelector(".state-word")) {
      node.textContent = "";
      make("i", "mark", node);
      make("span", "state-word", node);
      make("span", "state-detail", node);
    }
    node.firstChild.className = `mark mark-${light}`;
    mark(node, "data-light", light);
    const loud = lost !== null ? "line" : light === "old" && all.length && old * 2 > shown.length ? "data" : null;
    mark(app, "data-lost", loud);
    say(node.querySelector(".state-word"), Cockpit.word(lost !== null ? "line_lost" : all.length ? `city_${light === "old" ? "old_word" : light}` : "city_unknown", lang));
    const forms = lost !== null ? since(lost) : details(all, abnormal, old);
    fit(node, forms);
  }

  /** Chosen anew only where the words or the room for them have changed: it is read out loud to whoever cannot see it. */
  function fit(node, forms) {
    const key = [window.innerWidth, document.querySelector("#app .header-place").textContent, node.firstElementChild.nextSibling.textContent, ...forms].join("|");
    if (fitted === key) return;
    fitted = key;
    const detail = { node: node.querySelector(".state-detail"), forms };
    Cockpit.fit([detail]);
    mark(node, "title", detail.at ? forms[0] : null);
  }

  const clock = (ms) => Cockpit.format.clockTime(ms, { zone: document.getElementById("app").dataset.zone, lang });

  function since(ms) {
    const seconds = (Cockpit.live.now() - ms) / 1000;
    const age = seconds < 60 ? [] : [Cockpit.format.age(seconds, lang, true).replace("前", "")]; // no new words each second: they are read out
    const from = Cockpit.word("lost_since", lang).replace("{}", clock(ms));
    return forms([[from, ...age, Cockpit.word("lost_picture", lang)], [from, ...age], [from]]);
  }

  /** How the city is, from all that is to be said to the one thing that must be. */
  function details(all, abnormal, old) {
    const count = (n, key) => `${n} ${Cockpit.word(key, lang)}`;
    const more = abnormal.length > 1 ? [count(abnormal.length, "city_abnormal")] : [];
    const good = Cockpit.board.lastGood();
    const last = old && good ? [Cockpit.word("city_last", lang).replace("{}", clock(good))] : [];
    const aged = old ? [count(old, "city_old")] : [];
    if (!abnormal.length) return forms(old ? [[...aged, ...last], aged, last] : all.length ? [[count(all.length, "city_judged")]] : []);
    const [whole, short] = worst(abnormal);
    return forms([[whole, ...more, ...aged, ...last], [whole, ...more, ...aged], [whole, ...more], [whole], [short, ...more], [short], more]);
  }

  const forms = (all) => [...all, []].map((form) => form.join(" · "));

  /** What is worst and where, whole and short: 接通等待 36秒（云锦区 53秒） where the whole city is abnormal, too; 接通等待 36秒. */
  function worst([first, ...others]) {
    const words = `${first.title} ${first.text}`;
    if (first.place) return [`${first.place} ${words}`, `${first.place} ${first.text}`];
    const place = others.find((entry) => entry.place && entry.indicator === first.indicator);
    if (!place) return [words, first.title];
    return [lang === "en" ? `${words} (${place.place} ${place.text})` : `${words}（${place.place} ${place.text}）`, words];
  }

  window.addEventListener("resize", soon);
  document.fonts.ready.then(() => {
    fitted = ""; // other letters, other widths
    soon();
  });
  Cockpit.state = { report, forget, soon };
})();
