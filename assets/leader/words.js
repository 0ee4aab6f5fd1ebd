// The words of the leader page, what it was told, and who acts: a name kept by this browser. Until there are logins this is a claim.
(() => {
  "use strict";
  const told = JSON.parse(document.getElementById("leader-told").textContent);
  const KEPT = "leader-name";
  window.Cockpit.addWords({
    l_open: ["未结事件", "Open incidents"], l_today: ["今日受理", "Received today"], l_sign: ["指令签收时长", "Time to sign orders"],
    l_overdue: ["起超时", "overdue"], l_none_overdue: ["全部在时限内", "all within their limits"], l_closed: ["起已结案", "closed"],
    l_why_sign: ["九成指令在此时间内签收", "nine of ten orders are signed within this time"], l_no_orders: ["24 小时内无指令", "no orders within 24 hours"],
    l_approve_title: ["待我批准", "Waiting for my approval"], l_list: ["最需要关注的事件", "What needs attention most"], l_all_fine: ["当前没有未结事件", "No open incidents"],
    l_fine_hint: ["有新事件时显示在这里，最紧急的排在最前", "What happens next appears here, the gravest first"],
    l_ask: ["请求派单", "Ask for an order"], l_supervise: ["督办", "Supervise"], l_urge: ["催办", "Urge"], l_desk: ["值守台", "Duty desk"],
    l_approve: ["批准", "Approve"], l_turn_down: ["不批准", "Turn down"], l_why: ["理由（必填）", "Reason (needed)"], l_back: ["返回", "Back"], l_send: ["提交", "Send"],
    l_grave: ["重大指令：须另一人批准后才下达", "Grave: goes out only after another person has approved it"], l_unit: ["派给", "Unit"], l_text: ["要做什么", "What is to be done"],
    l_ask_hint: ["提交后由值守台下达；重大指令由另一人批准", "The duty desk issues it; a grave one is approved by another person"], l_asked: ["已请求，等待下达", "asked for; waiting to be issued"],
    l_reported: ["上报", "Reported"], l_place: ["地点", "Place"], l_state: ["状态", "State"], l_who: ["承办", "On it"], l_until: ["时限", "Limit"], l_nobody: ["尚未派单", "nobody yet"],
    l_steps: ["经过", "What was done"], l_orders: ["指令", "Orders"], l_name: ["我是", "I am"], l_name_hint: ["姓名或职务，记入每一步", "name or post; kept with each step"],
    l_online: ["实时", "live"], l_offline: ["无连接", "no connection"], l_waiting: ["条待发送", "waiting"], l_metres: ["米", "m"], l_nearest: ["最近", "nearest"],
    l_refused: ["未被接受", "not accepted"], l_dismiss: ["知道了", "Dismiss"], l_lang: ["English", "中文"], l_by: ["提请人", "asked by"], l_help: ["请求支援", "needs help"],
    l_left: ["剩", "left"], l_over: ["超", "over"], l_paused: ["计时暂停", "clock stopped"], l_urgent: ["紧急", "urgent"], l_exercise: ["演练", "EXERCISE"], l_boards: ["看板", "Boards"],
    l_alarm: ["超时", "overdue"], l_watch: ["临期", "due soon"], l_fine: ["按时", "in time"], l_old: ["无时限", "no limit"], l_more: ["起更多，见值守台", "more at the duty desk"],
    ls_REPORTED: ["待受理", "reported"], ls_ACCEPTED: ["已受理", "accepted"], ls_FILED: ["待派遣", "filed"], ls_DISPATCHED: ["已派遣", "dispatched"], ls_SIGNED: ["已签收", "signed"],
    ls_HANDLING: ["处置中", "in hand"], ls_SUSPEND_REQUESTED: ["申请挂账", "asks to suspend"], ls_SUSPENDED: ["挂账", "suspended"], ls_REPORTED_BACK: ["已反馈", "reported back"],
    ls_VERIFYING: ["核查中", "verifying"], ls_CLOSED: ["已结案", "closed"], ls_REVIEWED: ["已回访", "reviewed"],
    ls_DRAFT: ["待下达", "draft"], ls_ISSUED: ["已下达", "issued"], ls_SENT: ["已发出", "sent"], ls_DELIVERED: ["已送达", "delivered"], ls_EN_ROUTE: ["前往中", "on the way"],
    ls_ON_SCENE: ["已到场", "on scene"], ls_DONE: ["已完成", "done"], ls_REFUSED: ["被拒绝", "refused"], ls_EXPIRED: ["已过期", "expired"], ls_CANCELLED: ["已取消", "cancelled"],
    lv_receive: ["上报", "reported"], lv_accept: ["受理", "accepted"], lv_file: ["立案", "filed"], lv_dispatch: ["派遣", "dispatched"], lv_sign: ["签收", "signed"], lv_start: ["开始处置", "started"],
    lv_report: ["反馈", "reported back"], lv_verify: ["核查", "verifying"], lv_pass: ["核查通过", "passed"], lv_fail: ["返工", "failed"], lv_review: ["回访", "reviewed"], lv_draft: ["拟令", "order drafted"],
    lv_issue: ["下达", "issued"], lv_approve: ["批准", "approved"], lv_send: ["发出", "sent"], lv_deliver: ["送达", "delivered"], lv_depart: ["出发", "departed"], lv_arrive: ["到场", "arrived"],
    lv_complete: ["完成", "done"], lv_refuse: ["拒绝", "refused"], lv_expire: ["过期", "expired"], lv_assist: ["请求支援", "asks for help"], lv_supervise: ["督办", "supervised"], lv_urge: ["催办", "urged"],
    lv_note: ["备注", "note"], lv_return: ["退回", "returned"], lv_cancel: ["取消", "cancelled"], lv_suspend: ["申请挂账", "asks to suspend"], lv_resume: ["恢复", "resumed"], lv_deny: ["驳回", "denied"],
    "lv_start-plan": ["启动预案", "plan started"], "lv_tick-step": ["预案完成一步", "plan step done"], "lv_skip-step": ["预案跳过一步", "plan step skipped"], "lv_stop-plan": ["终止预案", "plan stopped"], "lv_add-unit": ["加派", "unit added"],
  });
  const t = (key) => window.Cockpit.word(key, told.lang);
  const own = () => localStorage.getItem(KEPT) || (told.lang === "en" ? "Leader" : "分管领导");
  const ascii = (value) => JSON.stringify(value).replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const now = () => ({ name: own(), role: "leader", region: null });
  const Leader = (window.Leader = { told, t, lang: told.lang, name: own, rename: (name) => localStorage.setItem(KEPT, name) });
  Leader.clock = (at) => window.Cockpit.format.clockTime(typeof at === "string" ? Date.parse(at) : at, { zone: told.zone });
  Leader.unit = (id) => told.units.find((one) => one.id === id)?.name || id;
  Leader.place = (code) => told.regions[code] || code;
  window.Duty = { told, actor: { now, header: (one = now()) => ascii(one) } }; // what the desk's line needs to know
})();
