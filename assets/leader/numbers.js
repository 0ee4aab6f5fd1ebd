// The three numbers a leader sees first, each with the one line that says why.
(() => {
  "use strict";
  const Leader = window.Leader;
  const { make, say, mark } = window.Cockpit.dom;
  const { t, told } = Leader;
  const KEYS = ["l_open", "l_today", "l_sign"];
  let tiles = [];

  function build(root) {
    tiles = KEYS.map((key) => {
      const node = make("section", "l-number", root);
      say(make("h2", "", node), t(key));
      const line = make("p", "l-value", node);
      const tile = { node, value: make("b", "", line), unit: make("span", "", line), why: make("p", "l-why", node) };
      tile.mark = make("i", "mark", tile.why);
      tile.mark.setAttribute("aria-hidden", "true");
      tile.words = make("span", "", tile.why);
      return tile;
    });
  }

  function fill(tile, value, unit, light, words) {
    say(tile.value, value ?? window.Cockpit.format.MISSING);
    say(tile.unit, value === null || value === undefined ? "" : unit);
    mark(tile.node, "data-light", light);
    tile.mark.hidden = !light;
    tile.mark.className = `mark mark-${light}`;
    say(tile.words, words);
  }

  /** `rows`: the open incidents with their lights; `readings`: name → its reading or null. */
  function paint(rows, readings) {
    const real = rows.filter((row) => !row.exercise);
    const late = real.filter((row) => row.light === "alarm");
    const worst = late[0] || null;
    const why = worst ? `${late.length} ${t("l_overdue")}${told.lang === "en" ? ": " : "："}${worst.title}（${worst.area}）` : t("l_none_overdue");
    fill(tiles[0], real.length, "", late.length ? "alarm" : real.some((row) => row.light === "watch") ? "watch" : "fine", why);
    const closed = readings.closed?.value ?? 0;
    fill(tiles[1], readings.reported?.value ?? 0, "", null, `${closed} ${t("l_closed")}`);
    const sign = readings.seconds_to_sign?.value ?? null;
    const light = sign === null ? null : sign >= 300 ? "alarm" : sign >= 120 ? "watch" : "fine";
    fill(tiles[2], sign === null ? null : Math.round(sign), told.lang === "en" ? "s" : "秒", light, t(sign === null ? "l_no_orders" : "l_why_sign"));
  }

  Leader.numbers = { build, paint };
})();
