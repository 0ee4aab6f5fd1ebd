// A new incident by hand: from the desk, or from a place on the map.
(() => {
  "use strict";
  const { Duty } = window;
  const { told, t, named } = Duty;

  /** Opens the form. `place`: `[lon, lat]` where it is, else an area is chosen. */
  function open(place = null) {
    const field = (name, kind, more = {}) => ({ name, kind, label: named("field", name), ...more });
    const words = (max) => ({ max });
    const where = place
      ? [{ name: "at", kind: "text", label: named("field", "place"), value: place.map((one) => one.toFixed(5)).join(", "), needed: true, max: 60, read: (text) => text }]
      : [{ name: "region", kind: "choice", label: named("field", "region"), value: Duty.actor.now().region || told.root, options: told.regions.filter(({ depth }) => depth < 4).slice(0, 800).map(({ code, name, depth }) => [code, `${"　".repeat(depth)}${name}`]) }];
    Duty.form.dialog(place ? t("report_here") : t("new_incident"), [
      field("title", "text", { needed: true, ...words(200) }),
      field("category", "text", { needed: true, ...words(200), list: () => told.categories.map((one) => [one, one]) }),
      field("priority", "choice", { value: "NORMAL", options: ["LOW", "NORMAL", "HIGH", "URGENT"].map((one) => [one, named("priority", one)]) }),
      ...where,
      field("address", "text", words(400)),
      field("description", "area", words(8000)),
      { ...field("reporter", "text", words(200)), name: "who" },
      field("phone", "phone", words(60)),
    ], t("confirm"), (said) => send(said));
  }

  async function send({ at, who, phone, region, ...said }) {
    const [lon, lat] = (at || "").split(/[,，\s]+/).map(Number);
    const place = at && Number.isFinite(lon) && Number.isFinite(lat) ? { lon, lat } : region ? { region } : {};
    const body = { ...said, ...place, channel: "duty desk", reporter: { name: who || "", phone: phone || "" }, client_id: `desk-${Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("")}` };
    const words = `${named("verb", "receive")} · ${said.title}`;
    Duty.map?.unpin();
    const answer = await Duty.line.post("/api/v1/incidents", body, { words });
    Duty.detail.heard(words, answer);
    if (answer.ok) Duty.store.open(answer.body.number);
  }

  Duty.report = { open };
})();
