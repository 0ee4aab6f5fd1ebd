// The words of incidents and orders on every surface, the same as cockpit/dispatch/words.py has for reports: a test compares the two.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});

  const STATES = {
    REPORTED: ["已上报", "Reported"], ACCEPTED: ["已受理", "Accepted"], FILED: ["已立案", "Filed"], DISPATCHED: ["已派遣", "Dispatched"],
    SIGNED: ["已签收", "Signed for"], HANDLING: ["处置中", "Handling"], SUSPEND_REQUESTED: ["申请挂账", "Suspension asked"],
    SUSPENDED: ["挂账", "Suspended"], REPORTED_BACK: ["已反馈", "Reported back"], VERIFYING: ["核查中", "Verifying"], CLOSED: ["已结案", "Closed"],
    REVIEWED: ["已评价", "Reviewed"], ARCHIVED: ["已归档", "Archived"], REJECTED: ["不予受理", "Rejected"], CANCELLED: ["已作废", "Cancelled"],
    DRAFT: ["草拟", "Draft"], ISSUED: ["已下发", "Issued"], SENT: ["已发送", "Sent"], DELIVERED: ["已送达", "Delivered"],
    EN_ROUTE: ["前往中", "On the way"], ON_SCENE: ["已到场", "On scene"], DONE: ["已完成", "Done"], REFUSED: ["已拒绝", "Refused"],
    EXPIRED: ["超时失效", "Expired"], WAITING: ["等待前序", "Waits"], OPEN: ["待办", "To do"], SKIPPED: ["跳过", "Skipped"], DROPPED: ["未做", "Dropped"],
  };

  /** What was done, as a history says it; what a button offers is said elsewhere. */
  const DONE = {
    receive: ["上报", "Reported"], accept: ["受理", "Accepted"], reject: ["不予受理", "Rejected"], file: ["立案", "Filed"],
    cancel: ["作废", "Cancelled"], dispatch: ["派遣", "Dispatched"], sign: ["签收", "Signed for"], return: ["退回重派", "Sent back"],
    start: ["开始处置", "Started"], suspend: ["申请挂账", "Asked to suspend"], approve: ["批准", "Approved"], deny: ["不批准", "Denied"],
    resume: ["恢复处置", "Resumed"], report: ["反馈结果", "Reported back"], verify: ["核查", "Verifying"], pass: ["核查通过", "Passed"],
    fail: ["返工", "Rework"], review: ["回访评价", "Reviewed"], reopen: ["重新立案", "Reopened"], archive: ["归档", "Archived"],
    supervise: ["督办", "Supervised"], urge: ["催办", "Urged"], "add-unit": ["加派", "Unit added"], note: ["备注", "Note"],
    absorb: ["并入重复上报", "Duplicate taken in"], draft: ["起草指令", "Order drafted"], issue: ["下发", "Issued"], send: ["发送", "Sent"],
    deliver: ["送达", "Delivered"], read: ["已阅", "Read"], depart: ["出发", "Departed"], arrive: ["到场", "Arrived"],
    complete: ["完成", "Completed"], refuse: ["拒绝", "Refused"], expire: ["失效", "Expired"], assist: ["请求支援", "Asked for help"],
    freeze: ["留存画面", "Screen kept"], postpone: ["顺延时限", "Deadline moved"],
    renew: ["预警更新", "Alert renewed"], withdraw: ["预警解除", "Alert withdrawn"], broadcast: ["群发通知", "Told many"], channel: ["渠道送达", "Channel"], "start-plan": ["启动预案", "Plan started"],
    "tick-step": ["完成步骤", "Step done"], "skip-step": ["跳过步骤", "Step skipped"], "stop-plan": ["终止预案", "Plan stopped"],
    "begin-exercise": ["开始演练", "Exercise begun"], "end-exercise": ["结束演练", "Exercise ended"], "reset-exercise": ["清场", "Exercise put away"],
  };

  const PRIORITIES = { LOW: ["低", "Low"], NORMAL: ["一般", "Normal"], HIGH: ["紧急", "High"], URGENT: ["特急", "Urgent"] };

  const CLOCKS = { green: ["时限内", "in time"], yellow: ["即将超时", "due soon"], red: ["已超时", "overdue"] };

  /** What the cockpit itself gives as a reason, as the journal has it. */
  const REASONS = {
    "its time to live ran out": ["超过有效时限未签收", "its time to live ran out"],
    "the sender withdrew the alert": ["发布方已解除预警", "the sender withdrew the alert"],
    "its incident was settled": ["所属事件已办结", "its incident was settled"],
    "none was given": ["未说明原因", "none was given"],
  };

  const words = {
    clock_none: ["无时限", "no limit"], clock_still: ["计时暂停", "clock stopped"], exercise: ["演练", "EXERCISE"], needs_help: ["请求支援", "needs help"],
    outside: ["市域外", "beyond the city"],
    left: ["剩 {}", "{} left"], over_by: ["超 {}", "{} over"], just_over: ["刚超时", "just overdue"],
  };
  const put = (prefix, pairs) => Object.entries(pairs).forEach(([key, pair]) => (words[prefix + key] = pair));
  put("state_", STATES);
  put("did_", DONE);
  put("priority_", PRIORITIES);
  put("reason_", REASONS);
  put("clock_", CLOCKS);
  put("clock_", { fine: CLOCKS.green, watch: CLOCKS.yellow, alarm: CLOCKS.red });
  Cockpit.addWords(words);

  const UNITS = { d: ["天", "d"], h: ["小时", "h"], min: ["分", "min"], s: ["秒", "s"] };

  /** A time in its two greatest units, each with its word, so that none is taken for another: 3 小时 57 分, 3 min 43 s. */
  function lasting(ms, lang) {
    const s = Math.floor(Math.abs(ms) / 1000);
    const all = [["d", Math.floor(s / 86400)], ["h", Math.floor((s % 86400) / 3600)], ["min", Math.floor((s % 3600) / 60)], ["s", s % 60]];
    const first = all.findIndex(([, amount]) => amount);
    const told = first < 0 ? [["s", 0]] : all.slice(first, first + 2).filter(([, amount]) => amount);
    return told.map(([unit, amount]) => `${amount} ${UNITS[unit][lang === "en" ? 1 : 0]}`).join(" ");
  }

  /** How long until a limit: 剩 3 分 43 秒; past it 超 1 小时 5 分, and 刚超时 in the first minute. */
  function timeLeft(ms, lang) {
    if (ms < 0 && ms > -60000) return Cockpit.word("just_over", lang);
    return Cockpit.word(ms < 0 ? "over_by" : "left", lang).replace("{}", lasting(ms, lang));
  }

  /** A reason as it is said: the cockpit's own in the language of the screen, people's as they gave it. */
  const reasonIn = (text, lang) => (text && text in REASONS ? Cockpit.word(`reason_${text}`, lang) : text || "");

  Object.assign(Cockpit, { lasting, timeLeft, reasonIn });
})();
