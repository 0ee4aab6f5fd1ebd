// Signs of one colour, chosen by the layer; and layers that are nothing but names.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const kinds = (city.kinds = city.kinds || {});

  const icons = (entry, shapes, { unit }, _kept, marks) =>
    new deck.IconLayer({
      id: entry.id, data: shapes.features, pickable: true, iconAtlas: marks.atlas, iconMapping: marks.mapping, getIcon: () => (entry.style in marks.mapping ? entry.style : "disc"),
      getPosition: (one) => one.geometry.coordinates, getColor: [...city.ramp.rgb(entry.color), 235], getSize: (entry.size_px || 16) * unit, sizeUnits: "pixels",
    });

  kinds.icon = { standing: icons };
  kinds.label = { standing: () => null }; // chosen with all other names, in names.js
})();
