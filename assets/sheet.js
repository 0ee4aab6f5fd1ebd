// The passport of a number, a sheet at the side: what it is, how it is made, what lies below it; from there on to the records.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, light } = Cockpit.dom;
  const AGAIN_MS = 5000;

  let dialog = null;
  let shown = ""; // what the sheet was last asked for
  let told = null;
  let timer = 0;

  const t = (key) => Cockpit.word(key, Cockpit.scope.lang());
  const lang = () => Cockpit.scope.lang();
  const zone = () => document.getElementById("app").dataset.zone;

  /** The question of the address: which indicator, where, when, narrowed to what; null where no passport is open. */
  function wanted() {
    const { indicator, region, at, dimension, window: named, panel } = Cockpit.scope.read();
    if (!Cockpit.scope.isPassport(indicator)) return null;
    const asked = { region, at, dimension, window: named || Cockpit.board.windowOf(indicator, panel) || "today", lang: lang() };
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
    return { indicator, asked, address: `/api/v1/passports/${encodeURIComponent(indicator)}?${query}` };
  }

  /** Opens, turns or closes the sheet, as the address says. */
  function sync() {
    const want = wanted();
    if (!want) {
      if (dialog) dialog.close();
      return;
    }
    if (!dialog) open();
    if (want.address === shown) return;
    shown = want.address;
    load(want, true);
  }

  function open() {
    dialog = make("dialog", "sheet", document.body);
    dialog.setAttribute("aria-labelledby", "sheet-title");
    const own = dialog;
    const opener = document.activeElement;
    dialog.addEventListener("close", () => {
      clearTimeout(timer);
      own.remove();
      dialog = null;
      shown = "";
      told = null;
      if (wanted()) Cockpit.scope.go({ indicator: "", panel: "" });
      if (opener && opener.isConnected) opener.focus();
    });
    dialog.addEventListener("click", (event) => event.target === own && own.close());
    const head = make("header", "sheet-head", dialog);
    const title = make("h2", "sheet-title", head);
    title.id = "sheet-title";
    const close = make("button", "sheet-close", head);
    close.type = "button";
    say(close, t("close"));
    close.addEventListener("click", () => own.close());
    make("div", "sheet-body", dialog);
    dialog.showModal();
  }

  /** Asks and paints; `anew`: the whole sheet, else only what lives. It asks again for as long as it is open and looks at now. */
  async function load(want, anew) {
    clearTimeout(timer);
    const body = dialog.querySelector(".sheet-body");
    try {
      const answer = await fetch(want.address);
      const found = await answer.json();
      if (!dialog || want.address !== shown) return;
      if (!answer.ok) throw new Error(found.error);
      if (anew || !told) paint(body, want, found);
      else numbers(body, found);
      told = found;
    } catch (error) {
      if (!dialog || want.address !== shown) return;
      if (anew) body.replaceChildren();
      fail(body, String(error.message || error));
    }
    if (!want.asked.at) timer = setTimeout(() => dialog && want.address === shown && load(want, false), AGAIN_MS);
  }

  function fail(body, reason) {
    const line = body.querySelector(":scope > .sheet-failed") || make("p", "sheet-failed", body);
    line.setAttribute("role", "alert");
    say(line, t("sheet_failed") + reason);
  }

  const text = (titles, otherwise) => (titles && (titles[lang()] || titles.zh || titles.en)) || otherwise || "";

  function whole(value, found) {
    return Cockpit.format.whole(value, { unit: found.passport.unit, decimals: found.decimals, lang: lang() });
  }

  function moment(iso) {
    if (!iso) return Cockpit.format.MISSING;
    const ms = Date.parse(iso);
    return `${Cockpit.format.date(ms, { zone: zone(), lang: lang() })} ${Cockpit.format.clockTime(ms, { zone: zone(), seconds: ms % 60000 > 0 })}`;
  }

  function paint(body, want, found) {
    const { passport } = found;
    say(dialog.querySelector(".sheet-title"), `${text(passport.title, passport.name)} · ${found.region.name}`);
    body.replaceChildren();
    const value = make("p", "sheet-value", body);
    make("b", "", value);
    make("span", "light", value);
    if (found.filtered) say(make("span", "sheet-note", value), `${want.asked.dimension.split(":").slice(1).join(":")} · ${t("sheet_filtered")}`);
    const more = make("button", "sheet-records", body);
    more.type = "button";
    say(more, `${t("sheet_records")} ›`);
    more.addEventListener("click", () => Cockpit.records.show(body, { want, found, back: () => paint(body, want, told) }));
    facts(make("dl", "sheet-facts", body), found);
    sides(body, found);
    children(body, t("sheet_regions"), found, found.regions, (row) => [row.name, { region: row.code }]);
    for (const [name, rows] of Object.entries(found.dimensions)) {
      const to = (row) => [row.name || row.key || t("no_value"), { dimension: `${name}:${row.key}` }];
      children(body, `${t("sheet_by")}${text(found.titles[name], name)}`, found, rows, to);
    }
    numbers(body, found);
  }

  /** What lives: the value, its light, and how fresh it is. */
  function numbers(body, found) {
    const value = body.querySelector(".sheet-value");
    if (!value) return;
    say(value.firstChild, whole(found.reading.value, found));
    light(value.children[1], found.reading.light, lang());
    const failed = body.querySelector(":scope > .sheet-failed");
    if (failed) failed.remove();
    const live = {
      count: Cockpit.format.decimal(found.reading.count, 0, lang()),
      coverage: `${Cockpit.format.decimal(found.reading.coverage * 100, 0, lang())} %`,
      as_of: moment(found.reading.as_of),
      status: [Cockpit.word(found.freshness.status, lang()), found.freshness.reason, found.freshness.degraded].filter(Boolean).join(" · "),
    };
    for (const [key, words] of Object.entries(live)) {
      const node = body.querySelector(`[data-fact="${key}"]`);
      if (node) say(node, words);
    }
  }

  function facts(list, found) {
    const { passport } = found;
    const number = (value) => (value === null ? null : whole(value, found));
    const limits = passport.thresholds || {};
    const thresholds = ["warn", "alarm"].filter((name) => limits[name] !== null).map((name) => `${Cockpit.word(name === "warn" ? "watch" : "alarm", lang())} ${number(limits[name])}`);
    const bound = passport.error && `± ${Cockpit.format.decimal(passport.error.bound * 100, 1, lang())} % ${passport.error.kind === "relative" ? t("sheet_relative") : ""}`;
    const rows = [
      ["definition", text(passport.definition)], ["formula", formula(passport.formula)], ["where", passport.where],
      ["window", `${moment(found.from)} – ${moment(found.to)}`],
      ["direction", t(`sheet_${passport.direction === "target" ? "target_dir" : passport.direction}`)],
      ["target", number(passport.target)], ["thresholds", thresholds.join(" · ")],
      ["baseline", Cockpit.baselines.lines(passport.baselines, passport.unit, lang()).join(" · ")],
      ["count", ""], ["coverage", ""], ["as_of", ""], ["status", ""],
      ["error", bound || t("sheet_exact")], ["since", passport.counts_since ? moment(passport.counts_since) : t("sheet_always")],
      ["owner", passport.owner], ["source", `${text(passport.slot_title, passport.slot)} · ${t("sheet_topic")} ${passport.topic}`],
    ];
    for (const [key, words] of rows) {
      if (words === null || words === undefined || (words === "" && !["count", "coverage", "as_of", "status"].includes(key))) continue;
      say(make("dt", "", list), t(`sheet_${key}`));
      const said = make("dd", "", list);
      said.dataset.fact = key;
      say(said, words);
    }
  }

  /** `count(stars >= 4) ÷ count(stars IS NOT NULL) × 100` */
  function formula(measure) {
    if (measure.ratio) {
      const scale = measure.scale && measure.scale !== 1 ? ` × ${measure.scale}` : "";
      return `${measure.ratio.map(formula).join(" ÷ ")}${scale}`;
    }
    const inner = [measure.of, measure.q && `q = ${measure.q}`, measure.where && `${measure.of ? "where " : ""}${measure.where}`];
    return `${measure.agg}(${inner.filter(Boolean).join(", ")})`;
  }

  function section(body, title) {
    const made = make("section", "sheet-part", body);
    say(make("h3", "", made), title);
    return made;
  }

  function sides(body, found) {
    if (!found.sides.length) return;
    const table = make("table", "sheet-table", section(body, t("sheet_sides")));
    found.sides.forEach((side, i) => {
      const row = make("tr", "", table);
      say(make("th", "", row), t(i ? "sheet_below" : "sheet_above"));
      say(make("td", "sheet-code", row), formula(side.formula));
      say(make("td", "sheet-number", row), Cockpit.format.parts(side.value, { decimals: Number.isInteger(side.value) ? 0 : 2, lang: lang() }).text);
    });
  }

  /** A table of what lies below; each row leads there, the board behind goes along. */
  function children(body, title, found, rows, to) {
    if (!rows.length) return;
    const table = make("table", "sheet-table", section(body, title));
    const counts = found.passport.formula.agg === "count" && !found.passport.formula.where; // then the value is the number of records
    if (!counts) heads(table);
    for (const row of rows) {
      const [name, patch] = to(row);
      const line = make("tr", "", table);
      const link = make("button", "sheet-child", make("th", "", line));
      link.type = "button";
      say(link, name);
      link.addEventListener("click", () => Cockpit.scope.go(patch));
      const value = make("td", "sheet-number", line);
      if (row.light === "watch" || row.light === "alarm") make("i", `mark mark-${row.light}`, value).title = Cockpit.word(row.light, lang());
      make("span", "", value).textContent = whole(row.value, found);
      if (!counts) say(make("td", "sheet-count", line), Cockpit.format.decimal(row.count, 0, lang()));
    }
  }

  /** What the second number of each row is: how many records stand behind the first. */
  function heads(table) {
    const line = make("tr", "sheet-heads", table);
    make("td", "", line);
    make("td", "", line);
    say(make("th", "sheet-count", line), t("sheet_rows"));
  }

  Cockpit.sheet = { sync, moment };
  Cockpit.scope.onAny(() => document.querySelector("#app .panel") && sync());
})();
