// A binary frame of live points, as layers/point.py encodes it (little endian throughout).
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const MAGIC = 0x43435031;
  const HEADER_AT = 8;

  const decode = (buffer) => {
    const view = new DataView(buffer);
    if (buffer.byteLength < HEADER_AT || view.getUint32(0, true) !== MAGIC) throw new Error("not a frame of points");
    const length = view.getUint32(4, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, HEADER_AT, length)));
    const n = header.n;
    const start = HEADER_AT + length;
    if (buffer.byteLength < start + 13 * n) throw new Error(`a frame of ${n} points was cut off`);
    return {
      ...header,
      dx: new Float32Array(buffer, start, n),
      dy: new Float32Array(buffer, start + 4 * n, n),
      id: new Uint32Array(buffer, start + 8 * n, n),
      kind: new Uint8Array(buffer, start + 12 * n, n),
    };
  };

  city.frame = { decode };
})();
