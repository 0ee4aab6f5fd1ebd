// The overview: what, where, who; what may be the same; what is known around the place; the report to take along.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { told, t, named } = Duty;

  function work(panel, detail) {
    const { incident } = detail;
    const around = Duty.around.found(incident);
    const key = JSON.stringify([incident, around]);
    if (panel.dataset.key === key) return;
    panel.dataset.key = key;
    panel.replaceChildren();
    facts(panel, incident);
    if (around.similar?.length) similar(panel, incident, around.similar);
    Duty.around.fill(panel, incident, around);
    papers(panel, incident);
  }

  /** What came from a slot is called as the slot is, what was reported here as this page. */
  const channelOf = (name) => (name === "duty desk" ? t("duty") : told.channels[name] || name);

  function facts(panel, incident) {
    const list = make("dl", "duty-facts", panel);
    const put = (word, text, more) => {
      if (!text && !more) return;
      say(make("dt", "", list), named("field", word));
      const node = make("dd", "", list);
      say(node, text);
      if (more) more(node);
    };
    put("description", incident.description);
    put("address", incident.address || Duty.regionPath(incident.region), (node) => {
      if (incident.lon !== null) Duty.button(node, t("locate"), () => Duty.map?.look(), { kind: "link", key: "g" });
      else Duty.tag(node, t("no_place"));
    });
    put("region", incident.address ? Duty.regionPath(incident.region) : "");
    put("lead", incident.lead_unit ? Duty.unitOf(incident.lead_unit) : "");
    put("co_units", incident.co_units.map(({ unit, deadline }) => `${Duty.unitOf(unit)}${deadline ? ` (${t("due_at")} ${Duty.moment(deadline)})` : ""}`).join("、"));
    put("reported_at", Duty.moment(incident.reported_at));
    put("reporter", [incident.reporter.name, incident.reporter.phone].filter(Boolean).join(" "));
    put("channel", [channelOf(incident.channel), incident.subcategory].filter(Boolean).join(" · "));
    put("duplicate_of", incident.duplicate_of || "");
    put("duplicates", (incident.duplicates || []).join("、"));
    put("recurrence", incident.recurrence ? String(incident.recurrence) : "");
    put("reply", incident.reply ? [incident.reply.done, incident.reply.public_answer, incident.reply.why_not].filter(Boolean).join(" · ") || (incident.reply.solved ? t("yes") : "") : "");
    put("stars", incident.stars ? `${"★".repeat(incident.stars)}${"☆".repeat(5 - incident.stars)}` : "");
  }

  function section(panel, title, note = "") {
    const node = make("section", "duty-section", panel);
    const head = make("h3", "", node);
    say(make("span", "", head), title);
    if (note) say(make("small", "", head), note);
    return node;
  }

  function similar(panel, incident, list) {
    const node = section(panel, t("similar"));
    for (const one of list.slice(0, 5)) {
      const row = make("div", "duty-same", node);
      Duty.button(row, one.title, () => Duty.store.open(one.number), { kind: "link" });
      say(make("span", "duty-second", row), [named("state", one.state), ...one.reasons.map((reason) => reason.said || reason)].filter(Boolean).join(" · "));
      const verb = ["reject", "cancel"].find((each) => incident.verbs.includes(each) && incident.needs[each].takes.includes("duplicate_of"));
      if (verb) Duty.button(row, t("merge_into"), () => merge(incident, one, verb), { kind: "quiet" });
    }
  }

  /** The same thing reported twice: this one ends, the other one goes on and knows of it. */
  async function merge(incident, one, verb) {
    const words = `${t("merge_into")} ${one.number} · ${incident.title}`;
    const said = { reason: `${t("same_as")} ${one.number}`, duplicate_of: one.number };
    Duty.detail.heard(words, await Duty.line.post(`/api/v1/incidents/${encodeURIComponent(incident.number)}/${verb}`, said, { words, about: incident.number }));
  }

  function papers(panel, incident) {
    const node = section(panel, t("report_doc"));
    const line = make("div", "duty-line", node);
    for (const [form, word] of [["html", "as_page"], ["pdf", "as_pdf"]]) {
      const link = make("a", "duty-button", line);
      const kept = form === "pdf";
      link.href = `/api/v1/reports/${encodeURIComponent(incident.number)}?${new URLSearchParams({ form, lang: told.lang, ...(kept ? { download: true } : {}) })}`;
      if (kept) link.download = `${incident.number}.${form}`;
      else Object.assign(link, { target: "_blank", rel: "noopener" });
      link.dataset.kind = "quiet";
      say(make("span", "", link), `${t("report_doc")} ${t(word)}`);
    }
  }

  Duty.context = { work, section };
})();
