// The portable map: draws what layers/leaflet.py has put into the page. Words reach the page as text nodes only.
const drawCityPage = (map, page) => {
  "use strict";
  const GAP = 4; // pixels between two texts, and between a mark and its name
  const LARGE = 6; // a mark of this radius or more is not written over
  const OWN = 1e6; // from this rank on a text belongs to the mark in its middle, as the count of a cluster does
  const HAND = 1e9; // what was written by hand may step aside, a count may not
  const HIDING = 0.5; // a count is left out where another mark lies on it with so much of its radius
  const STEPS = [0, -1.5, 1.5]; // a name of rank 0 or more may step up or down by so many of its own heights

  const framed = window.parent !== window; // a part of a page that has a title of its own

  const made = (tag, name, words) => {
    const element = document.createElement(tag);
    element.className = name;
    if (words !== undefined) element.textContent = words;
    return element;
  };

  const drawn = (...tags) => tags.map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));

  // ---- hatching of "no data": a pattern of the SVG the areas are drawn in
  const hatch = () => {
    const [svg, pattern, path] = drawn("svg", "pattern", "path");
    Object.entries({ width: 0, height: 0 }).forEach(([key, value]) => svg.setAttribute(key, value));
    Object.entries({ id: "city-hatch", width: 8, height: 8, patternUnits: "userSpaceOnUse" }).forEach(([key, value]) => pattern.setAttribute(key, value));
    Object.entries({ d: "M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4", stroke: "#7B8794", "stroke-width": 1.6, opacity: 0.55 }).forEach(([key, value]) => path.setAttribute(key, value));
    pattern.append(path);
    svg.append(pattern);
    document.body.append(svg);
  };

  const renderer = L.svg({ padding: 0.3 });
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

  // A point as the sign of its look: circles are Leaflet's own, the others outlines. The rim is painted first, twice as wide.
  const outline = ({ x, y }, { sign, radius_px }) =>
    page.signs[sign].map((ring) => `M${ring.map(([right, down]) => `${x + right * radius_px} ${y + down * radius_px}`).join("L")}Z`).join("");
  const Sign = L.CircleMarker.extend({
    _updatePath() {
      const { look } = this.options;
      if (page.signs[look.sign].length) this._renderer._setPath(this, this._empty() ? "M0 0" : outline(this._point, look));
      else L.CircleMarker.prototype._updatePath.call(this);
    },
  });
  const mark = (at, look, given) => new Sign(at, { ...given, look, className: "city-sign", weight: look.fill ? 2 * look.width_px : look.width_px });

  const shape = ([look, geometry, name, value]) => {
    const given = { ...style(page.looks[look]), renderer };
    const point = geometry.type === "Point";
    const layer = L.geoJSON(geometry, { style: point ? undefined : () => given, pointToLayer: (_, at) => mark(at, page.looks[look], given) });
    return tell(layer, name, value);
  };

  const text = ([lon, lat, words, size, color, rank, beside, from]) => {
    const box = made("span", "city-text", words);
    box.style.fontSize = `${size}px`;
    box.style.color = color;
    Object.assign(box.dataset, { rank, beside, from });
    return L.marker([lat, lon], { interactive: false, keyboard: false, icon: L.divIcon({ className: "city-place", iconSize: [0, 0], html: box }) });
  };

  const raster = ([[west, south, east, north], address, opacity]) => L.imageOverlay(address, [[south, west], [north, east]], { opacity });

  const group = (parts) => L.layerGroup([...parts.rasters.map(raster), ...parts.shapes.map(shape), ...parts.texts.map(text)]);

  // A layer that is only for the near view: there from its zoom on.
  const near = (layer, from) => {
    if (!from) return layer;
    const outer = L.layerGroup();
    const pick = () => (map.getZoom() < from ? outer.clearLayers() : outer.hasLayer(layer) || outer.addLayer(layer));
    map.on("zoomend", pick);
    pick();
    return outer;
  };

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

  // ---- few texts, never over each other nor over a large mark: those with the higher rank stay
  const touch = (one, other) => one.left < other.right + GAP && one.right > other.left - GAP && one.top < other.bottom + GAP && one.bottom > other.top - GAP;

  const large = (frame) => {
    const found = [];
    map.eachLayer((layer) => {
      if (!(layer instanceof Sign) || layer.options.look.radius_px < LARGE) return;
      const { x, y } = map.latLngToContainerPoint(layer.getLatLng());
      const radius = layer.options.look.radius_px;
      found.push({ x: x + frame.left, y: y + frame.top, radius });
    });
    return found;
  };

  const counted = ({ dataset: { rank } }) => rank >= OWN && rank < HAND;

  const boxed = ({ x, y }, reach) => ({ left: x - reach, right: x + reach, top: y - reach, bottom: y + reach });

  const places = (box, width, height) => {
    const beside = Number(box.dataset.beside);
    const [across, down] = [beside + GAP + width / 2, beside + GAP + height / 2];
    if (beside) return [[across, 0], [-across, 0], [0, -down], [0, down]];
    return (box.dataset.rank < 0 || counted(box) ? [0] : STEPS).map((step) => [0, step * height]);
  };

  // All is measured first and written then: the page is laid out once.
  const thin = () => {
    const frame = map.getContainer().getBoundingClientRect();
    const marks = large(frame);
    const kept = [...document.querySelectorAll(".city-title, .city-north, .city-legend, .leaflet-control-layers, .leaflet-control-scale, .leaflet-control-zoom")].map((one) => one.getBoundingClientRect());
    const texts = [...document.querySelectorAll(".city-text")].sort((a, b) => b.dataset.rank - a.dataset.rank);
    const seen = texts.map((box) => ({ box, at: box.parentElement.getBoundingClientRect(), width: box.offsetWidth, height: box.offsetHeight }));
    for (const { box, at, width, height } of seen) {
      const others = marks.filter(({ x, y }) => box.dataset.rank < OWN || Math.abs(x - at.left) + Math.abs(y - at.top) > 2)
        .map((one) => boxed(one, counted(box) ? one.radius * HIDING - GAP : one.radius));
      const found = map.getZoom() < Number(box.dataset.from) ? undefined : places(box, width, height).map(([dx, dy]) => {
        const [x, y] = [at.left + dx, at.top + dy];
        return { dx, dy, left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
      }).find((one) => !kept.some((other) => touch(one, other)) && !others.some((other) => touch(one, other)));
      box.style.visibility = found ? "visible" : "hidden";
      if (!found) continue;
      box.style.left = `${found.dx}px`;
      box.style.top = `${found.dy}px`;
      kept.push(found);
    }
  };

  // ---- what the marks mean: of the layers that are to be seen now
  const sample = (look) => {
    const radius_px = Math.min(look.radius_px, 7);
    const round = `M${10 - radius_px} 10a${radius_px} ${radius_px} 0 1 0 ${2 * radius_px} 0a${radius_px} ${radius_px} 0 1 0 ${-2 * radius_px} 0Z`;
    const line = !look.fill && look.sign !== "ring";
    const d = line ? "M1 10H19" : page.signs[look.sign].length ? outline({ x: 10, y: 10 }, { ...look, radius_px }) : round;
    const [box, path] = drawn("svg", "path");
    Object.entries({ width: 20, height: 20, class: "city-sample" }).forEach(([key, value]) => box.setAttribute(key, value));
    const look_of = { d, fill: look.fill || "none", "fill-opacity": look.fill_opacity, stroke: look.stroke || "none", "stroke-opacity": look.stroke_opacity, "stroke-width": look.width_px, class: "city-sign" };
    Object.entries(look_of).forEach(([key, value]) => path.setAttribute(key, value));
    box.append(path);
    return box;
  };

  const explained = (row) => {
    const shown = layers.filter(({ layer, title, sign, from }) => title && sign !== null && map.hasLayer(layer) && map.getZoom() >= from);
    const now = shown.map(({ id }) => id).join();
    if (row.dataset.of === now) return;
    row.dataset.of = now;
    row.replaceChildren(...shown.map(({ title, sign }) => {
      const one = made("span", "city-mark");
      one.append(sample(page.looks[sign]), title);
      return one;
    }));
  };

  const legend = () => {
    const box = made("div", "city-legend");
    box.append(marks);
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
  const layers = page.layers.map((one) => ({ ...one, layer: near(one.levels.length > 1 ? stacked(one.levels) : group(one.levels[0].parts), one.from) }));
  const around = L.layerGroup(page.around.map(shape));
  const lay = (live) => layers.forEach((one) => { if (one.on && one.live === live) one.layer.addTo(map); });
  lay(false);
  around.eachLayer((one) => one.setStyle({ interactive: false, className: "city-around" }));
  around.addTo(map);
  lay(true);
  const named = layers.filter((one) => one.title);
  const escaped = (words) => made("span", "", words).innerHTML; // Leaflet's switcher takes HTML: what comes out of a text node is harmless
  if (named.length > 1) L.control.layers(null, Object.fromEntries(named.map((one) => [escaped(one.title), one.layer])), { collapsed: framed }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  if (framed) document.body.classList.add("city-framed");
  else if (page.title) corner("topleft", made("div", "city-title", page.title));
  corner("topright", made("div", "city-north", `▲\n${page.words.north}`));
  const marks = made("div", "city-key city-marks");
  if (page.keys.length || page.notes.length || layers.some(({ sign, title }) => title && sign !== null)) corner("bottomright", legend());
  let waiting = false;
  const settle = () => {
    waiting = false;
    explained(marks);
    thin();
  };
  const later = () => {
    if (!waiting) window.requestAnimationFrame(settle);
    waiting = true;
  };
  map.on("zoomend moveend layeradd layerremove", later);
  settle();
  window.cityPage = { map, layers };
  if (framed) window.parent.postMessage("city-map-drawn", "*");
};
