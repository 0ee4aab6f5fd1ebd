// The panel `text`: words as they are.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  Cockpit.define("text", { body: "words", build: (root) => root, paint: (root, props) => Cockpit.dom.say(root, props.text) });
})();
