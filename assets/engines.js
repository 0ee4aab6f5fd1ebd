// The large scripts some panels draw with. Each keeps the page busy for a second or two: they run once the first numbers stand.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const MOVED_MS = 500; // the first change is waited for so long: numbers that move are what tells a living wall from a picture
  const AGAIN_MS = 3000;

  const engines = [...document.querySelectorAll("meta[name=engine]")];
  const waiting = new Set(engines.map((meta) => meta.dataset.kind));
  let begun = false;
  let go = () => {};
  const numbers = new Promise((resolve) => (go = resolve));

  /** Whether panels of this kind have to wait for their script. */
  const waits = (kind) => waiting.has(kind);

  /** Numbers stand on the page; `moved`: and have changed since. Runs the scripts in turn; `ready(kind)` as one is there. */
  function start(moved, ready) {
    if (moved) go();
    if (begun) return;
    begun = true;
    setTimeout(go, MOVED_MS);
    engines.reduce((before, meta) => before.then(() => engine(meta, ready)), numbers);
  }

  async function engine(meta, ready) {
    await run(meta.content);
    waiting.delete(meta.dataset.kind);
    ready(meta.dataset.kind);
  }

  /** Resolves when the script has run. A server that is away for a moment is asked again: the page may stand for weeks. */
  function run(address) {
    return new Promise((resolve) => {
      const script = document.createElement("script");
      script.src = address;
      script.addEventListener("load", resolve);
      script.addEventListener("error", () => {
        script.remove();
        setTimeout(() => resolve(run(address)), AGAIN_MS);
      });
      document.head.appendChild(script);
    });
  }

  /**
   * Dash runs Plotly, the largest, as soon as it mounts a chart, and gives up after half a minute. What it finds here instead is
   * a promise, for which it waits; the script is run in its turn, and only where there is a chart.
   */
  function charts(meta) {
    let found = () => {};
    const plotly = new Promise((resolve) => (found = resolve));
    const keep = (value) => Object.defineProperty(window, "Plotly", { value, writable: true, configurable: true });
    let asked = false;
    const get = () => {
      if (!asked) numbers.then(() => run(meta.content));
      asked = true;
      return plotly;
    };
    const set = (value) => {
      keep(value);
      found(value);
    };
    Object.defineProperty(window, "Plotly", { get, set, configurable: true });
  }

  const plotly = document.querySelector("meta[name=charts]");
  if (plotly) charts(plotly);
  Cockpit.engines = { waits, start };
})();
