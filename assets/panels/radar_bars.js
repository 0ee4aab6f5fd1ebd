// One or two axes make no shape: each becomes a row with its bar, what it is held against as a stroke across it, and the target dashed.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, mark } = Cockpit.dom;
  const LEAST = 3;

  /** Whether these axes are drawn as bars; lays the rows of `parts` out so, or takes their bars away again. */
  Cockpit.radarBars = (parts, props) => {
    const few = props.axes.length < LEAST;
    mark(parts.root, "data-bars", few ? "" : null);
    for (const axis of parts.axes) {
      if (!few && axis.track) {
        axis.track.remove();
        axis.track = null;
      }
      if (few) axis.label.removeAttribute("style");
    }
    if (few) props.axes.forEach((axis, i) => bar(parts.axes[i], axis, props));
    return few;
  };

  function bar(axis, wanted, { top, target }) {
    const share = (value) => `${Math.max(0, Math.min(100, (value / top) * 100)).toFixed(1)}%`;
    if (!axis.track) {
      axis.track = make("span", "radar-track", axis.label);
      axis.bar = make("i", "radar-bar", axis.track);
      axis.aim = make("i", "radar-aim", axis.track);
      axis.other = make("i", "radar-other", axis.track);
    }
    for (const [node, value, side] of [[axis.bar, wanted.score, "width"], [axis.aim, target, "left"], [axis.other, wanted.against, "left"]]) {
      node.hidden = value === null || value === undefined;
      if (!node.hidden) Cockpit.style(node, side, share(value));
    }
  }
})();
