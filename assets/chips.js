// Beside the breadcrumb: the time looked at, the filter, the link. Below the header: a bar that says when the picture is of the past.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark } = Cockpit.dom;
  const PRESETS = ["today", "yesterday", "24h", "7d", "month", "year"];
  const DAY = /^\d{4}-\d\d-\d\d$/;
  const WHOLE_TIME = /T.*(Z|[+-]\d\d:?\d\d)$/;
  const DAY_MS = 86400000;

  let at = null; // the moment the server's picture is of, Unix ms; null: now
  let only = { of: "", words: "" }; // the filter the server last spoke of, and how it reads
  let menu = null;

  const lang = () => Cockpit.scope.lang();
  const t = (key) => Cockpit.word(key, lang());
  const zone = () => document.getElementById("app").dataset.zone;
  const touched = () => new URLSearchParams(location.search).get("screen") !== "wall";

  function button(parent, className, words, act) {
    const made = make("button", className, parent);
    made.type = "button";
    say(made, words);
    made.addEventListener("click", act);
    return made;
  }

  function moment(ms) {
    return `${Cockpit.format.date(ms, { zone: zone(), lang: lang() })} ${Cockpit.format.clockTime(ms, { zone: zone() })}`;
  }

  /** An interval as people read it: 2026-11-20 08:00 – 2026-11-21 20:00. Of whole days it names the last one that is inside. */
  function named(window) {
    if (PRESETS.includes(window)) return t(`time_${window}`);
    if (!window) return t("time_board");
    const [from, to = ""] = window.split("/");
    const last = DAY.test(from) && DAY.test(to) ? new Date(Date.parse(to) - DAY_MS).toISOString().slice(0, 10) : to;
    return [from, last].filter((end, i, ends) => end && end !== ends[i - 1]).join(" – ").replaceAll("T", " ");
  }

  /** Redraws the chips. `scope`: what the server said of the place, where it just did. */
  function paint(scope) {
    const place = document.querySelector("#app .header-place");
    if (!place) return;
    if (scope) {
      at = scope.at_ms;
      only = { of: Cockpit.scope.read().dimension, words: scope.only };
    }
    const { window: chosen, dimension } = Cockpit.scope.read();
    const chips = place.querySelector(".chips") || place.insertBefore(make("nav", "chips"), place.querySelector(".boards"));
    mark(chips, "aria-label", t("time_title"));
    chips.replaceChildren();
    if (touched()) button(chips, "chip chip-time", named(chosen), (event) => open(event.currentTarget)).setAttribute("aria-haspopup", "dialog");
    else if (chosen) say(make("span", "chip", chips), named(chosen));
    if (dimension) {
      const words = (only.of === dimension && only.words) || dimension.split(":").slice(1).join(":") || t("no_value");
      const chip = button(chips, "chip chip-filter", `${words} ×`, () => Cockpit.scope.go({ dimension: "" }));
      mark(chip, "aria-label", `${t("chip_remove")} ${words}`);
      chip.title = `${dimension} · ${t("chip_remove")}`;
    }
    if (touched() && location.search) button(chips, "chip chip-share", t("chip_share"), share);
    bar();
  }

  async function share(event) {
    const chip = event.currentTarget;
    try {
      await navigator.clipboard.writeText(location.href);
      say(chip, t("chip_copied"));
    } catch {
      window.prompt(t("chip_share"), location.href); // no clipboard on a page that is not secure
    }
  }

  function bar() {
    const app = document.getElementById("app");
    const past = Boolean(Cockpit.scope.read().at);
    app.toggleAttribute("data-past", past);
    let line = app.querySelector(".past");
    if (!past) {
      if (line) line.remove();
      return;
    }
    if (!line) {
      line = make("div", "past");
      line.setAttribute("role", "status");
      app.querySelector(".header").after(line);
      make("i", "mark mark-old", line).setAttribute("aria-hidden", "true");
      make("b", "", line);
      button(line, "past-live", t("time_live"), () => Cockpit.scope.go({ at: "" }));
    }
    const said = Cockpit.scope.read().at;
    const when = at || (WHOLE_TIME.test(said) && Date.parse(said)); // of a mere day only the server knows when it begins
    say(line.querySelector("b"), when ? t("time_past").replace("{}", moment(when)) : "");
  }

  function open(opener) {
    if (menu) return;
    menu = make("dialog", "time-menu", document.body);
    const own = menu;
    own.addEventListener("close", () => {
      menu = null;
      own.remove();
      const again = document.querySelector(".chip-time");
      if (again) again.focus();
    });
    own.addEventListener("click", (event) => event.target === own && own.close());
    const go = (patch) => {
      own.close();
      Cockpit.scope.go(patch);
    };
    mark(own, "aria-label", t("time_title"));
    const chosen = Cockpit.scope.read().window;
    const presets = make("div", "time-presets", own);
    for (const name of ["", ...PRESETS]) button(presets, "time-preset", name ? named(name) : t("time_own"), () => go({ window: name })).setAttribute("aria-pressed", String(name === chosen));
    const now = local(Cockpit.live.now());
    form(own, "time_range", [["time_from", `${now.slice(0, 10)}T00:00`], ["time_to", now]], ([from, to]) => from < to && go({ window: `${from}/${to}` }));
    form(own, "time_moment", [["time_moment", now]], ([moment]) => moment && go({ at: zoned(moment) }));
    const box = opener.getBoundingClientRect();
    own.style.top = `${box.bottom + 8}px`;
    own.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - 420))}px`;
    own.showModal();
  }

  function form(parent, title, fields, act) {
    const made = make("form", "time-form", parent);
    say(make("h3", "", made), t(title));
    const inputs = fields.map(([word, value]) => {
      const label = make("label", "", made);
      if (word !== title) say(make("span", "", label), t(word));
      const input = make("input", "", label);
      input.type = "datetime-local";
      input.required = true;
      input.value = value;
      mark(input, "aria-label", t(word));
      return input;
    });
    const send = make("button", "time-apply", made);
    send.type = "submit";
    say(send, t("time_apply"));
    made.addEventListener("submit", (event) => {
      event.preventDefault();
      act(inputs.map((input) => input.value));
    });
  }

  /** The city's clock as an input of a browser in whatever zone writes it: 2026-11-21T14:32. */
  function local(ms) {
    const parts = Object.fromEntries(new Intl.DateTimeFormat("en-GB", {
      year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone(),
    }).formatToParts(ms).map(({ type, value }) => [type, value]));
    return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
  }

  /** A time on the city's clock with its zone; of an hour that strikes twice, the first. */
  function zoned(text) {
    const wished = Date.parse(`${text.slice(0, 16)}Z`);
    const offset = (ms) => Date.parse(`${local(ms)}Z`) - Math.floor(ms / 60000) * 60000;
    return new Date(wished - offset(wished - offset(wished))).toISOString().replace(".000Z", "Z");
  }

  Cockpit.chips = { paint, local, zoned, named };
  Cockpit.scope.onAny(paint);
})();
