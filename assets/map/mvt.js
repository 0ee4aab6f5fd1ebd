// Vector tiles read: the polygons of a tile, cut at its edges, and their outlines without the cuts. (The engine's own reader needs a worker from elsewhere.)
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const POLYGON = 3;

  // A protocol buffer as [field, value] pairs: numbers, bytes; doubles and floats as they are.
  function* fields(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    const number = () => {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * scale;
        if (!(byte & 128)) return value;
      }
    };
    while (at < bytes.length) {
      const tag = number();
      const [field, wire] = [Math.floor(tag / 8), tag & 7];
      if (wire === 0) yield [field, number()];
      else if (wire === 2) { const length = number(); yield [field, bytes.subarray(at, (at += length))]; }
      else if (wire === 1) { yield [field, view.getFloat64(at, true)]; at += 8; }
      else if (wire === 5) { yield [field, view.getFloat32(at, true)]; at += 4; }
      else throw new Error(`a vector tile with wire type ${wire}`);
    }
  }

  const numbers = (bytes) => {
    const found = [];
    let [value, scale] = [0, 1];
    for (const byte of bytes) {
      value += (byte & 127) * scale;
      scale *= 128;
      if (!(byte & 128)) { found.push(value); [value, scale] = [0, 1]; }
    }
    return found;
  };

  const text = (bytes) => new TextDecoder().decode(bytes);
  const zigzag = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);

  const valueOf = (bytes) => {
    for (const [field, value] of fields(bytes)) return field === 1 ? text(value) : field === 6 ? zigzag(value) : field === 7 ? Boolean(value) : value;
    return null;
  };

  const ringsOf = (commands) => {
    const rings = [];
    let [x, y, at] = [0, 0, 0];
    while (at < commands.length) {
      const [verb, count] = [commands[at] & 7, commands[at++] >> 3];
      if (verb === 7) continue;
      if (verb === 1) rings.push([]);
      for (let i = 0; i < count; i++) rings[rings.length - 1].push([(x += zigzag(commands[at++])), (y += zigzag(commands[at++]))]);
    }
    return rings;
  };

  // Sutherland and Hodgman: a ring cut at the four edges of the tile.
  const clipped = (ring, extent) => {
    let points = ring;
    for (const [axis, limit, sign] of [[0, 0, 1], [0, extent, -1], [1, 0, 1], [1, extent, -1]]) {
      const inside = (point) => sign * (point[axis] - limit) >= 0;
      const next = [];
      points.forEach((to, i) => {
        const from = points[(i + points.length - 1) % points.length];
        if (inside(from) !== inside(to)) {
          const u = (limit - from[axis]) / (to[axis] - from[axis]);
          const across = from[1 - axis] + (to[1 - axis] - from[1 - axis]) * u;
          next.push(axis ? [across, limit] : [limit, across]); // exactly on the edge, so that the cut is known for one
        }
        if (inside(to)) next.push(to);
      });
      points = next;
    }
    return points;
  };

  const area = (ring) => ring.reduce((sum, [x, y], i) => { const [nx, ny] = ring[(i + 1) % ring.length]; return sum + x * ny - nx * y; }, 0);

  // The ring as lines, without the stretches that only lie along the edge of the tile.
  const outline = (ring, extent) => {
    const cut = (a, b) => [0, 1].some((axis) => a[axis] === b[axis] && (a[axis] === 0 || a[axis] === extent));
    const lines = [];
    let line = [];
    ring.forEach((from, i) => {
      const to = ring[(i + 1) % ring.length];
      if (cut(from, to)) { line = []; return; }
      if (!line.length) lines.push((line = [from]));
      line.push(to);
    });
    return lines;
  };

  // {polygons: [{polygon: [ring…], properties}], lines: [{path}]} in degrees, of all layers of a tile.
  const decode = (bytes, { x, y, z }) => {
    const found = { polygons: [], lines: [] };
    for (const [field, body] of fields(bytes)) if (field === 3) layer(body, { x, y, z }, found);
    return found;
  };

  const layer = (body, { x, y, z }, found) => {
    const [keys, values, features] = [[], [], []];
    let extent = 4096;
    for (const [field, value] of fields(body)) {
      if (field === 2) features.push(value);
      else if (field === 3) keys.push(text(value));
      else if (field === 4) values.push(valueOf(value));
      else if (field === 5) extent = value;
    }
    const degrees = ([px, py]) => {
      const n = Math.PI * (1 - (2 * (y + py / extent)) / 2 ** z);
      return [((x + px / extent) / 2 ** z) * 360 - 180, (Math.atan(Math.sinh(n)) * 180) / Math.PI];
    };
    for (const one of features) {
      const parts = Object.fromEntries(fields(one));
      if (parts[3] !== POLYGON) continue;
      const tags = numbers(parts[2] ?? []);
      const properties = {};
      for (let i = 0; i + 1 < tags.length; i += 2) properties[keys[tags[i]]] = values[tags[i + 1]];
      let last = null;
      for (const ring of ringsOf(numbers(parts[4]))) {
        const kept = clipped(ring, extent);
        if (kept.length < 3) continue;
        const outer = area(ring) > 0;
        if (outer) found.polygons.push((last = { polygon: [kept.map(degrees)], properties }));
        else if (last) last.polygon.push(kept.map(degrees));
        found.lines.push(...outline(kept, extent).map((line) => ({ path: line.map(degrees) })));
      }
    }
  };

  city.mvt = { decode };
})();
