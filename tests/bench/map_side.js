// The four engines of the map bench, each behind the same three verbs: start(), update(k), paint(shapes).
// A first paint ends two frames after the engine was told of everything, as the engine says that it has drawn.
(() => {
  "use strict";
  const box = document.getElementById("map");
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const STYLE = { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#0B1220" } }] };
  const until = async (true_) => { while (!true_()) await new Promise((again) => setTimeout(again, 5)); };

  // Something other than nothing stands in its middle. Whoever asks first settles where a canvas is drawn: as the map asks.
  const coloured = (canvas) => canvas.width > 0 && canvas.getContext("2d", { willReadFrequently: true }).getImageData(canvas.width >> 1, canvas.height >> 1, 8, 8).data.some(Boolean);

  const ours = () => {
    const map = window.CityMap.create(box, { reducedMotion: true });
    return {
      async start(spec, count) {
        map.setSpec(spec);
        await until(map.ready);
        this.frames = await Promise.all([0, 1].map(async (k) => (await fetch(`/points?${count}&${k}`)).arrayBuffer()));
      },
      async update(k) {
        map.setPoints("things", this.frames[k % 2]);
        await drawn();
      },
      // The first picture is one that the engine has not drawn: its own comes in `taken`.
      async paint(spec) {
        map.setSpec(spec);
        map.setValues("regions", spec.values, {});
        await until(() => map.ready() || coloured(box.querySelector(".city-map-silhouette")));
        await drawn();
      },
      taken: () => until(map.ready),
    };
  };

  const plotly = () => ({
    async start(spec, count) {
      this.places = await Promise.all([0, 1].map(async (k) => (await fetch(`/places?${count}&${k}`)).json()));
      const [lon, lat] = this.places[0];
      await window.Plotly.newPlot(box, [{ type: "scattermap", mode: "markers", lon, lat, marker: { size: 4 } }], this.layout(), { staticPlot: false });
      await drawn();
    },
    layout: () => ({ map: { style: STYLE, center: { lon: 120.5, lat: 30.5 }, zoom: 8 }, margin: { l: 0, r: 0, t: 0, b: 0 }, showlegend: false }),
    async update(k) {
      const [lon, lat] = this.places[k % 2];
      await window.Plotly.restyle(box, { lon: [lon], lat: [lat] });
      await drawn();
    },
    async paint(spec) {
      const geojson = await (await fetch(spec.layers[0].url)).json();
      const codes = geojson.features.map((one) => one.properties.code);
      const z = codes.map((code) => spec.values[code]);
      await window.Plotly.newPlot(box, [{ type: "choroplethmap", geojson, featureidkey: "properties.code", locations: codes, z, showscale: false }], this.layout());
      await drawn();
    },
  });

  const leaflet = () => {
    const map = window.L.map(box, { preferCanvas: true, zoomControl: false, attributionControl: false }).setView([30.5, 120.5], 8);
    let group = null;
    return {
      async start(spec, count) {
        this.places = await Promise.all([0, 1].map(async (k) => (await fetch(`/places?${count}&${k}`)).json()));
        await this.update(0);
      },
      // As dash-leaflet does it: a GeoJSON layer is made anew of new data.
      async update(k) {
        const [lon, lat] = this.places[k % 2];
        const features = lon.map((x, i) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [x, lat[i]] } }));
        group?.remove();
        group = window.L.geoJSON({ type: "FeatureCollection", features }, { pointToLayer: (_, at) => window.L.circleMarker(at, { radius: 2, stroke: false, fillOpacity: 1 }) }).addTo(map);
        await drawn();
      },
      async paint(spec) {
        const geojson = await (await fetch(spec.layers[0].url)).json();
        window.L.geoJSON(geojson, { style: (one) => ({ fillOpacity: spec.values[one.properties.code] / 100, weight: 1 }) }).addTo(map);
        await drawn();
      },
    };
  };

  // A GeoJSON layer of dash-leaflet, whose data a clientside callback sets: what the fastest Dash app does.
  const dash = () => ({
    async start(spec, count) {
      this.places = await Promise.all([0, 1].map(async (k) => (await fetch(`/places?${count}&${k}`)).json()));
      await until(() => document.querySelector(".leaflet-container") && window.dash_clientside?.set_props);
      await this.update(0);
    },
    async set(data) {
      window.told = 0;
      window.dash_clientside.set_props("things", { data });
      await until(() => window.told >= data.features.length);
      await drawn();
    },
    async update(k) {
      const [lon, lat] = this.places[k % 2];
      await this.set({ type: "FeatureCollection", features: lon.map((x, i) => ({ type: "Feature", properties: { code: i }, geometry: { type: "Point", coordinates: [x, lat[i]] } })) });
    },
    async paint(spec) {
      await until(() => document.querySelector(".leaflet-container") && window.dash_clientside?.set_props);
      window.values = spec.values;
      await this.set(await (await fetch(spec.layers[0].url)).json());
    },
  });

  window.sides = { ours, plotly, leaflet, dash };
  window.run = async (name, verb, count, updates) => {
    const side = (window.side = window.side ?? window.sides[name]());
    const spec = await (await fetch(verb === "paint" ? "/shapes" : "/spec")).json();
    if (verb === "start") await side.start(spec, count);
    if (verb === "update") for (let k = 1; k <= updates; k++) await side.update(k);
    if (verb !== "paint") return [];
    const begun = performance.now();
    await side.paint(spec);
    const first = performance.now() - begun;
    await side.taken?.();
    return [first, performance.now() - begun];
  };
})();
