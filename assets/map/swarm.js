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
in vec2 positions;
in vec2 instanceFrom;
in vec2 instanceTo;
in float instanceBegun;
in vec4 instanceColor;
out vec4 vColor;
out vec2 vPlace;
void main(void) {
  vec3 place = vec3(mix(instanceFrom, instanceTo, clamp((dots.clock - instanceBegun) / dots.pace, 0.0, 1.0)), 0.0);
  vPlace = positions * (dots.radius + dots.edge * 0.5 + 0.5);
  gl_Position = project_position_to_clipspace(place, vec3(0.0), vec3(0.0));
  gl_Position.xy += project_pixel_size_to_clipspace(vPlace);
  vColor = instanceColor;
}`,
    fs: `#version 300 es
#define SHADER_NAME dots-fragment
precision highp float;
in vec4 vColor;
in vec2 vPlace;
out vec4 fragColor;
void main(void) {
  float far = length(vPlace);
  float outer = dots.radius + dots.edge * 0.5;
  float within = 1.0 - smoothstep(outer - 0.5, outer + 0.5, far);
  if (within <= 0.0) discard;
  float inner = dots.radius - dots.edge * 0.5;
  fragColor = mix(vColor, dots.line, smoothstep(inner - 0.5, inner + 0.5, far));
  fragColor.a *= within * dots.opacity;
}`,
    corners: [-1, -1, 1, -1, -1, 1, 1, 1],
    steady: "instanceColor",
    layout: [["instanceFrom", "float32x2"], ["instanceTo", "float32x2"], ["instanceBegun", "float32"], ["instanceColor", "unorm8x4"]].map(([name, format]) => ({ name, format, stepMode: "instance" })),
  };

  const TRAILS = {
    module: () => city.columns.uniforms("trails", { color: "vec4<f32>", clock: "f32", length: "f32", width: "f32", opacity: "f32" }),
    vs: `#version 300 es
#define SHADER_NAME trails-vertex
in vec2 positions;
in vec4 instanceWay;
in vec2 instanceTimes;
out float vAge;
void main(void) {
  float first = max(instanceTimes.x, trails.clock - trails.length);
  float last = min(instanceTimes.y, trails.clock);
  float span = instanceTimes.y - instanceTimes.x;
  if (span <= 0.0 || last <= first) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec3 begin = vec3(mix(instanceWay.xy, instanceWay.zw, (first - instanceTimes.x) / span), 0.0);
  vec3 end = vec3(mix(instanceWay.xy, instanceWay.zw, (last - instanceTimes.x) / span), 0.0);
  vec4 a = project_position_to_clipspace(begin, vec3(0.0), vec3(0.0));
  vec4 b = project_position_to_clipspace(end, vec3(0.0), vec3(0.0));
  vec2 way = (b.xy / b.w - a.xy / a.w) * project.viewportSize;
  vec2 along = length(way) > 0.0 ? normalize(way) : vec2(1.0, 0.0);
  gl_Position = mix(a, b, positions.x);
  gl_Position.xy += project_pixel_size_to_clipspace(vec2(-along.y, along.x) * positions.y * trails.width * 0.5);
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
    corners: [0, -1, 1, -1, 0, 1, 1, 1],
    layout: [{ name: "legs", stepMode: "instance", byteStride: 24, attributes: [{ attribute: "instanceWay", format: "float32x4", byteOffset: 0 }, { attribute: "instanceTimes", format: "float32x2", byteOffset: 16 }] }],
  };

  const classes = () => (made = made ?? { Dots: city.columns.layerOf(DOTS, "dots"), Trails: city.columns.layerOf(TRAILS, "trails") });

  const share = (color) => color.map((channel) => channel / 255);

  // `look`: {radius, edge, line [r, g, b, a], colors} of the dots.
  const dots = (id, swarm, clock, placed, { radius, edge, line, colors }) =>
    new (classes().Dots)({
      id, data: NOTHING, ...placed, count: swarm.n, version: swarm.version,
      columns: { instanceFrom: swarm.from, instanceTo: swarm.to, instanceBegun: swarm.begun, instanceColor: colors },
      uniforms: { line: share(line), clock, pace: Math.max(swarm.pace_s, 0.001), radius, edge },
    });

  const trails = (id, swarm, clock, placed, { width, color }) =>
    new (classes().Trails)({
      id, data: NOTHING, ...placed, count: swarm.n * swarm.legs.count, version: swarm.version, columns: { legs: swarm.legs.rows },
      uniforms: { color: share(color), clock, length: swarm.trail_s, width },
    });

  city.swarm = { dots, trails };
})();
