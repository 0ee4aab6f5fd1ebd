// Small things all parts of the desk show: lights, tags, moments, durations, names of regions and units.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { told, t, named } = Duty;
  const regions = new Map(told.regions.map((one) => [one.code, one]));
  const units = new Map(told.units.map((one) => [one.id, one.name]));

  /** The light of an incident: that of the clock that presses. */
  const lightOfBoth = (row, now) => Cockpit.lightOf(Cockpit.pressing(row, now), now);

  /** Shape, colour and word; the word is for ears where the shape has company. */
  function light(parent, name, spoken = true) {
    const node = make("span", "duty-light", parent);
    setLight(node, name, spoken);
    return node;
  }

  function setLight(node, name, spoken = true) {
    if (node.dataset.light === name) return;
    node.dataset.light = name;
    node.replaceChildren();
    make("i", `mark mark-${Cockpit.lightMark(name) || "none"}`, node).setAttribute("aria-hidden", "true");
    say(make("span", spoken ? "duty-light-word" : "duty-spoken", node), t(`clock_${name}`));
  }

  /** A limit in words: 30 分钟, 6 h. */
  function lasting(s) {
    const [amount, zh, en] = s < 3600 ? [s / 60, "分钟", "min"] : s < 86400 ? [s / 3600, "小时", "h"] : [s / 86400, "天", "d"];
    return `${Math.round(amount * 10) / 10} ${told.lang === "en" ? en : zh}`;
  }

  /** A time in its two greatest units, as all surfaces say it. */
  const span = (ms) => Cockpit.lasting(ms, told.lang);

  const zone = { lang: told.lang, zone: told.zone };
  function moment(text, seconds = false) {
    if (!text) return "";
    const ms = typeof text === "number" ? text : Date.parse(text);
    return Cockpit.format.moment(ms, Duty.store.now(), { ...zone, seconds });
  }

  const regionOf = (code) => regions.get(code)?.name || code || "";

  /** The names from below the city down to it. */
  function regionPath(code) {
    const names = [];
    for (let one = regions.get(code); one && one.code !== told.root; one = regions.get(one.parent)) names.unshift(one.name);
    return names.join(" · ") || regionOf(code);
  }

  /** The district a region lies in; the city itself where there is none. */
  function districtOf(code) {
    let one = regions.get(code);
    while (one && one.depth > 1) one = regions.get(one.parent);
    return one?.code || told.root;
  }

  /** District and street: what a dispatcher calls a place. */
  function placeOf(within) {
    const names = [...within].reverse().map((code) => regions.get(code)).filter((one) => one && (one.depth === 1 || one.depth === 2)).map((one) => one.name);
    return names.join(" · ") || regionOf(within[0]);
  }

  const unitOf = (id) => units.get(id) || id;
  const far = (metres) => (metres === null || metres === undefined ? "—" : metres >= 1000 ? `${(metres / 1000).toFixed(1)} km` : `${Math.round(metres)} m`);

  /** A short word in a frame: `kind` is its look. */
  function tag(parent, words, kind = "") {
    const node = make("span", "duty-tag", parent);
    if (kind) mark(node, "data-kind", kind);
    say(node, words);
    return node;
  }

  function button(parent, words, act, { kind = "", key = "", label = "" } = {}) {
    const made = make("button", "duty-button", parent);
    made.type = "button";
    if (kind) made.dataset.kind = kind;
    say(make("span", "", made), words);
    if (key) {
      say(make("kbd", "", made), key.toUpperCase());
      mark(made, "aria-keyshortcuts", key);
    }
    if (label) mark(made, "aria-label", label);
    made.addEventListener("click", act);
    return made;
  }

  /** What stands where nothing is: what it would be, and what to do. */
  function empty(parent, title, then) {
    const node = make("div", "duty-empty", parent);
    say(make("strong", "", node), title);
    if (then) say(make("p", "", node), then);
    return node;
  }

  /** Says it to those who listen to the page, and shows it for a while at its foot. */
  let hide = 0;
  function tell(words, kind = "done") {
    const line = document.getElementById("duty-said");
    if (!line) return;
    say(line, "");
    mark(line, "data-kind", kind);
    say(line, words);
    line.classList.add("shown");
    clearTimeout(hide);
    hide = setTimeout(() => line.classList.remove("shown"), 6000);
  }

  Object.assign(Duty, { lightOfBoth, light, setLight, span, lasting, moment, regionOf, regionPath, placeOf, districtOf, unitOf, far, tag, button, empty, tell, named });
})();
