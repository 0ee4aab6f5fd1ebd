// What the desk knows: the rows of the list, the incident that is open with its orders, journal and plans. Asked for every two
// seconds with an ETag, so that nothing travels while nothing happens; not at all while nobody looks.
(() => {
  "use strict";
  const { Duty } = window;
  const EVERY_MS = 2000;
  const GONE_MS = 4500;
  const LIMIT = 500;
  const listeners = { rows: [], detail: [], line: [] };

  let rows = new Map();
  let counts = {};
  let more = false;
  let tag = "";
  let ended = false;
  let known = false; // whether the server has said what there is, of what is asked for now
  let heard = 0;
  let trouble = "";
  let lost = false;
  let offset = null;
  let timer = 0;
  let turn = 0;
  let number = new URLSearchParams(location.search).get("incident") || "";
  let detail = null;
  let loading = 0;

  const tell = (kind, what) => listeners[kind].forEach((one) => one(what));
  const now = () => Date.now() + (offset ?? 0);

  /** A message can only be late, never early: the largest difference is the truest. */
  function note(at) {
    const found = Date.parse(at) - Date.now();
    offset = offset === null ? found : Math.max(offset - 1, found);
  }

  async function look() {
    clearTimeout(timer);
    const mine = ++turn;
    if (!document.hidden) {
      try {
        const answer = await Duty.line.get(`/api/v1/duty${ended ? "?ended=true" : ""}`, tag, Duty.line.LOOK_LIMIT_MS);
        if (mine !== turn) return;
        hear(answer);
      } catch {
        if (mine !== turn) return;
        fell("gone");
      }
    }
    timer = setTimeout(look, EVERY_MS);
  }

  function hear({ status, body, tag: found }) {
    if (status !== 200 && status !== 304) return fell(body?.error || "failed");
    heard = Date.now();
    if (lost || trouble) {
      [lost, trouble] = [false, ""];
      tell("line");
      Duty.line.send();
    }
    if (status === 304) return;
    [tag, known] = [found, true];
    note(body.at);
    rows = new Map(body.rows.map((row) => [row.number, row]));
    ({ counts, more } = body);
    tell("rows");
    freshen();
  }

  function fell(why) {
    trouble = why;
    const was = lost;
    lost = why !== "gone" || Date.now() - heard > GONE_MS;
    if (lost !== was) tell("line");
  }

  /** Whether anything has happened to the open incident since it was read; only then all of it is read again. */
  async function freshen() {
    if (!number || !detail || detail.number !== number) return load();
    const after = detail.journal.at(-1)?.seq ?? 0;
    try {
      const { ok, body } = await Duty.line.get(`/api/v1/journal?${new URLSearchParams({ subject: number, after, limit: 1 })}`);
      if (ok && body.rows.length) await load();
    } catch {
      // the list says that the line is down
    }
  }

  async function load() {
    const wanted = number;
    const mine = ++loading;
    if (!wanted) {
      detail = null;
      return tell("detail");
    }
    const asked = { incident: wanted };
    const lang = Duty.told.lang;
    try {
      const [incident, orders, journal, clocks, plans] = await Promise.all([
        Duty.line.get(`/api/v1/incidents/${encodeURIComponent(wanted)}`),
        Duty.line.get(`/api/v1/orders?${new URLSearchParams(asked)}`),
        Duty.line.get(`/api/v1/journal?${new URLSearchParams({ subject: wanted, limit: LIMIT })}`),
        Duty.line.get(`/api/v1/clocks?${new URLSearchParams(asked)}`),
        Duty.line.get(`/api/v1/plans?${new URLSearchParams({ ...asked, lang })}`),
      ]);
      if (mine !== loading) return;
      detail = incident.ok
        ? { number: wanted, incident: incident.body, orders: orders.body.orders || [], journal: journal.body.rows || [], clocks: clocks.body.clocks?.[0] || null, plans: plans.body.plans || [], error: "" }
        : { number: wanted, incident: null, orders: [], journal: [], clocks: null, plans: [], error: incident.body.error, hint: incident.body.hint };
    } catch {
      if (mine !== loading || detail?.number === wanted) return; // what was read stays on the screen
      detail = { number: wanted, incident: null, orders: [], journal: [], clocks: null, plans: [], error: Duty.t("gone") };
    }
    tell("detail");
  }

  /** Opens an incident; "" closes. It stands in the address, so that it can be linked. */
  function open(next) {
    if (next === number && detail) return;
    number = next;
    detail = null;
    const given = new URLSearchParams(location.search);
    if (next) given.set("incident", next);
    else given.delete("incident");
    history.replaceState(null, "", `${location.pathname}${given.size ? `?${given}` : ""}`);
    tell("detail");
    tell("rows");
    load();
  }

  /** After something was done: the list and the open incident at once. */
  function again() {
    tag = "";
    look();
    load();
  }

  function which(over) {
    [ended, known, tag] = [over, false, ""];
    rows = new Map();
    tell("rows");
    look();
  }

  document.addEventListener("visibilitychange", () => !document.hidden && look());
  Duty.line.settled = () => again();
  Duty.actor.onChange(again);

  Duty.store = {
    now, open, again, load, which, begin: () => { heard = Date.now(); look(); load(); }, on: (kind, one) => listeners[kind].push(one),
    rows: () => rows, counts: () => counts, more: () => more, ended: () => ended, number: () => number, detail: () => detail,
    lost: () => (lost ? trouble : ""), heard: () => heard, known: () => known,
  };
})();
