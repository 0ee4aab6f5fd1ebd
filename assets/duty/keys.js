// The keyboard: everything can be done without a mouse. Letters mean something only where nobody writes.
(() => {
  "use strict";
  const { Duty } = window;

  const KEYS = {
    j: () => Duty.list.move(1), ArrowDown: () => Duty.list.move(1), k: () => Duty.list.move(-1), ArrowUp: () => Duty.list.move(-1), Home: () => Duty.list.move(-1e6), End: () => Duty.list.move(1e6),
    "/": () => Duty.filters.search(), n: () => Duty.report.open(), m: () => Duty.filters.mine(), s: () => Duty.list.sort(), o: () => Duty.orders.begin(), g: () => Duty.map?.focus(), w: () => Duty.head.choose(), "?": () => Duty.head.help(),
    1: () => Duty.detail.turn(0), 2: () => Duty.detail.turn(1), 3: () => Duty.detail.turn(2), 4: () => Duty.detail.turn(3), 5: () => Duty.detail.turn(4),
  };
  const MOVES = ["ArrowDown", "ArrowUp", "Home", "End"];

  function press(event) {
    const target = event.target instanceof Element ? event.target : document.body;
    const writing = target.closest("input:not([type=radio]):not([type=checkbox]):not([type=range]), textarea, select");
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return back(event, writing);
    if (writing) {
      if (event.key === "Enter" && target.type === "search") Duty.list.focus();
      return;
    }
    if (event.key === "Enter" && target.closest(".duty-rows")) return did(event, () => { Duty.list.open(); });
    if (MOVES.includes(event.key) && target !== document.body && !target.closest(".duty-rows")) return; // panels scroll, radios turn
    const act = KEYS[event.key];
    if (act) did(event, act);
    else if (/^[a-z]$/.test(event.key) && Duty.detail.letter(event.key)) event.preventDefault();
  }

  function did(event, act) {
    event.preventDefault();
    act();
  }

  /** One step back: out of a field, out of the map's pin, out of the detail. */
  function back(event, writing) {
    event.preventDefault();
    if (writing) {
      if (writing.type === "search" && writing.value) Duty.filters.clear();
      Duty.list.focus();
    } else if (Duty.map?.unpin()) Duty.list.focus();
    else if (document.activeElement?.closest(".duty-detail, .duty-map")) Duty.list.focus();
    else Duty.detail.close();
  }

  document.addEventListener("keydown", press);
})();
