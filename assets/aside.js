// What was not counted: a quiet word in the header, and behind it the records themselves with address and reason.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say } = Cockpit.dom;
  const KINDS = ["rejected", "lost", "late", "unplaced", "coarsened"];
  const LETTERS = 20;

  let slots = [];
  let ctx = null;

  /** One line per slot: 热线工单：4 未计入 · 2 迟到. */
  function words(one, { t, lang }) {
    const said = KINDS.filter((kind) => one[kind]).map((kind) => `${Cockpit.format.decimal(one[kind], 0, lang)} ${t(`aside_${kind}`)}`);
    const lines = [said.join(" · "), one.degraded, ...(one.drift || []), ...(one.problem || [])].filter(Boolean);
    return `${one.title}${lang === "en" ? ": " : "："}${lines.join("\n")}`;
  }

  /** Shows the sum over the slots of the screen; `all` may name a slot once per panel. */
  function show(all, context) {
    const once = new Map(all.map((one) => [one.slot, one]));
    [slots, ctx] = [[...once.values()], context];
    const button = document.querySelector("#app .aside");
    if (!button) return;
    const count = slots.reduce((sum, one) => sum + one.rejected + one.lost, 0);
    const coarsened = slots.some((one) => one.coarsened);
    const drifting = slots.some((one) => one.drift);
    const mistaken = slots.some((one) => one.problem);
    button.hidden = count === 0 && !coarsened && !drifting && !mistaken;
    if (!button.firstChild) {
      make("i", "mark mark-old", button).setAttribute("aria-hidden", "true");
      make("span", "", button);
      make("span", "aside-word", button);
      make("span", "aside-word", button);
    }
    say(button.children[1], count ? Cockpit.format.decimal(count, 0, ctx.lang) : "");
    say(button.children[2], ` ${ctx.t(count ? "aside" : coarsened ? "aside_coarse" : drifting ? "aside_drift" : "aside_problem")}`);
    const lossy = slots.find((one) => one.degraded);
    button.toggleAttribute("data-degraded", Boolean(lossy));
    button.firstChild.className = lossy ? "mark mark-watch" : "mark mark-old";
    say(button.children[3], lossy ? ` · ${lossy.title} ${ctx.t("degraded")}` : "");
    button.title = slots.map((one) => words(one, ctx)).join("\n");
  }

  function open() {
    const dialog = make("dialog", "aside-list", document.body);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    const head = make("header", "", dialog);
    say(make("h2", "", head), ctx.t("aside_title"));
    const close = make("button", "", head);
    close.type = "button";
    say(close, ctx.t("close"));
    close.addEventListener("click", () => dialog.close());
    say(make("p", "", dialog), ctx.t("aside_since"));
    const body = make("div", "aside-slots", dialog);
    for (const one of slots) list(one, make("section", "", body));
    dialog.showModal();
  }

  async function list(one, section) {
    say(make("h3", "", section), words(one, ctx));
    if (!one.rejected) return;
    const rows = make("div", "aside-letters", section);
    try {
      const answer = await fetch(`/api/v1/dead-letters/${encodeURIComponent(one.slot)}?limit=${LETTERS}`);
      const { letters } = await answer.json();
      for (const letter of letters) row(letter, rows);
      if (!letters.length) say(rows, ctx.t("aside_none"));
    } catch {
      say(rows, ctx.t("aside_failed"));
    }
  }

  function row(letter, rows) {
    const zone = document.getElementById("app").dataset.zone;
    const at = Date.parse(letter.at);
    say(make("time", "", rows), `${Cockpit.format.date(at, { zone, lang: ctx.lang, style: "short" })} ${Cockpit.format.clockTime(at, { zone })}`);
    say(make("code", "", rows), letter.address);
    const why = make("span", "", rows);
    say(why, letter.reason);
    why.title = letter.raw.slice(0, 1000);
  }

  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("#app .aside") && ctx) open();
  });

  Cockpit.aside = { show, words };
})();
