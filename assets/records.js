// The records behind a number, newest first, each with its address in the log; page by page.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say } = Cockpit.dom;
  const ROWS = 20;

  const t = (key) => Cockpit.word(key, Cockpit.scope.lang());

  /** Takes the place of the passport in `body`; `back` brings it again. The window stays the one the number was read from. */
  function show(body, { want, found, back }) {
    body.replaceChildren();
    const bar = make("div", "records-bar", body);
    const home = button(bar, `‹ ${t("sheet_back")}`, back);
    say(make("h3", "", bar), t("sheet_rows"));
    const holder = make("div", "records-holder", body);
    holder.tabIndex = 0;
    const foot = make("div", "records-bar", body);
    const newer = button(foot, t("sheet_prev"), () => turn(-1));
    const where = make("span", "records-page", foot);
    where.setAttribute("role", "status");
    const older = button(foot, t("sheet_next"), () => turn(1));
    const to = Math.min(Date.parse(found.to), Cockpit.live.now() + 1000);
    let page = 0;

    async function turn(by) {
      page += by;
      const { region } = want.asked;
      const dimension = found.filtered ? want.asked.dimension : ""; // the value may be one of another slot's
      const asked = { from: new Date(found.from).toISOString(), to: new Date(to).toISOString(), region, dimension, limit: ROWS + 1, skip: page * ROWS };
      const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ""));
      newer.disabled = older.disabled = true;
      try {
        const answer = await fetch(`/api/v1/records/${encodeURIComponent(found.passport.slot)}?${query}`);
        const told = await answer.json();
        if (!answer.ok) throw new Error(told.error);
        table(holder, told.records.slice(0, ROWS));
        older.disabled = told.records.length <= ROWS;
      } catch (error) {
        say(holder, t("sheet_failed") + (error.message || error));
      }
      newer.disabled = page === 0;
      say(where, t("sheet_page").replace("{}", page + 1));
    }

    home.focus();
    turn(0);
  }

  function button(parent, words, act) {
    const made = make("button", "records-turn", parent);
    made.type = "button";
    say(made, words);
    made.addEventListener("click", act);
    return made;
  }

  function table(holder, records) {
    holder.replaceChildren();
    if (!records.length) {
      say(make("p", "sheet-note", holder), t("sheet_empty"));
      return;
    }
    const made = make("table", "records-table", holder);
    const names = Object.keys(records[0].fields);
    const head = make("tr", "", make("thead", "", made));
    for (const words of [t("sheet_time"), t("sheet_address"), t("sheet_place"), ...names]) say(make("th", "", head), words);
    const rows = make("tbody", "", made);
    for (const record of records) {
      const row = make("tr", "", rows);
      say(make("td", "", row), Cockpit.sheet.moment(record.time));
      say(make("code", "", make("td", "", row)), `${record.topic}[${record.partition}]@${record.offset}`);
      say(make("td", "", row), record.region);
      for (const name of names) say(make("td", "", row), record.fields[name] === null ? Cockpit.format.MISSING : String(record.fields[name]));
    }
  }

  Cockpit.records = { show };
})();
