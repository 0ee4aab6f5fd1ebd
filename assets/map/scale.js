// The scale bar: a round distance and how long it is here.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});

  const round = (metres) => {
    const power = 10 ** Math.floor(Math.log10(metres));
    return power * [5, 2, 1].find((step) => step * power <= metres);
  };

  const create = (parent) => {
    const box = document.createElement("div");
    box.className = "city-map-scale";
    parent.appendChild(box);
    return {
      show(viewport, unit) {
        const perPixel = city.labels.metresPerPixel(viewport);
        const metres = round(perPixel * 110 * unit);
        box.style.width = `${Math.round(metres / perPixel)}px`;
        box.textContent = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
      },
      remove: () => box.remove(),
    };
  };

  city.scale = { create };
})();
