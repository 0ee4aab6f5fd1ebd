// Outlines and lines: every stretch a ribbon as wide as told, mitred at its corners and smooth at its edges, in one draw call.
// The engine's own path layer costs a screen without a graphics card seconds before its first picture.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const NOTHING = Object.freeze([]);
  const FLOATS = 12; // of a stretch: where it begins and ends (high and low parts of lon, lat), and which way its ends are cut
  const MITRE_MAX = 2;
  const SAME_DEG = 1e-9;
  const ready = new WeakMap(); // shapes → their stretches: they are sent to the graphics card once
  let made = null;
  let versions = 0;

  const LOOK = {
    module: () => city.columns.uniforms("strokes", { color: "vec4<f32>", width: "f32", soft: "f32", opacity: "f32" }),
    vs: `#version 300 es
#define SHADER_NAME strokes-vertex
in vec2 positions;
in vec4 instanceBegin;
in vec4 instanceEnd;
in vec4 instanceCuts;
out float vAside;
void main(void) {
  vec4 place = positions.x < 0.5 ? instanceBegin : instanceEnd;
  vec2 cut = positions.x < 0.5 ? instanceCuts.xy : instanceCuts.zw;
  if (strokes.soft > 0.5) cut = normalize(cut); // a wide glow has no pointed corners
  vAside = positions.y * (strokes.width * 0.5 + 0.5);
  gl_Position = project_position_to_clipspace(vec3(place.xy, 0.0), vec3(place.zw, 0.0), vec3(0.0));
  gl_Position.xy += project_pixel_size_to_clipspace(cut * vAside);
}`,
    fs: `#version 300 es
#define SHADER_NAME strokes-fragment
precision highp float;
in float vAside;
out vec4 fragColor;
void main(void) {
  float within = clamp(strokes.width * 0.5 + 0.5 - abs(vAside), 0.0, 1.0) * min(strokes.width, 1.0);
  float glow = max(1.0 - abs(vAside) / (strokes.width * 0.5), 0.0);
  within = mix(within, glow * glow, strokes.soft);
  fragColor = strokes.color;
  fragColor.a *= within * strokes.opacity;
}`,
    corners: [0, -1, 1, -1, 0, 1, 1, 1],
    steady: "stretches",
    layout: [{
      name: "stretches", stepMode: "instance", byteStride: 4 * FLOATS,
      attributes: ["instanceBegin", "instanceEnd", "instanceCuts"].map((attribute, i) => ({ attribute, format: "float32x4", byteOffset: 16 * i })),
    }],
  };

  const waysOf = (geometry) => {
    const { type, coordinates } = geometry ?? {};
    if (type === "GeometryCollection") return geometry.geometries.flatMap(waysOf);
    return type === "LineString" ? [coordinates] : type === "MultiLineString" || type === "Polygon" ? coordinates : type === "MultiPolygon" ? coordinates.flat() : [];
  };

  const apart = ([x, y], [to_x, to_y]) => Math.abs(to_x - x) > SAME_DEG || Math.abs(to_y - y) > SAME_DEG;

  // Unit normals of a way's stretches on the screen, two numbers each: y grows downwards there, and a degree of longitude is the narrower one.
  const normals = (way) => {
    const found = new Float64Array(2 * (way.length - 1));
    for (let i = 0; i + 1 < way.length; i++) {
      const dx = (way[i + 1][0] - way[i][0]) * Math.cos(((way[i][1] + way[i + 1][1]) * Math.PI) / 360);
      const dy = way[i + 1][1] - way[i][1];
      const length = Math.hypot(dx, dy);
      found[2 * i] = dy / length;
      found[2 * i + 1] = dx / length;
    }
    return found;
  };

  // Where the ribbon is cut at a corner: half the way between the normals of two stretches, so long that it keeps its width; a hairpin is cut off.
  const cut = (all, i, k, rows, at) => {
    const [x, y] = [all[2 * i] + all[2 * k], all[2 * i + 1] + all[2 * k + 1]];
    const length = Math.hypot(x, y);
    const reach = Math.min(2 / length, MITRE_MAX) / length;
    rows[at] = length < 0.05 ? all[2 * i] : x * reach;
    rows[at + 1] = length < 0.05 ? all[2 * i + 1] : y * reach;
  };

  const place = ([x, y], rows, at) => {
    rows[at] = x;
    rows[at + 1] = y;
    rows[at + 2] = x - rows[at]; // what a single float leaves out
    rows[at + 3] = y - rows[at + 1];
  };

  const ribbons = (features) => {
    const ways = features.flatMap((one) => waysOf(one.geometry)).map((way) => way.filter((at, i) => !i || apart(way[i - 1], at))).filter((way) => way.length > 1);
    const rows = new Float32Array(ways.reduce((sum, way) => sum + way.length - 1, 0) * FLOATS);
    let at = 0;
    for (const way of ways) {
      const all = normals(way);
      const last = way.length - 2;
      const round = !apart(way[0], way[last + 1]);
      for (let i = 0; i <= last; i++, at += FLOATS) {
        place(way[i], rows, at);
        place(way[i + 1], rows, at + 4);
        cut(all, i > 0 ? i - 1 : round ? last : 0, i, rows, at + 8);
        cut(all, i, i < last ? i + 1 : round ? 0 : last, rows, at + 10);
      }
    }
    return rows;
  };

  const stretches = (shapes) => {
    if (!ready.has(shapes)) {
      const rows = ribbons(shapes.features);
      ready.set(shapes, { rows, count: rows.length / FLOATS, version: ++versions });
    }
    return ready.get(shapes);
  };

  // The outlines or lines of a GeoJSON collection; `color` [r, g, b, a], `width` in pixels; `soft` fades from its middle outwards.
  const layer = (id, shapes, { color, width, opacity = 1, soft = false }) => {
    const { rows, count, version } = stretches(shapes);
    made = made ?? city.columns.layerOf(LOOK, "strokes");
    return new made({ id, data: NOTHING, opacity, count, version, columns: { stretches: rows }, uniforms: { color: color.map((channel) => channel / 255), width, soft: Number(soft) } });
  };

  city.strokes = { layer, ribbons, FLOATS };
})();
