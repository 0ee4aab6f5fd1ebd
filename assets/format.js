// Numbers, units, times and ages as people read them. Formatters are kept: making one costs more than using it.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const MISSING = "—";

  const UNITS = {
    "1": ["", ""], "%": ["%", "%"], s: ["秒", "s"], min: ["分钟", "min"], h: ["小时", "h"], d: ["天", "d"], ms: ["毫秒", "ms"],
    "km/h": ["公里/时", "km/h"], km: ["公里", "km"], m: ["米", "m"], "CNY": ["元", "CNY"], "µg/m³": ["µg/m³", "µg/m³"], "ug/m3": ["µg/m³", "µg/m³"],
  };
  const SCALES = {
    zh: [[1e8, "亿"], [1e4, "万"]],
    en: [[1e9, "B"], [1e6, "M"]],
  };
  const SCALED_FROM = { zh: 1e5, en: 1e6 };

  const kept = new Map();
  function keep(key, make) {
    if (!kept.has(key)) kept.set(key, make());
    return kept.get(key);
  }

  function decimal(value, digits, lang, sign) {
    const locale = lang === "en" ? "en-GB" : "zh-CN";
    const format = keep(`n${locale}${digits}${sign || ""}`, () => new Intl.NumberFormat(locale, {
      minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: sign || "auto",
    }));
    return format.format(value);
  }

  function unit(code, lang) {
    const pair = UNITS[code];
    return pair ? pair[lang === "en" ? 1 : 0] : code || "";
  }

  /** `{text, unit}`: 123456 → {12.3, 万}; null → {—, ""}. */
  function parts(value, { unit: code = "1", decimals = 0, lang = "zh" } = {}) {
    if (value === null || value === undefined || !Number.isFinite(value)) return { text: MISSING, unit: "" };
    const size = Math.abs(value);
    if (size >= SCALED_FROM[lang]) {
      const [factor, word] = SCALES[lang].find(([limit]) => size >= limit);
      return { text: decimal(value / factor, size / factor < 100 ? 2 : 1, lang), unit: word + (lang === "en" && unit(code, lang) ? " " : "") + unit(code, lang) };
    }
    return { text: decimal(value, decimals, lang), unit: unit(code, lang) };
  }

  function whole(value, options) {
    const { text, unit: word } = parts(value, options);
    const tight = !word || word === "%" || options.lang !== "en";
    return text + (tight ? "" : " ") + word;
  }

  /** A score with its word: 61.7分, 61.7 pts. */
  const points = (value, lang, decimals = 0) => `${parts(value, { decimals, lang }).text}${lang === "en" ? " " : ""}${Cockpit.word("score_unit", lang)}`;

  const WANTED = { lower: "≤ ", higher: "≥ " };

  /** What is wanted, as 目标 ≤ 20秒; "" where nothing is. `plain`: without the unit, where a scale beside it has one. */
  function aim({ target, direction, unit: code, decimals = 0 }, lang, plain = false) {
    if (target === null || target === undefined) return "";
    const digits = Number.isInteger(target) ? 0 : Math.max(1, decimals);
    const number = plain ? decimal(target, digits, lang) : whole(target, { unit: code, decimals: digits, lang });
    return `${Cockpit.word("target", lang)} ${WANTED[direction] || ""}${number}`;
  }

  function clockTime(ms, { lang = "zh", zone, seconds = false } = {}) {
    const format = keep(`t${zone}${seconds}`, () => new Intl.DateTimeFormat("en-GB", {
      hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined, hourCycle: "h23", timeZone: zone,
    }));
    return format.format(ms);
  }

  function date(ms, { lang = "zh", zone, style = "long" } = {}) {
    const locale = lang === "en" ? "en-GB" : "zh-CN";
    const shape = style === "short" ? { month: "numeric", day: "numeric" } : { year: "numeric", month: lang === "en" ? "short" : "long", day: "numeric" };
    return keep(`d${locale}${zone}${style}`, () => new Intl.DateTimeFormat(locale, { ...shape, timeZone: zone })).format(ms);
  }

  function weekday(ms, { lang = "zh", zone } = {}) {
    const locale = lang === "en" ? "en-GB" : "zh-CN";
    return keep(`w${locale}${zone}`, () => new Intl.DateTimeFormat(locale, { weekday: lang === "en" ? "short" : "long", timeZone: zone })).format(ms);
  }

  /** A moment among others: 14:02 today, 11/20 14:02 on any other day. */
  function moment(ms, now, options) {
    const time = clockTime(ms, options);
    const [day, today] = [ms, now].map((at) => date(at, { ...options, style: "short" }));
    const year = (at) => keep(`y${options.zone}`, () => new Intl.DateTimeFormat("en-GB", { year: "numeric", timeZone: options.zone })).format(at);
    return day === today && year(ms) === year(now) ? time : `${day} ${time}`;
  }

  /** Hour of the day 0…23 in the zone, for the ticks of a time axis. */
  function hour(ms, zone) {
    return Number(keep(`h${zone}`, () => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone: zone })).format(ms));
  }

  /** How long ago, in one unit: 3 秒前, 5 min ago; `short`, behind a word that says so already: 5 min. */
  function age(seconds, lang, short = false) {
    const s = Math.max(0, Math.round(seconds));
    const [amount, zh, en] = s < 60 ? [s, "秒", "s"] : s < 3600 ? [Math.floor(s / 60), "分钟", "min"]
      : s < 86400 ? [Math.floor(s / 3600), "小时", "h"] : [Math.floor(s / 86400), "天", "d"];
    return lang === "en" ? `${amount} ${en}${short ? "" : " ago"}` : `${amount} ${zh}前`;
  }

  Cockpit.format = { MISSING, decimal, unit, parts, whole, points, aim, clockTime, date, moment, weekday, hour, age };
})();
