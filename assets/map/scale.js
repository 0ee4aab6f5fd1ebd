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
    const place = document.createElement("div");
    place.className = "city-map-place";
    parent.append(box, place);
    return {
      show(viewport, unit) {
        const perPixel = city.labels.metresPerPixel(viewport);
        const metres = round(perPixel * 110 * unit);
        box.style.width = `${Math.round(metres / perPixel)}px`;
        box.textContent = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
      },
      // Where the pointer is; null: nowhere.
      point: (at) => { place.textContent = at ? `${at[0].toFixed(5)}, ${at[1].toFixed(5)}` : ""; },
      remove: () => { box.remove(); place.remove(); },
    };
  };

  city.scale = { create };
})();
