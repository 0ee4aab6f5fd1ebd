// The messages that were sent to many: to whom, by what means, and who has read them.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say } = Cockpit.dom;
  const { t, named } = Duty;
  const MOST = 50;

  async function open() {
    const { dialog, body } = Duty.form.frame(t("messages_sent"));
    dialog.classList.add("duty-wide");
    for (let i = 0; i < 3; i++) make("div", "duty-bone", body);
    dialog.showModal();
    const found = await asked();
    if (!dialog.isConnected) return;
    body.replaceChildren();
    if (found.error) Duty.button(Duty.empty(body, t("failed"), found.error), t("ask_again"), () => { dialog.close(); open(); });
    else if (!found.broadcasts.length) Duty.button(Duty.empty(body, t("messages_none"), t("messages_none_then")), t("broadcast"), () => { dialog.close(); Duty.broadcast.open(); }, { kind: "main" });
    else found.broadcasts.forEach((one) => message(body, one));
  }

  async function asked() {
    try {
      const { ok, body } = await Duty.line.get(`/api/v1/broadcasts?${new URLSearchParams({ limit: MOST })}`);
      return ok ? body : { error: body.error || t("failed") };
    } catch {
      return { error: t("gone") };
    }
  }

  function message(body, one) {
    const node = make("article", "duty-order duty-message", body);
    const head = make("div", "duty-line", node);
    say(make("strong", "duty-line-name", head), one.text);
    if (one.exercise) Duty.tag(head, t("exercise"), "exercise");
    const all = one.recipients.length;
    const read = one.recipients.filter(({ read_at }) => read_at).length;
    Duty.tag(head, `${t("read_by")} ${read} / ${all}`, read < all ? "turn" : "");
    say(make("p", "duty-second", node), [one.number, one.author, Duty.moment(one.sent_at ?? one.at, true), one.incident].filter(Boolean).join(" · "));
    for (const channel of one.channels || []) say(make("p", "duty-second", node), [channel.channel, named("channel", channel.state), channel.at ? Duty.moment(channel.at) : "", channel.reason].filter(Boolean).join(" · "));
    const folded = make("details", "duty-excluded", node);
    say(make("summary", "", folded), `${t("recipients")} (${all})`);
    const list = make("ul", "", folded);
    for (const { id, name, read_at } of [...one.recipients].sort((first, second) => Boolean(first.read_at) - Boolean(second.read_at))) {
      const item = make("li", "", list);
      say(make("b", "", item), name || Duty.unitOf(id));
      say(make("span", "", item), read_at ? `${t("read_at")} ${Duty.moment(read_at, true)}` : t("unread"));
    }
    if (one.left_out?.length) leftOut(node, one.left_out);
  }

  /** Who belongs to what was named and was not told: nobody shall think that all of a group know. */
  function leftOut(node, all) {
    const folded = make("details", "duty-excluded", node);
    say(make("summary", "", folded), `${t("left_out")} (${all.length})`);
    const list = make("ul", "", folded);
    for (const { id, name, kind, said } of all) {
      const item = make("li", "", list);
      say(make("b", "", item), name || (kind === "unit" ? Duty.unitOf(id) : id));
      say(make("span", "", item), said[Duty.told.lang]);
    }
  }

  Duty.messages = { open };
})();
