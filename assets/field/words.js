// The words of the field page, and what the page was told.
(() => {
  "use strict";
  const told = JSON.parse(document.getElementById("field-told").textContent);
  const Field = (window.Field = { told });
  window.Cockpit.addWords({
    f_choose: ["我是哪个单位？", "Which unit are you?"], f_change: ["更换单位", "Change unit"], f_search: ["按名称或编号查找", "Search by name or number"],
    f_online: ["在线", "Online"], f_offline: ["无连接", "No connection"], f_waiting: ["条待发送", "waiting to be sent"],
    f_old: ["上次更新", "last heard"], f_orders: ["我的指令", "My orders"], f_none: ["当前没有指令", "No orders now"],
    f_none_hint: ["新指令会出现在这里并振动提醒，请勿关闭此页", "A new order appears here and the phone vibrates; keep this page open"],
    f_led_none: ["当前没有指令，但有主办的事件", "No orders now, but you lead what is below"], f_led: ["本单位主办、尚无指令的事件", "Led by this unit, no order yet"],
    f_led_hint: ["值守台下达指令后会出现在这里并振动提醒", "As soon as the duty desk orders something it appears here and the phone vibrates"],
    f_over: ["已结束", "Finished"], f_news: ["广播", "Broadcasts"], f_read: ["已读", "Read"], f_was_read: ["已回执", "receipt sent"],
    f_from: ["下达人", "from"], f_way: ["打开导航", "Open in maps"], f_sign_by: ["请在此前签收", "sign before"], f_do_by: ["完成期限", "to be done by"],
    f_queued: ["待发送", "waiting"], f_sending: ["发送中", "sending"], f_refused: ["未被接受", "not accepted"],
    f_dismiss: ["知道了", "Dismiss"], f_again: ["重新发送", "Send again"], f_cancel: ["返回", "Back"], f_send: ["提交", "Send"],
    f_reason: ["理由（必填）", "Reason (needed)"], f_note: ["处置情况", "What was done"], f_photo: ["拍照或选图", "Take or choose photos"],
    f_photos: ["张照片", "photos"], f_remove: ["移除", "Remove"], f_kept: ["已存入本机，恢复连接后自动发送", "Kept on this phone; it is sent as soon as there is a connection"],
    f_full: ["手机存储空间不足，请先清理再试", "This phone has no room left; free some and try again"], f_photo_bad: ["这不是可用的图片", "this is no picture that can be used"],
    f_help_on: ["已请求支援", "help was asked for"], f_grave: ["重大", "grave"],
    f_sign: ["签收", "Sign"], f_depart: ["出发", "Depart"], f_arrive: ["到达现场", "Arrived"], f_complete: ["完成", "Done"],
    f_refuse: ["拒绝", "Refuse"], f_assist: ["请求支援", "Ask for help"], f_do_note: ["备注", "Note"], f_deliver: ["送达", "Delivered"], f_order_read: ["已阅", "Read"],
    f_complete_title: ["完成并上报", "Report it done"], f_refuse_title: ["为什么不能执行？", "Why can it not be done?"],
    f_assist_title: ["需要什么支援？", "What help is needed?"], f_note_title: ["备注", "Note"],
    f_lang: ["English", "中文"], f_no_units: ["本市没有登记单位", "This city has no units"],
  });
  Field.t = (key) => window.Cockpit.word(key, told.lang);
  Field.clock = (text) => window.Cockpit.format.moment(Date.parse(text), Field.now(), { zone: told.zone, lang: told.lang });
})();
