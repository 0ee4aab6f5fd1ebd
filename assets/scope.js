// The scope: it lives in the address. Reads it, changes it without reloading, draws the way down to it, obeys the keyboard.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const listeners = new Set();
  const watchers = new Set();
  let way = [];
  let nodes = [];
  let shown = null;

  const board = () => decodeURIComponent(location.pathname.split("/")[2] || "");
  const PASSPORT = /^[^/]+[.][^/]+$/; // slot.name; a node of a scheme has slashes, and is the board's own business
  const lang = () => (new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh");

  function read() {
    const given = new URLSearchParams(location.search);
    const value = (key) => given.get(key) || "";
    const found = { board: board(), lang: lang() };
    for (const key of ["region", "window", "at", "indicator", "dimension", "panel"]) found[key] = value(key);
    return found;
  }

  const isPassport = (indicator) => PASSPORT.test(indicator || "");

  /** What the board depends on; a passport and what is selected on the map (`zone`) lie beside it and change nothing there. */
  function query() {
    const given = new URLSearchParams(location.search);
    if (isPassport(given.get("indicator"))) given.delete("indicator");
    given.delete("panel");
    given.delete("zone");
    return given.toString();
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

  /** Notes in the address what changes nothing on the board, without a step to go back. */
  const keep = (patch) => history.replaceState(null, "", address(patch));

  /** One step out: the node, then the place above, then the filter. */
  function up() {
    const { indicator, dimension } = read();
    if (indicator) go({ indicator: isPassport(indicator) || nodes.length < 2 ? "" : nodes[nodes.length - 2].address });
    else if (way.length > 1) go({ region: way[way.length - 2].code });
    else if (dimension) go({ dimension: "" });
  }

  /** Tells everybody who draws something of the address; those who draw the board only when it is another one. */
  function changed() {
    for (const watcher of watchers) watcher();
    const now = board() + query();
    if (now === shown) return;
    shown = now;
    for (const listener of listeners) listener();
  }

  /** Shows what the server says of the place: breadcrumb and document title. */
  function show(scope) {
    way = scope.breadcrumb;
    nodes = scope.nodes || [];
    for (const watcher of watchers) watcher(scope);
    const crumbs = document.querySelector("#app .crumbs");
    if (!crumbs) return;
    const places = way.map(({ code, name }) => ({ words: name, patch: { region: code, indicator: "" } }));
    const steps = nodes.map(({ title, address: to }) => ({ words: title, patch: { indicator: to }, node: true }));
    crumbs.replaceChildren(...[...places, ...steps].map(crumb));
    const city = document.getElementById("app").dataset.city;
    document.title = way.length > 1 ? `${scope.name} · ${scope.title} · ${city}` : `${scope.title} · ${city}`;
  }

  /** A step of the way: places of the city, then nodes of a scheme; the last one is where we are. */
  function crumb({ words, patch, node: isNode }, position, all) {
    const here = position === all.length - 1;
    const node = document.createElement(here ? "span" : "a");
    node.className = isNode ? "crumb crumb-node" : "crumb";
    node.textContent = words;
    if (here) {
      node.setAttribute("aria-current", "page");
    } else {
      node.href = address(patch);
      node.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(patch);
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

  shown = board() + query();
  Cockpit.scope = {
    read, go, keep, up, show, board, query, lang, isPassport,
    onChange: (listener) => listeners.add(listener), // another board picture is wanted
    onAny: (watcher) => watchers.add(watcher), // anything in the address; with what the server says of the place, once it has
  };
})();
