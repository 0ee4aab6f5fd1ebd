// CityMap.create(element, options): one map in one element, drawn by deck.gl alone. See layers/deck.py for the spec.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const REST_MS = 140; // so long without movement is rest
  const NO_CHOICE = { values: {}, cuts: [], colors: [], codes: [], unit: "", status: "missing" };

  const hasWebGL = () => {
    const context = document.createElement("canvas").getContext("webgl2");
    if (!context) return null;
    const info = context.getExtension("WEBGL_debug_renderer_info");
    const name = info ? String(context.getParameter(info.UNMASKED_RENDERER_WEBGL)) : "";
    context.getExtension("WEBGL_lose_context")?.loseContext();
    return { soft: /swiftshader|llvmpipe|software/i.test(name) };
  };

  city.create = (element, options = {}) => {
    const graphics = window.deck ? hasWebGL() : null;
    if (!graphics) {
      options.onUnavailable?.();
      const nothing = () => {};
      return { setSpec: nothing, setValues: nothing, setPoints: nothing, setSelected: nothing, resize: nothing, destroy: nothing };
    }
    const lang = options.lang === "en" ? "en" : "zh";
    const still = options.reducedMotion ?? window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const state = { choropleths: {}, tracks: {}, selected: null, hovered: null, labels: [], zoom: 9, unit: city.view.unit(), now: 0, pulse: 0 };
    let spec = null;
    let engine = null;
    let canvasBox = null;
    let camera = null;
    let home = null;
    let touched = false; // the user moved the map: a resize keeps what is seen
    let destroyed = false;
    let drawing = 0;
    let resting = 0;
    let lastDrawn = 0;
    let cost_ms = 16;

    element.classList.add("city-map");
    const choose = city.labels.chooser();
    const marks = city.marks.draw();
    const shapes = city.shapes.store(() => { refreshChoropleths(); draw(); rest(); });
    const scene = city.scene.create(shapes.get, marks);
    const legend = city.legend.create(element, lang);
    const scale = city.scale.create(element);
    const tooltip = city.tooltip.create(element);

    // ---- drawing -------------------------------------------------------------------------------------------------

    const draw = () => { if (!drawing && !destroyed) drawing = window.requestAnimationFrame(tick); };

    const pulsing = () => !still && Object.values(state.tracks).some((track) => track.fresh);

    const tick = (now) => {
      drawing = 0;
      if (destroyed || !engine || !spec) return;
      const every_ms = Math.max(graphics.soft ? 33 : 0, cost_ms * 1.5); // a slow machine draws fewer pictures, it does not stall
      const moving = !still && Object.values(state.tracks).some((track) => track.moving(now));
      if (!state.dirty && now - lastDrawn < every_ms) return draw();
      state.dirty = false;
      state.now = still ? now + 1e7 : now;
      state.pulse = pulsing() ? Math.round((now % 1000) / 50) / 20 : 0;
      const begun = performance.now();
      engine.setProps({ layers: scene.layers(spec, state) });
      cost_ms += (Math.min(performance.now() - begun + (now - lastDrawn < 400 && moving ? now - lastDrawn - every_ms : 0), 200) - cost_ms) * 0.1;
      cost_ms = Math.max(cost_ms, 4);
      lastDrawn = now;
      if (moving || pulsing()) draw();
    };

    const change = () => { state.dirty = true; draw(); };

    // ---- resting: names, scale -----------------------------------------------------------------------------------

    const rest = () => {
      window.clearTimeout(resting);
      resting = window.setTimeout(settle, REST_MS);
    };

    const settle = () => {
      const viewport = engine && spec && camera && viewportNow();
      if (!viewport) return;
      const entries = spec.layers.filter((entry) => entry.url);
      const regions = entries.find((entry) => entry.style === "regions");
      const places = entries.filter((entry) => entry.label && entry.style !== "regions" && shown(entry)).map((entry) => ({
        entry, shapes: shapes.get(entry.url), water: entry.style === "water" || entry.style === "river", offset: entry.kind === "point",
      })).filter((one) => one.shapes);
      const candidates = city.labels.wanted({ regions: regions && shapes.get(regions.url), places, lang, unit: state.unit, selected: state.selected, bounds: spec.bounds, near: spec.drilled || camera.zoom > home.zoom + 0.7 });
      state.labels = choose(viewport, candidates, reserved(viewport));
      scale.show(viewport, state.unit);
      change();
    };

    const shown = (entry) => state.zoom >= Math.max(city.labels.FROM[entry.style] ?? Infinity, entry.min_zoom ?? 0);

    // What no name may lie on: the legend, the scale, the incidents.
    const reserved = (viewport) => {
      const frame = element.getBoundingClientRect();
      const boxes = [...element.querySelectorAll(".city-map-legend, .city-map-scale")].map((part) => part.getBoundingClientRect());
      const signs = spec.layers.filter((entry) => entry.style === "incident" && state.tracks[entry.id]).flatMap(({ id }) => state.tracks[id].all());
      return [
        ...boxes.map((box) => ({ x: box.x - frame.x + box.width / 2, y: box.y - frame.y + box.height / 2, w: box.width / 2, h: box.height / 2 })),
        ...signs.slice(0, 200).map((at) => viewport.project(at)).map(([x, y]) => ({ x, y, w: 18 * state.unit, h: 18 * state.unit })),
      ];
    };

    // ---- the camera ----------------------------------------------------------------------------------------------

    const size = () => [element.clientWidth, element.clientHeight];

    const viewportNow = () => {
      const [width, height] = size();
      return width && height ? new deck.WebMercatorViewport({ ...camera, width, height }) : null;
    };

    const go = (jump) => {
      const [width, height] = size();
      if (!width || !height || !spec) return;
      home = city.view.fit(spec.bounds, width, height, 36 * state.unit);
      home.floor = home.zoom - 1.5;
      camera = { ...home, ...city.view.flight(jump || still) };
      touched = false;
      if (engine) engine.setProps({ initialViewState: camera });
      if (jump || still || !engine) state.zoom = home.zoom;
      rest();
    };

    const seen = ({ viewState, interactionState }) => {
      if (interactionState?.isDragging || interactionState?.isZooming || interactionState?.isPanning) touched = true;
      const held = interactionState?.inTransition ? viewState : city.view.hold(viewState, home, spec.bounds);
      camera = { longitude: held.longitude, latitude: held.latitude, zoom: held.zoom, pitch: 0, bearing: 0, maxPitch: 0, minZoom: held.minZoom, maxZoom: held.maxZoom };
      if (Math.abs(held.zoom - state.zoom) > 0.1) { state.zoom = held.zoom; change(); }
      tooltip.hide();
      rest();
      return held;
    };

    // ---- the pointer ---------------------------------------------------------------------------------------------

    const pick = ({ object }) => {
      if (!object) return;
      if (object.look) return options.onPickPoint?.(object.layer, object.id);
      if (object.properties?.code) options.onPick?.(object.properties.code, Boolean(object.properties.children));
    };

    const hover = ({ object, layer, x, y }) => {
      const code = object?.properties?.code ?? null;
      if (code !== state.hovered) {
        state.hovered = code;
        options.onHover?.(code);
        change();
      }
      const text = object?.properties ? city.labels.nameOf(object.properties, lang) : "";
      if (!text) return tooltip.hide();
      const choropleth = state.choropleths[layer?.id];
      const unit = choropleth && choropleth.unit && choropleth.unit !== "1" ? ` ${choropleth.unit}` : "";
      tooltip.show(x, y, text, choropleth && choropleth.given ? city.legend.number(choropleth.values[code], lang) + unit : "");
    };

    // ---- values --------------------------------------------------------------------------------------------------

    const refreshChoropleths = () => {
      if (!spec) return;
      for (const entry of spec.layers.filter((one) => one.style === "regions")) {
        const given = state.given?.[entry.id];
        const codes = (shapes.get(entry.url)?.features ?? []).map((feature) => feature.properties.code);
        const values = given?.values ?? {};
        const cuts = city.ramp.edges(codes.map((code) => values[code]), given?.classes ?? entry.classes);
        const own = Object.fromEntries(codes.map((code) => [code, values[code] ?? null]));
        state.choropleths[entry.id] = {
          ...NO_CHOICE, given: Boolean(given), values: own, codes, cuts, colors: city.ramp.colors(entry.ramp, cuts.length + 1), unit: given?.unit ?? "", status: given?.status ?? "missing",
        };
        legend.show(given && codes.length ? state.choropleths[entry.id] : null);
      }
      state.dirty = true;
    };

    // ---- life ----------------------------------------------------------------------------------------------------

    const start = () => {
      if (destroyed) return;
      canvasBox = document.createElement("div");
      canvasBox.className = "city-map-canvas";
      element.prepend(canvasBox);
      engine = new deck.Deck({
        parent: canvasBox, views: new deck.MapView({ id: "map", repeat: false }), initialViewState: camera ?? { longitude: 0, latitude: 0, zoom: 1 },
        controller: { dragRotate: false, touchRotate: false, doubleClickZoom: false, keyboard: false, inertia: still ? 0 : 250 },
        useDevicePixels: graphics.soft ? Math.min(window.devicePixelRatio, 1.5) : true,
        layers: [], pickingRadius: 3, onClick: pick, onHover: hover, onViewStateChange: seen,
        getCursor: ({ isDragging, isHovering }) => (isDragging ? "grabbing" : isHovering ? "pointer" : "default"),
        onError: (error) => options.onError?.(error),
      });
    };

    const stop = () => {
      const old = engine;
      engine = null;
      try { old?.finalize(); } catch { /* its context is gone; there is nothing left to give back */ }
      canvasBox?.remove();
    };

    // Graphics drivers restart and laptops sleep: everything is rebuilt from the state, at the same view.
    const rebuild = (event) => {
      event.preventDefault();
      window.setTimeout(() => { if (!destroyed) { stop(); scene.forget(); start(); change(); rest(); } }, 300);
    };
    element.addEventListener("webglcontextlost", rebuild, true);

    const resize = () => {
      state.unit = city.view.unit();
      element.style.setProperty("--city-map-unit", `${state.unit}px`);
      if (!touched) go(true);
      change();
      rest();
    };
    const watcher = new ResizeObserver(resize);
    watcher.observe(element);
    element.style.setProperty("--city-map-unit", `${state.unit}px`);

    return {
      setSpec(next) {
        const moved = !spec || JSON.stringify(spec.bounds) !== JSON.stringify(next.bounds);
        const first = !spec;
        spec = next;
        state.selected = next.selected ?? null;
        state.hovered = null;
        state.labels = moved ? [] : state.labels;
        refreshChoropleths();
        if (first) { go(true); start(); } else if (moved) go(false);
        change();
        rest();
      },
      setValues(id, values, { classes, unit, status } = {}) {
        state.given = { ...state.given, [id]: { values, classes, unit, status } };
        refreshChoropleths();
        change();
      },
      setPoints(id, frame) {
        const entry = spec?.layers.find((one) => one.id === id && one.live);
        if (!entry) return;
        const points = frame instanceof ArrayBuffer ? city.frame.decode(frame) : frame;
        const track = (state.tracks[id] = state.tracks[id] ?? city.motion.track(entry.trail_s || 0));
        track.push(points, performance.now());
        track.fresh = entry.style === "incident" && points.kind.some((kind) => points.kinds[kind] === "alarm_new");
        if (entry.style === "incident") rest();
        change();
      },
      setSelected(code) {
        state.selected = code ?? null;
        change();
        rest();
      },
      resize,
      destroy() {
        destroyed = true;
        window.cancelAnimationFrame(drawing);
        window.clearTimeout(resting);
        watcher.disconnect();
        element.removeEventListener("webglcontextlost", rebuild, true);
        stop();
        shapes.clear();
        [legend, scale, tooltip].forEach((part) => part.remove());
        element.classList.remove("city-map");
      },
    };
  };
})();
