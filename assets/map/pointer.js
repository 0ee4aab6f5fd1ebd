// A click as a hand makes it: down and up at one place with one finger, however busy the machine is in between.
// (The engine's own recogniser drops a click when drawing keeps it from hearing "up" within a quarter of a second.)
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const HOLD_MS = 550; // a finger has no hover: held so long, it asks what lies under it
  const SLACK_PX = { mouse: 5, pen: 8, touch: 12 };

  // `onClick(x, y)` and `onHold(x, y)` in pixels of the element; a press that was held is no click any more.
  const create = (element, onClick, onHold) => {
    const down = new Map();
    let alone = true;
    let holding = 0;

    const place = (event) => {
      const frame = element.getBoundingClientRect();
      return [event.clientX - frame.left, event.clientY - frame.top];
    };
    const far = (event, begun) => Math.hypot(event.clientX - begun.clientX, event.clientY - begun.clientY) > (SLACK_PX[event.pointerType] ?? 8);

    const hold = (event) => {
      if (down.get(event.pointerId) !== event || !alone) return;
      down.delete(event.pointerId);
      onHold(...place(event));
    };

    const press = (event) => {
      if (event.button > 0 || !event.target.closest?.(".city-map-canvas")) return; // not what lies above the map
      down.set(event.pointerId, event);
      alone = down.size === 1;
      window.clearTimeout(holding);
      if (alone && event.pointerType !== "mouse") holding = window.setTimeout(hold, HOLD_MS, event);
    };

    const drag = (event) => {
      const begun = down.get(event.pointerId);
      if (begun && far(event, begun)) window.clearTimeout(holding);
    };

    const release = (event) => {
      const begun = down.get(event.pointerId);
      down.delete(event.pointerId);
      window.clearTimeout(holding);
      if (!begun || !alone || event.type === "pointercancel" || far(event, begun)) return;
      onClick(...place(event));
    };

    element.addEventListener("pointerdown", press, true);
    element.addEventListener("pointermove", drag, true);
    window.addEventListener("pointerup", release, true);
    window.addEventListener("pointercancel", release, true);
    return {
      remove() {
        window.clearTimeout(holding);
        element.removeEventListener("pointerdown", press, true);
        element.removeEventListener("pointermove", drag, true);
        window.removeEventListener("pointerup", release, true);
        window.removeEventListener("pointercancel", release, true);
      },
    };
  };

  city.pointer = { create };
})();
