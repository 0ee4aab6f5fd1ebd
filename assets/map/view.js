// Views as values: the one that fits bounds, the flight to it, how far a user may wander, the measure of a screen.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const FLIGHT_MS = 900;
  const ZOOM_MAX = 17;
  const OUT = 1.5; // zoom levels one may go out beyond the fitting view

  // `foot_px`: so much of the lower edge is covered by what lies above the map.
  const fit = ([west, south, east, north], width, height, padding_px, foot_px = 0) => {
    const room = Math.max(0, Math.min(padding_px, width / 8, height / 16));
    const bottom = Math.max(room, Math.min(foot_px, height / 3));
    const viewport = new deck.WebMercatorViewport({ width: Math.max(width, 16), height: Math.max(height, 16) });
    const corners = [[west, south], [Math.max(east, west + 1e-4), Math.max(north, south + 1e-4)]];
    const { longitude, latitude, zoom } = viewport.fitBounds(corners, { padding: { top: room, left: room, right: room, bottom }, maxZoom: ZOOM_MAX - 1 });
    return { longitude, latitude, zoom, pitch: 0, bearing: 0, maxPitch: 0, minZoom: zoom - OUT, maxZoom: ZOOM_MAX };
  };

  const flight = (jump) => (jump ? {} : {
    transitionDuration: FLIGHT_MS,
    transitionInterpolator: new deck.FlyToInterpolator({ curve: 1.3 }),
    transitionEasing: (t) => (t < 0.5 ? 4 * t * t * t : 1 - (-2 * t + 2) ** 3 / 2),
  });

  // A drag never loses the city: the centre stays about the bounds.
  const hold = (state, home, bounds) => {
    if (!home || !bounds) return state;
    const [west, south, east, north] = bounds;
    const slack = Math.max(east - west, north - south);
    return {
      ...state,
      longitude: Math.min(Math.max(state.longitude, west - slack), east + slack),
      latitude: Math.min(Math.max(state.latitude, south - slack), north + slack),
    };
  };

  // 1 on a 1080 p wall, 2 on a 4K wall; long strips are read from their width.
  const unit = () => Math.max(0.9, window.innerHeight / 1080, window.innerWidth / 3840);

  city.view = { fit, flight, hold, unit };
})();
