// The panel `map`: hands spec, values and points to the map engine (assets/map) and its picks to the address.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, still } = Cockpit.dom;

  function build(root, ctx) {
    const parts = { root, map: null, spec: "", ctx, points: new Map(), ages: {}, slot: "" };
    if (!window.CityMap) return parts;
    parts.map = window.CityMap.create(root, {
      lang: ctx.lang,
      reducedMotion: still(),
      onPick: (code) => code && parts.ctx.go({ region: code }),
      onUnavailable: () => unavailable(parts),
    });
    parts.watch = new ResizeObserver(() => parts.map && parts.map.resize());
    parts.watch.observe(root);
    return parts;
  }

  function unavailable(parts) {
    const said = parts.root.querySelector(".quiet") || make("div", "quiet", parts.root);
    say(said, Cockpit.word("no_webgl", parts.ctx.lang));
  }

  function paint(parts, props, ctx, changed) {
    parts.ctx = ctx;
    if (!parts.map || !props.spec) return;
    const spec = JSON.stringify(props.spec);
    if (spec !== parts.spec) {
      parts.spec = spec;
      parts.map.setSpec(props.spec);
      parts.map.setSelected(props.spec.selected);
      changed = ["values"];
      for (const [layer, frame] of parts.points) parts.map.setPoints(layer, frame);
    }
    parts.slot = (props.indicator || "").split(".")[0];
    if (changed.includes("values") || changed.includes("lights")) {
      parts.map.setValues("regions", props.values || {}, {
        unit: Cockpit.format.unit(props.unit, ctx.lang), decimals: props.decimals, lights: props.lights || {}, title: props.title, status: status(parts, parts.slot),
      });
    }
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
    if (parts.map) parts.map.destroy();
  }

  const panel = Cockpit.define("map", { body: "map", build, paint, drop });
  panel.frame = frame;
  panel.aged = aged;
})();
