// The panel `bullet`: a row each: name and value, and a scale with the bands of the limits, the value's bar and the target.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark, run } = Cockpit.dom;

  const build = (root) => ({ root, rows: [] });

  function newRow(parts) {
    const node = make("button", "bullet", parts.root);
    node.type = "button";
    const row = { node, name: make("span", "bullet-name", node), shown: null, stop: () => {}, bands: [] };
    const value = make("span", "bullet-value", node);
    row.mark = make("i", "mark", value);
    row.value = make("b", "", value);
    row.unit = make("small", "", value);
    row.track = make("span", "bullet-track", node);
    row.bar = make("i", "bullet-bar", row.track);
    row.target = make("i", "bullet-target", row.track);
    node.addEventListener("click", () => parts.ctx.go({ indicator: row.indicator }));
    parts.rows.push(row);
    return row;
  }

  function paint(parts, props, ctx) {
    parts.ctx = ctx;
    while (parts.rows.length > props.rows.length) parts.rows.pop().node.remove();
    props.rows.forEach((wanted, i) => fill(parts.rows[i] || newRow(parts), wanted, ctx));
    Cockpit.style(parts.root, "--rows", String(props.rows.length));
  }

  function fill(row, wanted, ctx) {
    const told = { unit: wanted.unit, decimals: wanted.decimals, lang: ctx.lang };
    const abnormal = wanted.light === "watch" || wanted.light === "alarm";
    const place = (value) => `${Math.max(0, Math.min(100, ((value - wanted.low) / (wanted.high - wanted.low || 1)) * 100))}%`;
    row.indicator = wanted.indicator;
    say(row.name, wanted.title);
    row.stop();
    row.stop = run(ctx.jump ? null : row.shown, wanted.value ?? null, (step) => {
      row.shown = step;
      say(row.value, Cockpit.format.parts(step, told).text);
    });
    say(row.unit, wanted.value === null ? "" : Cockpit.format.parts(wanted.value, told).unit);
    row.mark.hidden = !abnormal;
    row.mark.className = `mark mark-${wanted.light}`;
    mark(row.node, "data-light", abnormal ? wanted.light : null);
    mark(row.node, "data-missing", wanted.value === null ? "" : null);
    mark(row.node, "title", wanted.why ? Cockpit.word(wanted.why, ctx.lang) : null);
    bands(row, wanted, place);
    row.bar.hidden = wanted.value === null;
    if (wanted.value !== null) Cockpit.style(row.bar, "width", place(wanted.value));
    mark(row.track, "data-cut", wanted.low > 0 ? "" : null);
    row.target.hidden = wanted.target === null;
    if (wanted.target !== null) Cockpit.style(row.target, "left", place(wanted.target));
    const aim = wanted.target === null ? "" : `, ${Cockpit.word("target", ctx.lang)} ${Cockpit.format.whole(wanted.target, told)}`;
    const word = wanted.light ? `, ${Cockpit.word(wanted.light, ctx.lang)}` : "";
    mark(row.node, "aria-label", `${wanted.title} ${Cockpit.format.whole(wanted.value, told)}${aim}${word}`);
  }

  function bands(row, wanted, place) {
    while (row.bands.length > wanted.bands.length) row.bands.pop().remove();
    wanted.bands.forEach((band, i) => {
      const node = row.bands[i] || (row.bands[i] = row.track.insertBefore(make("i", "bullet-band"), row.bar));
      mark(node, "data-light", band.light);
      Cockpit.style(node, "left", place(band.from));
      Cockpit.style(node, "right", `${100 - parseFloat(place(band.to))}%`);
    });
  }

  const lights = (props, ctx) => props.rows.map((row) => ({
    light: row.light, indicator: row.indicator, title: row.title,
    text: Cockpit.format.whole(row.value, { unit: row.unit, decimals: row.decimals, lang: ctx.lang }),
  }));

  Cockpit.define("bullet", { body: "bullets", build, paint, lights, drop: (parts) => parts.rows.forEach((row) => row.stop()) });
})();
