// A wall nobody touches: its picture moves by a pixel or two, its screen never sleeps, and a new version waits for a quiet moment.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const SHIFT_MS = 180000;
  const RING = [[0, 0], [1, 0], [2, 0], [2, 1], [2, 2], [1, 2], [0, 2], [0, 1]];
  const STILL_MS = 10000;
  const NEW_MS = 60000;
  const LONGEST_MS = 300000;

  let place = 0;
  let alarm = { words: "", since: 0 };
  let lock = null;

  const isWall = () => document.documentElement.dataset.screen === "wall";

  /** Laid out, never transformed: a transform on a map would break its clicks. */
  function shift() {
    place = (place + 1) % RING.length;
    const [x, y] = RING[place];
    const { style } = document.documentElement;
    style.setProperty("--shift-x", `${x}px`);
    style.setProperty("--shift-y", `${y}px`);
  }

  /** Since when the header has said this alarm; 0 where there is none. */
  function alarmed(now) {
    const state = document.querySelector("#app .city-state");
    const words = state && state.dataset.light === "alarm" ? state.textContent.replace(/[\d.,]+/g, "") : "";
    if (words !== alarm.words) alarm = { words, since: words ? now : 0 };
    return alarm.since;
  }

  /**
   * Whether a page that is outdated since `since` may be loaded anew: nobody reads a new alarm just now, and nothing has changed
   * for a while, or a city that never rests has been waited for long enough. Times in ms of this machine; `changed`: the last change.
   */
  function quiet(since, changed, now = Date.now()) {
    if (!isWall()) return true;
    const fresh = alarmed(now);
    if (fresh && now - fresh < NEW_MS && now - since < 3 * LONGEST_MS) return false;
    return now - changed >= STILL_MS || now - since >= LONGEST_MS;
  }

  /** Loads the page anew, once the server has shown that it can serve it: a browser's own error page has nobody to press reload. */
  async function reload() {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.ok) location.reload();
    } catch {
      // the server is away again: the page goes on with what it has, and the next snapshot says whether it is outdated
    }
  }

  /** Asks the machine to keep its screen on; it forgets that whenever the page was hidden. */
  async function stayAwake() {
    if (!isWall() || lock || document.hidden || !navigator.wakeLock) return;
    try {
      lock = await navigator.wakeLock.request("screen");
      lock.addEventListener("release", () => (lock = null));
    } catch {
      lock = null; // the machine does not allow it, as one that runs on its battery
    }
  }

  setInterval(() => isWall() && shift(), SHIFT_MS);
  setInterval(() => alarmed(Date.now()), 1000);
  document.addEventListener("visibilitychange", stayAwake);
  stayAwake();

  Cockpit.wall = { isWall, shift, quiet, reload };
})();
