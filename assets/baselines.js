// What a number's points are measured by, in words: which value scores 100 and which none, by which version of which scheme.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});

  /** One sentence per scheme that scores the number: 营商环境 2026 版：0.5天 得 100 分，3天 得 0 分. */
  function lines(baselines, unit, lang) {
    const t = (key, ...values) => values.reduce((words, value) => words.replace("{}", value), Cockpit.word(key, lang));
    const digits = (value) => (String(value).split(".")[1] || "").length;
    const amount = (value) => Cockpit.format.whole(value, { unit, decimals: digits(value), lang });
    const plain = (value) => Cockpit.format.decimal(value, digits(value), lang);
    const between = (best, worst) => t("baseline_between", amount(best), amount(worst));
    const told = {
      frontier: ({ best, worst }) => between(best, worst),
      full_marks: ({ at, zero }) => between(at, zero),
      ladder: (rungs) => steps(rungs),
      deduct: ({ from, per }) => t("baseline_deduct", plain(from), plain(per)),
    };

    /** A rung is reached from its limit on where points rise with the limits, else up to it. */
    function steps(rungs) {
      const rising = rungs.length > 1 && rungs.every(([, points], i) => !i || points >= rungs[i - 1][1]);
      return rungs.map(([limit, points]) => t("baseline_step", `${rising ? "≥" : "≤"} ${amount(limit)}`, plain(points))).join(t("baseline_comma"));
    }

    return (baselines || []).map(({ title, scheme, version, score }) => {
      const [way, given] = typeof score === "string" ? [score, null] : Object.entries(score)[0];
      const measured = told[way] ? told[way](given) : t(`baseline_${way}`);
      return t("baseline_of", title[lang] || title.zh || title.en || scheme, version, measured);
    });
  }

  Cockpit.baselines = { lines };
})();
