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
    l_refused: ["未被接受", "not accepted"], l_dismiss: ["知道了", "Dismiss"], l_lang: ["English", "中文"], l_by: ["提请人", "asked by"],
    l_boards: ["看板", "Boards"], l_demo: ["演示数据", "Demo data"], l_system: ["系统", "the system"], l_order: ["指令：", "Order: "], l_incident: ["事件：", "Incident: "],
    l_between: ["中间还有 {} 步，见值守台", "{} steps between, at the duty desk"], l_more: ["起更多，见值守台", "more at the duty desk"],
  });
  const t = (key) => window.Cockpit.word(key, told.lang);
  const own = () => localStorage.getItem(KEPT) || (told.lang === "en" ? "Leader" : "分管领导");
  const ascii = (value) => JSON.stringify(value).replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const now = () => ({ name: own(), role: "leader", region: null });
  const Leader = (window.Leader = { told, t, lang: told.lang, name: own, rename: (name) => localStorage.setItem(KEPT, name) });
  Leader.clock = (at) => window.Cockpit.format.moment(typeof at === "string" ? Date.parse(at) : at, Leader.now(), { zone: told.zone, lang: told.lang });
  Leader.unit = (id) => told.units.find((one) => one.id === id)?.name || id;
  Leader.place = (code) => told.regions[code] || code;
  window.Duty = { told, actor: { now, header: (one = now()) => ascii(one) } }; // what the desk's line needs to know
})();
