// The camera: where the map looks now, and how it gets elsewhere. A drag makes it the user's until bounds change.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const START = { longitude: 0, latitude: 0, zoom: 1 };

  const create = (element, still) => {
    let bounds = null;
    let home = null;
    let state = START;
    let touched = false;

    const size = () => [element.clientWidth, element.clientHeight];

    return {
      // The view that holds `next` (or the same bounds again), to be handed to the engine; null while there is no room.
      aim(next, jump, unit, foot_px) {
        const [width, height] = size();
        bounds = next ?? bounds;
        if (!bounds || !width || !height) return null;
        home = city.view.fit(bounds, width, height, 36 * unit, foot_px);
        touched = false;
        if (jump || still) state = home;
        return { ...home, ...city.view.flight(jump || still) };
      },
      // What the engine says it sees; answers where it may look.
      follow({ viewState, interactionState }) {
        if (interactionState?.isDragging || interactionState?.isZooming || interactionState?.isPanning) touched = true;
        const held = interactionState?.inTransition ? viewState : city.view.hold(viewState, home, bounds);
        const { longitude, latitude, zoom, minZoom, maxZoom } = held;
        state = { longitude, latitude, zoom, pitch: 0, bearing: 0, maxPitch: 0, minZoom, maxZoom };
        return held;
      },
      viewport() {
        const [width, height] = size();
        return home && width && height ? new deck.WebMercatorViewport({ ...state, width, height }) : null;
      },
      near: () => Boolean(home) && state.zoom > home.zoom + 0.7,
      get state() { return state; },
      get middle() { return [state.longitude, state.latitude]; },
      get bounds() { return bounds; },
      get touched() { return touched; },
    };
  };

  city.camera = { create };
})();
