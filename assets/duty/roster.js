// The address book and the duty roster: who is on duty; new files are looked at first, row by row what is wrong and what would be
// other than now, then put in force; the last change can be taken back.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say } = Cockpit.dom;
  const { t, named } = Duty;
  const KINDS = ["added", "changed", "removed"];
  const NAMES = 8;

  async function open() {
    const { dialog, body } = Duty.form.frame(t("roster"));
    dialog.classList.add("duty-wide");
    for (let i = 0; i < 3; i++) make("div", "duty-bone", body);
    dialog.showModal();
    await show(body);
  }

  async function show(body) {
    let stands;
    try {
      const { ok, body: found } = await Duty.line.get("/api/v1/roster");
      stands = ok ? found : { error: found.error || t("failed") };
    } catch {
      stands = { error: t("gone") };
    }
    if (!body.isConnected) return;
    body.replaceChildren();
    if (stands.error) return void Duty.button(Duty.empty(body, t("failed"), stands.error), t("ask_again"), () => show(body));
    now(body, stands);
    if (stands.verbs.includes("apply")) change(body, stands);
    else say(make("p", "duty-second", body), t("roster_not"));
  }

  function now(body, { people, units, shifts, on_duty, units_on_duty }) {
    say(make("p", "", body), `${t("people")} ${people} · ${t("units_all")} ${units} · ${t("shifts")} ${shifts}`);
    const section = Duty.context.section(body, t("on_duty_now"), `${on_duty.length} · ${t("units_all")} ${units_on_duty.length}`);
    if (!on_duty.length) return say(make("p", "duty-second", section), t("on_duty_none"));
    const list = make("ul", "duty-counts", section);
    for (const { name, role, unit, phone } of on_duty) {
      const item = make("li", "", list);
      say(make("b", "", item), name);
      say(make("span", "", item), [named("role", role), unit ? Duty.unitOf(unit) : "", phone].filter(Boolean).join(" · "));
      item.title = item.textContent;
    }
    return null;
  }

  // ---- a new one

  function change(body, stands) {
    const section = Duty.context.section(body, t("roster_new"));
    say(make("p", "duty-second", section), t("roster_what"));
    const label = make("label", "duty-field", section);
    say(make("span", "", label), t("files"));
    const files = make("input", "duty-input", label);
    Object.assign(files, { type: "file", multiple: true, accept: ".csv,.xlsx" });
    const found = make("div", "duty-roster", section);
    found.setAttribute("aria-live", "polite");
    files.addEventListener("change", () => look(body, found, [...files.files]));
    if (!stands.undo) return;
    const line = make("div", "duty-verbs", section);
    Duty.button(line, `${t("undo")} · ${Duty.moment(stands.undo)}`, () => act(body, "undo", {}), { kind: "quiet" });
  }

  /** Sends the files one after the other; each answer tells of all so far. */
  async function look(body, found, files) {
    found.replaceChildren();
    make("div", "duty-bone", found);
    let looked = null;
    for (const file of files) {
      const query = new URLSearchParams({ name: file.name, draft: looked?.draft || "" });
      try {
        const answer = await fetch(`/api/v1/roster/drafts?${query}`, { method: "POST", credentials: "same-origin", headers: { "content-type": "application/octet-stream", "cockpit-actor": Duty.actor.header() }, body: file });
        const said = await answer.json();
        looked = answer.ok ? said : { error: `${file.name}: ${said.error}`, hint: said.hint };
      } catch {
        looked = { error: t("gone") };
      }
      if (looked.error) break;
    }
    if (!found.isConnected || !looked) return;
    found.replaceChildren();
    if (looked.error) Duty.empty(found, looked.error, looked.hint || "");
    else preview(body, found, looked);
  }

  function preview(body, found, { draft, files, problems, mistakes }) {
    for (const file of files) fileOf(found, file);
    if (mistakes) {
      const section = Duty.context.section(found, t("mistakes"), `${mistakes}`);
      const list = make("ul", "duty-mistakes", section);
      for (const { file, line, message } of problems) {
        const item = make("li", "", list);
        say(make("b", "", item), `${file}:${line}`);
        say(make("span", "", item), message);
      }
      say(make("p", "duty-second", section), t("roster_mend"));
      return;
    }
    const line = make("div", "duty-verbs", found);
    const none = files.every((file) => KINDS.every((kind) => !file[kind].count));
    if (none) say(make("p", "duty-second", line), t("roster_same"));
    else Duty.button(line, t("roster_apply"), () => act(body, "apply", { draft }), { kind: "main" }).focus();
  }

  function fileOf(found, file) {
    const section = Duty.context.section(found, file.file, `${file.rows} ${t("rows")}`);
    for (const kind of KINDS.filter((one) => file[one].count)) {
      const line = make("p", "duty-roster-kind", section);
      Duty.tag(line, `${t(`rows_${kind}`)} ${file[kind].count}`, kind === "removed" ? "urgent" : kind === "changed" ? "turn" : "");
      const rest = file[kind].count - NAMES;
      say(make("span", "duty-second", line), `${file[kind].first.slice(0, NAMES).join("、")}${rest > 0 ? ` … +${rest}` : ""}`);
    }
  }

  async function act(body, verb, said) {
    const words = `${t("roster")} · ${t(verb === "undo" ? "undo" : "roster_apply")}`;
    Duty.detail.heard(words, await Duty.line.post(`/api/v1/roster/${verb}`, said, { words }));
    if (body.isConnected) show(body);
  }

  Duty.roster = { open };
})();
