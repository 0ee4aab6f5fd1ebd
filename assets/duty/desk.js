// Puts the desk together: header, list, map, detail.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, mark } = Cockpit.dom;
  const { t } = Duty;

  const root = document.getElementById("duty");
  const header = root.querySelector(".duty-head");
  const below = make("div", "duty-notices", root);
  const main = make("main", "duty-columns", root);
  const column = (name, word) => {
    const node = make("section", `duty-column ${name}`, main);
    mark(node, "aria-label", t(word));
    return node;
  };
  const list = column("duty-list", "list");
  const map = column("duty-map", "map");
  const detail = column("duty-detail", "detail");
  const said = make("div", "", root);
  said.id = "duty-said";
  said.setAttribute("role", "status");
  Duty.mapRoot = map;

  Duty.head.build(header, below);
  Duty.list.build(list);
  Duty.detail.build(detail);
  Duty.store.begin();
  Duty.line.send();
})();
