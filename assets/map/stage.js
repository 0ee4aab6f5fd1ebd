// Two engines one above the other: the ground is drawn only when something changes, what lives is drawn as it moves.
// Sixty pictures a second then cost a few small things instead of the whole city.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const SLOW = ["TileLayer", "HeatmapLayer"];
  const views = () => new deck.MapView({ id: "map", repeat: false });
  const webgl = (antialias) => ({ webgl: { antialias, preserveDrawingBuffer: false, failIfMajorPerformanceCaveat: false } });

  const box = (element, name) => {
    const made = document.createElement("div");
    made.className = `city-map-canvas ${name}`;
    element.insertBefore(made, element.querySelector(".city-map-legend"));
    return made;
  };

  // `on`: view(event) → the view it may have, hover(info), load(), drawn(): a picture of the ground was ordered, error(reason).
  const create = (element, { soft, still, view, on }) => {
    let removed = false;
    let asked = false;
    const boxes = [box(element, "city-map-ground"), box(element, "city-map-live")];
    // The canvases hear no keys: what they show is reached by the list, the table and the tools beside them.
    const loaded = () => {
      for (const canvas of element.querySelectorAll(".city-map-canvas canvas")) canvas.tabIndex = -1;
      on.load();
    };
    const report = (error) => { if (!removed) on.error(error); };
    const ground = new deck.Deck({
      parent: boxes[0], views: views(), initialViewState: view, layers: [], pickingRadius: 3, deviceProps: webgl(true),
      controller: { dragRotate: false, touchRotate: false, doubleClickZoom: false, keyboard: false, inertia: still ? 0 : 250 },
      useDevicePixels: soft ? Math.min(window.devicePixelRatio, 1.5) : true,
      onHover: on.hover, onViewStateChange: on.view, onLoad: loaded, onError: report, onAfterRender: on.drawn,
      getCursor: ({ isDragging, isHovering }) => (isDragging ? "grabbing" : isHovering ? "pointer" : "default"),
    });
    const live = new deck.Deck({
      parent: boxes[1], views: views(), viewState: view, layers: [], pickingRadius: 3, deviceProps: webgl(!soft), controller: false,
      useDevicePixels: soft ? Math.min(window.devicePixelRatio, 1.5) : true, onLoad: loaded, onError: report,
    });

    return {
      draw: (layers) => ground.setProps({ layers }),
      move: (layers) => live.setProps({ layers }),
      aim: (next) => ground.setProps({ initialViewState: next }),
      follow: (state) => live.setProps({ viewState: state }),
      // Tells once, after the picture of the ground ordered last is finished: not while shaders are still being made, when parts are left out,
      // nor while the graphics card (or the processor in its stead) is still at it.
      finished(told) {
        const made = ground.layerManager.getLayers().flatMap((one) => one.getModels());
        if (asked || made.some(({ pipeline }) => (pipeline.sharedRenderPipeline ?? pipeline).linkStatus === "pending")) return;
        asked = true;
        const { gl } = ground.device;
        const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
        gl.flush();
        const look = () => {
          if (removed) return;
          if (gl.isContextLost() || gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.SIGNALED) told();
          else window.requestAnimationFrame(look);
        };
        window.requestAnimationFrame(look);
      },
      loaded: () => ground.isInitialized && live.isInitialized,
      // What both show, as data addresses: a canvas can be read only right after it was drawn.
      picture: () => [ground, live].map((engine) => (engine.redraw("picture"), engine.getCanvas().toDataURL())),
      // Tiles and heat come later than the frame they were asked in.
      complete: () => (ground.props.layers ?? []).flat(Infinity).every((one) => !one || !SLOW.includes(one.constructor.layerName) || one.isLoaded),
      // The first thing at a place of the element: an incident before the region it lies in. `through`: what has been drawn by hand only tells
      // of itself, a click goes through it.
      pick(x, y, through = false) {
        if (!ground.isInitialized || !live.isInitialized) return null;
        const layerIds = through ? ground.layerManager.getLayers().map(({ id }) => id).filter((id) => !id.startsWith("plots-")) : undefined;
        const found = live.pickObject({ x, y, radius: 3 }) ?? ground.pickObject({ x, y, radius: 1, layerIds });
        return found?.object ? found : null;
      },
      remove() {
        removed = true;
        for (const engine of [ground, live]) {
          try { engine.finalize(); } catch { /* its context is gone: there is nothing left to give back */ }
        }
        boxes.forEach((one) => one.remove());
      },
    };
  };

  city.stage = { create };
})();
