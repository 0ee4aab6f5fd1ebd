// The panel `trend`: a Plotly figure that is mounted once by the page and from then on only changed.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark, light, run } = Cockpit.dom;

  function build(root, ctx, el) {
    const head = root.querySelector(".trend-head") || make("div", "trend-head", root);
    const parts = {
      root, head, el, axis: null, sent: "", side: null, waiting: 0, shown: null, stop: () => {},
      now: make("span", "trend-now", head), unit: make("span", "trend-unit", head), light: make("span", "light", head),
    };
    parts.watch = new ResizeObserver(() => { parts.sent = ""; if (parts.last) chart(parts, ...parts.last); });
    parts.watch.observe(root);
    return parts;
  }

  function paint(parts, props, ctx) {
    const told = { unit: props.unit, decimals: props.decimals, lang: ctx.lang };
    parts.stop();
    parts.stop = run(ctx.jump ? null : parts.shown, props.now ?? null, (step) => {
      parts.shown = step;
      say(parts.now, Cockpit.format.parts(step, told).text);
    });
    say(parts.unit, props.why ? Cockpit.word(props.why, ctx.lang) : Cockpit.format.parts(props.now, told).unit);
    mark(parts.head, "data-light", props.light);
    light(parts.light, props.light, ctx.lang);
    chart(parts, props, ctx);
  }

  /** The figure appears when the page's chart library has come; until then the newest props wait. */
  function chart(parts, props, ctx) {
    parts.last = [props, ctx];
    const figure = parts.root.querySelector(".js-plotly-plot");
    if (!figure || !figure.data || !figure._fullLayout) {
      clearTimeout(parts.waiting);
      if (parts.root.isConnected) parts.waiting = setTimeout(() => chart(parts, ...parts.last), 100);
      return;
    }
    const values = [...props.values, ...(props.before || [])].filter((value) => value !== null);
    parts.axis = Cockpit.axis.settled(parts.axis, reach(values, props));
    const traces = data(props);
    const layout = Cockpit.trendLayout(props, parts, ctx);
    const wanted = JSON.stringify([traces, layout]);
    if (wanted === parts.sent) return;
    parts.sent = wanted;
    window.Plotly.update(figure, styled(traces, props, parts), layout, [0, 1, 2]);
  }

  /** The target belongs on the axis when it is near; a far one would flatten the line. */
  function reach(values, props) {
    if (!values.length || props.target === null || props.target === undefined) return values;
    const high = Math.max(...values);
    const low = Math.min(...values);
    const room = Math.max(high - low, Math.abs(high) * 0.2);
    return props.target <= high + room && props.target >= low - room ? [...values, props.target] : values;
  }

  function data(props) {
    const at = (i) => props.from_ms + (i + 0.5) * props.step_s * 1000;
    const last = props.values.length - 1 - [...props.values].reverse().findIndex((value) => value !== null);
    const any = props.values.some((value) => value !== null);
    const before = props.before || [];
    return {
      x: [before.map((_, i) => at(i)), props.values.map((_, i) => at(i)), any ? [at(last)] : []],
      y: [before, props.values, any ? [props.values[last]] : []],
    };
  }

  function styled(traces, props, parts) {
    const style = getComputedStyle(parts.root);
    const token = (name) => style.getPropertyValue(name).trim();
    const u = unit(parts.root);
    const strong = props.light && props.light !== "fine" ? token(`--${props.light}`) : token("--text");
    return {
      ...traces,
      "line.color": [token("--third"), token("--text"), strong],
      "line.width": [1.25 * u, 2.5 * u, 0],
      "line.shape": ["linear", "linear", "linear"],
      "marker.color": [strong, strong, strong],
      "marker.size": [1, 1, 9 * u],
    };
  }

  /** A sixteenth of the least type size, in pixels: what lines and margins are measured in. */
  function unit(root) {
    return parseFloat(getComputedStyle(root.querySelector(".trend-chart") || root).fontSize) / 16 || 1;
  }

  const lights = (props, ctx) => [{
    light: props.light, indicator: props.indicator, title: props.title,
    text: Cockpit.format.whole(props.now, { unit: props.unit, decimals: props.decimals, lang: ctx.lang }),
  }];

  function drop(parts) {
    parts.stop();
    parts.watch.disconnect();
    clearTimeout(parts.waiting);
  }

  Cockpit.trendUnit = unit;
  Cockpit.define("trend", { body: "trend", build, paint, lights, drop });
})();
