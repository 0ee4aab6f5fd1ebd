// Broadcasts to the unit: each is read, and says so to whoever sent it.
(() => {
  "use strict";
  const Field = window.Field;
  const { make, say } = window.Cockpit.dom;
  const { t } = Field;
  const rows = new Map();

  const readHere = (one) => one.recipients.some((each) => each.id === Field.unit() && each.read_at) || Field.line.queue().some((each) => each.key === keyOf(one));
  const keyOf = (one) => `read-${one.number}-${Field.unit()}`;

  function paint(root, broadcasts) {
    root.hidden = !broadcasts.length;
    const list = root.querySelector("ul");
    const wanted = new Set(broadcasts.map((one) => one.number));
    for (const [number, row] of rows) {
      if (!wanted.has(number)) {
        row.remove();
        rows.delete(number);
      }
    }
    broadcasts.forEach((one, i) => {
      const row = rows.get(one.number) || newRow(one);
      const read = readHere(one);
      row.dataset.read = read;
      row.querySelector("button").hidden = read;
      say(row.querySelector(".f-news-foot"), `${one.author} · ${Field.clock(one.sent_at)}${read ? ` · ${t("f_was_read")}` : ""}`);
      if (list.children[i] !== row) list.insertBefore(row, list.children[i] || null);
    });
  }

  function newRow(one) {
    const row = make("li", "f-news-row");
    say(make("p", "", row), one.text);
    make("span", "f-news-foot", row);
    const button = Field.button(row, "f-plain", t("f_read"));
    button.addEventListener("click", () => Field.line.post(Field.unit(), `/api/v1/broadcasts/${encodeURIComponent(one.number)}/read`, { recipient: Field.unit() }, { key: keyOf(one), quiet: true }));
    rows.set(one.number, row);
    return row;
  }

  Field.news = { paint };
})();
