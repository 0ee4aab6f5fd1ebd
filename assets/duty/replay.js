// After the action: a slider over everything that was done. At each moment the state, the orders, the units on the map with the way
// they came, and the numbers of the place, as they were known then. Arrows go from one thing done to the next, space plays.
(() => {
  "use strict";
  const { Duty, Cockpit } = window;
  const { make, say, mark } = Cockpit.dom;
  const { told, t, named } = Duty;
  const STEP_MS = 1500;
  const SLIDE_MS = 150;
  const state = { number: "", past: null, playing: false, timer: 0, asked: 0 };
  let parts = {};

  function fill(panel, { number }) {
    if (panel.dataset.key === number) return;
    stop();
    panel.dataset.key = state.number = number;
    panel.replaceChildren();
    lay(panel);
    go("");
  }

  function lay(panel) {
    const bar = make("div", "duty-replay", panel);
    parts = { panel };
    parts.play = Duty.button(bar, "▶", () => (state.playing ? pause() : play()), { label: t("play") });
    parts.time = make("strong", "duty-replay-time", bar);
    parts.count = make("span", "duty-second duty-line-end", bar);
    const track = make("div", "duty-replay-track", panel);
    parts.ticks = make("div", "duty-replay-ticks", track);
    parts.slider = make("input", "", track);
    Object.assign(parts.slider, { type: "range", disabled: true, step: 1 });
    mark(parts.slider, "aria-label", t("tab_replay"));
    parts.slider.addEventListener("input", slid);
    parts.slider.addEventListener("keydown", key);
    parts.body = make("div", "duty-replay-body", panel);
    for (let i = 0; i < 3; i++) make("div", "duty-bone", parts.body);
  }

  /** Asks how it stood. `at`: ISO, "" the end. Answers whether it was heard. */
  async function go(at) {
    clearTimeout(state.timer);
    const turn = ++state.asked;
    let answer;
    try {
      answer = await Duty.line.get(`/api/v1/incidents/${encodeURIComponent(state.number)}/replay?${new URLSearchParams({ ...(at ? { at } : {}), lang: told.lang })}`);
    } catch {
      answer = { ok: false, body: { error: t("gone") } };
    }
    if (turn !== state.asked) return false;
    if (answer.ok) show(answer.body);
    else fail(at, answer.body);
    return answer.ok;
  }

  function fail(at, { error }) {
    pause();
    parts.body.replaceChildren();
    Duty.button(Duty.empty(parts.body, t("replay_failed"), error), t("ask_again"), () => go(at));
  }

  function show(past) {
    state.past = past;
    const [begin, end, at] = [past.begin, past.end, past.at].map((one) => Date.parse(one));
    Object.assign(parts.slider, { disabled: false, min: begin, max: Math.max(end, begin + 1), value: at });
    say(parts.time, Duty.moment(past.at, true));
    mark(parts.slider, "aria-valuetext", Duty.moment(past.at, true));
    say(parts.count, `${past.rows.length} / ${past.moments.length}`);
    ticks(past, begin, end);
    then(past);
    Duty.map?.past(past);
  }

  function ticks({ moments }, begin, end) {
    const key = `${begin} ${end} ${moments.length}`;
    if (parts.ticks.dataset.key === key) return;
    parts.ticks.dataset.key = key;
    parts.ticks.replaceChildren(...moments.map((moment) => {
      const node = make("i", "");
      node.style.left = `${(100 * (Date.parse(moment.at) - begin)) / Math.max(end - begin, 1)}%`;
      node.title = `${Duty.moment(moment.at, true)} ${moment.said}`;
      return node;
    }));
  }

  /** What was known then, in words. */
  function then(past) {
    const { body } = parts;
    body.replaceChildren();
    const last = past.rows.at(-1);
    const line = make("p", "duty-replay-now", body);
    say(make("b", "", line), past.incident ? named("state", past.incident.state) : t("replay_before"));
    if (last) say(make("span", "duty-second", line), `${named("did", last.verb)} · ${last.actor} · ${Duty.moment(last.at, true)}`);
    const orders = Duty.context.section(body, t("tab_orders"), `${past.orders.length || ""}`);
    for (const order of past.orders) {
      const row = make("div", "duty-line", orders);
      say(make("span", "duty-line-name", row), Duty.unitOf(order.unit));
      say(make("span", "duty-second", row), named("state", order.state));
    }
    if (!past.orders.length) say(make("p", "duty-second", orders), t("no_orders"));
    if (!past.units_reach) say(make("p", "duty-second", body), t("replay_no_units"));
    for (const [word, list] of [["weather", past.weather], ["indicators", past.indicators]]) {
      if (list?.length) Duty.around.readings(Duty.context.section(body, t(word), t("replay_then")), list);
    }
  }

  // ---- the hand

  function slid() {
    pause();
    const at = Number(parts.slider.value);
    say(parts.time, Duty.moment(at, true));
    clearTimeout(state.timer);
    state.timer = setTimeout(() => go(new Date(at).toISOString()), SLIDE_MS);
  }

  /** The next or the last thing that was done, seen from here; null where there is none. */
  function beside(by) {
    if (!state.past) return null;
    const here = Number(parts.slider.value);
    const all = [...new Set(state.past.moments.map(({ at }) => at))].sort((one, other) => Date.parse(one) - Date.parse(other));
    return by > 0 ? all.find((at) => Math.ceil(Date.parse(at)) > here) || null : all.reverse().find((at) => Math.ceil(Date.parse(at)) < here) || null;
  }

  function key(event) {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (by) {
      pause();
      const at = beside(by);
      if (at) step(at);
    } else if (event.key === "Home" || event.key === "End") {
      pause();
      if (state.past) step(event.key === "Home" ? state.past.begin : "");
    } else if (event.key === " ") (state.playing ? pause : play)();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** There at once for the hand, which may press again before the answer is there. */
  function step(at) {
    if (at) parts.slider.value = Math.ceil(Date.parse(at));
    return go(at);
  }

  async function play() {
    state.playing = true;
    face();
    if (!beside(1) && state.past) await step(state.past.begin);
    while (state.playing && parts.panel?.isConnected) {
      const at = beside(1);
      if (!at || !(await step(at))) break;
      await new Promise((done) => { state.timer = setTimeout(done, STEP_MS); });
    }
    pause();
  }

  function pause() {
    state.playing = false;
    face();
  }

  function face() {
    if (!parts.play) return;
    say(parts.play.firstChild, state.playing ? "❚❚" : "▶");
    mark(parts.play, "aria-label", t(state.playing ? "pause" : "play"));
  }

  /** The map shows what is now again. */
  function stop() {
    state.playing = false;
    state.asked += 1;
    clearTimeout(state.timer);
    if (state.past) Duty.map?.past(null);
    [state.number, state.past, parts] = ["", null, {}];
  }

  Duty.replay = { fill, stop };
})();
