// The words of the duty desk in both languages; those of the boards are in i18n.js, those of all surfaces in dispatch_words.js.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});

  const STATES = {
    AVAILABLE: ["空闲", "Available"], BUSY: ["忙", "Busy"], ON_BREAK: ["休息", "On a break"], UNAVAILABLE: ["不可用", "Unavailable"],
  };

  const VERBS = {
    receive: ["上报", "Report"], accept: ["受理", "Accept"], reject: ["不予受理", "Reject"], file: ["立案", "File"], cancel: ["作废", "Cancel"],
    dispatch: ["派遣", "Dispatch"], sign: ["签收", "Sign for"], return: ["退回重派", "Send back"], start: ["开始处置", "Start"], suspend: ["申请挂账", "Ask to suspend"],
    approve: ["批准", "Approve"], deny: ["不批准", "Deny"], resume: ["恢复处置", "Resume"], report: ["反馈结果", "Report back"], verify: ["核查", "Verify"],
    pass: ["核查通过", "Pass"], fail: ["返工", "Rework"], review: ["回访评价", "Review"], reopen: ["重新立案", "Reopen"], archive: ["归档", "Archive"],
    supervise: ["督办", "Supervise"], urge: ["催办", "Urge"], "add-unit": ["加派", "Add a unit"], note: ["备注", "Note"], merge: ["合并", "Merge"],
    draft: ["起草指令", "Draft"], issue: ["下发", "Issue"], send: ["发送", "Send"], deliver: ["送达", "Deliver"], depart: ["出发", "Depart"], arrive: ["到场", "Arrive"],
    complete: ["完成", "Complete"], refuse: ["拒绝", "Refuse"], expire: ["失效", "Expire"], read: ["已阅", "Read"], assist: ["请求支援", "Ask for help"],
    "start-plan": ["启动预案", "Start the plan"], "tick-step": ["完成步骤", "Tick off"], "skip-step": ["跳过步骤", "Skip"], "stop-plan": ["终止预案", "Stop the plan"],
    "begin-exercise": ["开始演练", "Begin the exercise"], "import-roster": ["导入值班表", "Import the roster"], "undo-roster": ["撤销导入", "Take the import back"], "end-exercise": ["结束演练", "End the exercise"],
  };

  const ROLES = {
    collector: ["监督员", "Collector"], registrar: ["受理员", "Registrar"], chief: ["值班长", "Duty chief"], dispatcher: ["派遣员", "Dispatcher"],
    department: ["专业部门", "Department"], inspector: ["督查员", "Inspector"], leader: ["领导", "Leader"], unit: ["处置单位", "Unit"],
    administrator: ["管理员", "Administrator"], system: ["系统", "System"],
    grid_worker: ["网格员", "Grid worker"], grid_leader: ["网格长", "Grid leader"], supervisor: ["督导员", "Supervisor"], expert: ["专家", "Expert"], press: ["新闻发布", "Press"], command: ["指挥部", "Command"], water_experts: ["供水专家", "Water experts"], patrol: ["巡查抢修单位", "Patrols"],
  };

  const FIELDS = {
    reason: ["原因", "Reason"], opinion: ["意见", "Opinion"], unit: ["单位", "Unit"], deadline: ["时限", "Deadline"], stars: ["评价", "Stars"], reply: ["答复", "Reply"],
    duplicate_of: ["与此重复", "Duplicate of"], duplicates: ["重复上报", "Reported again as"], number: ["编号", "Number"],
    title: ["标题", "Title"], category: ["类别", "Category"], subcategory: ["小类", "Subclass"], priority: ["紧急程度", "Priority"], address: ["地址", "Address"], region: ["区域", "Area"],
    level: ["等级", "Level"], hours: ["小时数", "Hours"], action: ["要求", "What to do"],
    place: ["位置", "Place"], description: ["描述", "Description"], channel: ["来源", "Channel"], reporter: ["上报人", "Reporter"], phone: ["电话", "Phone"], name: ["姓名", "Name"],
    text: ["指令内容", "Order"], ttl: ["有效期", "Valid for"], solved: ["已解决", "Solved"], done: ["办理情况", "What was done"], why_not: ["未解决原因", "Why not"], public_answer: ["公开答复", "Public answer"],
    lead: ["主办单位", "Lead unit"], co_units: ["协办单位", "Co-units"], reported_at: ["上报时间", "Reported"], recurrence: ["重复发生", "Recurrence"],
  };

  const words = {
    duty: ["指挥值守", "Duty desk"], boards: ["看板", "Boards"], acting: ["当前身份", "Acting as"], all_city: ["全市", "Whole city"], your_name: ["姓名", "Name"], role: ["岗位", "Role"], save: ["确定", "Save"],
    search: ["搜索编号、标题、地址、单位", "Search number, title, address, unit"], filters: ["筛选", "Filters"], states: ["按状态", "By state"], ttl: ["有效期", "Valid for"], an_incident: ["事件", "Incident"], any_category: ["全部类别", "All categories"], any_region: ["全部区域", "All areas"],
    all: ["全部", "All"], mine: ["待我办理", "My turn"], ended: ["已办结", "Ended"], open_incidents: ["未结事件", "Open incidents"], list_changed: ["有更新", "Updates"], show_now: ["按紧急程度重排", "sort again"],
    new_incident: ["新建事件", "New incident"], report_here: ["在此上报", "Report here"], near_here: ["周边资源", "What is near"], empty: ["没有未结事件", "No open incidents"],
    empty_then: ["新事件会自动出现在这里。按 N 手工上报，或在地图上点选位置上报。", "New ones appear here by themselves. Press N to report one by hand, or click on the map where it is."],
    none_such: ["没有符合筛选的事件", "Nothing matches the filters"], clear: ["清除筛选", "Clear the filters"], more_open: ["只列出最近 500 件", "only the newest 500 are listed"],
    choose_one: ["选择一个事件", "Choose an incident"], choose_then: ["用 J / K 或方向键移动，Enter 打开。", "Move with J / K or the arrows, open with Enter."],
    due_at: ["到期", "due"], step_clock: ["本环节", "This step"], overall_clock: ["总时限", "Overall"], since: ["自", "since"],
    tab_work: ["概况", "Overview"], tab_orders: ["指令", "Orders"], tab_plans: ["预案", "Plans"], tab_log: ["过程", "History"], tab_replay: ["回放", "Replay"],
    next_by: ["下一步由", "Next:"], act_as: ["以此身份办理", "act as"], nothing_now: ["此身份现在没有可办的步骤", "nothing to do for this role now"], over: ["流程已结束", "This incident is over"],
    orders_run: ["还有 {} 条指令在执行", "{} of its orders still run"], call_off: ["撤回指令并关闭", "Call off the orders and close"],
    other_acts: ["其他", "More"], confirm: ["提交", "Submit"], back: ["取消", "Cancel"], optional: ["可不填", "optional"], required: ["必填", "required"], yes: ["是", "Yes"], no: ["否", "No"], unsaid: ["未说明", "Not said"],
    nearest_one: ["最近的合适单位：", "nearest suitable:"], nearest: ["最近的合适单位", "Nearest suitable units"], excluded: ["未列入的单位及原因", "Units left out, and why"], straight: ["直线距离", "straight line"], none_suitable: ["没有合适的单位", "No suitable unit"],
    order_to: ["下发给", "Order to"], grave: ["重大事项，须第二人审批", "Grave: a second person must approve"], draft_only: ["只起草", "Draft only"], draft_issue: ["起草并下发", "Draft and issue"],
    new_order: ["新指令", "New order"], no_orders: ["还没有指令", "No orders yet"], no_orders_then: ["按 O 向最近的合适单位下达指令。", "Press O to order the nearest suitable unit."],
    second: ["待第二人审批", "A second person must approve"], second_not: ["起草人不能自己审批", "the author cannot approve it"], approved_by: ["审批人", "approved by"], by: ["起草", "by"], 
    expires: ["失效于", "expires"], minutes: ["分钟", "min"], write_text: ["请写明指令内容", "Say what is to be done"],
    no_plans: ["没有匹配的预案", "No plan fits"], no_plans_then: ["按类别、等级和区域匹配 plans/ 中的预案。", "Plans are matched by category, priority and area."], plan_running: ["执行中", "running"], plan_over: ["已结束", "over"], plan_fits: ["匹配", "fits"],
    tick: ["完成", "Done"], skip: ["跳过", "Skip"], within: ["时限", "within"], skip_reason: ["跳过原因", "Why it is skipped"], stop_reason: ["终止原因", "Why the plan is stopped"],
    resources: ["资源", "Resources"], messages: ["通知", "Messages"], gantt: ["时序", "Course"], journal: ["记录", "Journal"], now: ["现在", "now"],
    context: ["现场周边", "Around the place"], context_m: ["1 公里内", "within 1 km"], indicators: ["本区指标", "Figures of the area"], window_24h: ["近 24 小时", "last 24 h"], window_today: ["今日", "today"], similar: ["可能重复", "May be the same"], merge_into: ["并入", "Merge into"], same_as: ["重复上报，同", "The same as"], weather: ["天气", "Weather"], weather_none: ["未接入天气数据", "no weather source"], indicators_none: ["周边没有指标数据", "no figures for this place"], cameras: ["附近视频", "Cameras near"], watch_it: ["查看", "Watch"], no_picture: ["无视频地址", "no video address"],
    around_failed: ["现场信息没有全部取到", "Not everything around the place could be had"], ask_again: ["重试", "Try again"],
    play: ["播放", "Play"], pause: ["暂停", "Pause"], replay_failed: ["无法回放", "The replay is not to be had"], replay_before: ["尚未上报", "Not reported yet"], replay_then: ["当时所知", "as then known"], replay_no_units: ["当时的单位位置已不在日志中", "Where the units were is no longer in the log"], replaying: ["回放", "Replay"],
    screen_then: ["下令时的画面", "What was on screen"], screen_none: ["没有留存画面", "No screen was kept"], screen_none_then: ["指令下发后约 2 秒内留存；起草时没有看板的指令没有画面。", "It is kept within about 2 seconds of issuing; an order drafted without a board has none."], screen_no_numbers: ["画面上没有数值面板", "no numbers were on this screen"],
    messages_sent: ["群发记录", "Messages sent"], messages_none: ["还没有群发通知", "Nothing was sent yet"], messages_none_then: ["发出的通知和回执会列在这里。", "What is sent, and who has read it, will be listed here."], read_by: ["已读", "read"], read_at: ["已读于", "read"], unread: ["未读", "not read"], left_out: ["未通知", "Not told"], channel_waiting: ["等待发送", "waiting"], channel_delivered: ["已送达", "delivered"], channel_failed: ["发送失败", "failed"], channel_withheld: ["演练不外发", "withheld"],
    roster: ["值班表与通讯录", "Roster and address book"], people: ["人员", "people"], shifts: ["班次", "shifts"], on_duty_now: ["当前在岗", "On duty now"], on_duty_none: ["值班表没有安排任何人在岗", "the roster has nobody on duty now"], roster_not: ["值班长或管理员（全市）可以更换值班表", "a duty chief or an administrator of the whole city changes it"],
    roster_new: ["导入", "Import"], roster_what: ["选择 people.csv、units.csv、duty.csv，或含同名工作表的 Excel 文件；先预览，确认后立即生效。", "Choose people.csv, units.csv, duty.csv, or a workbook with sheets of these names; you see what it changes before it counts."], files: ["文件", "Files"], mistakes: ["错误", "Mistakes"], roster_mend: ["改正后重新选择文件；现行值班表不受影响。", "Mend them and choose the files again; what is in force stays."], roster_apply: ["导入并生效", "Put in force"], roster_same: ["与现行内容相同", "the same as what is in force"], undo: ["撤销上次导入", "Take the last import back"], rows: ["行", "rows"], rows_added: ["新增", "new"], rows_changed: ["变更", "changed"], rows_removed: ["删除", "gone"],
    planned: ["计划", "planned"], actual: ["实际用时", "time taken"], gantt_open: ["进行中", "going on"],
    report_doc: ["处置报告", "Report"], as_page: ["网页", "HTML"], as_pdf: ["PDF", "PDF"],
    waiting: ["等待发送", "waiting to be sent"], waiting_n: ["项等待发送", "waiting to be sent"], refused_n: ["项被退回", "refused"], sending: ["正在发送", "sending"], dismiss: ["知道了", "Dismiss"], waits_for_last: ["上一步尚未送达，请稍候", "the step before is still on its way"], retrying: ["连接恢复后自动发送，刷新页面也不会丢失", "sent by themselves when the line is back; nothing is lost when the page is loaded anew"],
    sent: ["已办理", "done"], refused: ["被退回", "refused"], now_legal: ["现在可以", "legal now"], gone: ["与服务器的连接中断", "The server cannot be reached"], gone_since: ["显示的是此刻的情况：", "what is shown is from"], failed: ["服务器无法回答", "The server cannot answer"],
    menu: ["菜单", "Menu"], exercise_menu: ["演练", "Exercise"], broadcast: ["群发通知", "Broadcast"], template: ["模板", "Template"], own_words: ["自拟", "own words"], words: ["内容", "Words"],
    send: ["发送", "Send"], recipients: ["接收人", "Recipients"], channels: ["同时发送到", "Also by"], nobody_chosen: ["请选择接收人", "Choose who is to hear it"], exercise_not: ["此身份不能管理演练", "exercises are not for this role"],
    exercise_what: ["演练中新建的事件和指令都带水印，不计入统计，可一键清场。", "What is reported and ordered in an exercise is marked everywhere, never counted, and can be put away together."],
    exercise_begin: ["开始演练", "Begin the exercise"], exercise_end: ["结束演练", "End the exercise"], exercise_reset: ["清场", "Put away what was played"],
    was_put_away: ["{when} 清场，已收起 {incidents} 件事件、{orders} 条指令", "Put away at {when}: {incidents} incidents, {orders} orders"], put_away: ["已清场", "put away"],
    help: ["快捷键", "Keys"], close: ["关闭", "Close"], urged_n: ["催办", "urged"], supervised_n: ["督办", "supervised"], reworked_n: ["返工", "reworked"], returned_n: ["退回", "sent back"],
    key_move: ["上一个 / 下一个", "previous / next"], key_open: ["打开详情", "open the detail"], key_search: ["搜索", "search"], key_new: ["新建事件", "new incident"], key_order: ["下达指令", "order a unit"], key_map: ["到地图", "to the map"],
    key_tabs: ["详情页签", "tabs of the detail"], key_replay: ["回放：逐步 / 播放", "in the replay: step by step, play"], key_verbs: ["办理：按钮上的字母", "act: the letter on the button"], key_filter: ["只看待我办理", "my turn only"], key_sort: ["列表按紧急程度重排", "sort the list again"], key_who: ["切换身份", "who acts"], key_help: ["本页", "this page"], key_back: ["返回", "back"],
    map: ["地图", "Map"], detail: ["详情", "Detail"], list: ["列表", "List"], pick_place: ["在地图上点选位置", "Click the place on the map"], no_place: ["未定位", "no place"], locate: ["在地图上查看", "show on the map"], theme_light: ["浅色", "Light"], theme_dark: ["深色", "Dark"],
    whole_city: ["全市", "whole city"], units_free: ["可派", "free"], units_all: ["单位", "units"], days: ["天", "d"], stars_of: ["星", "stars"], attachments: ["附件", "attachments"], seal: ["封印", "seal"],
  };
  for (const [prefix, pairs] of Object.entries({ state_: STATES, verb_: VERBS, role_: ROLES, field_: FIELDS })) {
    for (const [key, pair] of Object.entries(pairs)) words[prefix + key] = pair;
  }
  Cockpit.addWords(words);

  const told = JSON.parse(document.getElementById("duty-told").textContent);
  const t = (key) => Cockpit.word(key, told.lang);
  /** The word of a kind (state, verb, role, field); the server's own name where nobody has written one. */
  const named = (kind, key) => {
    const full = `${kind}_${key}`;
    const found = t(full);
    return found === full ? String(key) : found;
  };
  const Duty = (window.Duty = window.Duty || {});
  Object.assign(Duty, { told, t, named });
})();
