// Sheets that come from below, and buttons.
(() => {
  "use strict";
  const Leader = window.Leader;
  const { make, say } = window.Cockpit.dom;
  const { t } = Leader;

  function button(parent, className, words, act, type = "button") {
    const made = make("button", className, parent);
    made.type = type;
    say(made, words);
    if (act) made.addEventListener("click", act);
    return made;
  }

  /** An open sheet with a title; `fill(body, foot, close)` puts in the rest. */
  function sheet(words, fill) {
    const node = make("dialog", "l-sheet", document.body);
    const title = make("h2", "", node);
    title.id = "l-sheet-title";
    say(title, words);
    node.setAttribute("aria-labelledby", title.id);
    const body = make("div", "l-sheet-body", node);
    const foot = make("div", "l-sheet-foot", node);
    const close = () => node.close();
    button(foot, "l-plain", t("l_back"), close);
    node.addEventListener("close", () => node.remove());
    node.addEventListener("click", (event) => event.target === node && close());
    fill(body, foot, close);
    node.showModal();
    return node;
  }

  /** Asks for one text; `done(text)` answers whether the sheet may close. */
  function ask(words, label, done, { value = "", needed = true } = {}) {
    sheet(words, (body, foot, close) => {
      const form = make("form", "", body);
      form.id = "l-asked";
      const field = make("label", "", form);
      say(make("span", "", field), label);
      const text = make("textarea", "", field);
      text.rows = 3;
      text.maxLength = 2000;
      text.required = needed;
      text.value = value;
      const send = button(foot, "l-main", t("l_send"), null, "submit");
      send.setAttribute("form", form.id);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        done(text.value.trim());
        close();
      });
      setTimeout(() => text.focus(), 0);
    });
  }

  Leader.button = button;
  Leader.sheet = sheet;
  Leader.askFor = ask;
})();
