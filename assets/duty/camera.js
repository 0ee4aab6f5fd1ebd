// The picture of a camera near the place, in a sheet; played by the panel `video` of the boards.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say } = Cockpit.dom;
  const drawn = new Map(); // panels of the boards this page has a use for, by name

  Cockpit.define = Cockpit.define || ((name, panel) => drawn.set(name, panel));

  /** `camera`: as the context of an incident tells it, with an address. */
  function open(camera) {
    const { dialog, body } = Duty.form.frame(camera.name || camera.id);
    dialog.classList.add("duty-camera", "panel");
    dialog.dataset.id = "camera"; // the player reads its title where a board's panel has it
    dialog.id = "panel-camera";
    dialog.querySelector("h2").classList.add("panel-title");
    say(make("p", "duty-second", body), [Duty.far(camera.distance_m), camera.layer].join(" · "));
    const root = make("div", "video", body);
    const player = drawn.get("video");
    const parts = player.build(root, { lang: Duty.told.lang });
    dialog.addEventListener("close", () => player.drop(parts));
    dialog.showModal();
    player.paint(parts, { kind: camera.kind || "hls", address: camera.address }, { lang: Duty.told.lang });
  }

  Duty.camera = { open };
})();
