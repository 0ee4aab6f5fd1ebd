// How old a panel is, by the screen's own clock, and how that is said beside its title: as much of it as finds room.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const WORST = ["live", "late", "stale", "dead", "missing", "broken"];

  const worse = (one, other) => (WORST.indexOf(one) >= WORST.indexOf(other) ? one : other);

  function byAge(fresh, age) {
    if (age === null) return "live";
    if (age >= fresh.dead_s) return "dead";
    if (age >= fresh.stale_s) return "stale";
    return age >= fresh.late_s ? "late" : "live";
  }

  /** Age in seconds; null where nothing ever came. */
  const seconds = (fresh, now) => (fresh.as_of_ms === null ? null : Math.max(0, (now - fresh.as_of_ms) / 1000));

  /** What the server said last only ever gets worse with time; while the line is `lost` nothing is better than stale. */
  function status(fresh, now, lost) {
    if (fresh.past_ms && fresh.status === "live") return "past"; // a picture of the past grows no older
    const found = worse(fresh.status, byAge(fresh, seconds(fresh, now)));
    return lost ? worse(found, "stale") : found;
  }

  /** `[parts, short]`: 中断 · 最后有效 14:32, and 14:32 where that is too long. */
  function words(name, fresh, now, lang) {
    const zone = document.getElementById("app").dataset.zone;
    const clock = (ms) => Cockpit.format.clockTime(ms, { zone, lang });
    if (name === "past") return [[Cockpit.word("past", lang), clock(fresh.past_ms)], clock(fresh.past_ms)];
    const said = name === "live" ? [] : [Cockpit.word(name, lang)];
    const age = seconds(fresh, now);
    if (age === null) return [said, said.join()];
    if (name !== "dead" && name !== "broken") {
      const short = Cockpit.format.age(age, lang, said.length > 0);
      return [[...said, short], short];
    }
    const time = age < 86400 ? clock(fresh.as_of_ms) : Cockpit.format.date(fresh.as_of_ms, { zone, lang, style: "short" });
    return [[...said, `${Cockpit.word("last_good", lang)} ${time}`], time];
  }

  /** From the longest to the shortest; `first`: what is said before the age. The mark beside it stays in any case. */
  function forms(first, [parts, short]) {
    const least = short.replace(/前$| ago$/, "");
    const all = [[...first, ...parts], [...first, parts[0], short], [...first, short], first.length ? first : [short], [short], [least], []];
    return [...new Set(all.map((form) => [...new Set(form)].filter(Boolean).join(" · ")))];
  }

  /** Says `wanted` in `job`'s node; the form is chosen anew only where the words, not just their digits, or the room have changed. */
  function say(job, wanted, room) {
    const key = `${wanted[0].replace(/\d/g, "0")}|${room}`;
    if (job.key === key) Cockpit.dom.say(job.node, wanted[Math.min(job.at, wanted.length - 1)]);
    else Object.assign(job, { key, forms: wanted, at: null }); // Cockpit.fit follows, for all of them at once
  }

  Cockpit.ages = { seconds, status, words, forms, say };
})();
