// What moves, drawn from its columns: the graphics card puts every dot where it is now, so a picture costs this page next to nothing
// however many there are, and a frame from the server costs one copy of each column.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const NOTHING = Object.freeze([]);
  let made = null;

  const DOTS = {
    module: () => city.columns.uniforms("dots", { line: "vec4<f32>", clock: "f32", pace: "f32", radius: "f32", edge: "f32", opacity: "f32" }),
    vs: `#version 300 es
#define SHADER_NAME dots-vertex
in vec2 places;
in vec2 goals;
in float begun;
in vec4 colors;
out vec4 vColor;
out float vReach;
void main(void) {
  vec3 place = vec3(mix(places, goals, clamp((dots.clock - begun) / dots.pace, 0.0, 1.0)), 0.0);
  vReach = dots.radius + dots.edge * 0.5 + 0.5;
  gl_Position = project_position_to_clipspace(place, vec3(0.0), vec3(0.0));
  gl_PointSize = 2.0 * vReach * project.devicePixelRatio;
  vColor = colors;
}`,
    fs: `#version 300 es
#define SHADER_NAME dots-fragment
precision highp float;
in vec4 vColor;
in float vReach;
out vec4 fragColor;
void main(void) {
  float far = length(gl_PointCoord * 2.0 - 1.0) * vReach;
  float outer = dots.radius + dots.edge * 0.5;
  float within = 1.0 - smoothstep(outer - 0.5, outer + 0.5, far);
  if (within <= 0.0) discard;
  float inner = dots.radius - dots.edge * 0.5;
  fragColor = mix(vColor, dots.line, smoothstep(inner - 0.5, inner + 0.5, far));
  fragColor.a *= within * dots.opacity;
}`,
    topology: "point-list",
    corners: 1,
    steady: "colors",
    layout: [["places", "float32x2"], ["goals", "float32x2"], ["begun", "float32"], ["colors", "unorm8x4"]].map(([name, format]) => ({ name, format })),
  };

  const TRAILS = {
    module: () => city.columns.uniforms("trails", { color: "vec4<f32>", clock: "f32", length: "f32", width: "f32", opacity: "f32" }),
    vs: `#version 300 es
#define SHADER_NAME trails-vertex
in vec4 way;
in vec2 times;
out float vAge;
void main(void) {
  int corner = clamp(gl_VertexID % 6 - 1, 0, 3); // the first and the last twice: nothing is drawn between one leg and the next
  vec2 positions = vec2(corner & 1, corner & 2);
  float first = max(times.x, trails.clock - trails.length);
  float last = min(times.y, trails.clock);
  float span = times.y - times.x;
  if (span <= 0.0 || last <= first) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec3 begin = vec3(mix(way.xy, way.zw, (first - times.x) / span), 0.0);
  vec3 end = vec3(mix(way.xy, way.zw, (last - times.x) / span), 0.0);
  vec4 a = project_position_to_clipspace(begin, vec3(0.0), vec3(0.0));
  vec4 b = project_position_to_clipspace(end, vec3(0.0), vec3(0.0));
  vec2 across = (b.xy / b.w - a.xy / a.w) * project.viewportSize;
  vec2 along = length(across) > 0.0 ? normalize(across) : vec2(1.0, 0.0);
  gl_Position = mix(a, b, positions.x);
  gl_Position.xy += project_pixel_size_to_clipspace(vec2(-along.y, along.x) * (positions.y - 1.0) * trails.width * 0.5);
  vAge = trails.clock - mix(first, last, positions.x);
}`,
    fs: `#version 300 es
#define SHADER_NAME trails-fragment
precision highp float;
in float vAge;
out vec4 fragColor;
void main(void) {
  fragColor = trails.color;
  fragColor.a *= (1.0 - vAge / trails.length) * trails.opacity;
}`,
    topology: "triangle-strip",
    corners: 6,
    layout: [{ name: "legs", byteStride: 24, attributes: [{ attribute: "way", format: "float32x4", byteOffset: 0 }, { attribute: "times", format: "float32x2", byteOffset: 16 }] }],
  };

  const classes = () => (made = made ?? { Dots: city.columns.layerOf(DOTS, "dots"), Trails: city.columns.layerOf(TRAILS, "trails") });

  const share = (color) => color.map((channel) => channel / 255);

  // `look`: {radius, edge, line [r, g, b, a], colors} of the dots.
  const dots = (id, swarm, clock, placed, { radius, edge, line, colors }) =>
    new (classes().Dots)({
      id, data: NOTHING, ...placed, count: swarm.n, version: swarm.version,
      columns: { places: swarm.from, goals: swarm.to, begun: swarm.begun, colors },
      uniforms: { line: share(line), clock, pace: Math.max(swarm.pace_s, 0.001), radius, edge },
    });

  const trails = (id, swarm, clock, placed, { width, color }) =>
    new (classes().Trails)({
      id, data: NOTHING, ...placed, count: swarm.n * swarm.legs.count, version: swarm.version, columns: { legs: swarm.legs.rows },
      uniforms: { color: share(color), clock, length: swarm.trail_s, width },
    });

  city.swarm = { dots, trails };
})();
