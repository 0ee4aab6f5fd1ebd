// What waits for the leader's approval, and the open incidents with the gravest first; a row opens what is known of it.
(() => {
  "use strict";
  const Leader = window.Leader;
  const { make, say, mark } = window.Cockpit.dom;
  const { t, told, clock } = Leader;
  const MOST = 12;
  const rows = new Map();
  let drafts = "";

  function approvals(root, orders) {
    root.hidden = !orders.length;
    const list = root.querySelector("ul");
    const wanted = orders.map((order) => order.number).join();
    if (drafts === wanted) return;
    drafts = wanted;
    list.replaceChildren();
    for (const order of orders) {
      const row = make("li", "l-approval", list);
      say(make("b", "", row), order.text);
      say(make("span", "", row), `${Leader.unit(order.unit)} · ${Leader.place(order.region)} · ${t("l_by")} ${order.author} ${clock(order.drafted_at)}`);
      const foot = make("div", "l-row-foot", row);
      const done = (verb, body) => {
        row.dataset.done = "";
        Leader.post(`/api/v1/orders/${encodeURIComponent(order.number)}/${verb}`, body, `${t(verb === "approve" ? "l_approve" : "l_turn_down")} ${order.number}`);
      };
      Leader.button(foot, "l-plain", t("l_turn_down"), () => Leader.askFor(t("l_turn_down"), t("l_why"), (reason) => done("cancel", { reason })));
      Leader.button(foot, "l-main", t("l_approve"), () => done("approve", {}));
    }
  }

  function incidents(root, found) {
    const shown = found.slice(0, MOST);
    const wanted = new Set(shown.map((row) => row.number));
    for (const [number, row] of rows) {
      if (!wanted.has(number)) {
        row.node.remove();
        rows.delete(number);
      }
    }
    shown.forEach((one, i) => {
      const row = rows.get(one.number) || newRow(one.number);
      fill(row, one);
      if (root.children[i] !== row.node) root.insertBefore(row.node, root.children[i] || null);
    });
    const more = document.querySelector(".l-more");
    more.hidden = found.length <= MOST;
    say(more, `${found.length - MOST} ${t("l_more")}`);
    document.querySelector(".l-none").hidden = found.length > 0;
    tick();
  }

  function newRow(number) {
    const node = make("li", "l-row");
    const button = Leader.button(node, "l-incident", "", () => Leader.open(rows.get(number).one));
    const row = { node, mark: make("i", "mark", button), word: make("span", "l-light", button), what: make("b", "", button), chip: make("em", "", button) };
    row.where = make("span", "l-where", button);
    row.left = make("span", "l-left", button);
    rows.set(number, row);
    return row;
  }

  function fill(row, one) {
    row.one = one;
    mark(row.node, "data-light", one.light);
    row.mark.className = `mark mark-${one.light || "old"}`;
    row.mark.setAttribute("aria-hidden", "true");
    say(row.word, t(`clock_${one.light || "none"}`));
    say(row.what, one.title);
    const chip = one.exercise ? "exercise" : one.help ? "needs_help" : one.priority === "URGENT" ? "priority_URGENT" : "";
    row.chip.hidden = !chip;
    say(row.chip, chip && t(chip));
    say(row.where, [one.area, t(`state_${one.state}`), one.unit && Leader.unit(one.unit)].filter(Boolean).join(" · "));
  }

  /** How long there is, by the clock alone. */
  const left = (one) => window.Cockpit.clockLeft(one.clock, Leader.now(), told.lang);

  function tick() {
    for (const { one, left: node } of rows.values()) say(node, left(one));
  }

  Leader.list = { approvals, incidents, tick, left };
})();
