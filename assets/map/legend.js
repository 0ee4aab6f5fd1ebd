// The legend: what is shown (where there is room), least, the steps, most, unit, and what "no data" looks like. Text by textContent only.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});
  const KEPT = 190; // of the map's width, in its own pixels: what the scale at its longest and the margins need
  const CLEAR_PX = 8;
  const WORDS = { zh: "无数据", en: "no data" };

  const part = (parent, name, text) => {
    const element = document.createElement("span");
    element.className = `city-map-${name}`;
    if (text !== undefined) element.textContent = text;
    parent.appendChild(element);
    return element;
  };

  const over = (ground, color, alpha) => color.map((channel, i) => Math.round(ground[i] + (channel - ground[i]) * alpha));

  const swatch = (parent, color, alpha) => {
    const element = part(parent, "swatch");
    element.style.backgroundColor = `rgb(${over(city.areas.GROUND, color, alpha).join(",")})`;
    return element;
  };

  const create = (parent, lang) => {
    // Least, the steps, most; what has no number.
    const steps = (row, choropleth, known, gaps) => {
      if (choropleth.title) part(row, "title", choropleth.title);
      if (known.length) {
        part(row, "edge", number(Math.min(...known), lang, choropleth.decimals));
        choropleth.colors.forEach((color) => swatch(row, color, choropleth.alpha / 255));
        part(row, "edge", number(Math.max(...known), lang, choropleth.decimals));
        if (choropleth.unit && choropleth.unit !== "1") part(row, "unit", choropleth.unit);
      }
      if (!gaps) return;
      part(row, "swatch").classList.add("city-map-swatch-gap");
      part(row, "unit", WORDS[lang] || WORDS.en);
    };

    // What the small and the large marks mean: beside the steps, above them where there is no room for that.
    const told = (row, marks) => marks.forEach(({ text, signs, ...own }) => {
      const one = part(row, "mark");
      for (const { sign, color } of signs || [own]) part(one, "sign", sign).style.color = `rgb(${color.join(",")})`;
      part(one, "unit", text);
    });

    const box = document.createElement("div");
    box.className = "city-map-legend";
    parent.appendChild(box);
    let said = "";
    let foot_px = 0;
    return {
      // `marks`: the live layers that are on, {sign, color, text}, or {signs: [{sign, color}], text}: what the small and the large marks mean.
      // True: it needs another foot than before.
      show(choropleth, marks = [], unit = 1) {
        const known = choropleth ? Object.values(choropleth.values).filter(Number.isFinite) : [];
        const gaps = choropleth && choropleth.codes.some((code) => !Number.isFinite(choropleth.values[code]));
        const now = JSON.stringify([known.length && Math.min(...known), known.length && Math.max(...known), choropleth && choropleth.colors, choropleth && choropleth.unit, choropleth && choropleth.title, gaps, marks, parent.clientWidth, parent.clientHeight, unit]);
        if (now === said) return false;
        said = now;
        box.replaceChildren();
        if (choropleth) steps(part(box, "steps"), choropleth, known, gaps);
        if (marks.length) told(part(box, "marks"), marks);
        const room = parent.clientWidth - KEPT * unit;
        box.classList.remove("city-map-legend-tall", "city-map-legend-narrow");
        if (box.offsetWidth > room) box.classList.add("city-map-legend-tall"); // one below the other: a corner has more room than the edge
        for (const row of [...box.children]) if (row.offsetWidth > room) row.querySelector(".city-map-title")?.remove();
        if ([...box.children].some((row) => row.offsetWidth > room)) box.classList.add("city-map-legend-narrow");
        for (const row of [...box.children]) if (row.offsetWidth > room && row.matches(".city-map-marks")) row.remove();
        const before = foot_px;
        foot_px = box.matches(".city-map-legend-tall") ? parent.clientHeight - box.offsetTop + CLEAR_PX : 0;
        return foot_px !== before;
      },
      // How much of the map's lower edge it covers, in pixels, where it is more than one line: the margin holds one.
      foot: () => foot_px,
      remove: () => box.remove(),
    };
  };

  // `decimals` as the indicator says; without it three digits that count.
  const number = (value, lang, decimals) => {
    if (!Number.isFinite(value)) return "—";
    const digits = Number.isInteger(decimals) ? { minimumFractionDigits: decimals, maximumFractionDigits: decimals } : { maximumSignificantDigits: 3 };
    return new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en", digits).format(value);
  };

  const figure = (value, { unit, decimals }, lang) => number(value, lang, decimals) + (Number.isFinite(value) && unit && unit !== "1" ? ` ${unit}` : "");

  city.legend = { create, number, figure };
})();
