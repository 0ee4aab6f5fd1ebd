// What a pointed-at thing says of itself: [name, figure], plain text.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});

  const figureOf = ({ value, count }, choropleth, entry, lang) => {
    const unit = choropleth?.unit || entry?.unit || "";
    const figure = Number.isFinite(value) ? city.legend.figure(value, { unit, decimals: choropleth?.decimals }, lang) : choropleth?.given ? "—" : "";
    return Number.isFinite(count) && entry?.agg !== "count" ? `${figure} · ×${count}` : figure;
  };

  const words = (object, entry, state, lang) => {
    if (!object) return ["", ""];
    if (object.one) return city.plots.tip(object.one, lang);
    if (object.look) return [object.count > 1 ? `×${object.count}` : "", ""];
    if (object.bounds) return [entry?.title?.[lang] ?? "", `×${object.count}`];
    if (!object.properties) return ["", ""];
    const { properties } = object;
    const choropleth = state.choropleths[entry?.id];
    const given = choropleth?.given && properties.code in choropleth.values ? { ...properties, value: choropleth.values[properties.code] } : properties;
    const way = object.flow && (properties.from || properties.to) ? `${properties.from ?? ""} → ${properties.to ?? ""}` : "";
    const name = way || city.labels.nameOf(properties, lang);
    return [name, name || entry?.classes || object.flow ? figureOf(given, choropleth, entry, lang) : ""];
  };

  city.tips = { words };
})();
