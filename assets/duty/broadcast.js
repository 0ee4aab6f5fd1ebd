// A message to many: of one's own words, or of a template whose gaps are asked for. And the exercise: begin, end, put away.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say } = Cockpit.dom;
  const { told, t, named, store } = Duty;
  const titled = (words) => words[told.lang] || words.zh || words.en;

  /** Asks what the server offers; says so where it cannot be asked. */
  async function asked(path) {
    try {
      const { ok, body } = await Duty.line.get(path);
      if (ok) return body;
      Duty.tell(body.error || t("failed"), "refused");
    } catch {
      Duty.tell(t("gone"), "refused");
    }
    return null;
  }

  async function open() {
    const offered = await asked("/api/v1/templates");
    if (!offered) return;
    const { dialog, body } = Duty.form.frame(t("broadcast"));
    const incident = store.detail()?.incident;
    let chosen = "";
    const lay = () => {
      const template = offered.templates.find((one) => one.template === chosen);
      body.replaceChildren();
      const list = [
        { name: "template", kind: "choice", label: t("template"), value: chosen, options: [["", t("own_words")], ...offered.templates.map((one) => [one.template, titled(one.title)])] },
        ...(template ? [...template.fields, ...(incident ? [] : template.given)].map((name) => ({ name: `value ${name}`, kind: "text", label: named("field", name), needed: true, max: 400 })) : [{ name: "text", kind: "area", label: t("words"), needed: true, max: 2000 }]),
      ];
      const { node, body: fields } = Duty.form.inline(body, list, t("send"), (said) => send(said, picked, by, template, incident, dialog), () => dialog.close());
      const picked = recipients(offered, template);
      node.insertBefore(picked, node.lastChild);
      const by = offered.channels?.length ? ticks(t("channels"), offered.channels, () => false) : null;
      if (by) node.insertBefore(by, node.lastChild);
      if (template) say(make("p", "duty-second", node.insertBefore(make("div"), node.firstChild.nextSibling)), titled(template.text));
      fields.made[0].node.addEventListener("change", (event) => { chosen = event.target.value; lay(); });
    };
    lay();
    dialog.showModal();
  }

  /** Groups, posts and kinds of units, each a box to tick. */
  const recipients = (offered, template) => ticks(t("recipients"), new Set([...offered.groups, ...offered.roles, ...offered.kinds]), (name) => Boolean(template?.to.includes(name)));

  function ticks(title, names, ticked) {
    const group = make("fieldset", "duty-ticks");
    say(make("legend", "", group), title);
    for (const name of names) {
      const label = make("label", "duty-check", group);
      const box = make("input", "", label);
      box.type = "checkbox";
      box.value = name;
      box.checked = ticked(name);
      say(make("span", "", label), named("role", name));
    }
    return group;
  }

  const marked = (group) => (group ? [...group.querySelectorAll("input:checked")].map(({ value }) => value) : []);

  async function send(said, picked, by, template, incident, dialog) {
    const to = marked(picked);
    const channels = marked(by);
    if (!to.length) {
      Duty.tell(t("nobody_chosen"), "refused");
      return;
    }
    const values = Object.fromEntries(Object.entries(said).filter(([name]) => name.startsWith("value ")).map(([name, value]) => [name.slice(6), value]));
    const body = { to, lang: told.lang, ...(channels.length ? { channels } : {}), ...(template ? { template: template.template, values } : { text: said.text }), ...(incident ? { incident: incident.number } : {}) };
    dialog.close();
    Duty.detail.heard(t("broadcast"), await Duty.line.post("/api/v1/broadcasts", body, { words: `${t("broadcast")} · ${to.map((one) => named("role", one)).join("、")}`, about: incident?.number || "" }));
  }

  /** The exercise as the server has it: who may, begins and ends it here. */
  async function exercise() {
    const stands = await asked("/api/v1/exercise?put_away=true");
    if (!stands) return;
    if (!stands.verbs.length) return Duty.tell(t("exercise_not"), "refused");
    const act = async (verb, title = "") => Duty.detail.heard(named("exercise", verb), await Duty.line.post(`/api/v1/exercise/${verb}`, title ? { title } : {}, { words: named("exercise", verb) }));
    const { dialog, body } = Duty.form.frame(t("exercise"));
    say(make("p", "duty-second", body), stands.running ? `${stands.watermark[told.lang]} · ${stands.begun_by} · ${Duty.moment(stands.begun_at)}` : t("exercise_what"));
    if (stands.reset_at) say(make("p", "duty-second duty-put-away", body), t("was_put_away").replace("{when}", Duty.moment(stands.reset_at)).replace("{incidents}", stands.put_away.incidents).replace("{orders}", stands.put_away.orders));
    const press = (verb) => (title) => { dialog.close(); act(verb, title); };
    if (stands.verbs.includes("begin")) Duty.form.inline(body, [{ name: "title", kind: "text", label: named("field", "title"), max: 100 }], named("exercise", "begin"), ({ title }) => press("begin")(title), () => dialog.close());
    const line = make("div", "duty-verbs", body);
    for (const verb of stands.verbs.filter((one) => one !== "begin")) Duty.button(line, named("exercise", verb), () => press(verb)(), { kind: verb === "end" ? "main" : "quiet" });
    dialog.showModal();
    return null;
  }

  Duty.broadcast = { open, exercise };
})();
