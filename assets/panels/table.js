// The panel `table`: as many rows as fit (all of them where the page scrolls), sorted by any column; a row drills.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark } = Cockpit.dom;

  function build(root, ctx, el) {
    const frame = make("div", "table-frame", root);
    const table = make("table", "", frame);
    const parts = {
      root, frame, table, el, head: make("tr", "", make("thead", "", table)), body: make("tbody", "", table),
      heads: [], rows: new Map(), sorted: null, last: null, more: make("div", "table-more", root),
    };
    parts.beyond = make("td", "table-beyond", parts.head);
    parts.watch = new ResizeObserver(() => parts.last && paint(parts, ...parts.last));
    parts.watch.observe(el);
    return parts;
  }

  function paint(parts, props, ctx) {
    parts.last = [props, ctx];
    parts.sorted = parts.sorted || { column: props.sort, up: null };
    heads(parts, props, ctx);
    const rows = ordered(parts, props, ctx);
    Cockpit.quiet(parts, props.why, ctx);
    place(parts, rows.slice(0, fitting(parts, props.of)), props, ctx);
    let count = Math.min(rows.length, fitting(parts, props.of)); // the heads have their lines only now
    place(parts, rows.slice(0, count), props, ctx);
    while (count > 1 && cut(parts)) place(parts, rows.slice(0, (count -= 1)), props, ctx);
  }

  const scrolls = () => ["tablet", "desk"].includes(document.documentElement.dataset.layout);

  /** Whether the last row runs out of the panel: half a row is none. */
  const cut = (parts) => !scrolls() && parts.table.offsetHeight > parts.frame.clientHeight + 1;

  function place(parts, wanted, props, ctx) {
    const keys = new Set(wanted.map((row) => row.key));
    for (const [key, row] of parts.rows) {
      if (keys.has(key)) continue;
      row.node.remove();
      parts.rows.delete(key);
    }
    wanted.forEach((row, i) => {
      const kept = parts.rows.get(row.key) || newRow(parts, row.key);
      fill(kept, row, props, ctx);
      if (parts.body.children[i] !== kept.node) parts.body.insertBefore(kept.node, parts.body.children[i] || null);
    });
    const left = props.of - wanted.length;
    say(parts.more, left > 0 && wanted.length ? `+${left} ${Cockpit.word("and_more", ctx.lang)}` : "");
    narrow(parts, ctx);
  }

  function heads(parts, props, ctx) {
    const titles = [Cockpit.word(props.by === "region" ? "area" : "category", ctx.lang), ...props.columns.map((column) => (column.total ? Cockpit.word("score", ctx.lang) : column.title))];
    while (parts.heads.length > titles.length) parts.heads.pop().node.remove();
    titles.forEach((title, i) => {
      const head = parts.heads[i] || newHead(parts, i);
      const column = props.columns[i - 1];
      const unit = column ? Cockpit.format.parts(1, { unit: column.unit, lang: ctx.lang }).unit : "";
      say(head.title, title);
      say(head.unit, unit);
      const here = parts.sorted.column === i;
      mark(head.node, "aria-sort", here ? (rising(parts, props) ? "ascending" : "descending") : null);
    });
  }

  function newHead(parts, i) {
    const node = make("th", "", parts.head);
    parts.head.insertBefore(node, parts.beyond);
    mark(node, "scope", "col");
    const button = make("button", "", node);
    button.type = "button";
    button.addEventListener("click", () => {
      const here = parts.sorted.column === i;
      parts.sorted = { column: i, up: here ? !rising(parts, parts.last[0]) : null };
      paint(parts, ...parts.last);
    });
    const head = { node, title: make("span", "", button), unit: make("small", "", button) };
    parts.heads.push(head);
    return head;
  }

  /** Whether small values come first: as was clicked, else as the board says by the column's own direction. */
  function rising(parts, props) {
    if (parts.sorted.up !== null) return parts.sorted.up;
    const column = props.columns[parts.sorted.column - 1];
    if (!column) return true;
    if (props.order === "value") return false;
    return (props.order === "worst") === Boolean(column.low_is_bad);
  }

  function ordered(parts, props, ctx) {
    const at = parts.sorted.column - 1;
    const sign = rising(parts, props) ? 1 : -1;
    const collator = ctx.lang === "en" ? "en" : "zh-CN";
    return [...props.rows].sort((a, b) => {
      if (at < 0) return sign * a.name.localeCompare(b.name, collator);
      const [x, y] = [a.cells[at], b.cells[at]];
      if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1; // what is missing is last, whichever way
      return sign * (x - y);
    });
  }

  const isDesk = () => document.documentElement.dataset.layout === "desk";

  /** As many rows as fit; where not all do, the line that says how many more there are has its room, too. */
  function fitting(parts, all) {
    if (scrolls() && !isDesk()) return Infinity;
    const size = parseFloat(getComputedStyle(parts.root).fontSize);
    const room = parts.el.clientHeight - parts.head.offsetHeight - size * 0.5;
    const fit = (px) => Math.max(1, Math.floor(px / (size * 1.75)));
    const low = all * size * 1.45 <= room; // a row less high is better than a row less
    Cockpit.style(parts.table, "--row", low ? `${Math.min(room / all, size * 4)}px` : ""); // in a high place the rows spread
    if (low) return all;
    if (scrolls()) return Infinity;
    return fit(room - size * 1.5);
  }

  function newRow(parts, key) {
    const node = make("tr");
    const name = make("th", "", node);
    mark(name, "scope", "row");
    const button = make("button", "", name);
    button.type = "button";
    const row = { node, name: button, cells: [] };
    node.addEventListener("click", () => drill(parts, key));
    parts.rows.set(key, row);
    return row;
  }

  function drill(parts, key) {
    const [props, ctx] = parts.last;
    if (props.by === "region") ctx.go({ region: key });
    else ctx.go({ dimension: `${props.by}:${key}` });
  }

  function fill(row, wanted, props, ctx) {
    say(row.name, wanted.name);
    mark(row.node, "data-here", wanted.here ? "" : null);
    while (row.cells.length > props.columns.length) row.cells.pop().node.remove();
    props.columns.forEach((column, i) => {
      const cell = row.cells[i] || newCell(row);
      const light = wanted.lights[i];
      const abnormal = light === "watch" || light === "alarm";
      say(cell.text, Cockpit.format.parts(wanted.cells[i], { decimals: column.decimals, lang: ctx.lang }).text);
      cell.mark.hidden = !abnormal;
      cell.mark.className = `mark mark-${light}`;
      if (abnormal) mark(cell.mark, "title", Cockpit.word(light, ctx.lang));
      mark(cell.node, "data-light", abnormal ? light : null);
      mark(cell.node, "data-total", column.total ? "" : null);
      if (column.total) Cockpit.style(cell.node, "--share", `${Math.max(0, Math.min(100, wanted.cells[i] ?? 0))}%`);
    });
  }

  function newCell(row) {
    const node = make("td", "", row.node);
    const cell = { node, mark: make("i", "mark", node), text: make("span", "", node) };
    row.cells.push(cell);
    return cell;
  }

  /** Columns that do not fit beside the others are left out from the right, and the head says how many; the first number always stays. */
  function narrow(parts, ctx) {
    const count = parts.heads.length;
    const show = (shown) => {
      for (const line of parts.table.rows) [...line.cells].forEach((cell, i) => { cell.hidden = i >= shown; });
      parts.beyond.hidden = shown === count;
      say(parts.beyond, shown < count ? `+${count - shown}` : "");
      mark(parts.beyond, "title", shown < count ? `+${count - shown} ${Cockpit.word("more_columns", ctx.lang)}` : null);
    };
    let shown = count;
    show(shown);
    while (shown > 2 && parts.table.offsetWidth > parts.frame.clientWidth + 1) show((shown -= 1));
  }

  const lights = (props, ctx) => props.rows.flatMap((row) => props.columns.map((column, i) => ({
    light: row.lights[i] === "fine" ? null : row.lights[i], indicator: column.address || column.title, title: column.title, place: row.name,
    text: column.kind === "score" ? Cockpit.format.points(row.cells[i], ctx.lang, column.decimals)
      : Cockpit.format.whole(row.cells[i], { unit: column.unit, decimals: column.decimals, lang: ctx.lang }),
  })));

  Cockpit.define("table", { body: "table", build, paint, lights, drop: (parts) => parts.watch.disconnect() });
})();
