// Metres on the ground: distances and areas as the WGS84 ellipsoid has them near a place (to 1 in 10,000 within a city).
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const A = 6378137;
  const E2 = 0.00669437999014;
  const rad = (degrees) => (degrees * Math.PI) / 180;

  // Metres per degree of longitude and latitude there (radii of curvature of the ellipsoid).
  const metres = (lat) => {
    const w = 1 - E2 * Math.sin(rad(lat)) ** 2;
    return [rad((A * Math.cos(rad(lat))) / Math.sqrt(w)), rad((A * (1 - E2)) / w ** 1.5)];
  };

  const leg = ([x, y], [to_x, to_y]) => {
    const [per_x, per_y] = metres((y + to_y) / 2);
    return Math.hypot((to_x - x) * per_x, (to_y - y) * per_y);
  };

  const length = (places) => places.slice(1).reduce((sum, place, i) => sum + leg(places[i], place), 0);

  const area = (places) => {
    const [per_x, per_y] = metres(places.reduce((sum, [, y]) => sum + y, 0) / places.length);
    const twice = places.reduce((sum, [x, y], i) => {
      const [next_x, next_y] = places[(i + 1) % places.length];
      return sum + ((x - places[0][0]) * (next_y - places[0][1]) - (next_x - places[0][0]) * (y - places[0][1])) * per_x * per_y;
    }, 0);
    return Math.abs(twice) / 2;
  };

  const circle = ([x, y], radius_m, corners = 72) => {
    const [per_x, per_y] = metres(y);
    return Array.from({ length: corners + 1 }, (_, i) => {
      const angle = (2 * Math.PI * i) / corners;
      return [x + (Math.sin(angle) * radius_m) / per_x, y + (Math.cos(angle) * radius_m) / per_y];
    });
  };

  const round = (value, lang) => new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en", { maximumSignificantDigits: 3 }).format(value);
  const far = (value_m, lang) => (value_m >= 1000 ? `${round(value_m / 1000, lang)} km` : `${round(value_m, lang)} m`);
  const wide = (value_m2, lang) => (value_m2 >= 1e5 ? `${round(value_m2 / 1e6, lang)} km²` : `${round(value_m2, lang)} m²`);

  city.ground = { length, area, circle, far, wide };
})();
