// A panel as a table: what a chart shows, for whoever cannot see it, wants to read every number, or takes it along.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark } = Cockpit.dom;
  const AGAIN_MS = 5000;
  const MOST = 1000;

  const lang = () => Cockpit.scope.lang();
  const t = (key) => Cockpit.word(key, lang());
  const zone = () => document.getElementById("app").dataset.zone;

  /** An empty dialog with a heading and a way out; `done` runs when it closes. */
  function frame(title, done = () => {}) {
    const dialog = make("dialog", "tabled", document.body);
    const opener = document.activeElement;
    dialog.addEventListener("close", () => {
      done();
      dialog.remove();
      if (opener && opener.isConnected) opener.focus();
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    const head = make("header", "tabled-head", dialog);
    const heading = make("h2", "", head);
    heading.id = "tabled-title";
    say(heading, title);
    mark(dialog, "aria-labelledby", heading.id);
    const acts = make("div", "tabled-acts", head);
    const close = make("button", "tool", acts);
    close.type = "button";
    say(close, t("close"));
    close.addEventListener("click", () => dialog.close());
    return { dialog, head, acts, close, body: make("div", "tabled-body", dialog) };
  }

  function open(panel) {
    if (!panel) return;
    const id = panel.dataset.id;
    let timer = 0;
    const { dialog, acts, close, body } = frame(panel.querySelector(".panel-title").textContent || id, () => clearTimeout(timer));
    body.tabIndex = 0; // it scrolls, and keys must reach that
    mark(body, "aria-labelledby", "tabled-title");
    mark(body, "role", "region");
    for (const [name, act] of [
      ["CSV", (pressed) => Cockpit.desk.saveTable(id, "csv", pressed)],
      ["XLSX", (pressed) => Cockpit.desk.saveTable(id, "xlsx", pressed)],
      ["PNG", (pressed) => Cockpit.desk.savePicture(panel, id, pressed)],
    ]) {
      const made = make("button", "tool");
      made.type = "button";
      say(made, name);
      made.addEventListener("click", () => act(made));
      acts.insertBefore(made, close);
    }
    const table = make("table", "tabled-table", body);
    const caption = make("caption", "", table);
    const parts = { dialog, caption, head: make("thead", "", table), body: make("tbody", "", table), told: "" };
    const again = async () => {
      await load(parts, id);
      if (dialog.isConnected) timer = setTimeout(again, AGAIN_MS);
    };
    again();
    dialog.showModal();
  }

  async function load(parts, id) {
    try {
      const answer = await fetch(Cockpit.desk.address(id, "json"));
      const said = await answer.json();
      if (answer.ok) fill(parts, said);
      else say(parts.caption, said.error);
    } catch {
      say(parts.caption, t("desk_failed"));
    }
  }

  /** Only what changed is written: the place in a long table stays. */
  function fill(parts, { place, as_of: asOf, columns, rows }) {
    say(parts.caption, `${place} · ${rows.length} ${t("desk_rows")} · ${t("desk_as_of")} ${time(asOf, true)}${rows.length ? "" : ` · ${t("desk_no_rows")}`}`);
    const told = JSON.stringify([columns, rows]);
    if (told === parts.told) return;
    parts.told = told;
    parts.head.replaceChildren(line(columns.map((column) => column.title), columns, "th"));
    parts.body.replaceChildren(...rows.slice(0, MOST).map((row) => line(row.map((cell, i) => written(cell, columns[i])), columns, "td")));
  }

  function line(cells, columns, kind) {
    const row = make("tr", "");
    cells.forEach((cell, i) => {
      const first = kind === "td" && i === 0;
      const made = make(kind === "th" || first ? "th" : "td", columns[i].kind === "number" ? "tabled-number" : "", row);
      if (kind === "th") made.scope = "col";
      else if (first) made.scope = "row";
      say(made, cell);
    });
    return row;
  }

  function written(cell, column) {
    if (cell === null || cell === "") return cell === "" ? "" : Cockpit.format.MISSING;
    if (column.kind === "time") return time(cell, false);
    if (column.kind !== "number") return String(cell);
    const places = Number.isInteger(cell) ? 0 : Math.min(3, Math.max(1, String(cell).split(".")[1]?.length ?? 1));
    return Cockpit.format.decimal(cell, places, lang());
  }

  function time(text, seconds) {
    const at = Date.parse(text);
    return `${Cockpit.format.date(at, { zone: zone(), lang: lang(), style: "short" })} ${Cockpit.format.clockTime(at, { zone: zone(), seconds })}`;
  }

  Cockpit.tableSheet = { open, frame };
})();
