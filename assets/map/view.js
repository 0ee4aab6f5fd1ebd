// Where the map looks: fits bounds, flies there, keeps the user within reach of what there is.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const FLIGHT_MS = 900;
  const ZOOM_MAX = 17;

  const fit = ([west, south, east, north], width, height, padding) => {
    const room = Math.max(0, Math.min(padding, width / 8, height / 8));
    const viewport = new deck.WebMercatorViewport({ width: Math.max(width, 16), height: Math.max(height, 16) });
    const { longitude, latitude, zoom } = viewport.fitBounds([[west, south], [Math.max(east, west + 1e-4), Math.max(north, south + 1e-4)]], {
      padding: { left: room, right: room, top: room, bottom: room },
      maxZoom: ZOOM_MAX - 1,
    });
    return { longitude, latitude, zoom, pitch: 0, bearing: 0, maxPitch: 0, minZoom: zoom - 4, maxZoom: ZOOM_MAX };
  };

  const flight = (still) => (still ? {} : {
    transitionDuration: FLIGHT_MS,
    transitionInterpolator: new deck.FlyToInterpolator({ curve: 1.3 }),
    transitionEasing: (t) => (t < 0.5 ? 4 * t * t * t : 1 - (-2 * t + 2) ** 3 / 2),
  });

  // A drag never loses the city: the centre stays within the home view.
  const hold = (state, home, bounds) => {
    if (!home) return state;
    const [west, south, east, north] = bounds;
    const slack = Math.max(east - west, north - south);
    return {
      ...state,
      zoom: Math.max(state.zoom, home.floor),
      longitude: Math.min(Math.max(state.longitude, west - slack), east + slack),
      latitude: Math.min(Math.max(state.latitude, south - slack), north + slack),
    };
  };

  // The map's measure of a screen: 1 on a 1080 p wall, 2 on a 4K wall; long strips are read from their width.
  const unit = () => Math.max(0.9, window.innerHeight / 1080, window.innerWidth / 3840);

  city.view = { fit, flight, hold, unit, FLIGHT_MS };
})();
