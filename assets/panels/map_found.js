// What lies near a place, along a line or in a drawn area: counts by kind, then lists; the radius follows a slider; what moves may be
// narrowed to what was seen lately. Names are text.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say } = Cockpit.dom;
  const [LEAST_M, MOST_M] = [200, 200000];
  const WORDS = { zh: { near: "周边", area: "选区", close: "关闭", none: "没有找到", radius: "半径", along: "沿线", seen: "最近出现", seen_all: "不限时间" }, en: { near: "Nearby", area: "Selection", close: "Close", none: "Nothing found", radius: "Radius", along: "Along", seen: "Seen within", seen_all: "whenever seen" } };
  const SEEN_S = [300, 900, 3600];

  const radiusAt = (share) => {
    const exact = LEAST_M * (MOST_M / LEAST_M) ** share;
    const step = 10 ** Math.floor(Math.log10(exact));
    return Math.min(Math.max(Math.round(exact / step) * step, LEAST_M), MOST_M);
  };

  const CORNERS_MAX = 40; // of what is kept in the address

  const thin = (places) => places.filter((_, i) => i % Math.ceil(places.length / CORNERS_MAX) === 0);
  const short = (places) => places.map((place) => place.map((axis) => axis.toFixed(5)).join(",")).join(";");

  /** The selection as the address keeps it: `lon,lat,radius` or `lon,lat;lon,lat;…`; and back, null where it is none. */
  const noted = ({ type, coordinates }, radius) => (type === "Point" ? `${short([coordinates])},${radius}` : type === "Polygon" ? short(thin(coordinates[0].slice(0, -1))) : "");

  function told(text) {
    const places = (text || "").split(";", CORNERS_MAX + 1).map((one) => one.split(",").map(Number));
    const [x, y, radius] = places[0];
    if (!text || !places.every((one) => one.every(Number.isFinite) && Math.abs(one[0]) <= 180 && Math.abs(one[1]) <= 90)) return null;
    if (places.length === 1 && places[0].length === 3 && radius > 0) return { zone: { type: "Point", coordinates: [x, y] }, radius };
    if (places.length < 3 || places.length > CORNERS_MAX || !places.every((one) => one.length === 2)) return null;
    return { zone: { type: "Polygon", coordinates: [[...places, places[0]]] }, radius: 1000 };
  }

  const placesOf = ({ type, coordinates }) => (type === "Point" ? [coordinates] : type === "Polygon" ? coordinates[0].slice(0, -1) : coordinates).map(([lon, lat]) => `${lon.toFixed(6)},${lat.toFixed(6)}`).join(";");

  /** A sheet in `root`; `mark(features)` shows on the map where one looks. */
  function found(root, lang, mark) {
    const words = WORDS[lang] || WORDS.zh;
    const sheet = make("aside", "map-found", root);
    sheet.hidden = true;
    const head = make("div", "map-found-head", sheet);
    const title = make("strong", "", head);
    const total = make("span", "", head);
    const close = make("button", "", head);
    close.type = "button";
    say(close, "×");
    close.setAttribute("aria-label", words.close);
    const slider = make("input", "", sheet);
    slider.type = "range";
    slider.min = 0;
    slider.max = 1;
    slider.step = 0.01;
    slider.setAttribute("aria-label", words.radius);
    const seen = make("select", "map-found-seen", sheet);
    seen.setAttribute("aria-label", words.seen);
    seen.append(new Option(words.seen_all, ""), ...SEEN_S.map((s) => new Option(`≤ ${s / 60} min`, s)));
    const kinds = make("div", "map-found-kinds", sheet);
    const list = make("div", "map-found-list", sheet);
    let zone = null;
    let open = "";
    let asked = 0;
    let timer = 0;

    async function ask() {
      const turn = ++asked;
      const radius = radiusAt(Number(slider.value));
      const point = zone.type === "Point";
      const line = zone.type === "LineString";
      say(title, point || line ? `${line ? words.along : words.near} ${radius >= 1000 ? `${radius / 1000} km` : `${radius} m`}` : words.area);
      const place = { type: "Feature", geometry: zone, properties: { color: "#35C2E8", width_px: line ? 4 : 2, ...(point ? { kind: "circle", radius_m: radius } : { kind: line ? "line" : "polygon" }) } };
      mark([place]);
      Cockpit.scope?.keep({ zone: noted(zone, radius) });
      const where = point ? { near: placesOf(zone), radius_m: radius } : line ? { along: placesOf(zone), radius_m: radius } : { within: placesOf(zone) };
      const query = new URLSearchParams({ ...where, ...(seen.value ? { seen_s: seen.value } : {}) });
      try {
        const answer = await fetch(`/api/v1/nearby?${query}`, { credentials: "same-origin" });
        const body = await answer.json();
        if (turn === asked && zone) answer.ok ? show(body) : say(total, body.error);
      } catch {
        if (turn === asked) say(total, "—");
      }
    }

    function show({ counts, titles, hits }) {
      const all = Object.entries(counts).filter(([, count]) => count);
      const sum = all.reduce((whole, [, count]) => whole + count, 0);
      say(total, sum ? Cockpit.format.number ? String(sum) : sum : words.none);
      sessionStorage.setItem("selection", JSON.stringify(Object.fromEntries(all.map(([kind]) => [kind, hits[kind].map((hit) => hit.id)]))));
      root.dispatchEvent(new CustomEvent("map-selection", { bubbles: true, detail: { counts, hits } }));
      kinds.replaceChildren(...all.sort((a, b) => b[1] - a[1]).map(([kind, count]) => {
        const row = make("button", "");
        row.type = "button";
        row.dataset.kind = kind;
        say(make("span", "", row), titles[kind]?.[lang] || titles[kind]?.zh || kind);
        say(make("span", "", row), count);
        row.setAttribute("aria-expanded", String(kind === open));
        row.addEventListener("click", () => { open = open === kind ? "" : kind; show({ counts, titles, hits }); });
        return row;
      }));
      list.replaceChildren(...(hits[open] || []).map((hit) => {
        const row = make("button", "");
        row.type = "button";
        say(make("span", "", row), hit.name);
        say(make("span", "", row), hit.distance_m >= 1000 ? `${(hit.distance_m / 1000).toFixed(1)} km` : `${Math.round(hit.distance_m)} m`);
        return row;
      }));
    }

    function stop() {
      clearTimeout(timer);
      zone = null;
      sheet.hidden = true;
      mark([]);
      Cockpit.scope?.keep({ zone: "" });
      sessionStorage.removeItem("selection");
    }

    slider.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
    seen.addEventListener("change", ask);
    close.addEventListener("click", stop);
    // Escape closes it wherever the hand is, before it would go up a region; a sketch, an open menu, a dialog and a field come first.
    const key = (event) => {
      if (event.key !== "Escape" || sheet.hidden || document.querySelector("dialog[open]")) return;
      const at = event.target instanceof Element && !sheet.contains(event.target) ? event.target : null;
      if (at && (at.closest("input, textarea, select, [contenteditable]") || (at.closest(".city-map-tools, .city-map-menu") && root.querySelector(".city-map-menu:not([hidden])")))) return;
      event.preventDefault();
      event.stopPropagation();
      stop();
    };
    document.addEventListener("keydown", key, true);
    for (const kind of ["pointerdown", "wheel"]) sheet.addEventListener(kind, (event) => event.stopPropagation());
    return {
      look(geometry, radius = 1000) {
        zone = geometry;
        slider.value = Math.log(radius / LEAST_M) / Math.log(MOST_M / LEAST_M);
        slider.hidden = geometry.type === "Polygon";
        sheet.hidden = false;
        kinds.replaceChildren();
        list.replaceChildren();
        say(total, "…");
        ask();
      },
      stop,
      remove: () => document.removeEventListener("keydown", key, true),
    };
  }

  Cockpit.mapFound = found;
  Cockpit.mapFound.told = told;
})();
