// The leader page: asks what is open every few seconds, works out the lights as their moments pass, and keeps what is done until it is sent.
(() => {
  "use strict";
  const Leader = window.Leader;
  const { Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { t, told } = Leader;
  const Line = window.Duty.line;
  const LOOK_MS = 3000;
  const READ_MS = 15000;
  const OPEN = ["REPORTED", "ACCEPTED", "FILED", "DISPATCHED", "SIGNED", "HANDLING", "SUSPEND_REQUESTED", "SUSPENDED", "REPORTED_BACK", "VERIFYING"];

  const page = {};
  let tag = "";
  let heard = { rows: [], orders: [] };
  let readings = {};
  let readAt = 0;
  let online = true;
  let ahead = 0;
  let looking = 0;

  Leader.now = () => Date.now() + ahead;

  function build() {
    const root = document.getElementById("leader");
    root.replaceChildren();
    const head = make("header", "l-head", root);
    say(make("h1", "", head), told.title);
    if (told.demonstration) say(make("span", "badge-demo", head), t("l_demo"));
    page.line = make("span", "l-line", head);
    page.line.setAttribute("role", "status");
    make("i", "mark", page.line).setAttribute("aria-hidden", "true");
    make("span", "", page.line);
    const boards = make("nav", "l-boards", head);
    boards.setAttribute("aria-label", t("l_boards"));
    for (const board of told.boards) {
      const link = make("a", "", boards);
      link.href = `/board/${board.board}?lang=${told.lang}`;
      say(link, board.title);
    }
    page.name = Leader.button(head, "l-name", Leader.name(), rename);
    if (told.languages.length > 1) {
      const lang = make("a", "l-lang", head);
      lang.href = `/leader?${new URLSearchParams({ lang: told.lang === "en" ? "zh" : "en", theme: document.documentElement.dataset.theme })}`;
      say(lang, t("l_lang"));
    }
    const body = make("main", "l-body", root);
    page.notes = make("div", "l-notes", body);
    page.notes.setAttribute("role", "alert");
    Leader.numbers.build(make("div", "l-numbers", body));
    page.approvals = make("section", "l-approvals", body);
    page.approvals.hidden = true;
    say(make("h2", "", page.approvals), t("l_approve_title"));
    make("ul", "", page.approvals);
    say(make("h2", "", body), t("l_list"));
    page.list = make("ul", "l-list", body);
    const none = make("div", "l-none", body);
    none.hidden = true;
    say(make("p", "", none), t("l_all_fine"));
    say(make("p", "", none), t("l_fine_hint"));
    make("p", "l-more", body).hidden = true;
  }

  function rename() {
    Leader.askFor(t("l_name"), t("l_name_hint"), (name) => {
      Leader.rename(name.slice(0, 60));
      say(page.name, Leader.name());
      tag = "";
      look();
    }, { value: Leader.name() });
  }

  /** A row as it is shown: which clock presses, and its light, follow from the moment. */
  function seen(row) {
    const order = heard.orders.find((one) => one.incident === row.number && one.state !== "DRAFT");
    const clock = Cockpit.pressing(row, Leader.now());
    const areas = row.outside ? [t("outside")] : (row.within || []).map(Leader.place);
    return {
      ...row, clock, light: Cockpit.lightMark(Cockpit.lightOf(clock, Leader.now())), unit: row.unit || order?.unit || "",
      place: row.outside ? t("outside") : row.place[told.lang] || Leader.place(row.region), area: areas.length > 2 ? areas[areas.length - 2] : areas[0] || "",
      verbs: ["urge", "supervise"].filter(() => !["REPORTED"].includes(row.state)),
    };
  }

  /** What is known of an incident now; null once it is over. */
  Leader.row = (number) => {
    const row = heard.rows.find((one) => one.number === number);
    return row ? seen(row) : null;
  };

  const sorted = () => Cockpit.gravestFirst(heard.rows.filter((row) => OPEN.includes(row.state)), Leader.now()).map(seen);

  function paint() {
    const rows = sorted();
    Leader.numbers.paint(rows, readings);
    Leader.list.approvals(page.approvals, heard.orders.filter((order) => order.state === "DRAFT" && order.verbs.includes("approve")));
    Leader.list.incidents(page.list, rows);
    line();
  }

  function line() {
    const queued = Line.queue();
    const waiting = queued.filter((one) => one.state === "waiting").length;
    const name = online ? (waiting ? "watch" : "fine") : "old";
    mark(page.line, "data-light", name);
    page.line.firstChild.className = `mark mark-${name}`;
    say(page.line.lastChild, `${t(online ? "l_online" : "l_offline")}${waiting ? ` · ${waiting} ${t("l_waiting")}` : ""}`);
    refusals(queued.filter((one) => one.state === "refused"));
  }

  function refusals(refused) {
    const wanted = refused.map((one) => one.key).join();
    if (page.notes.dataset.of === wanted) return;
    page.notes.dataset.of = wanted;
    page.notes.replaceChildren();
    for (const one of refused) {
      const note = make("div", "l-note", page.notes);
      say(make("b", "", note), `${one.words || one.path} · ${t("l_refused")}`);
      say(make("p", "", note), [one.error, one.hint].filter(Boolean).join(" "));
      Leader.button(note, "l-plain", t("l_dismiss"), () => Line.dismiss(one.key));
    }
  }

  /** Does something; it is kept until the server has decided. `after`: what is said once it has. */
  Leader.post = async (path, body, words, after = "") => {
    const { ok } = await Line.post(path, body, { words });
    if (ok && after) told_(after);
    tag = "";
    look();
  };

  function told_(words) {
    const note = make("div", "l-note l-done", page.notes);
    say(make("p", "", note), words);
    setTimeout(() => note.remove(), 6000);
  }

  /** The body of a GET; null where there is none. */
  Leader.get = async (path) => {
    try {
      const { ok, body } = await Line.get(path);
      return ok ? body : null;
    } catch {
      return null;
    }
  };

  async function look() {
    clearTimeout(looking);
    try {
      const answer = await Line.get("/api/v1/duty", tag);
      online = answer.ok || answer.status === 304;
      if (answer.ok) await take(answer);
      if (online && Date.now() - readAt > READ_MS) await read();
    } catch {
      online = false;
    }
    paint();
    looking = setTimeout(look, document.hidden ? 5 * LOOK_MS : LOOK_MS);
  }

  async function take(answer) {
    const orders = await Leader.get("/api/v1/orders?state=DRAFT,ISSUED,SENT,DELIVERED,SIGNED,EN_ROUTE,ON_SCENE&limit=500");
    heard = { rows: answer.body.rows, orders: orders ? orders.orders : heard.orders };
    tag = answer.tag;
    ahead = Date.parse(answer.body.at) - Date.now();
    if (Math.abs(ahead) < 1500) ahead = 0;
  }

  /** Today's figures, of the slot that counts what the toolbox does. */
  async function read() {
    readAt = Date.now();
    const day = new Date(Leader.now() - 24 * 3600e3).toISOString();
    for (const [name, window] of [["reported", "today"], ["closed", "today"], ["seconds_to_sign", "24h"]]) {
      const from = window === "today" ? midnight() : day;
      const said = await Leader.get(`/api/v1/indicators/dispatch.${name}?from=${encodeURIComponent(from)}`);
      if (said) readings = { ...readings, [name]: said.readings[0] || null };
    }
  }

  /** The beginning of the day by the city's clock, as the interface reads a plain day. */
  const midnight = () => new Intl.DateTimeFormat("en-CA", { timeZone: told.zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(Leader.now());

  build();
  Line.onQueue(line);
  Line.send();
  setInterval(() => Leader.list.tick(), 1000);
  document.addEventListener("visibilitychange", () => !document.hidden && look());
  look();
})();
