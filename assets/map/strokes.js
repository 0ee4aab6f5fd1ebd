// Outlines and lines: every stretch a ribbon as wide as told, mitred at its corners and smooth at its edges, in one draw call.
// The engine's own path layer costs a screen without a graphics card seconds before its first picture.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const NOTHING = Object.freeze([]);
  const FLOATS = 6; // of a corner: its place (high and low parts of lon, lat), and which way the ribbon is cut there
  const MITRE_MAX = 2;
  const SAME_DEG = 1e-9;
  const GLOW_PARTS = 120; // of a way's length
  const [ready, glowing] = [new WeakMap(), new WeakMap()]; // shapes → their strips: they are sent to the graphics card once
  let made = null;
  let versions = 0;

  const LOOK = {
    module: () => city.columns.uniforms("strokes", { color: "vec4<f32>", width: "f32", soft: "f32", opacity: "f32" }),
    vs: `#version 300 es
#define SHADER_NAME strokes-vertex
in vec4 places;
in vec2 cuts;
out float vAside;
void main(void) {
  vAside = float((gl_VertexID & 1) * 2 - 1) * (strokes.width * 0.5 + 0.5); // left and right in turn
  gl_Position = project_position_to_clipspace(vec3(places.xy, 0.0), vec3(places.zw, 0.0), vec3(0.0));
  gl_Position.xy += project_pixel_size_to_clipspace(cuts * vAside);
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
    topology: "triangle-strip",
    corners: 1,
    steady: "places",
    layout: [{
      name: "places", byteStride: 4 * FLOATS,
      attributes: [{ attribute: "places", format: "float32x4", byteOffset: 0 }, { attribute: "cuts", format: "float32x2", byteOffset: 16 }],
    }],
  };

  const waysOf = (geometry) => {
    const { type, coordinates } = geometry ?? {};
    if (type === "GeometryCollection") return geometry.geometries.flatMap(waysOf);
    return type === "LineString" ? [coordinates] : type === "MultiLineString" || type === "Polygon" ? coordinates : type === "MultiPolygon" ? coordinates.flat() : [];
  };

  const apart = ([x, y], [to_x, to_y]) => Math.abs(to_x - x) > SAME_DEG || Math.abs(to_y - y) > SAME_DEG;

  // From one place to the next in degrees of latitude: one of longitude is the narrower one.
  const stretch = ([x, y], [to_x, to_y]) => [(to_x - x) * Math.cos(((y + to_y) * Math.PI) / 360), to_y - y];

  // Unit normals of a way's stretches on the screen, two numbers each: y grows downwards there.
  const normals = (way) => {
    const found = new Float64Array(2 * (way.length - 1));
    for (let i = 0; i + 1 < way.length; i++) {
      const [dx, dy] = stretch(way[i], way[i + 1]);
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

  // The corner at `from` once more on its other side: cut the other way it lies where its neighbour does.
  const mirror = (rows, from, at) => {
    rows.copyWithin(at, from, from + FLOATS);
    rows[at + 4] = -rows[at + 4];
    rows[at + 5] = -rows[at + 5];
  };

  // A glow is far wider than the teeth of a coast: across it lies what is square to the way a little before and behind a corner.
  const across = (way, i, round, reach, rows, at) => {
    const corners = way.length - (round ? 1 : 0);
    const corner = (k) => way[round ? ((k % corners) + corners) % corners : Math.min(Math.max(k, 0), corners - 1)];
    const walked = (step) => {
      let k = i;
      for (let left = reach; left > 0 && Math.abs(k - i) < corners; k += step) left -= Math.hypot(...stretch(corner(k), corner(k + step)));
      return corner(k);
    };
    const [dx, dy] = stretch(walked(-1), walked(1));
    const length = Math.hypot(dx, dy) || 1;
    rows[at] = dy / length;
    rows[at + 1] = dx / length;
  };

  const reachOf = (way) => way.slice(1).reduce((sum, place, i) => sum + Math.hypot(...stretch(way[i], place)), 0) / GLOW_PARTS;

  // One strip: left and right of every corner of every way; between two ways only triangles without an area.
  const ribbons = (features, soft = false) => {
    const ways = features.flatMap((one) => waysOf(one.geometry)).map((way) => way.filter((at, i) => !i || apart(way[i - 1], at))).filter((way) => way.length > 1);
    const rows = new Float32Array(ways.reduce((sum, way) => sum + 2 * way.length + 2, 0) * FLOATS);
    let at = 0;
    for (const way of ways) {
      const [all, last, begin] = [normals(way), way.length - 1, at];
      const round = !apart(way[0], way[last]);
      const reach = soft && reachOf(way);
      at += FLOATS;
      for (let i = 0; i <= last; i++, at += 2 * FLOATS) {
        place(way[i], rows, at);
        if (soft) across(way, i, round, reach, rows, at + 4);
        else cut(all, i > 0 ? i - 1 : round ? last - 1 : 0, i < last ? i : round ? 0 : last - 1, rows, at + 4);
        rows.copyWithin(at + FLOATS, at, at + FLOATS);
      }
      mirror(rows, begin + FLOATS, begin);
      mirror(rows, at - FLOATS, at);
      at += FLOATS;
    }
    return rows;
  };

  const strips = (shapes, soft) => {
    const kept = soft ? glowing : ready;
    if (!kept.has(shapes)) {
      const rows = ribbons(shapes.features, soft);
      kept.set(shapes, { rows, count: rows.length / FLOATS, version: ++versions });
    }
    return kept.get(shapes);
  };

  // The outlines or lines of a GeoJSON collection; `color` [r, g, b, a], `width` in pixels; `soft` fades from its middle outwards.
  const layer = (id, shapes, { color, width, opacity = 1, soft = false }) => {
    const { rows, count, version } = strips(shapes, soft);
    made = made ?? city.columns.layerOf(LOOK, "strokes");
    return new made({ id, data: NOTHING, opacity, count, version, columns: { places: rows }, uniforms: { color: color.map((channel) => channel / 255), width, soft: Number(soft) } });
  };

  city.strokes = { layer, ribbons, FLOATS };
})();
