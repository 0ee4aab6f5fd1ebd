// The tooltip: a name and a value, by textContent only.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});

  const create = (parent) => {
    const box = document.createElement("div");
    box.className = "city-map-tooltip";
    box.hidden = true;
    const [name, value] = [document.createElement("span"), document.createElement("strong")];
    box.append(name, value);
    parent.appendChild(box);
    return {
      show(x, y, text, figure) {
        name.textContent = text;
        value.textContent = figure || "";
        box.hidden = false;
        const left = x + 14 + box.offsetWidth > parent.clientWidth ? x - 14 - box.offsetWidth : x + 14;
        const top = y + 14 + box.offsetHeight > parent.clientHeight ? y - 14 - box.offsetHeight : y + 14;
        box.style.transform = `translate(${Math.round(Math.max(left, 0))}px, ${Math.round(Math.max(top, 0))}px)`;
      },
      hide() { box.hidden = true; },
      remove: () => box.remove(),
    };
  };

  city.tooltip = { create };
})();
