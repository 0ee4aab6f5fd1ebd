// The portable map: draws what layers/leaflet.py has put into the page. Words reach the page as text nodes only.
const drawCityPage = (map, page) => {
  "use strict";
  const GAP = 3; // pixels between two texts

  const made = (tag, name, words) => {
    const element = document.createElement(tag);
    element.className = name;
    if (words !== undefined) element.textContent = words;
    return element;
  };

  // ---- hatching of "no data": a pattern of the SVG the areas are drawn in
  const hatch = () => {
    const space = "http://www.w3.org/2000/svg";
    const [svg, pattern, path] = ["svg", "pattern", "path"].map((tag) => document.createElementNS(space, tag));
    Object.entries({ width: 0, height: 0 }).forEach(([key, value]) => svg.setAttribute(key, value));
    Object.entries({ id: "city-hatch", width: 8, height: 8, patternUnits: "userSpaceOnUse" }).forEach(([key, value]) => pattern.setAttribute(key, value));
    Object.entries({ d: "M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4", stroke: "#7B8794", "stroke-width": 1.6, opacity: 0.55 }).forEach(([key, value]) => path.setAttribute(key, value));
    pattern.append(path);
    svg.append(pattern);
    document.body.append(svg);
  };

  const [areas, dots] = [L.svg({ padding: 0.3 }), L.canvas({ padding: 0.3 })];
  const style = (look) => ({
    fill: Boolean(look.fill) || Boolean(look.hatched), fillColor: look.hatched ? "url(#city-hatch)" : look.fill, fillOpacity: look.hatched ? 1 : look.fill_opacity,
    stroke: Boolean(look.stroke), color: look.stroke, opacity: look.stroke_opacity, weight: look.width_px, radius: look.radius_px,
  });

  const tell = (layer, name, value) => {
    if (!name && !value) return layer;
    const box = made("div", "city-told");
    if (name) box.append(made("span", "", name));
    if (value) box.append(made("strong", "", value));
    return layer.bindTooltip(box, { sticky: true }).bindPopup(box.cloneNode(true));
  };

  const shape = ([look, geometry, name, value]) => {
    const given = style(page.looks[look]);
    const layer = L.geoJSON(geometry, {
      style: () => ({ ...given, renderer: areas }),
      pointToLayer: (_, at) => L.circleMarker(at, { ...given, renderer: dots }),
    });
    return tell(layer, name, value);
  };

  const text = ([lon, lat, words, size, color, rank]) => {
    const box = made("span", "city-text", words);
    box.style.fontSize = `${size}px`;
    box.style.color = color;
    box.dataset.rank = rank;
    return L.marker([lat, lon], { interactive: false, keyboard: false, icon: L.divIcon({ className: "city-place", iconSize: [0, 0], html: box }) });
  };

  const raster = ([[west, south, east, north], address, opacity]) => L.imageOverlay(address, [[south, west], [north, east]], { opacity });

  const group = (parts) => L.layerGroup([...parts.rasters.map(raster), ...parts.shapes.map(shape), ...parts.texts.map(text)]);

  // A layer that looks different at every zoom holds one group per zoom and shows the nearest.
  const stacked = (levels) => {
    const groups = levels.map(({ zoom, parts }) => ({ zoom, group: group(parts) }));
    const outer = L.layerGroup();
    const pick = () => {
      const best = groups.reduce((a, b) => (Math.abs(b.zoom - map.getZoom()) < Math.abs(a.zoom - map.getZoom()) ? b : a));
      if (!outer.hasLayer(best.group)) outer.clearLayers().addLayer(best.group);
    };
    map.on("zoomend", pick);
    pick();
    return outer;
  };

  // ---- few texts, never over each other: those with the higher rank stay
  const thin = () => {
    const kept = [];
    for (const box of [...document.querySelectorAll(".city-text")].sort((a, b) => b.dataset.rank - a.dataset.rank)) {
      box.style.visibility = "visible";
      const one = box.getBoundingClientRect();
      const clash = kept.some((other) => one.left < other.right + GAP && one.right > other.left - GAP && one.top < other.bottom + GAP && one.bottom > other.top - GAP);
      if (clash) box.style.visibility = "hidden";
      else kept.push(one);
    }
  };

  const legend = () => {
    const box = made("div", "city-legend");
    for (const key of page.keys) {
      const row = made("div", "city-key");
      if (key.title) row.append(made("span", "city-key-title", key.title));
      if (key.least) row.append(made("span", "city-edge", key.least));
      key.colors.forEach((color, at) => {
        if (at) row.append(made("span", "city-edge", key.edges[at - 1]));
        row.append(Object.assign(made("i", ""), { style: `background:${color}` }));
      });
      if (key.most) row.append(made("span", "city-edge", key.most));
      if (key.unit) row.append(made("span", "", key.unit));
      if (key.gaps) row.append(made("i", "city-gap"), made("span", "", page.words.gap));
      box.append(row);
    }
    page.notes.forEach((note) => box.append(made("div", "city-note", note)));
    return box;
  };

  const corner = (position, element) => {
    const control = L.control({ position });
    control.onAdd = () => { L.DomEvent.disableClickPropagation(element); return element; };
    control.addTo(map);
  };

  hatch();
  map.fitBounds([[page.bounds[1], page.bounds[0]], [page.bounds[3], page.bounds[2]]], { animate: false });
  const layers = page.layers.map((one) => ({ ...one, layer: one.levels.length > 1 ? stacked(one.levels) : group(one.levels[0].parts) }));
  layers.forEach((one) => { if (one.on) one.layer.addTo(map); });
  const named = layers.filter((one) => one.title);
  const escaped = (words) => made("span", "", words).innerHTML; // Leaflet's switcher takes HTML: what comes out of a text node is harmless
  if (named.length > 1) L.control.layers(null, Object.fromEntries(named.map((one) => [escaped(one.title), one.layer])), { collapsed: false }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  if (page.title) corner("topleft", made("div", "city-title", page.title));
  corner("topright", made("div", "city-north", `▲\n${page.words.north}`));
  if (page.keys.length || page.notes.length) corner("bottomright", legend());
  map.on("zoomend moveend layeradd layerremove", () => window.requestAnimationFrame(thin));
  thin();
  window.cityPage = { map, layers };
};
