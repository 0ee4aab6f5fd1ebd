// The still parts of a trend: three hairlines, times, bands of the limits, the dashed target, and the word on yesterday's line.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});

  function layout(props, parts, ctx) {
    const style = getComputedStyle(parts.root);
    const token = (name) => style.getPropertyValue(name).trim();
    const u = Cockpit.trendUnit(parts.root);
    const small = 16 * u;
    const { low, high } = parts.axis;
    const room = (high - low) * 0.06;
    const box = parts.root.getBoundingClientRect();
    const lines = Cockpit.axis.ticks(parts.axis);
    const times = Cockpit.axis.times(props.from_ms, props.to_ms, props.zone, ctx.lang, Math.max(2, Math.floor(box.width / (110 * u))));
    const labels = lines.map((value) => Cockpit.format.parts(value, { unit: "1", decimals: decimals(parts.axis.step), lang: ctx.lang }));
    const words = labels.map(({ text, unit }) => text + unit);
    const left = (Math.max(...words.map((word) => word.length)) * 0.6 + 0.9) * small;
    const right = seen(props, parts.axis) ? letters(targetText(props, ctx.lang)) * small + 8 * u : 10 * u;
    const margin = { l: left, r: right, t: 10 * u, b: small * 1.7 };
    const plot = { ...inner(parts, margin), top: high + room, bottom: low - room };
    return {
      font: { family: style.fontFamily, size: small, color: token("--quiet") },
      margin: { ...margin, pad: 0, autoexpand: false },
      xaxis: {
        type: "linear", visible: true, fixedrange: true, range: [props.from_ms, props.to_ms],
        showgrid: false, zeroline: false, showline: false, ticks: "",
        tickmode: "array", tickvals: times.map(([at]) => at), ticktext: times.map(([, label]) => label),
        tickfont: { size: small, color: token("--quiet") }, tickangle: 0, automargin: false,
      },
      yaxis: {
        visible: true, fixedrange: true, range: [low - room, high + room], zeroline: false, showline: false,
        showgrid: true, gridcolor: token("--hairline"), gridwidth: 1, ticks: "",
        tickmode: "array", tickvals: lines, ticktext: words, tickfont: { size: small, color: token("--quiet") }, automargin: false,
      },
      shapes: [...bands(props, parts.axis, token), ...target(props, parts.axis, token, u)],
      annotations: [...earlier(props, parts, plot, token, small, ctx.lang), ...aim(props, parts.axis, token, small, ctx.lang)],
    };
  }

  /** How many pixels the lines have within the margins. */
  function inner(parts, { l, r, t, b }) {
    const box = (parts.root.querySelector(".trend-chart") || parts.root).getBoundingClientRect();
    return { width: box.width - l - r, height: box.height - t - b };
  }

  function decimals(step) {
    return step >= 1 && Number.isInteger(step) ? 0 : Math.min(3, Math.max(1, -Math.floor(Math.log10(step))));
  }

  function bands(props, { low, high }, token) {
    return (props.bands || [])
      .map((band) => ({ light: band.light, from: band.from ?? low - (high - low), to: band.to ?? high + (high - low) }))
      .filter((band) => band.from < high && band.to > low)
      .map((band) => ({
        type: "rect", layer: "below", xref: "paper", x0: 0, x1: 1, yref: "y", line: { width: 0 },
        y0: Math.max(Math.min(band.from, band.to), low), y1: Math.min(Math.max(band.from, band.to), high + (high - low) * 0.06),
        fillcolor: token(`--${band.light}`), opacity: 0.07,
      }));
  }

  function seen(props, { low, high }) {
    return props.target !== null && props.target !== undefined && props.target >= low && props.target <= high;
  }

  function target(props, axis, token, u) {
    if (!seen(props, axis)) return [];
    return [{
      type: "line", layer: "below", xref: "paper", x0: 0, x1: 1, yref: "y", y0: props.target, y1: props.target,
      line: { color: token("--second"), width: u, dash: "dash" },
    }];
  }

  const targetText = (props, lang) => Cockpit.format.aim(props, lang, true);

  /** About how wide a text is, in its own height. */
  const letters = (text) => [...text].reduce((sum, letter) => sum + (letter > "\u2E7F" ? 1 : 0.58), 0);

  /** The target's name stands in the right margin, where no line runs. */
  function aim(props, axis, token, small, lang) {
    if (!seen(props, axis)) return [];
    return [{
      xref: "paper", x: 1, xanchor: "left", yref: "y", y: props.target, yanchor: "middle", showarrow: false, xshift: 4,
      text: targetText(props, lang), font: { size: small, color: token("--second") }, borderpad: 0,
    }];
  }

  /** The name of the thin line, where neither line runs through it. */
  function earlier(props, parts, plot, token, small, lang) {
    const text = Cockpit.word(props.window === "yesterday" || props.window.includes("/") ? "line_day_before" : "line_yesterday", lang);
    const side = (parts.side = Cockpit.trendName.place(props, plot, { width: (letters(text) + 0.4) * small, height: small * 1.15 }, parts.side));
    if (!side) return [];
    return [{
      xref: "x", x: props.from_ms + (side.i + 0.5) * props.step_s * 1000, yref: "y", y: props.before[side.i], showarrow: false,
      yanchor: "middle", yshift: side.up, text, font: { size: small, color: token("--quiet") },
    }];
  }

  Cockpit.trendLayout = layout;
})();
