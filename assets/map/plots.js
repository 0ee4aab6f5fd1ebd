// What people have drawn on the map: marks as GeoJSON features of layers/plotting.py, turned into layers.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const WATCH = "#F5B83D";
  const SIZE_PX = 16;
  const tint = ({ properties }) => city.ramp.rgb(/^#[0-9A-Fa-f]{6}$/.test(properties.color) ? properties.color : WATCH);

  const ways = ({ geometry, properties }) => {
    if (properties.kind === "circle") return [city.ground.circle(geometry.coordinates, properties.radius_m)];
    return geometry.type === "LineString" ? [geometry.coordinates] : geometry.type === "Polygon" ? geometry.coordinates : [];
  };

  // Two strokes back from the goal of an arrow, in degrees, a twelfth of it long.
  const head = (way) => {
    const [[x, y], [to_x, to_y]] = way.slice(-2);
    const squeeze = Math.max(Math.cos((to_y * Math.PI) / 180), 1e-6);
    const angle = Math.atan2(to_y - y, (to_x - x) * squeeze);
    const reach = way.slice(1).reduce((sum, [a, b], i) => sum + Math.hypot((a - way[i][0]) * squeeze, b - way[i][1]), 0) / 12;
    const stroke = (turn) => [to_x - (Math.cos(angle + turn) * reach) / squeeze, to_y - Math.sin(angle + turn) * reach];
    return [stroke(0.45), [to_x, to_y], stroke(-0.45)];
  };

  const figure = ({ properties }, lang) => {
    if (Number.isFinite(properties.area_m2) && ["polygon", "circle"].includes(properties.kind)) return city.ground.wide(properties.area_m2, lang);
    return Number.isFinite(properties.length_m) && ["line", "arrow"].includes(properties.kind) ? city.ground.far(properties.length_m, lang) : "";
  };

  const anchor = ({ geometry, properties }) => (geometry.type === "Point" ? geometry.coordinates : geometry.type === "Polygon" ? geometry.coordinates[0][0] : properties.kind === "arrow" ? geometry.coordinates[0] : geometry.coordinates.at(-1));

  // Their words and figures as candidates of the label pass (labels.js), what somebody wrote before what was measured, then the newest
  // first: none lies over another.
  const words = (features, { unit }, lang) =>
    features.map((one) => {
      const written = one.properties.kind === "text";
      const steps = (written ? [0, 1.4, -1.4, 2.8, -2.8] : [-1.3, 1.3, -2.7, 2.7]).map((step) => step * SIZE_PX * unit);
      return { text: [one.properties.words, figure(one, lang)].filter(Boolean).join(" · "), at: anchor(one), size: SIZE_PX * unit, color: written ? [...tint(one), 255] : [232, 238, 247, 255], own: true, steps, said: Boolean(one.properties.words) };
    }).filter(({ text }) => text).reverse().sort((a, b) => b.said - a.said);

  // What a mark says when it is pointed at: its words or its figure, and whose it is (`told`, where the page gives it).
  const tip = (mark, lang) => [mark.properties.words || figure(mark, lang), mark.properties.told ?? ""];

  // What no name may lie on: the dots.
  const dots = (features) => features.filter((one) => one.properties.kind === "point").map((one) => one.geometry.coordinates);

  const layers = (features, { unit }) => {
    if (!features.length) return [];
    const lines = features.flatMap((one) => ways(one).map((path) => ({ path, one })));
    const heads = features.filter((one) => one.properties.kind === "arrow").map((one) => ({ path: head(one.geometry.coordinates), one }));
    const areas = features.filter((one) => ["polygon", "circle"].includes(one.properties.kind)).map((one) => ({ polygon: ways(one), one }));
    const points = features.filter((one) => one.properties.kind === "point").map((one) => ({ one }));
    return [
      areas.length ? new deck.SolidPolygonLayer({ id: "plots-areas", data: areas, getPolygon: ({ polygon }) => polygon, getFillColor: ({ one }) => [...tint(one), 34] }) : null,
      lines.length ? new deck.PathLayer({
        id: "plots-lines", pickable: true, data: [...lines, ...heads], getPath: ({ path }) => path, getColor: ({ one }) => [...tint(one), 235], getWidth: ({ one }) => (one.properties.width_px ?? 3) * 0.8 * unit,
        widthUnits: "pixels", jointRounded: true, capRounded: true,
      }) : null,
      points.length ? new deck.ScatterplotLayer({
        id: "plots-points", pickable: true, data: points, getPosition: ({ one }) => one.geometry.coordinates, getFillColor: ({ one }) => [...tint(one), 240], getRadius: 6 * unit, radiusUnits: "pixels", stroked: true,
        getLineColor: [11, 18, 32, 255], getLineWidth: 2 * unit, lineWidthUnits: "pixels",
      }) : null,
    ];
  };

  city.plots = { layers, words, dots, tip };
})();
