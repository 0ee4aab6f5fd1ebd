// The panel `number`.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark, light, run } = Cockpit.dom;

  function build(root) {
    const line = make("div", "number-line", root);
    const parts = {
      root,
      value: make("span", "number-value", line),
      unit: make("span", "number-unit", line),
      light: make("span", "light", root),
      change: make("span", "change", root),
      target: make("span", "change-target", root),
      spark: Cockpit.spark.build(root),
      shown: null,
      stop: () => {},
    };
    parts.delta = make("b", "", parts.change);
    parts.against = make("span", "", parts.change);
    return parts;
  }

  function paint(parts, props, ctx) {
    const told = { unit: props.unit, decimals: props.decimals, lang: ctx.lang };
    const value = props.value ?? null;
    parts.stop();
    parts.stop = run(ctx.jump ? null : parts.shown, value, (step) => {
      parts.shown = step;
      say(parts.value, Cockpit.format.parts(step, told).text);
    });
    say(parts.unit, Cockpit.format.parts(value, told).unit);
    mark(parts.root, "data-light", props.light);
    mark(parts.root, "data-missing", value === null ? "" : null);
    light(parts.light, props.light, ctx.lang);
    paintChange(parts, props, ctx.lang);
    parts.spark.svg.style.display = props.spark ? "" : "none";
    Cockpit.spark.paint(parts.spark, props.spark);
  }

  function paintChange(parts, props, lang) {
    const change = props.change;
    const why = props.why || (change && change.why);
    const words = why || !change ? "" : amount(change, props, lang);
    mark(parts.change, "data-good", change && !why && words !== Cockpit.word("unchanged", lang) ? change.good : null);
    say(parts.delta, words);
    say(parts.against, why ? Cockpit.word(why, lang) : change ? ` ${Cockpit.word(change.against, lang)}` : "");
    say(parts.target, Cockpit.format.aim(props, lang));
  }

  /** ▲ 12 %: relative, but in points for shares and in the unit where there was nothing before. */
  function amount(change, props, lang) {
    const { delta, then } = change;
    const arrow = delta > 0 ? "▲" : "▼";
    const size = Math.abs(delta);
    if (props.unit === "%") return size < 0.05 ? Cockpit.word("unchanged", lang) : `${arrow} ${Cockpit.format.decimal(size, 1, lang)} ${Cockpit.word("points", lang)}`;
    if (delta === 0) return Cockpit.word("unchanged", lang);
    if (!then) return `${arrow} ${Cockpit.format.whole(size, { unit: props.unit, decimals: props.decimals, lang })}`;
    const share = (size / Math.abs(then)) * 100;
    return share < 0.5 ? Cockpit.word("unchanged", lang) : `${arrow} ${Cockpit.format.decimal(share, 0, lang)} %`;
  }

  const lights = (props, ctx) => [{
    light: props.light, indicator: props.indicator, title: props.title,
    text: Cockpit.format.whole(props.value, { unit: props.unit, decimals: props.decimals, lang: ctx.lang }),
  }];

  Cockpit.define("number", { body: "number", build, paint, lights, drop: (parts) => parts.stop() });
})();
