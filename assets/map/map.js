// CityMap.create(element, options): one map in one element, drawn by deck.gl alone. See layers/deck.py for the spec.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const REST_MS = 140; // so long without movement is rest
  const REBUILD_MS = 300;
  const BEGIN_MS = 500; // so long the engine waits for the silhouette
  const nothing = () => {};
  const ABSENT = Object.fromEntries(["setSpec", "setValues", "setPoints", "setCells", "setStatus", "setSelected", "setShown", "setPlots", "home", "resize", "destroy"].map((verb) => [verb, nothing]));

  city.create = (element, options = {}) => {
    const graphics = city.graphics.probe();
    if (!graphics) {
      options.onUnavailable?.();
      return ABSENT;
    }
    const lang = options.lang === "en" ? "en" : "zh";
    const still = options.reducedMotion ?? window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const state = { choropleths: {}, tracks: {}, cells: {}, statuses: {}, selected: null, hovered: null, labels: [], zoom: 9, unit: city.view.unit(), now: 0, beat: 0, hidden: new Set(), plots: [], placed: false, lang, refresh: () => { change(); rest(); } };
    state.note = (id, rows) => { choropleths.note(id, spec.layers.find((entry) => entry.id === id) ?? {}, rows); colour(); state.refresh(); };
    let spec = null;
    let stage = null;
    let [rested, destroyed, begun] = [false, false, false];
    let resting = 0;
    let grounded = false; // the districts are among what the engine has been given

    element.classList.add("city-map");
    const camera = city.camera.create(element, still);
    const marks = city.marks.draw();
    const shapes = city.shapes.store(() => { colour(); change(); rest(); });
    const choropleths = city.choropleths.create(() => performance.now(), lang);
    const silhouette = city.silhouette.create(element, lang);
    const scene = city.scene.create(shapes.get, marks);
    const names = city.names.create(element, lang, shapes.get);
    const legend = city.legend.create(element, lang);
    const scale = city.scale.create(element);
    const tooltip = city.tooltip.create(element);
    const pointer = city.pointer.create(element, (x, y) => !sketch.mode && pick(x, y), (x, y) => !sketch.mode && stage && hover({ ...stage.pick(x, y), x, y }));
    const where = (x, y) => camera.viewport()?.unproject([x, y]) ?? [0, 0];
    const drawn = (feature) => (["near", "lasso", "box"].includes(feature.properties.kind) ? options.onArea : options.onPlot)?.(feature);
    const sketch = city.sketch.create(element, lang, { where, done: drawn, ended: () => tools.pressed(null) });
    const tools = city.tools.create(element, lang, { near: Boolean(options.onArea), draw: Boolean(options.onPlot) }, {
      shown: (id, on) => { switched(id, on); options.onShown?.([...state.hidden]); },
      home: () => go(null, false), begin: (mode) => { sketch.begin(mode); tools.pressed(mode); }, undo: () => options.onUndo?.(), export: () => options.onExport?.(),
    });
    const reach = (event) => scale.point(where(event.clientX - element.getBoundingClientRect().left, event.clientY - element.getBoundingClientRect().top));
    const leave = () => scale.point(null);
    for (const [name, heard] of [["pointermove", reach], ["pointerleave", leave]]) element.addEventListener(name, heard);

    // ---- drawing

    const tracks = () => Object.values(state.tracks);
    const beating = () => !still && tracks().some((track) => track.fresh);
    const driven = () => Boolean(spec?.layers.some((entry) => city.kinds[entry.kind]?.moving && !state.hidden.has(entry.id)));
    const alive = (now) => Boolean(stage) && !still && (tracks().some((track) => track.moving(now)) || beating() || driven());

    const paint = (now, changed) => {
      if (!spec) return;
      if (changed && silhouette.draw(spec, state, shapes.get, camera.viewport())) window.requestAnimationFrame(() => window.setTimeout(begin));
      if (!stage) return;
      grounded = silhouette.whole(spec, state, shapes.get);
      state.now = still ? Infinity : now;
      state.beat = beating() ? (now % 1000) / 1000 : 0;
      if (changed) stage.draw(scene.standing(spec, state));
      stage.move(scene.living(spec, state));
    };

    const pulse = city.pulse.create(graphics.soft, paint, alive);
    const change = () => { rested = false; pulse.change(); };

    const colour = () => {
      let told = null;
      for (const entry of spec ? spec.layers.filter((one) => one.classes) : []) {
        const choropleth = (state.choropleths[entry.id] = choropleths.over(entry, state.cells[entry.id] ?? (entry.url ? shapes.get(entry.url) : null)));
        if (choropleth.given && choropleth.codes.length && !state.hidden.has(entry.id)) told = choropleth; // that of the topmost
      }
      const marked = spec ? spec.layers.filter((entry) => entry.live && entry.kind === "point" && !state.hidden.has(entry.id) && entry.title?.[lang]).map(mark) : [];
      if (legend.show(told, marked, state.unit) && !camera.touched) go(null, !stage?.loaded());
    };

    const mark = ({ id, style, title }) => ({ ...(style === "incident" ? city.incidents.sign(state.tracks[id]) : { sign: "•", color: [214, 245, 255] }), text: title[lang] });

    const rest = () => {
      rested = false;
      window.clearTimeout(resting);
      resting = window.setTimeout(settle, REST_MS);
    };

    const settle = () => {
      const viewport = stage && spec && camera.viewport();
      if (!viewport) return;
      tracks().forEach((track) => track.about(camera.middle));
      state.labels = names.at(spec, state, viewport, camera.near());
      state.placed = true;
      scale.show(viewport, state.unit);
      pulse.change();
      rested = true;
    };

    // ---- moving

    const go = (bounds, jump) => {
      const aim = camera.aim(bounds, jump, state.unit, legend.foot());
      if (!aim) return;
      stage?.aim(aim);
      stage?.follow(camera.state);
      state.zoom = jump || still ? camera.state.zoom : state.zoom;
      rest();
    };

    const follow = (event) => {
      const held = camera.follow(event);
      state.placed = false;
      stage?.follow(camera.state);
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
      colour();
      if (!camera.touched) go(null, true);
      state.refresh();
    };

    // ---- the pointer

    // A region's name stands for it to its last letter, even where it has stepped aside over its neighbour; what has happened lies above both.
    const meant = (found, x, y) => {
      const name = found?.object?.look || !state.placed ? null : state.labels.find(({ properties, box }) => properties && Math.abs(box.x - x) <= box.w - city.labels.GAP_PX && Math.abs(box.y - y) <= box.h);
      return name ? { object: { properties: name.properties }, layer: spec.layers.find((entry) => entry.style === "regions") } : found ?? {};
    };

    const pick = (x, y) => {
      const { object, layer } = meant(stage?.pick(x, y, true), x, y);
      if (object?.look) options.onPickPoint?.(object.layer, object.id);
      else if (object?.bounds) go(object.bounds, false);
      else if (!object?.properties) return;
      else if (drills(layer.id)) options.onPick?.(object.properties.code, Boolean(object.properties.children));
      else options.onPickFeature?.(layer.id, object.properties);
    };

    const drills = (id) => id === "context" || spec.layers.some((entry) => entry.id === id && entry.style === "regions");

    const hover = ({ x, y, ...found }) => {
      const { object, layer } = meant(found, x, y);
      const code = object?.properties?.code ?? null;
      if (code !== state.hovered) {
        state.hovered = code;
        options.onHover?.(code);
        pulse.change();
      }
      const [text, figure] = city.tips.words(object, spec?.layers.find((one) => one.id === layer?.id), state, lang);
      if (text || figure) tooltip.show(x, y, text, figure);
      else tooltip.hide();
    };

    // Switches a layer on or off; it keeps its place and its content.
    const switched = (id, on) => {
      if (on) state.hidden.delete(id);
      else state.hidden.add(id);
      colour();
      state.refresh();
    };

    // ---- life

    const anew = () => {
      stage = city.stage.create(element, {
        soft: graphics.soft, still, view: camera.state, on: { view: follow, hover, load: state.refresh, drawn: () => grounded && silhouette.seen && stage?.finished(silhouette.leave), error: (error) => options.onError?.(error) },
      });
      state.refresh();
    };

    // Once the silhouette can be seen: the engine may keep a slow machine busy for seconds.
    const begin = () => {
      if (begun || destroyed) return;
      begun = true;
      anew();
    };

    const stop = () => {
      const old = stage;
      stage = null;
      old?.remove();
      silhouette.back();
    };

    // Graphics drivers restart and laptops sleep: everything is built anew from the state, at the same view.
    const rebuild = (event) => {
      if (!stage || !event.target.closest?.(".city-map-canvas")) return;
      event.preventDefault();
      stop();
      scene.forget();
      change();
      window.setTimeout(() => !destroyed && !stage && anew(), REBUILD_MS);
    };

    element.addEventListener("webglcontextlost", rebuild, true);
    element.style.setProperty("--city-map-unit", `${state.unit}px`);
    const watcher = new ResizeObserver(resize);
    watcher.observe(element);

    return {
      setSpec(next) {
        const moved = JSON.stringify(spec?.bounds) !== JSON.stringify(next.bounds);
        if (JSON.stringify(spec?.layers) !== JSON.stringify(next.layers)) state.labels = [];
        if (!spec) state.hidden = new Set(options.hidden ?? next.layers.filter((entry) => entry.hidden).map((entry) => entry.id));
        spec = next;
        tools.show(spec.layers, state.hidden);
        if (spec.plotting) state.plots = spec.plotting.features;
        state.selected = next.selected ?? null;
        state.hovered = null;
        if (moved) go(next.bounds, !stage);
        if (!begun) window.setTimeout(begin, BEGIN_MS);
        colour();
        state.refresh();
      },
      setValues(id, values, more) {
        choropleths.give(id, values, more);
        colour();
        state.refresh();
      },
      // `status` of the regions' numbers or of a live layer: stale ones dim, dead regions are hatched.
      setStatus(id, status) {
        if (state.statuses[id] === status) return;
        state.statuses[id] = status;
        choropleths.age(id, status);
        colour();
        state.refresh();
      },
      // `frame`: the ArrayBuffer of layers.point.encode_points, or what CityMap.frame.decode makes of it.
      setPoints(id, frame) {
        const entry = spec?.layers.find((one) => one.id === id && one.live);
        if (!entry) return;
        const track = (state.tracks[id] = state.tracks[id] ?? city.motion.track(entry.trail_s || 0));
        track.about(camera.middle);
        const points = frame instanceof ArrayBuffer ? city.frame.decode(frame, track.room) : frame;
        track.room = points.places; // its places are taken over when it is pushed: the next frame may be written there
        track.push(points, performance.now());
        if (entry.style === "incident") {
          track.fresh = points.kind.some((kind) => points.kinds[kind] === "alarm_new");
          colour(); // the legend shows the gravest of them
          rest();
        }
        if (city.kinds[entry.kind]?.fed) state.refresh(); // it lies in the ground
        else pulse.wake();
      },
      // GeoJSON of the cells into which a live layer is counted: code, value, count.
      setCells(id, cells) {
        state.cells[id] = cells;
        colour();
        state.refresh();
      },
      setShown: (id, on) => switched(id, on),
      // GeoJSON features of layers/plotting.py, drawn above everything that stands still.
      setPlots(features) {
        state.plots = features;
        state.refresh();
      },
      home: () => go(null, false),
      setSelected(code) {
        state.selected = code ?? null;
        state.refresh();
      },
      resize,
      // Everything asked for is there, drawn and named.
      ready: () => Boolean(stage?.loaded() && spec) && !silhouette.seen && rested && pulse.settled() && shapes.complete() && stage.complete(),
      camera: () => ({ ...camera.state }),
      picture: () => (stage?.loaded() ? stage.picture() : []),
      // The names that stand there now: text, the region's code, the middle and half sides of its box, in pixels.
      names: () => state.labels.map(({ text, box, properties }) => ({ text, code: properties?.code, ...box })),
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
        element.removeEventListener("pointermove", reach);
        element.removeEventListener("pointerleave", leave);
        [legend, scale, tooltip, pointer, sketch, tools, silhouette].forEach((part) => part.remove());
        element.classList.remove("city-map");
      },
    };
  };
})();
