// A binary frame of live points, as layers/point.py encodes it (little endian throughout).
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const MAGIC = 0x43435032;
  const HEADER_AT = 8;

  // `room`: a column to write the places into, when it is as long as they are.
  const decode = (buffer, room = null) => {
    const view = new DataView(buffer);
    if (buffer.byteLength < HEADER_AT || view.getUint32(0, true) !== MAGIC) throw new Error("not a frame of points");
    const length = view.getUint32(4, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, HEADER_AT, length)));
    const n = header.n;
    const start = HEADER_AT + length;
    if (buffer.byteLength < start + 11 * n) throw new Error(`a frame of ${n} points was cut off`);
    const low = [new Uint16Array(buffer, start + 4 * n, n), new Uint16Array(buffer, start + 6 * n, n)];
    const high = [new Uint8Array(buffer, start + 8 * n, n), new Uint8Array(buffer, start + 9 * n, n)];
    const places = room?.length === 2 * n ? room : new Float32Array(2 * n); // degrees from the middle of the box: there a float is finest
    const middle = [0, 1].map((axis) => header.origin[axis] + header.step[axis] * 8388608);
    const [[low_x, low_y], [high_x, high_y], [step_x, step_y]] = [low, high, header.step]; // plain loops: 100,000 things a frame
    for (let i = 0; i < n; i++) {
      places[2 * i] = (high_x[i] * 65536 + low_x[i] - 8388608) * step_x;
      places[2 * i + 1] = (high_y[i] * 65536 + low_y[i] - 8388608) * step_y;
    }
    return { ...header, origin: middle, places, id: new Uint32Array(buffer, start, n), kind: new Uint8Array(buffer, start + 10 * n, n) };
  };

  city.frame = { decode };
})();
