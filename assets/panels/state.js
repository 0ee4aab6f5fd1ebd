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
    const node = document.querySelector(".city-state");
    if (!node) return;
    if (Cockpit.scope) lang = Cockpit.scope.lang(); // where nothing was judged nobody has told
    const all = judged();
    const abnormal = all.filter((entry) => GRAVE[entry.light] > 0).sort(byGravity);
    const aged = document.querySelectorAll(OLD.map((status) => `.panel[data-status="${status}"]`).join());
    const old = [...aged].filter((panel) => panel.offsetParent).length;
    const cut = Boolean(Cockpit.live && Cockpit.live.isLost());
    const light = cut ? "old" : abnormal.length ? abnormal[0].light : all.length && !old ? "fine" : "old";
    if (!node.querySelector(".state-word")) {
      node.textContent = "";
      make("i", "mark", node);
      make("span", "state-word", node);
      make("span", "state-detail", node);
    }
    node.firstChild.className = `mark mark-${light}`;
    mark(node, "data-light", light);
    say(node.querySelector(".state-word"), Cockpit.word(cut ? "line_lost" : all.length ? `city_${light === "old" ? "old_word" : light}` : "city_unknown", lang));
    say(node.querySelector(".state-detail"), cut ? "" : detail(all, abnormal, old));
  }

  function detail(all, abnormal, old) {
    const word = (key) => Cockpit.word(key, lang);
    const count = (n, key) => `${n} ${word(key)}`;
    const said = [];
    if (abnormal.length) said.push(worst(abnormal));
    if (abnormal.length > 1) said.push(count(abnormal.length, "city_abnormal"));
    if (!abnormal.length && all.length && !old) said.push(count(all.length, "city_judged"));
    if (old) said.push(count(old, "city_old"));
    return said.join(" · ");
  }

  /** What is worst and where: 云锦区 接通等待 53秒, or 接通等待 36秒（云锦区 53秒） where the whole is abnormal, too. */
  function worst([first, ...others]) {
    const words = `${first.title} ${first.text}`;
    if (first.place) return `${first.place} ${words}`;
    const place = others.find((entry) => entry.place && entry.indicator === first.indicator);
    if (!place) return words;
    return lang === "en" ? `${words} (${place.place} ${place.text})` : `${words}（${place.place} ${place.text}）`;
  }

  Cockpit.state = { report, forget, soon };
})();
