// CityMap.create(element, options): one map in one element, drawn by deck.gl alone. See layers/deck.py for the spec.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const REST_MS = 140; // so long without movement is rest
  const REBUILD_MS = 300;
  const nothing = () => {};
  const ABSENT = Object.fromEntries(["setSpec", "setValues", "setPoints", "setSelected", "resize", "destroy"].map((verb) => [verb, nothing]));

  city.create = (element, options = {}) => {
    const graphics = city.graphics.probe();
    if (!graphics) {
      options.onUnavailable?.();
      return ABSENT;
    }
    const lang = options.lang === "en" ? "en" : "zh";
    const still = options.reducedMotion ?? window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const state = { choropleths: {}, tracks: {}, selected: null, hovered: null, labels: [], zoom: 9, unit: city.view.unit(), now: 0, beat: 0 };
    let spec = null;
    let engine = null;
    let rested = false;
    let resting = 0;
    let destroyed = false;

    element.classList.add("city-map");
    const camera = city.camera.create(element, still);
    const marks = city.marks.draw();
    const shapes = city.shapes.store(() => { colour(); change(); rest(); });
    const choropleths = city.choropleths.create(() => performance.now());
    const scene = city.scene.create(shapes.get, marks);
    const names = city.names.create(element, lang, shapes.get);
    const legend = city.legend.create(element, lang);
    const scale = city.scale.create(element);
    const tooltip = city.tooltip.create(element);
    const pointer = city.pointer.create(element, (x, y) => pick(x, y));

    // ---- drawing

    const tracks = () => Object.values(state.tracks);
    const beating = () => !still && tracks().some((track) => track.fresh);
    const alive = (now) => Boolean(engine) && !still && (tracks().some((track) => track.moving(now)) || beating());

    const paint = (now, changed) => {
      if (!engine || !spec) return;
      state.now = still ? Infinity : now;
      state.beat = beating() ? (now % 1000) / 1000 : 0;
      engine.setProps({ layers: scene.layers(spec, state, changed) });
    };

    const pulse = city.pulse.create(graphics.soft, paint, alive);
    const change = () => { rested = false; pulse.change(); };

    const colour = () => {
      for (const entry of spec ? spec.layers.filter((one) => one.style === "regions") : []) {
        const choropleth = (state.choropleths[entry.id] = choropleths.over(entry, shapes.get(entry.url)));
        legend.show(choropleth.given && choropleth.codes.length ? choropleth : null);
      }
    };

    const rest = () => {
      rested = false;
      window.clearTimeout(resting);
      resting = window.setTimeout(settle, REST_MS);
    };

    const settle = () => {
      const viewport = engine && spec && camera.viewport();
      if (!viewport) return;
      state.labels = names.at(spec, state, viewport, camera.near());
      scale.show(viewport, state.unit);
      pulse.change();
      rested = true;
    };

    // ---- moving

    const go = (bounds, jump) => {
      const aim = camera.aim(bounds, jump, state.unit);
      if (!aim) return;
      if (engine) engine.setProps({ initialViewState: aim });
      state.zoom = jump || still ? camera.state.zoom : state.zoom;
      rest();
    };

    const follow = (event) => {
      const held = camera.follow(event);
      if (Math.abs(held.zoom - state.zoom) > 0.1) {
        state.zoom = held.zoom;
        change();
      }
      tooltip.hide();
      rest();
      return held;
    };

    const resize = () => {
      state.unit = city.view.unit();
      element.style.setProperty("--city-map-unit", `${state.unit}px`);
      if (!camera.touched) go(null, true);
      change();
      rest();
    };

    // ---- the pointer

    const pick = (x, y) => {
      const object = engine?.isInitialized ? engine.pickObject({ x, y, radius: 3 })?.object : null;
      if (object?.look) options.onPickPoint?.(object.layer, object.id);
      else if (object?.properties?.code) options.onPick?.(object.properties.code, Boolean(object.properties.children));
    };

    const hover = ({ object, layer, x, y }) => {
      const code = object?.properties?.code ?? null;
      if (code !== state.hovered) {
        state.hovered = code;
        options.onHover?.(code);
        pulse.change();
      }
      const text = object?.properties ? city.labels.nameOf(object.properties, lang) : "";
      if (!text) return tooltip.hide();
      const choropleth = state.choropleths[layer?.id];
      tooltip.show(x, y, text, choropleth?.given ? city.legend.figure(choropleth.values[code], choropleth.unit, lang) : "");
    };

    // ---- life

    const start = () => {
      const box = document.createElement("div");
      box.className = "city-map-canvas";
      element.prepend(box);
      const made = new deck.Deck({
        parent: box, views: new deck.MapView({ id: "map", repeat: false }), initialViewState: camera.state, layers: [], pickingRadius: 3,
        controller: { dragRotate: false, touchRotate: false, doubleClickZoom: false, keyboard: false, inertia: still ? 0 : 250 },
        useDevicePixels: graphics.soft ? Math.min(window.devicePixelRatio, 1.5) : true,
        onHover: hover, onViewStateChange: follow,
        onLoad: () => { change(); rest(); },
        getCursor: ({ isDragging, isHovering }) => (isDragging ? "grabbing" : isHovering ? "pointer" : "default"),
        onError: (error) => { if (engine === made) options.onError?.(error); },
      });
      engine = made;
    };

    const stop = () => {
      const old = engine;
      engine = null;
      try { old?.finalize(); } catch { /* its context is gone: there is nothing left to give back */ }
      element.querySelector(".city-map-canvas")?.remove();
    };

    // Graphics drivers restart and laptops sleep: everything is built anew from the state, at the same view.
    const rebuild = (event) => {
      if (!element.querySelector(".city-map-canvas")?.contains(event.target)) return;
      event.preventDefault();
      stop();
      scene.forget();
      window.setTimeout(() => { if (!destroyed && !engine) { start(); change(); rest(); } }, REBUILD_MS);
    };

    element.addEventListener("webglcontextlost", rebuild, true);
    element.style.setProperty("--city-map-unit", `${state.unit}px`);
    const watcher = new ResizeObserver(resize);
    watcher.observe(element);

    return {
      setSpec(next) {
        const moved = JSON.stringify(spec?.bounds) !== JSON.stringify(next.bounds);
        if (JSON.stringify(spec?.layers) !== JSON.stringify(next.layers)) state.labels = [];
        spec = next;
        state.selected = next.selected ?? null;
        state.hovered = null;
        if (moved) go(next.bounds, !engine);
        if (!engine) start();
        colour();
        change();
        rest();
      },
      setValues(id, values, more) {
        choropleths.give(id, values, more);
        colour();
        change();
        rest();
      },
      // `frame`: the ArrayBuffer of layers.point.encode_points, or what CityMap.frame.decode makes of it.
      setPoints(id, frame) {
        const entry = spec?.layers.find((one) => one.id === id && one.live);
        if (!entry) return;
        const points = frame instanceof ArrayBuffer ? city.frame.decode(frame) : frame;
        const track = (state.tracks[id] = state.tracks[id] ?? city.motion.track(entry.trail_s || 0));
        track.push(points, performance.now());
        if (entry.style === "incident") {
          track.fresh = points.kind.some((kind) => points.kinds[kind] === "alarm_new");
          rest();
        }
        pulse.wake();
      },
      setSelected(code) {
        state.selected = code ?? null;
        change();
        rest();
      },
      resize,
      // Everything asked for is there, drawn and named.
      ready: () => Boolean(engine?.isInitialized && spec) && rested && pulse.settled() && shapes.complete(),
      camera: () => ({ ...camera.state }),
      project: (at) => camera.viewport()?.project(at) ?? null,
      // [lon, lat] of the things of a live layer, as they are seen now.
      places(id) {
        const seen = state.tracks[id]?.at(still ? Infinity : performance.now());
        return seen ? Array.from({ length: seen.n }, (_, i) => [seen.origin[0] + seen.places[2 * i], seen.origin[1] + seen.places[2 * i + 1]]) : [];
      },
      destroy() {
        destroyed = true;
        pulse.stop();
        window.clearTimeout(resting);
        watcher.disconnect();
        element.removeEventListener("webglcontextlost", rebuild, true);
        stop();
        shapes.clear();
        [legend, scale, tooltip, pointer].forEach((part) => part.remove());
        element.classList.remove("city-map");
      },
    };
  };
})();
