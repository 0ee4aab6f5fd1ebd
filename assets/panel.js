// What every kind of panel shares: the place of its body, the notice when something is wrong, and the report to the header.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, mark, say } = Cockpit.dom;
  Cockpit.panels = Cockpit.panels || {};

  /** Why a panel has nothing good to show, in words: `[kind, text]` or null. */
  function trouble(props, lang) {
    const fresh = props.fresh || {};
    if (fresh.status === "broken") return ["broken", fresh.reason || Cockpit.word("broken", lang)];
    if (fresh.status === "missing") return ["missing", fresh.reason || Cockpit.word("no_data_ever", lang)];
    if (fresh.status === "dead" && fresh.reason) return ["dead", fresh.reason];
    return null;
  }

  function notice(el, props, lang) {
    const found = trouble(props, lang);
    let node = el.querySelector(":scope > .notice");
    if (!found) {
      if (node) node.remove();
      return;
    }
    node = node || make("div", "notice", el);
    mark(node, "data-kind", found[0]);
    say(node, found[1]);
  }

  /** What is wrong with a panel that could not be drawn even once. */
  Cockpit.undrawn = (el, props, lang) => notice(el, props, lang);

  /**
   * A kind of panel: `body` is the class of its layout's element, `build(root, ctx)` makes its parts once,
   * `paint(parts, props, ctx, changed)` shows the props. What build answers is kept per element and given back to paint.
   */
  Cockpit.define = (name, { body, build, paint, lights, drop }) => {
    const held = new WeakMap();
    const panel = {
      mount(el, ctx) {
        const root = el.querySelector(`.${body}`) || make("div", body, el);
        held.set(el, build(root, ctx, el));
      },
      update(el, props, changed, ctx) {
        if (!held.has(el)) panel.mount(el, ctx);
        notice(el, props, ctx.lang);
        paint(held.get(el), props, ctx, changed || Object.keys(props));
        if (lights) Cockpit.state.report(el, lights(props, ctx), ctx);
      },
      unmount(el) {
        if (drop && held.has(el)) drop(held.get(el));
        held.delete(el);
        if (Cockpit.state) Cockpit.state.forget(el);
      },
      parts: (el) => held.get(el),
    };
    Cockpit.panels[name] = panel;
    return panel;
  };
})();
