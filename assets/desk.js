// The desk: a toolbar below the header, keys, and for each panel a way to its table.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark } = Cockpit.dom;
  const KEYS = [
    ["1 – 9", "key_boards"], ["Tab", "key_walk"], ["Enter", "key_press"], ["Esc  ⌫", "key_up"], ["t", "key_table"],
    ["x", "key_xlsx"], ["p", "key_png"], ["d", "key_theme"], ["l", "key_lang"], ["?", "key_help"],
  ];

  const lang = () => Cockpit.scope.lang();
  const t = (key) => Cockpit.word(key, lang());
  const isWall = () => document.documentElement.dataset.screen === "wall";
  const isDesk = () => document.documentElement.dataset.screen === "desk";
  const isLight = () => document.documentElement.dataset.theme === "light";

  function button(parent, className, words, act) {
    const made = make("button", className, parent);
    made.type = "button";
    say(made, words);
    made.addEventListener("click", act);
    return made;
  }

  /** What this screen looks at, as the parameters of an export. */
  function seen(more = {}) {
    const { region, window: named, at, indicator, dimension } = Cockpit.scope.read();
    const asked = { region, window: named, at, indicator: (indicator || "").includes(".") ? "" : indicator, dimension, lang: lang(), ...more };
    return new URLSearchParams(Object.entries(asked).filter(([, value]) => value)).toString();
  }

  const address = (panel, format) => `/api/v1/export/${encodeURIComponent(Cockpit.scope.board())}${panel ? `/${encodeURIComponent(panel)}` : ""}?${seen(format ? { format } : {})}`;

  const fileName = (panel, kind) => [Cockpit.scope.board(), panel, new Date().toISOString().slice(0, 16).replace(/[-:]/g, "").replace("T", "-")].filter(Boolean).join("-") + `.${kind}`;

  function keep(href, name) {
    const link = document.createElement("a"); // in no document: below an open dialog everything is out of reach
    link.href = href;
    link.download = name;
    link.click();
  }

  /** A file the server makes; a refusal is said at the foot of the screen. */
  async function saveTable(panel, format, pressed) {
    await working(pressed, async () => {
      const answer = await fetch(address(panel, panel ? format : ""));
      if (!answer.ok) throw new Error((await answer.json()).error);
      save(await answer.blob(), fileName(panel, format));
    });
  }

  async function savePicture(node, panel, pressed) {
    await working(pressed, async () => save(await Cockpit.picture(node), fileName(panel, "png")));
  }

  function save(blob, name) {
    const href = URL.createObjectURL(blob);
    keep(href, name);
    setTimeout(() => URL.revokeObjectURL(href), 10000);
  }

  async function working(pressed, work) {
    const words = pressed ? pressed.textContent : "";
    if (pressed) {
      pressed.disabled = true;
      say(pressed, t("desk_saving"));
    }
    try {
      await work();
      Cockpit.notice("");
    } catch (error) {
      Cockpit.notice(`${t("desk_failed")} (${error.message})`);
    }
    if (!pressed) return;
    pressed.disabled = false;
    say(pressed, words);
  }

  function turnTheme() {
    const given = new URLSearchParams(location.search);
    given.set("theme", isLight() ? "dark" : "light");
    location.replace(`${location.pathname}?${given}`); // charts take their colours when they are made
  }

  function toolbar() {
    const header = document.querySelector("#app .header");
    const old = document.querySelector("#app .toolbar");
    if (header) way(header);
    if (!isDesk() || !header) {
      if (old) old.remove();
      return;
    }
    const bar = old || make("section", "toolbar");
    mark(bar, "aria-label", t("desk_tools"));
    bar.replaceChildren();
    say(make("span", "toolbar-word", bar), t("desk_export"));
    button(bar, "tool", "XLSX", (event) => saveTable("", "xlsx", event.currentTarget)).title = `${t("key_xlsx")} [x]`;
    button(bar, "tool", "PNG", (event) => savePicture(document.getElementById("app"), "", event.currentTarget)).title = `${t("key_png")} [p]`;
    make("span", "toolbar-gap", bar);
    link(bar, "tool", t("desk_leave"), "");
    button(bar, "tool", t("desk_duty"), () => location.assign(`/duty?lang=${lang()}`));
    button(bar, "tool", t(isLight() ? "desk_dark" : "desk_light"), turnTheme).title = `${t("key_theme")} [d]`;
    button(bar, "tool", `${t("desk_keys")} ?`, help);
    if (!old) header.after(bar);
  }

  /** The same view as another screen (`""`: as its shape says): an address, so that it can be opened beside this one. */
  function link(parent, className, words, screen) {
    const made = make("a", className, parent);
    say(made, words);
    const point = () => {
      const given = new URLSearchParams(location.search);
      given.delete("screen");
      if (screen) given.set("screen", screen);
      made.href = `${location.pathname}${given.size ? `?${given}` : ""}`;
    };
    for (const kind of ["pointerenter", "focus", "pointerdown"]) made.addEventListener(kind, point); // the scope may have moved on
    point();
    return made;
  }

  /** From a plain page to the desk, where there is a hand and room for tools. */
  function way(header) {
    const old = header.querySelector(".desk-way");
    const wanted = document.documentElement.dataset.screen === "open";
    if (!wanted && old) old.remove();
    if (!wanted || old) return;
    const place = header.querySelector(".header-place");
    place.insertBefore(link(place, "desk-way", t("desk_enter"), "desk"), place.querySelector(".boards"));
  }

  /** A quiet button in the head of each panel that shows something other than words. */
  function tools() {
    for (const panel of document.querySelectorAll("#app .panel")) {
      const head = panel.querySelector(".panel-head");
      const old = head.querySelector(".panel-table");
      if (!isDesk() || ["clock", "text", "video"].includes(panel.dataset.panel)) {
        if (old) old.remove();
        continue;
      }
      if (old) continue;
      const title = panel.querySelector(".panel-title").textContent;
      const made = button(head, "panel-table", "", () => Cockpit.tableSheet.open(panel));
      mark(made, "aria-label", `${title} ${t("desk_as_table")}`);
      made.title = t("desk_table");
    }
  }

  function help() {
    const { dialog, body } = Cockpit.tableSheet.frame(t("desk_keys"));
    const list = make("dl", "keys", body);
    for (const [key, word] of KEYS) {
      make("kbd", "", make("dt", "", list)).textContent = key;
      say(make("dd", "", list), t(word));
    }
    dialog.showModal();
  }

  function press(event) {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
    const acts = {
      "?": help,
      d: turnTheme,
      x: () => saveTable("", "xlsx"),
      p: () => savePicture(document.getElementById("app"), ""),
      t: () => Cockpit.tableSheet.open(target.closest(".panel") || document.querySelector("#app .panel:hover") || document.querySelector("#app .panel")),
    };
    if (isWall() || !acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  /** Dash mounts the page late and once. */
  function begin() {
    if (!document.querySelector("#app .panel")) return;
    observer.disconnect();
    toolbar();
    tools();
  }

  const observer = new MutationObserver(begin);
  observer.observe(document.body, { childList: true, subtree: true });
  document.addEventListener("keydown", press);
  window.addEventListener("resize", () => {
    toolbar();
    tools();
  });
  begin();

  Cockpit.desk = { isDesk, address, saveTable, savePicture };
})();
