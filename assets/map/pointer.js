// A click as a hand makes it: down and up at one place with one finger, however busy the machine is in between.
// (The engine's own recogniser drops a click when drawing keeps it from hearing "up" within a quarter of a second.)
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const SLACK_PX = { mouse: 5, pen: 8, touch: 12 };

  // `onClick(x, y)` in pixels of the element.
  const create = (element, onClick) => {
    const down = new Map();
    let alone = true;

    const press = (event) => {
      if (event.button > 0 || !event.target.closest?.(".city-map-canvas")) return; // not what lies above the map
      down.set(event.pointerId, event);
      alone = down.size === 1;
    };

    const release = (event) => {
      const begun = down.get(event.pointerId);
      down.delete(event.pointerId);
      if (!begun || !alone || event.type === "pointercancel") return;
      const far = Math.hypot(event.clientX - begun.clientX, event.clientY - begun.clientY);
      if (far > (SLACK_PX[event.pointerType] ?? 8)) return;
      const frame = element.getBoundingClientRect();
      onClick(event.clientX - frame.left, event.clientY - frame.top);
    };

    element.addEventListener("pointerdown", press, true);
    window.addEventListener("pointerup", release, true);
    window.addEventListener("pointercancel", release, true);
    return {
      remove() {
        element.removeEventListener("pointerdown", press, true);
        window.removeEventListener("pointerup", release, true);
        window.removeEventListener("pointercancel", release, true);
      },
    };
  };

  city.pointer = { create };
})();
