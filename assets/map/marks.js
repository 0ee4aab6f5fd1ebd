// The few signs of the map, drawn once into one picture: they look the same on every machine and in print.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const SIDE = 64;

  const polygon = (pen, points) => {
    pen.beginPath();
    points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
    pen.fill();
  };

  const SIGNS = {
    disc: (pen) => { pen.beginPath(); pen.arc(32, 32, 22, 0, 7); pen.fill(); },
    square: (pen) => pen.fillRect(12, 12, 40, 40),
    triangle: (pen) => polygon(pen, [[32, 8], [57, 52], [7, 52]]),
    diamond: (pen) => polygon(pen, [[32, 6], [58, 32], [32, 58], [6, 32]]),
    cross: (pen) => { pen.fillRect(24, 8, 16, 48); pen.fillRect(8, 24, 48, 16); },
    shield: (pen) => polygon(pen, [[32, 6], [54, 14], [52, 36], [32, 58], [12, 36], [10, 14]]),
    flame: (pen) => polygon(pen, [[34, 4], [52, 34], [44, 56], [20, 56], [12, 36], [24, 26]]),
    house: (pen) => polygon(pen, [[32, 8], [58, 32], [50, 32], [50, 56], [14, 56], [14, 32], [6, 32]]),
    hall: (pen) => { polygon(pen, [[32, 6], [58, 22], [6, 22]]); [10, 27, 44].forEach((x) => pen.fillRect(x, 26, 10, 22)); pen.fillRect(6, 51, 52, 7); },
    ring: (pen) => { pen.lineWidth = 7; pen.beginPath(); pen.arc(32, 32, 24, 0, 7); pen.stroke(); },
  };

  const draw = () => {
    const names = Object.keys(SIGNS);
    const atlas = document.createElement("canvas");
    atlas.width = SIDE * names.length;
    atlas.height = SIDE;
    const pen = atlas.getContext("2d", { willReadFrequently: true }); // it is read back at once: no graphics card between
    pen.fillStyle = pen.strokeStyle = "#fff";
    const mapping = {};
    names.forEach((name, i) => {
      pen.setTransform(1, 0, 0, 1, i * SIDE, 0);
      SIGNS[name](pen);
      mapping[name] = { x: i * SIDE, y: 0, width: SIDE, height: SIDE, mask: true };
    });
    return { atlas: pen.getImageData(0, 0, atlas.width, SIDE), mapping };
  };

  city.marks = { draw };
})();
