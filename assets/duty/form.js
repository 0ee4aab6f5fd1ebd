// Forms, made from what the server says a verb needs; and the sheets they stand in. Enter sends, Escape takes back.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { told, t, named } = Duty;
  const SPANS_MIN = [15, 30, 60, 120, 240, 480, 1440, 4320];
  let count = 0;

  const spanWord = (min) => (min < 60 ? `${min} ${t("minutes")}` : min < 1440 ? `${min / 60} ${told.lang === "en" ? "h" : "小时"}` : `${min / 1440} ${t("days")}`);

  /** How each thing that can be said with a verb is asked for; what nobody knows here is asked for as words. */
  const ASKED = {
    reason: { kind: "area", max: 2000 },
    opinion: { kind: "area", max: 4000 },
    unit: { kind: "text", max: 200, list: () => told.units.map(({ id, name }) => [id, name]) },
    deadline: { kind: "choice", options: () => [["", "—"], ...SPANS_MIN.map((min) => [String(min), spanWord(min)])], read: (min) => (min ? new Date(Duty.store.now() + Number(min) * 60000).toISOString() : undefined) },
    stars: { kind: "stars", read: (text) => (text ? Number(text) : undefined) },
    duplicate_of: { kind: "text", max: 60 },
    reply: { kind: "reply" },
  };

  const REPLY = [
    { name: "solved", kind: "choice", options: () => [["", t("unsaid")], ["true", t("yes")], ["false", t("no")]], read: (text) => (text ? text === "true" : undefined) },
    { name: "done", kind: "area", max: 4000 },
    { name: "why_not", kind: "text", max: 2000 },
    { name: "public_answer", kind: "text", max: 2000 },
  ];

  /** The fields of a verb, the needed ones first. */
  function fieldsOf({ reason, needs, takes }) {
    const must = [...(reason ? ["reason"] : []), ...needs];
    const may = takes.filter((name) => name !== "attachments" && !must.includes(name));
    const one = (name, needed) => ({ name, label: named("field", name), needed, ...(ASKED[name] || { kind: "text", max: 2000 }) });
    return [...must.map((name) => one(name, true)), ...may.flatMap((name) => (name === "reply" ? REPLY.map((part) => ({ ...part, label: named("field", part.name), within: "reply" })) : [one(name, false)]))];
  }

  /** Whether a verb must or should be asked about; a plain one is done at one press. */
  const asks = ({ reason, needs, takes }) => reason || needs.length > 0 || takes.some((name) => !["opinion", "attachments", "reason"].includes(name));

  function control(field, id) {
    const { kind, value = "", max } = field;
    if (kind === "choice") {
      const node = make("select", "duty-input");
      const options = typeof field.options === "function" ? field.options() : field.options;
      node.append(...options.map(([code, word]) => new Option(word, code)));
      node.value = value;
      return node;
    }
    if (kind === "stars") return stars(field, id);
    const node = make(kind === "area" ? "textarea" : "input", "duty-input");
    if (kind === "area") node.rows = 2;
    else node.type = kind === "phone" ? "tel" : "text";
    if (max) node.maxLength = max;
    node.value = value;
    if (field.list) {
      const list = make("datalist");
      list.id = `${id}-list`;
      list.append(...field.list().map(([code, word]) => new Option(word, code)));
      node.setAttribute("list", list.id);
      node.listed = list;
    }
    return node;
  }

  /** Five radios in a row; the words are those of the good/bad review. */
  function stars(field, id) {
    const WORDS = told.lang === "en" ? ["very bad", "bad", "fair", "good", "very good"] : ["非常不满意", "不满意", "基本满意", "满意", "非常满意"];
    const node = make("div", "duty-stars");
    node.setAttribute("role", "radiogroup");
    mark(node, "aria-label", field.label);
    WORDS.forEach((word, i) => {
      const label = make("label", "", node);
      const radio = make("input", "", label);
      radio.type = "radio";
      radio.name = `${id}-stars`;
      radio.value = i + 1;
      say(make("span", "", label), `${"★".repeat(i + 1)} ${word}`);
    });
    Object.defineProperty(node, "value", { get: () => node.querySelector("input:checked")?.value || "" });
    return node;
  }

  /** Fields one below the other; `values()` answers what was said, or null and shows what is missing. */
  function fields(parent, list) {
    const made = list.map((field) => {
      const id = `duty-field-${++count}`;
      const row = make("div", "duty-field", parent);
      const label = make("label", "", row);
      say(label, field.label);
      if (!field.needed && field.kind !== "choice") say(make("small", "", label), t("optional"));
      const node = control(field, id);
      node.id = id;
      label.htmlFor = id;
      if (field.needed) mark(node, "aria-required", "true");
      row.append(node, ...(node.listed ? [node.listed] : []));
      const wrong = make("small", "duty-wrong", row);
      wrong.id = `${id}-wrong`;
      return { field, node, wrong };
    });
    return {
      made,
      values() {
        const said = {};
        let bad = null;
        for (const { field, node, wrong } of made) {
          const text = String(node.value ?? "").trim();
          const missing = field.needed && !text;
          say(wrong, missing ? t("required") : "");
          mark(node, "aria-invalid", missing ? "true" : null);
          mark(node, "aria-describedby", missing ? wrong.id : null);
          if (missing) bad = bad || node;
          const value = field.read ? field.read(text) : text || undefined;
          if (value === undefined) continue;
          if (field.within) said[field.within] = { ...said[field.within], [field.name]: value };
          else said[field.name] = value;
        }
        if (!bad) return said;
        (bad.matches("div") ? bad.querySelector("input") : bad).focus();
        return null;
      },
    };
  }

  /** A form in the page: `act(values)` when it is sent, `back()` when it is taken back. */
  function inline(parent, list, word, act, back) {
    const node = make("form", "duty-form", parent);
    node.noValidate = true;
    const body = fields(node, list);
    const acts = make("div", "duty-form-acts", node);
    const send = Duty.button(acts, word, () => {}, { kind: "main" });
    send.type = "submit";
    Duty.button(acts, t("back"), back);
    node.addEventListener("submit", (event) => {
      event.preventDefault();
      const said = body.values();
      if (said) act(said);
    });
    node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        back();
      }
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) node.requestSubmit();
    });
    (body.made[0]?.node.matches("div") ? body.made[0].node.querySelector("input") : body.made[0]?.node)?.focus();
    return { node, body };
  }

  /** A sheet over the page; gone when it is closed. */
  function frame(title) {
    const dialog = make("dialog", "duty-dialog", document.body);
    mark(dialog, "aria-label", title);
    const head = make("div", "duty-dialog-head", dialog);
    say(make("h2", "", head), title);
    const close = Duty.button(head, "×", () => dialog.close(), { label: t("close") });
    close.classList.add("duty-close");
    const body = make("div", "duty-dialog-body", dialog);
    const before = document.activeElement;
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus?.();
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    return { dialog, body };
  }

  function dialog(title, list, word, act) {
    const { dialog: sheet, body } = frame(title);
    inline(body, list, word, (said) => { sheet.close(); act(said); }, () => sheet.close());
    sheet.showModal();
    body.querySelector("input, select, textarea")?.focus();
    return sheet;
  }

  Duty.form = { fieldsOf, asks, fields, inline, frame, dialog };
})();
