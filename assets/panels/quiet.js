// One quiet line in the place of a panel's content: why there is nothing to show.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark } = Cockpit.dom;

  /** Shows the word for `why` at the foot of the parts' root, or takes the line away where there is none. */
  Cockpit.quiet = (parts, why, ctx) => {
    mark(parts.root, "data-quiet", why ? "" : null);
    if (!why) {
      if (parts.quiet) parts.quiet.remove();
      parts.quiet = null;
      return;
    }
    parts.quiet = parts.quiet || make("div", "quiet", parts.root);
    say(parts.quiet, `${Cockpit.format.MISSING} ${Cockpit.word(why, ctx.lang)}`);
  };

  /** Sets a style property only when it differs. */
  Cockpit.style = (node, name, value) => {
    if (node.style.getPropertyValue(name) !== value) node.style.setProperty(name, value);
  };
})();
