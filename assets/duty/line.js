// The line to the server. What is asked may fail; what is done is never lost: it gets its key at once, is kept by the browser,
// goes out in its order, and is sent again with the same key until the server has answered.
(() => {
  "use strict";
  const Duty = window.Duty;
  const KEPT = "duty-queue";
  const FIRST_MS = 500;
  const LAST_MS = 15000;
  const LIMIT_MS = 20000; // an answer that takes longer is taken for a broken line
  const LOOK_LIMIT_MS = 5000; // whoever looks must know by then that what stands there is old
  const listeners = [];
  const waiting = new Map(); // key → what waits for the answer, in this tab
  let wait = FIRST_MS;
  let timer = 0;
  let busy = false;

  function queue() {
    try {
      return JSON.parse(localStorage.getItem(KEPT)) || [];
    } catch {
      return [];
    }
  }

  function keep(change) {
    const next = change(queue());
    localStorage.setItem(KEPT, JSON.stringify(next));
    listeners.forEach((tell) => tell(next));
  }

  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  async function call(path, init, limit_ms = LIMIT_MS) {
    const giveUp = AbortSignal.timeout ? AbortSignal.timeout(limit_ms) : undefined;
    const answer = await fetch(path, { credentials: "same-origin", signal: giveUp, ...init });
    const body = answer.status === 304 ? null : answer.ok ? await answer.json() : await answer.json().catch(() => ({})); // half an answer is none
    return { status: answer.status, ok: answer.ok, body, tag: answer.headers.get("etag") || "" };
  }

  /** What a GET answers: `{status, ok, body, tag}`. Throws where there is no answer at all. */
  const get = (path, tag = "", limit_ms = LIMIT_MS) => call(path, { headers: { "cockpit-actor": Duty.actor.header(), ...(tag ? { "if-none-match": tag } : {}) } }, limit_ms);

  /**
   * Does something: at once when the line is good, else as soon as it is. Answers a promise of `{ok, status, body, key}`, kept only for as
   * long as this page lives. `about`: the incident it concerns; `then`: what follows with the answer's number in place of `{number}`.
   */
  function post(path, body, { words, about = "", then = null } = {}) {
    const one = { key: newKey(), path, body: body ?? {}, actor: Duty.actor.now(), words, about, then, at: Date.now(), state: "waiting" };
    const promise = new Promise((answer) => waiting.set(one.key, answer));
    keep((all) => [...all, one]);
    send();
    return promise;
  }

  const next = () => queue().find((one) => one.state === "waiting");

  async function send() {
    if (busy || !next()) return;
    busy = true;
    clearTimeout(timer);
    try {
      if (navigator.locks) await navigator.locks.request("duty-line", { ifAvailable: true }, (mine) => (mine ? drain() : later()));
      else await drain();
    } finally {
      busy = false;
    }
  }

  async function drain() {
    for (let one = next(); one; one = next()) {
      if (!(await sent(one))) return;
    }
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(send, wait * (0.5 + Math.random() / 2));
    wait = Math.min(LAST_MS, wait * 1.8);
  }

  /** Whether the server has decided; else it is tried again after a while. */
  async function sent(one) {
    let answer;
    try {
      answer = await call(one.path, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": one.key, "cockpit-actor": Duty.actor.header(one.actor) },
        body: JSON.stringify(one.body),
      });
    } catch {
      answer = { status: 0 };
    }
    const running = answer.status === 409 && !answer.body.verbs;
    if (!answer.status || answer.status >= 500 || answer.status === 429 || running) {
      keep((all) => all.map((each) => (each.key === one.key ? { ...each, tries: (each.tries || 0) + 1 } : each)));
      later();
      return false;
    }
    wait = FIRST_MS;
    settle(one, answer);
    return true;
  }

  function settle(one, { ok, status, body }) {
    const refused = { ...one, state: "refused", error: body.error || String(status), hint: body.hint || "", verbs: body.verbs || null };
    keep((all) => (ok ? all.filter(({ key }) => key !== one.key) : all.map((each) => (each.key === one.key ? refused : each))));
    if (ok && one.then) {
      const { path, body: said, words } = one.then;
      post(path.replace("{number}", encodeURIComponent(body.number)), said, { words, about: one.about });
    }
    const heard = waiting.get(one.key);
    waiting.delete(one.key);
    Duty.line.settled?.(ok ? one : refused, { ok, status, body });
    heard?.({ ok, status, body, key: one.key });
  }

  const dismiss = (key) => keep((all) => all.filter((one) => one.key !== key));

  window.addEventListener("storage", (event) => event.key === KEPT && listeners.forEach((tell) => tell(queue())));
  window.addEventListener("online", send);
  document.addEventListener("visibilitychange", () => !document.hidden && send());

  Duty.line = { LOOK_LIMIT_MS, get, post, queue, dismiss, send, onQueue: (tell) => listeners.push(tell), settled: null };
})();
