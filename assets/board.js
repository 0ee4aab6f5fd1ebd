// The panels of the page: hands each its props, and shows how old they are by the screen's own clock.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  Cockpit.panels = Cockpit.panels || {};
  const OLD = ["stale", "dead", "broken"];
  const LINE_LOST = { zh: "与服务器的连接中断，正在重连", en: "The line to the server is lost; trying again" };
  const UNDRAWN = { zh: "此面板无法显示，请联系管理员", en: "This panel cannot be drawn here; ask whoever runs the cockpit" };
  const ABOUT = ["fresh", "aside", "unfiltered", "partly", "instead"]; // said of a panel's sources, not shown by the panel itself
  const MARKS = { late: "watch", stale: "old", dead: "old", missing: "old", broken: "alarm" };

  const panels = new Map();
  let lost = () => false;

  const ctx = {
    jump: false, // whether numbers jump to their new value: between two places there is nothing to count through
    get lang() {
      return Cockpit.scope.lang();
    },
    go: (patch) => Cockpit.scope.go(patch),
    scope: () => Cockpit.scope.read(),
    now: () => Cockpit.live.now(),
    t: (key) => Cockpit.word(key, ctx.lang),
  };

  /** Finds the frames Dash has mounted; answers false while there are none. `isLost`: whether the line to the server is. */
  function mount(isLost) {
    if (!document.querySelector("#app .panel")) return false;
    lost = isLost;
    for (const section of document.querySelectorAll("#app .panel")) {
      const { id, panel: kind } = section.dataset;
      const age = section.querySelector(".panel-age");
      const mark = age.appendChild(document.createElement("i"));
      mark.setAttribute("aria-hidden", "true");
      const words = { node: age.appendChild(document.createElement("span")) };
      panels.set(id, { id, kind, section, head: section.querySelector(".panel-head"), age, mark, words, body: section.querySelector(".panel-body"), props: {}, frames: [] });
    }
    const skeleton = document.getElementById("skeleton");
    if (skeleton) skeleton.remove();
    setInterval(tick, 1000);
    tick();
    document.fonts.ready.then(() => panels.forEach(({ words }) => (words.key = ""))); // other letters, other widths
    return true;
  }

  /** The panels are of another place than the address until the next snapshot: they fade, and promise nothing. */
  function awaitPicture() {
    document.getElementById("app").dataset.waiting = "";
  }

  /** Takes over the panels of a message: all their props (`whole`), or only those that changed. */
  function apply(changes, whole) {
    ctx.jump = whole;
    if (whole) delete document.getElementById("app").dataset.waiting;
    for (const [id, changed] of Object.entries(changes)) {
      const panel = panels.get(id);
      if (!panel) continue;
      panel.props = whole ? changed : { ...panel.props, ...changed };
      ask(panel);
      sayWindow(panel);
      show(panel, whole ? null : Object.keys(changed));
    }
    if (whole || Object.values(changes).some((changed) => changed.aside)) {
      Cockpit.aside.show([...panels.values()].flatMap((panel) => panel.props.aside || []), ctx);
    }
    tick();
    if (whole && Cockpit.sheet) Cockpit.sheet.sync();
    Cockpit.engines.start(!whole, (kind) => {
      for (const panel of panels.values()) if (panel.kind === kind) show(panel, null);
    });
  }

  /** The title and the number of a panel that shows one indicator open its passport. */
  function ask(panel) {
    const { indicator } = panel.props;
    const title = panel.section.querySelector(".panel-title");
    if (!indicator || !title || title.querySelector("button")) return;
    const words = title.textContent;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "panel-why";
    button.textContent = words;
    button.title = ctx.t("why");
    button.setAttribute("aria-haspopup", "dialog");
    title.replaceChildren(button);
  }

  /** The window and step that are shown, where they are others than the panel's own, of which its title may speak. */
  function sayWindow(panel) {
    const { kind, section, props } = panel;
    const timeless = kind === "map" && !props.indicator; // nothing on it is counted
    const other = props.instead && !timeless ? props.instead : "";
    const { indicator } = Cockpit.scope.read();
    const node = kind === "radar" && props.kind === "score" && indicator && !Cockpit.scope.isPassport(indicator) ? props.title : "";
    Cockpit.titles.show(panel, { other, node });
    const words = [other ? Cockpit.chips.named(other) : "", props.own_step_s && props.own_step_s !== props.step_s ? step(props.step_s) : ""].filter(Boolean).join(" · ");
    let chip = section.querySelector(".panel-window");
    if (!words) return chip && chip.remove();
    if (!chip) {
      chip = document.createElement("span");
      chip.className = "panel-window";
      section.querySelector(".panel-title").after(chip);
    }
    if (chip.textContent !== words) chip.textContent = words;
    chip.title = words;
  }

  function step(seconds) {
    const [word, size] = seconds < 3600 ? ["step_minutes", 60] : seconds < 86400 ? ["step_hours", 3600] : ["step_days", 86400];
    return ctx.t(word).replace("{}", seconds / size);
  }

  const WHY = ".panel-why, .number-line, .trend-now, .bullet-value";
  document.addEventListener("click", (event) => {
    const section = event.target instanceof Element && event.target.closest(WHY) && event.target.closest("#app .panel");
    const panel = section && panels.get(section.dataset.id);
    if (panel && panel.props.indicator) ctx.go({ indicator: panel.props.indicator, panel: panel.id });
  });

  /** The window of the panel an address names, else of the first one that shows the indicator; "" where there is none yet. */
  function windowOf(indicator, id) {
    const shown = [panels.get(id), ...panels.values()].find((panel) => panel && panel.props.indicator === indicator);
    return (shown && shown.props.window) || "";
  }

  /** A panel fails alone: the others go on, and it says so itself. */
  function show(panel, changed) {
    const renderer = Cockpit.panels[panel.kind];
    if (!Object.keys(panel.props).some((key) => !ABOUT.includes(key))) {
      Cockpit.undrawn(panel.body, panel.props, ctx.lang); // it never could be drawn
      return;
    }
    if (Cockpit.engines.waits(panel.kind)) return;
    try {
      renderer.update(panel.body, panel.props, changed || Object.keys(panel.props), ctx);
      for (const [layer, buffer] of panel.frames.splice(0)) renderer.frame(panel.body, buffer, layer);
      panel.failed = false;
    } catch (error) {
      if (!panel.failed) console.error(`panel ${panel.id}:`, error);
      panel.failed = true;
      Cockpit.undrawn(panel.body, { fresh: { status: "broken", reason: UNDRAWN[ctx.lang] } }, ctx.lang);
    }
  }

  /** A binary frame: `CCP2`, the header's length, the header as JSON, columns. It goes to the panel its header names. */
  function frame(buffer) {
    const view = new DataView(buffer);
    const length = view.getUint32(4, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
    for (const panel of panels.values()) {
      const renderer = Cockpit.panels[panel.kind];
      if ((panel.id !== header.panel && panel.kind !== header.panel) || !renderer || !renderer.frame) continue;
      if (Cockpit.engines.waits(panel.kind)) panel.frames = [...panel.frames.filter(([layer]) => layer !== header.layer), [header.layer, buffer]];
      else renderer.frame(panel.body, buffer, header.layer);
    }
  }

  /** Status and age of every panel, each second: what the server said last only ever gets older. */
  function tick() {
    const now = ctx.now();
    const line = lost();
    let changed = false;
    for (const panel of panels.values()) changed = age(panel, now, line) || changed;
    Cockpit.fit([...panels.values()].map(({ words }) => words).filter(({ at }) => at === null));
    if ((changed || line) && Cockpit.state) Cockpit.state.soon();
    const clock = document.querySelector("#app .header .clock");
    if (clock && Cockpit.showClock) Cockpit.showClock(clock, { zone: document.getElementById("app").dataset.zone, seconds: true }, ctx.lang, now);
  }

  function age(panel, now, line) {
    const { fresh } = panel.props;
    if (!fresh) return false;
    const unfiltered = Boolean((panel.props.unfiltered || []).length);
    panel.section.toggleAttribute("data-unfiltered", unfiltered);
    const status = panel.failed ? "broken" : Cockpit.ages.status(fresh, now, line);
    tell(panel, status, now, line);
    const lossy = Boolean(fresh.degraded) && status === "live";
    panel.section.toggleAttribute("data-degraded", lossy);
    const first = [unfiltered && ctx.t(narrowed(panel)), lossy && ctx.t("degraded")].filter(Boolean);
    const said = Cockpit.ages.forms(first, Cockpit.ages.words(status, fresh, now, ctx.lang));
    Cockpit.ages.say(panel.words, said, `${window.innerWidth}×${window.innerHeight} ${panel.head.childElementCount}`);
    const shape = MARKS[status] || lossy ? `mark mark-${MARKS[status] || "watch"}` : "";
    if (panel.mark.className !== shape) panel.mark.className = shape;
    const reason = reasons(panel, line, said[0]);
    if (panel.age.title !== reason) panel.age.title = reason;
    if (panel.section.dataset.status === status) return false;
    panel.section.dataset.status = status;
    return true;
  }

  /** The tip: why, and what had no room beside the title. */
  function reasons({ props, words }, line, whole) {
    const said = (line && LINE_LOST[ctx.lang]) || props.fresh.reason || "";
    const unfiltered = (props.unfiltered || []).map((slot) => `${slot} ${ctx.t("unfiltered_why")}`);
    return [words.at ? whole : "", said, ...unfiltered, ...(props.aside || []).map((one) => Cockpit.aside.words(one, ctx))].filter(Boolean).join("\n");
  }

  /** A map whose areas follow the filter and whose points do not is partly filtered; the tip names what is not. */
  const narrowed = ({ props }) => (props.partly ? "unfiltered_partly" : "unfiltered");

  /** A panel that draws several slots is told the status of each, so that only what is old looks old. */
  function tell(panel, status, now, line) {
    const renderer = Cockpit.panels[panel.kind];
    if (!renderer || !renderer.aged) return;
    const each = { "": status === "past" ? "live" : status };
    for (const [slot, fresh] of Object.entries(panel.props.fresh.of || {})) each[slot] = Cockpit.ages.status(fresh, now, line);
    const told = JSON.stringify(each);
    if (panel.told !== told && renderer.aged(panel.body, each)) panel.told = told;
  }

  /** The newest data (Unix ms) of what is out of date on this screen; null where nothing is, or nothing ever came. */
  function lastGood() {
    const old = [...panels.values()].filter(({ section }) => OLD.includes(section.dataset.status) && section.offsetParent);
    const times = old.map(({ props }) => props.fresh && props.fresh.as_of_ms).filter(Boolean);
    return times.length ? Math.max(...times) : null;
  }

  Cockpit.board = { mount, apply, frame, tick, windowOf, lastGood, await: awaitPicture };
})();
