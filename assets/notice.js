// One line at the foot of the screen for what the server could not do, as a region in the address that does not exist.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});

  /** Shows the words; none takes the line away. */
  Cockpit.notice = (words) => {
    let line = document.getElementById("said");
    if (!words) {
      if (line) line.remove();
      return;
    }
    if (!line) {
      line = document.body.appendChild(document.createElement("div"));
      line.id = "said";
      line.setAttribute("role", "alert");
    }
    line.textContent = words;
  };
})();
