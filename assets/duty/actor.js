// Who acts: a name, a post and a region, kept by this browser and said with every call. Until there are logins this is a claim.
(() => {
  "use strict";
  const Duty = window.Duty;
  const KEPT = "duty-actor";
  const listeners = [];

  const START = { name: Duty.told.lang === "en" ? "Duty chief" : "值班长", role: "chief", region: null, unit: "" };

  function read() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT));
      return kept && kept.name && Duty.told.roles.includes(kept.role) ? { ...START, ...kept } : START;
    } catch {
      return START;
    }
  }

  let actor = read();
  if (actor.region && !Duty.told.regions.some(({ code }) => code === actor.region)) actor = { ...actor, region: null };

  /** JSON in ASCII, as a header can carry it. */
  const ascii = (value) => JSON.stringify(value).replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);

  Duty.actor = {
    now: () => actor,
    header: ({ unit, ...one } = actor) => ascii(unit && one.role === "department" ? { ...one, unit } : one),
    set(next) {
      actor = { ...START, ...next };
      localStorage.setItem(KEPT, JSON.stringify(actor));
      listeners.forEach((tell) => tell(actor));
    },
    onChange: (tell) => listeners.push(tell),
  };
  window.addEventListener("storage", (event) => {
    if (event.key !== KEPT) return;
    actor = read();
    listeners.forEach((tell) => tell(actor));
  });
})();
