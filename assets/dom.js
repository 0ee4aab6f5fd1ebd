// Making and changing elements. Text only ever becomes text: nothing here reads markup.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const SVG = "http://www.w3.org/2000/svg";

  function make(tag, className, parent) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (parent) parent.appendChild(node);
    return node;
  }

  function makeSvg(tag, className, parent) {
    const node = document.createElementNS(SVG, tag);
    if (className) node.setAttribute("class", className);
    if (parent) parent.appendChild(node);
    return node;
  }

  /** Sets the text only when it differs: an untouched node costs no layout. */
  function say(node, text) {
    const wanted = text === null || text === undefined ? "" : String(text);
    if (node.textContent !== wanted) node.textContent = wanted;
  }

  /** Sets or removes an attribute (null removes; false is a value). */
  function mark(node, name, value) {
    if (value === null || value === undefined) node.removeAttribute(name);
    else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  }

  /** A light: shape, colour and word; hidden where nothing was judged. `data-was`: the word for when the value is out of date. */
  function light(node, name, lang) {
    node.hidden = !name;
    mark(node, "data-light", name);
    if (!name) return;
    if (!node.firstChild) {
      make("i", "mark", node).setAttribute("aria-hidden", "true");
      make("span", "", node);
    }
    const shape = `mark mark-${name}`;
    if (node.firstChild.className !== shape) node.firstChild.className = shape;
    say(node.lastChild, Cockpit.word(name, lang));
    mark(node, "data-was", Cockpit.word(`was_${name}`, lang));
  }

  const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  /** Runs a number from where it stands to `to` in 300 ms, ease-out, painting each step; answers a function that stops it. */
  function run(from, to, paint) {
    if (from === null || to === null || from === to || still() || document.hidden) {
      paint(to);
      return () => {};
    }
    const begin = performance.now();
    let request = requestAnimationFrame(function step(time) {
      const part = Math.min(1, Math.max(0, (time - begin) / 300));
      paint(part === 1 ? to : from + (to - from) * (1 - (1 - part) ** 3));
      request = part < 1 ? requestAnimationFrame(step) : 0;
    });
    return () => cancelAnimationFrame(request);
  }

  Cockpit.dom = { make, makeSvg, say, mark, light, run, still };
})();
