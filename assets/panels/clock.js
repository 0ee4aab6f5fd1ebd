// The panel `clock`, and the clock of the header: the city's time by the server's clock, whatever the screen's own says.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say } = Cockpit.dom;

  function show(root, { zone, seconds }, lang, now) {
    if (!root.querySelector(".clock-time")) {
      root.textContent = "";
      const order = root.classList.contains("clock-face") ? ["clock-time", "clock-date"] : ["clock-date", "clock-time"];
      for (const name of order) make("span", name, root);
    }
    const { date, weekday, clockTime } = Cockpit.format;
    say(root.querySelector(".clock-time"), clockTime(now, { zone, seconds }));
    say(root.querySelector(".clock-date"), lang === "en" ? `${weekday(now, { lang, zone })} ${date(now, { lang, zone })}` : `${date(now, { lang, zone })} ${weekday(now, { lang, zone })}`);
  }

  function build(root, ctx) {
    const parts = { root, props: null, ctx };
    parts.timer = setInterval(() => parts.props && show(root, parts.props, parts.ctx.lang, parts.ctx.now()), 1000);
    return parts;
  }

  function paint(parts, props, ctx) {
    parts.props = props;
    parts.ctx = ctx;
    show(parts.root, props, ctx.lang, ctx.now());
  }

  Cockpit.showClock = show;
  Cockpit.define("clock", { body: "clock-face", build, paint, drop: (parts) => clearInterval(parts.timer) });
})();
