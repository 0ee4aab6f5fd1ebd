// The line to the server: connects for ever, says which view it wants, and hands on what comes. Any message is a sign of life.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const SILENT_MS = 6000; // a heartbeat comes every 5 s: one that is a second late means that the server has stopped
  const GONE_MS = 1500;
  const FIRST_WAIT_MS = 500;
  const LAST_WAIT_MS = 5000;
  const CALM_MS = 5000;
  const AGAIN_MS = 60000;

  let socket = null;
  let had = { epoch: null, seq: null };
  let wait = FIRST_WAIT_MS;
  let timer = 0;
  let heard = Date.now();
  let last = Date.now(); // when something last came: `heard` begins anew with each try
  let gone = Date.now();
  let watched = Date.now();
  let silent = false;
  let mounted = false;
  let outdated = 0;
  let touched = 0;
  let changed = 0;
  let marks = 0;
  const early = [];
  const offsets = [];

  /** The server's time. A message can only be late, never early: the largest difference of the last few is the truest. */
  const now = () => Date.now() + (offsets.length ? Math.max(...offsets) : 0);

  function note(at) {
    offsets.push(at - Date.now());
    if (offsets.length > 8) offsets.shift();
  }

  const open = () => socket !== null && socket.readyState === WebSocket.OPEN;
  const isLost = () => silent || Boolean(gone && Date.now() - gone > GONE_MS);

  /** When the server was last heard, on its own clock; null while it is. */
  const lostSince = () => (isLost() ? last + now() - Date.now() : null);

  function connect() {
    clearTimeout(timer);
    timer = 0;
    heard = Date.now();
    const own = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`);
    socket = own;
    own.binaryType = "arraybuffer";
    own.onopen = hello;
    own.onmessage = (event) => {
      heard = last = Date.now();
      silent = false;
      if (mounted) hear(event.data);
      else early.push(event.data);
    };
    own.onclose = () => own === socket && again();
  }

  /** Tries again after a wait that grows, never the same for two screens. */
  function again() {
    socket = null;
    gone = gone || Date.now();
    if (timer) return;
    timer = setTimeout(connect, wait * (0.5 + Math.random() / 2));
    wait = Math.min(LAST_WAIT_MS, wait * 1.7);
  }

  function drop() {
    const old = socket;
    socket = null;
    if (old) old.close();
    again();
  }

  function hello() {
    if (open()) socket.send(JSON.stringify({ type: "hello", board: Cockpit.scope.board(), query: Cockpit.scope.query(), ...had }));
  }

  function hear(data) {
    if (typeof data !== "string") {
      Cockpit.board.frame(data);
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "error") {
      Cockpit.notice(message.message);
      return;
    }
    wait = FIRST_WAIT_MS;
    gone = 0;
    note(message.at_ms);
    if (message.marks && message.marks !== marks) {
      marks = message.marks;
      document.dispatchEvent(new CustomEvent("marks-changed")); // somebody has drawn on the map
    }
    if (message.type === "heartbeat") Cockpit.board.tick();
    else take(message);
  }

  /** A snapshot replaces all; a delta of another picture than ours is of no use: then all is asked for again. */
  function take(message) {
    const whole = message.type === "snapshot";
    if (!whole && message.epoch !== had.epoch) {
      if (had.epoch !== null) forget(); // else a snapshot has been asked for, and this is still of the view before
      return;
    }
    had = { epoch: message.epoch, seq: message.seq };
    changed = Date.now();
    if (whole) {
      if (message.scope.page !== document.getElementById("app").dataset.page) outdated = outdated || Date.now() + Math.random() * 3000;
      Cockpit.notice("");
      Cockpit.scope.show(message.scope);
    }
    Cockpit.board.apply(message.panels, whole);
  }

  function forget() {
    had = { epoch: null, seq: null };
    hello();
  }

  /** Another scope: what stands on the screen is of the place before, and says so until the new picture comes. */
  function turn() {
    Cockpit.board.await();
    forget();
  }

  /**
   * The board is another one than this page was made for: it is loaded anew, at a moment when nobody is at it, not all screens at
   * once, and no page more often than once a minute. Until then it goes on with the panels it has.
   */
  function renew() {
    if (!outdated || Date.now() < outdated || Date.now() - touched < CALM_MS || document.querySelector("dialog[open]")) return;
    if (!Cockpit.wall.quiet(outdated, changed)) return;
    if (Date.now() - Number(sessionStorage.getItem("renewed") || 0) < AGAIN_MS) return;
    sessionStorage.setItem("renewed", String(Date.now()));
    Cockpit.wall.reload();
  }

  /**
   * Gives up a silent line; it stays lost until something is heard on another one.
   * Where this very timer came late the screen was busy, not the line: what came waits to be heard.
   */
  function watch() {
    renew();
    const late = Date.now() - watched > 1500;
    watched = Date.now();
    if (late || !socket || Date.now() - heard <= SILENT_MS) return;
    silent = true;
    drop();
    if (mounted) Cockpit.board.tick();
  }

  /** The panels are mounted by Dash; messages that came before are kept until then. */
  function begin() {
    if (mounted || !Cockpit.board.mount(isLost)) return;
    mounted = true;
    observer.disconnect();
    for (const data of early.splice(0)) hear(data);
  }

  const observer = new MutationObserver(begin);
  Cockpit.live = { now, isLost, lostSince, open, have: () => had };
  Cockpit.scope.onChange(turn);
  observer.observe(document.body, { childList: true, subtree: true });
  for (const kind of ["pointerdown", "keydown", "wheel"]) window.addEventListener(kind, () => (touched = Date.now()), { passive: true });
  window.addEventListener("online", () => !open() && timer && connect());
  setInterval(watch, 500);
  connect();
  begin();
})();
