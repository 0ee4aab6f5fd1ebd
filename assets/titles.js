// What a panel is called. A title may speak of the panel's own window, or of the first level of a scheme: where another one is
// shown those words would be wrong, and are left out.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const TIMES = [
    /今日|今天|本日|昨日|本周|本月|本年|近[一二两三四五六七八九十\d]+(?:日|天|周|小时|个月)|[（(]\s*\d+\s*(?:小时|天|日)[）)]/g,
    /,?\s*\b(?:today|yesterday|this (?:week|month|year)|(?:in the )?last \d+ (?:hours?|days?)|\d+ (?:hours|days))\b(?!['’])/gi,
  ];

  /** The title without words for a time; as it is where nothing else is left. */
  function timeless(title) {
    const left = TIMES.reduce((words, time) => words.replace(time, ""), title).replace(/^[\s,，]+|[\s,，]+$/g, "");
    return left || title;
  }

  /** Says what is shown: `other`: another window than the panel's own; `node`: the node of a scheme, where one is looked at. */
  function show(panel, { other, node }) {
    const title = panel.section.querySelector(".panel-title");
    if (!title) return;
    const words = title.querySelector(".panel-why") || title;
    panel.title = panel.title || words.textContent;
    Cockpit.dom.say(words, node || (other ? timeless(panel.title) : panel.title));
  }

  Cockpit.titles = { timeless, show };
})();
