// The scope: it lives in the address. Reads it, changes it without reloading, draws the way down to it, obeys the keyboard.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const listeners = new Set();
  let way = [];

  const board = () => decodeURIComponent(location.pathname.split("/")[2] || "");
  const query = () => location.search.slice(1);
  const lang = () => (new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh");

  function read() {
    const given = new URLSearchParams(location.search);
    const value = (key) => given.get(key) || "";
    return { board: board(), region: value("region"), window: value("window"), at: value("at"), indicator: value("indicator"), lang: lang() };
  }

  /** The address after a change; an empty value removes its key, and the root is written as no region. */
  function address(patch) {
    const given = new URLSearchParams(location.search);
    for (const [key, value] of Object.entries(patch)) {
      const isDefault = !value || (key === "region" && value === root()) || (key === "lang" && value === "zh");
      if (isDefault) given.delete(key);
      else given.set(key, value);
    }
    const text = given.toString();
    return location.pathname + (text ? `?${text}` : "");
  }

  const root = () => {
    const app = document.getElementById("app");
    return app ? app.dataset.root : "";
  };

  /** Changes the scope: the address at once, the screen as soon as the server answers. Another language is another page. */
  function go(patch) {
    const to = address(patch);
    if (to === location.pathname + location.search) return;
    if ("lang" in patch && (patch.lang || "zh") !== lang()) {
      location.assign(to);
      return;
    }
    history.pushState(null, "", to);
    changed();
  }

  function up() {
    if (way.length > 1) go({ region: way[way.length - 2].code });
  }

  function changed() {
    for (const listener of listeners) listener();
  }

  /** Shows what the server says of the place: breadcrumb and document title. */
  function show(scope) {
    way = scope.breadcrumb;
    const crumbs = document.querySelector("#app .crumbs");
    if (!crumbs) return;
    crumbs.replaceChildren(...way.map(crumb));
    const city = document.getElementById("app").dataset.city;
    document.title = way.length > 1 ? `${scope.name} · ${scope.title} · ${city}` : `${scope.title} · ${city}`;
  }

  function crumb({ code, name }, position) {
    const here = position === way.length - 1;
    const node = document.createElement(here ? "span" : "a");
    node.className = "crumb";
    node.textContent = name;
    if (here) {
      node.setAttribute("aria-current", "page");
    } else {
      node.href = address({ region: code });
      node.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go({ region: code });
      });
    }
    return node;
  }

  /** Another board of the city at the same place; it is another page. */
  function turn(name) {
    if (name && name !== board()) location.assign(`/board/${encodeURIComponent(name)}${location.search}`);
  }

  const boards = () => [...document.querySelectorAll("#app .boards [data-to]")].map((node) => node.dataset.to);

  const typing = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable]");

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "Backspace" || event.key === "Escape") {
      event.preventDefault();
      up();
    } else if (event.key === "l") {
      go({ lang: lang() === "en" ? "zh" : "en" });
    } else if (/^[1-9]$/.test(event.key)) {
      turn(boards()[event.key - 1]);
    }
  }

  window.addEventListener("popstate", () => {
    // Going back over a change of language is another page.
    if (document.documentElement.lang.startsWith("en") !== (lang() === "en")) location.reload();
    else changed();
  });
  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest(".lang-switch")) go({ lang: lang() === "en" ? "zh" : "en" });
    const other = event.target.closest(".boards [data-to]");
    if (other) turn(other.dataset.to);
  });

  Cockpit.scope = { read, go, up, show, board, query, lang, onChange: (listener) => listeners.add(listener) };
})();
