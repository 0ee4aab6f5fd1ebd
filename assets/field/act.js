// What is said with a verb: a sheet from below with the reason, or with what was done and its photos.
(() => {
  "use strict";
  const Field = window.Field;
  const { make, say } = window.Cockpit.dom;
  const SAID = { refuse: "reason", assist: "reason", complete: "opinion", note: "opinion" };
  const { t } = Field;

  const plain = (verb) => !(verb in SAID);

  /** Does a verb with an order: at once, or after what must be said with it has been. */
  function act(order, verb) {
    if (plain(verb)) return commit(order, verb, {}, []);
    return ask(order, verb);
  }

  async function commit(order, verb, body, photos) {
    try {
      await Field.line.post(Field.unit(), `/api/v1/orders/${encodeURIComponent(order.number)}/${verb}`, body, { order: order.number, verb, photos });
      return true;
    } catch {
      Field.tell(t("f_full"));
      return false;
    }
  }

  function ask(order, verb) {
    const sheet = make("dialog", "f-sheet", document.body);
    const form = make("form", "", sheet);
    form.method = "dialog";
    const title = make("h2", "", form);
    title.id = "f-sheet-title";
    say(title, t(`f_${verb}_title`));
    sheet.setAttribute("aria-labelledby", title.id);
    const needed = SAID[verb] === "reason" || verb === "note";
    const label = make("label", "", form);
    say(make("span", "", label), t(SAID[verb] === "reason" ? "f_reason" : "f_note"));
    const words = make("textarea", "", label);
    words.rows = 4;
    words.maxLength = SAID[verb] === "reason" ? 2000 : 4000;
    words.required = needed;
    words.name = SAID[verb];
    const photos = verb === "complete" || verb === "assist" || verb === "note" ? picker(form) : { blobs: () => [], end() {} };
    const foot = make("div", "f-sheet-foot", form);
    const back = button(foot, "f-plain", t("f_cancel"));
    const send = button(foot, "f-main", t("f_send"), "submit");
    back.addEventListener("click", () => sheet.close());
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      send.disabled = true;
      const said = words.value.trim() ? { [SAID[verb]]: words.value.trim() } : {};
      if (await commit(order, verb, said, photos.blobs())) sheet.close();
      else send.disabled = false;
    });
    sheet.addEventListener("close", () => {
      photos.end();
      sheet.remove();
    });
    sheet.showModal();
    words.focus();
  }

  function button(parent, className, words, type = "button") {
    const made = make("button", className, parent);
    made.type = type;
    say(made, words);
    return made;
  }

  function picker(form) {
    const chosen = new Map(); // its picture on the sheet → what is sent
    const box = make("div", "f-photos", form);
    const label = make("label", "f-photo-add", box);
    say(make("span", "", label), t("f_photo"));
    const input = make("input", "", label);
    input.type = "file";
    input.accept = "image/*";
    input.multiple = true;
    const problem = make("p", "f-problem", form);
    problem.setAttribute("role", "alert");
    input.addEventListener("change", async () => {
      say(problem, "");
      for (const file of input.files) {
        try {
          show(await Field.shrunk(file));
        } catch {
          say(problem, `${file.name}: ${t("f_photo_bad")}`);
        }
      }
      input.value = "";
    });

    function show(blob) {
      const figure = make("figure", "f-photo", null);
      box.insertBefore(figure, label);
      const picture = make("img", "", figure);
      picture.src = URL.createObjectURL(blob);
      picture.alt = "";
      const remove = button(figure, "f-photo-off", "×");
      remove.setAttribute("aria-label", t("f_remove"));
      chosen.set(figure, blob);
      remove.addEventListener("click", () => {
        URL.revokeObjectURL(picture.src);
        chosen.delete(figure);
        figure.remove();
      });
    }

    return { blobs: () => [...chosen.values()], end: () => box.querySelectorAll("img").forEach((one) => URL.revokeObjectURL(one.src)) };
  }

  Field.act = act;
  Field.button = button;
})();
