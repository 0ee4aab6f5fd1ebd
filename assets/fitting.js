// Words that are never cut: of several ways to say a thing, from the longest to the shortest, the first one that finds room.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { say } = Cockpit.dom;

  const cut = ({ node }) => node.scrollWidth > node.clientWidth;

  /** For each of `[{node, forms, at}]` writes the first form that is not cut, and notes its number in `at`. Writes and reads take turns. */
  Cockpit.fit = (jobs) => {
    for (const job of jobs) {
      job.at = 0;
      say(job.node, job.forms[0]);
    }
    let open = jobs;
    while (open.length) {
      open = open.filter((job) => job.at + 1 < job.forms.length && cut(job));
      for (const job of open) {
        job.at += 1;
        say(job.node, job.forms[job.at]);
      }
    }
  };
})();
