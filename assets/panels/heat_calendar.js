// The panel `heat_calendar`: a square each hour (a row a day) or each day (a column a week), the deeper the more.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark } = Cockpit.dom;
  const LEVELS = 7;

  function build(root, ctx, el) {
    const grid = make("div", "heat-grid", root);
    const legend = make("div", "heat-legend", root);
    const parts = { root, grid, rows: [], ticks: [], last: null, low: make("span", "", legend), legend };
    for (let level = 0; level < LEVELS; level += 1) mark(make("i", "", legend), "data-level", level);
    parts.high = make("span", "", legend);
    parts.watch = new ResizeObserver(() => parts.last && paint(parts, ...parts.last));
    parts.watch.observe(el);
    mark(grid, "role", "img");
    return parts;
  }

  function paint(parts, props, ctx) {
    parts.last = [props, ctx];
    const columns = props.rows[0] ? props.rows[0].cells.length : 0;
    mark(parts.root, "data-shape", props.shape);
    Cockpit.style(parts.grid, "grid-template-columns", `max-content repeat(${columns}, minmax(0, 1fr))`);
    const short = parts.grid.clientWidth < columns * 14;
    while (parts.rows.length > props.rows.length) {
      const gone = parts.rows.pop();
      gone.label.remove();
      gone.cells.forEach((cell) => cell.remove());
    }
    while (parts.ticks.length > columns + 1) parts.ticks.pop().remove();
    ticks(parts, props, ctx, columns);
    props.rows.forEach((row, i) => line(parts.rows[i] || newRow(parts, columns), row, i, props, ctx, short));
    legend(parts, props, ctx);
    Cockpit.quiet(parts, props.why, ctx);
  }

  /** The hours, or the months where they begin, above the squares. */
  function ticks(parts, props, ctx, columns) {
    const words = Array.from({ length: columns }, (_, i) => tick(props, i, ctx));
    for (let i = 0; i <= columns; i += 1) {
      const node = parts.ticks[i] || (parts.ticks[i] = parts.grid.insertBefore(make("span", "heat-tick"), parts.grid.children[i] || null));
      say(node, i ? words[i - 1] : "");
    }
  }

  function tick(props, i, ctx) {
    if (props.shape === "hours") return i % 6 === 0 ? `${String(i).padStart(2, "0")}` : "";
    const first = Date.parse(`${props.rows[0].day}T12:00:00Z`) + i * 7 * 86400e3;
    if (new Date(first).getUTCDate() > 7) return "";
    const month = new Date(first).getUTCMonth();
    return ctx.lang === "en" ? ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month] : `${month + 1}月`;
  }

  function newRow(parts, columns) {
    const row = { label: make("span", "heat-day", parts.grid), cells: [] };
    for (let i = 0; i < columns; i += 1) row.cells.push(make("i", "heat-cell", parts.grid));
    parts.rows.push(row);
    return row;
  }

  function line(row, wanted, i, props, ctx, short) {
    const noon = Date.parse(`${wanted.day}T12:00:00Z`);
    const told = { lang: ctx.lang, zone: "UTC" };
    const weekday = Cockpit.format.weekday(noon, told).replace("星期", "周");
    const date = Cockpit.format.date(noon, { ...told, style: "short" });
    say(row.label, props.shape === "hours" ? (short ? date : `${weekday} ${date}`) : i % 2 ? "" : weekday);
    wanted.cells.forEach((value, k) => {
      const cell = row.cells[k];
      const share = value === null || props.high === props.low ? 0 : (value - props.low) / (props.high - props.low);
      mark(cell, "data-level", value === null ? null : Math.min(LEVELS - 1, Math.floor(share * LEVELS)));
      mark(cell, "data-alarm", wanted.alarms.includes(k) ? "" : null);
      const text = Cockpit.format.whole(value, { unit: props.unit, decimals: props.decimals, lang: ctx.lang });
      const when = props.shape === "hours" ? `${date} ${String(k).padStart(2, "0")}:00` : Cockpit.format.date(noon + k * 7 * 86400e3, told);
      const title = `${when}  ${text}`;
      if (cell.title !== title) cell.title = title;
    });
  }

  function legend(parts, props, ctx) {
    const told = { unit: props.unit, decimals: props.decimals, lang: ctx.lang };
    parts.legend.hidden = Boolean(props.why);
    say(parts.low, Cockpit.format.whole(props.low, told));
    say(parts.high, Cockpit.format.whole(props.high, told));
    const words = `${props.title}: ${Cockpit.format.whole(props.low, told)} – ${Cockpit.format.whole(props.high, told)}`;
    mark(parts.grid, "aria-label", words);
  }

  Cockpit.define("heat_calendar", { body: "heat", build, paint, drop: (parts) => parts.watch.disconnect() });
})();
