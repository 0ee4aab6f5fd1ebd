// The line to the server. What is done gets its key at once, is kept by the phone, goes out in its order, and is sent again with the
// same key until the server has decided: nothing is lost and nothing happens twice, whatever the connection does.
(() => {
  "use strict";
  const Field = window.Field;
  const FIRST_MS = 400;
  const LAST_MS = 10000;
  const LIMIT_MS = 15000;
  const PHOTO_MS = 60000;
  const listeners = [];
  let queue = []; // as the phone keeps it
  let wait = FIRST_MS;
  let timer = 0;
  let busy = false;
  let again = false;
  let heard = 0;
  let online = navigator.onLine;
  let ahead = 0; // of this phone's clock: the server's

  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const ascii = (value) => JSON.stringify(value).replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const actor = (unit, role = "unit") => ascii({ name: unit, role });
  const tell = () => listeners.forEach((each) => each());

  function note(good) {
    if (good) heard = Date.now();
    if (good === online) return;
    online = good;
    tell();
    if (good) send();
  }

  async function call(path, init, limit = LIMIT_MS) {
    try {
      const answer = await fetch(path, { credentials: "same-origin", signal: AbortSignal.timeout(limit), ...init });
      const body = answer.status === 304 ? null : await answer.json().catch(() => ({}));
      const told = Date.parse(answer.headers.get("date"));
      if (told) ahead = Math.abs(told + 500 - Date.now()) < 1500 ? 0 : told + 500 - Date.now(); // the header knows whole seconds
      note(answer.status < 500);
      return { status: answer.status, ok: answer.ok, body, tag: answer.headers.get("etag") };
    } catch {
      note(false);
      return { status: 0, ok: false, body: {} };
    }
  }

  /** `tag`: of the answer before; the server answers 304 where nothing is new. */
  const get = (path, unit, { role = "unit", tag = "" } = {}) => call(path, { headers: { "cockpit-actor": actor(unit, role), ...(tag ? { "if-none-match": tag } : {}) } });

  /** Keeps something to be done; answers once it is safe on this phone. `key`: given where the same thing may be asked twice. */
  async function post(unit, path, body, { order = "", verb = "", photos = [], key = newKey(), quiet = false } = {}) {
    if (queue.some((one) => one.key === key)) return;
    await Field.keep.add({ key, unit, path, body, order, verb, photos, names: [], quiet, at: Date.now(), state: "waiting" });
    await load();
    send();
  }

  async function load() {
    queue = await Field.keep.all();
    tell();
  }

  async function send() {
    again = true;
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    try {
      while (again) {
        again = false;
        if (navigator.locks) await navigator.locks.request("field-line", drain);
        else await drain();
      }
    } finally {
      busy = false;
    }
  }

  /** Sends what waits, the oldest first; stops where the server does not decide. Another tab may have sent some meanwhile. */
  async function drain() {
    await load();
    for (let one = next(); one; one = next()) {
      const done = await sent(one);
      await load();
      if (!done) return later();
    }
  }

  const next = () => queue.find((one) => one.state === "waiting");

  function later() {
    clearTimeout(timer);
    timer = setTimeout(send, wait * (0.5 + Math.random() / 2));
    wait = Math.min(LAST_MS, wait * 1.8);
  }

  /** Whether the server has decided. Photos go first, each once: they are named by what they show. */
  async function sent(one) {
    while (one.names.length < one.photos.length) {
      const photo = one.photos[one.names.length];
      const headers = { "content-type": photo.type, "cockpit-actor": actor(one.unit), "idempotency-key": `${one.key}-${one.names.length}` };
      const answer = await call("/api/v1/attachments", { method: "POST", headers, body: photo }, PHOTO_MS);
      if (undecided(answer)) return false;
      if (!answer.ok) return refused(one, answer);
      one.names.push(answer.body.name);
      await Field.keep.put(one);
    }
    const body = one.names.length ? { ...one.body, attachments: one.names } : one.body;
    const headers = { "content-type": "application/json", "idempotency-key": one.key, "cockpit-actor": actor(one.unit) };
    const answer = await call(one.path, { method: "POST", headers, body: JSON.stringify(body) });
    if (undecided(answer)) return false;
    wait = FIRST_MS;
    if (!answer.ok) return refused(one, answer);
    if (Field.line.settled) await Field.line.settled(one, answer.body);
    await Field.keep.drop(one.id);
    return true;
  }

  const undecided = ({ status, body }) => !status || status >= 500 && status !== 507 || status === 429 || (status === 409 && !body.verbs);

  /** What the server will not have is shown with its words; what nobody has asked for by hand is let go. */
  async function refused(one, { status, body }) {
    wait = FIRST_MS;
    if (one.quiet) await Field.keep.drop(one.id);
    else await Field.keep.put({ ...one, state: "refused", error: body.error || String(status), hint: body.hint || "" });
    return true;
  }

  async function dismiss(id) {
    await Field.keep.drop(id);
    await load();
  }

  async function retry(id) {
    const one = queue.find((each) => each.id === id);
    if (one) await Field.keep.put({ ...one, key: newKey(), state: "waiting" });
    await load();
    send();
  }

  window.addEventListener("online", () => send());
  window.addEventListener("offline", () => note(false));
  document.addEventListener("visibilitychange", () => !document.hidden && send());

  Field.line = {
    get, post, load, send, dismiss, retry, settled: null, onChange: (each) => listeners.push(each),
    queue: () => queue, online: () => online, heard: () => heard, ahead: () => ahead, set heardAt(at) { heard = at; },
  };
})();
