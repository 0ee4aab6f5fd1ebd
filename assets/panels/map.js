// The panel `map`: hands spec, values and points to the map engine (assets/map) and its picks to the address.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, mark, say, still } = Cockpit.dom;

  const PORTABLE_MS = 60000;
  const SHOWN = "map-hidden"; // which layers this screen has switched off, for as long as its tab is open

  function kept() {
    try {
      return JSON.parse(sessionStorage.getItem(SHOWN)) || undefined;
    } catch {
      return undefined;
    }
  }

  function build(root, ctx) {
    const parts = { root, map: null, spec: "", ctx, points: new Map(), ages: {}, slot: "", marks: [], zone: [] };
    if (!window.CityMap) return parts;
    const show = () => parts.map && parts.map.setPlots([...parts.marks, ...parts.zone]);
    parts.found = Cockpit.mapFound(root, ctx.lang, (zone) => { parts.zone = zone; show(); });
    parts.map = window.CityMap.create(root, {
      lang: ctx.lang,
      reducedMotion: still(),
      onPick: (code) => code && parts.ctx.go({ region: code }),
      onUnavailable: () => unavailable(parts),
      hidden: kept(),
      onShown: (hidden) => sessionStorage.setItem(SHOWN, JSON.stringify(hidden)),
      onArea: (feature) => parts.found.look(feature.geometry),
      onPlot: (feature) => parts.plots.add(feature),
      onUndo: () => parts.plots.undo(),
      onExport: () => parts.plots.save(),
    });
    parts.plots = Cockpit.mapPlots((marks) => { parts.marks = marks; show(); }, ctx.lang);
    const zone = Cockpit.mapFound.told(new URLSearchParams(location.search).get("zone"));
    if (zone && document.documentElement.dataset.screen !== "wall") parts.found.look(zone.zone, zone.radius);
    parts.watch = new ResizeObserver(() => parts.map && parts.map.resize());
    parts.watch.observe(root);
    return parts;
  }

  /** Without WebGL the server draws the map as a page of its own, in a frame that can reach nothing; it is drawn anew each minute. */
  function unavailable(parts) {
    say(parts.root.querySelector(".quiet") || make("div", "quiet", parts.root), Cockpit.word("still_map", parts.ctx.lang));
    parts.framed = true;
    parts.heard = ({ source, data }) => data === "city-map-drawn" && parts.coming?.contentWindow === source && arrived(parts);
    window.addEventListener("message", parts.heard);
    portable(parts);
    parts.again = setInterval(() => portable(parts), PORTABLE_MS);
  }

  /** The next page is drawn unseen: where the server is gone the last one stays, and never a browser's page about errors. */
  function portable(parts) {
    const section = parts.root.closest(".panel");
    const { region, window: named, at, dimension } = parts.ctx.scope();
    const asked = Object.entries({ region, window: named, at, dimension, lang: parts.ctx.lang }).filter(([, value]) => value);
    parts.asked = new URLSearchParams(asked).toString();
    parts.coming?.remove();
    const frame = (parts.coming = make("iframe", "map-portable map-portable-coming", parts.root));
    frame.setAttribute("sandbox", "allow-scripts");
    frame.title = Cockpit.word("still_map", parts.ctx.lang);
    frame.src = `/api/v1/map/${encodeURIComponent(parts.ctx.scope().board)}/${encodeURIComponent(section.dataset.id)}.html?${parts.asked}`;
  }

  function arrived(parts) {
    parts.portable?.remove();
    [parts.portable, parts.coming] = [parts.coming, null];
    parts.portable.classList.remove("map-portable-coming");
  }

  function paint(parts, props, ctx, changed) {
    parts.ctx = ctx;
    if (parts.framed && props.spec && changed.includes("region")) {
      parts.portable?.remove(); // never another place under this one's name
      portable(parts);
    }
    if (!parts.map || !props.spec || parts.framed) return;
    const spec = JSON.stringify(props.spec);
    named(parts, props.title);
    if (spec !== parts.spec) {
      parts.spec = spec;
      parts.map.setSpec(props.spec);
      parts.map.setSelected(props.spec.selected);
      changed = ["values", "cells"];
      for (const [layer, frame] of parts.points) parts.map.setPoints(layer, frame);
    }
    parts.slot = (props.indicator || "").split(".")[0];
    if (changed.includes("cells")) for (const [layer, cells] of Object.entries(props.cells || {})) parts.map.setCells(layer, cells);
    if (changed.includes("values") || changed.includes("lights")) {
      parts.map.setValues("regions", props.values || {}, {
        unit: Cockpit.format.unit(props.unit, ctx.lang), decimals: props.decimals, lights: props.lights || {}, title: props.title, status: status(parts, parts.slot),
      });
    }
  }

  /** The lower canvas is the one that is moved by keys; both are one picture with one name. */
  function named({ root }, title) {
    [...root.querySelectorAll(".city-map-canvas canvas")].forEach((canvas, i) => {
      mark(canvas, "role", "img");
      mark(canvas, "aria-label", i === 0 ? title || Cockpit.word("map", Cockpit.scope.lang()) : null);
      mark(canvas, "aria-hidden", i === 0 ? null : "true");
      canvas.tabIndex = i === 0 ? 0 : -1;
    });
  }

  const status = ({ ages }, slot) => ages[slot] || ages[""] || "live";

  /** How old each slot on the map is (`""`: the panel as a whole): only what is old is dimmed. False: not yet drawn. */
  function aged(el, ages) {
    const parts = panel.parts(el);
    if (!parts || !parts.map || !parts.spec) return false;
    parts.ages = ages;
    for (const { id, live } of JSON.parse(parts.spec).layers) {
      if (live || id === "regions") parts.map.setStatus(id, status(parts, live ? id : parts.slot));
    }
    return true;
  }

  /** A binary frame of moving things; `layer` stands in its header. */
  function frame(el, buffer, layer) {
    const parts = panel.parts(el);
    if (!parts) return;
    parts.points.set(layer, buffer);
    if (parts.map && parts.spec) parts.map.setPoints(layer, buffer);
  }

  function drop(parts) {
    if (parts.watch) parts.watch.disconnect();
    if (parts.plots) parts.plots.stop();
    if (parts.found) parts.found.remove();
    clearInterval(parts.again);
    window.removeEventListener("message", parts.heard);
    if (parts.map) parts.map.destroy();
  }

  const panel = Cockpit.define("map", { body: "map", build, paint, drop });
  panel.frame = frame;
  panel.aged = aged;
})();
