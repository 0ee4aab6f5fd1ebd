// The words of the screen in both languages. Names of regions, indicators and values come with the data.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});

  const WORDS = {
    fine: ["正常", "normal"],
    watch: ["关注", "watch"],
    alarm: ["告警", "alarm"],
    live: ["实时", "live"],
    late: ["延迟", "late"],
    stale: ["陈旧", "stale"],
    dead: ["中断", "dead"],
    missing: ["无数据", "no data"],
    broken: ["故障", "broken"],
    loading: ["加载中", "loading"],
    last_good: ["最后有效", "last good"],
    line_lost: ["与服务器的连接中断", "The line to the server is down"],
    target: ["目标", "target"],
    today: ["今日", "today"],
    now: ["当前", "now"],

    yesterday: ["较昨日同时", "vs yesterday"],
    day_before: ["较前一日", "vs the day before"],
    last_week: ["较上周同时", "vs last week"],
    day_earlier: ["较早一日的同长时段", "vs the same span a day earlier"],
    week_earlier: ["较早一周的同长时段", "vs the same span a week earlier"],
    previous: ["较上一时段", "vs the period before"],
    previous_month: ["较上月同期", "vs last month"],
    previous_year: ["较去年同期", "vs last year"],
    line_yesterday: ["昨日", "yesterday"],
    line_day_before: ["前一日", "the day before"],
    step_minutes: ["每 {} 分钟", "per {} min"],
    step_hours: ["每 {} 小时", "per {} h"],
    step_days: ["每 {} 天", "per {} d"],
    unchanged: ["持平", "unchanged"],
    points: ["个百分点", "pp"],

    no_records: ["本时段暂无记录", "no records in this window yet"],
    no_records_then: ["对比时段无记录", "no records to compare with"],
    not_counted: ["本时段未接入数据", "not connected then"],
    not_asked: ["没有可用的读数", "no reading is available"],
    not_kept: ["对比时段的明细已过保存期", "the earlier detail is no longer kept"],
    then_not_whole: ["对比时段数据不完整", "no full comparison"],
    too_early: ["时段刚开始，暂不对比", "too early to compare"],
    no_regions: ["没有下级区域", "no regions below this one"],
    nothing_yet: ["暂无事项；有新事项时显示在这里", "nothing yet; what happens next appears here"],
    nothing_such: ["没有符合筛选的事项", "nothing that matches the filter"],
    only_now: ["只保留最新状态，无法回看", "only the latest state is kept: nothing to look back at"],
    no_value: ["（未填）", "(none given)"],
    past: ["非实时", "not live"],
    unfiltered: ["未随筛选", "not filtered"],
    unfiltered_partly: ["部分未随筛选", "partly filtered"],
    unfiltered_why: ["没有这个筛选项", "does not have what is filtered by"],
    why: ["这个数字从何而来", "Why this number"],
    no_data_ever: ["数据源尚未送达任何记录", "the source has not delivered anything yet"],
    no_webgl: ["此屏幕不支持 WebGL，地图无法绘制", "this screen has no WebGL, the map cannot be drawn"],

    score: ["得分", "score"],
    score_unit: ["分", "pts"],
    weight: ["权重", "weight"],
    contribution: ["贡献", "adds"],
    coverage: ["数据覆盖", "coverage"],
    version: ["版", "edition"],
    best_of_each: ["各项最高", "best of each"],
    area: ["辖区", "Area"],
    category: ["分类", "Category"],
    and_more: ["行未显示", "more rows"],
    more_columns: ["列未显示", "more columns"],
    heat_low: ["低", "low"],
    heat_high: ["高", "high"],
    video_waiting: ["正在连接视频", "connecting to the camera"],
    video_failed: ["视频暂时无法播放，正在重试", "the camera cannot be played just now; trying again"],
    video_unsupported: ["此浏览器不支持该视频格式", "this browser cannot play this kind of video"],

    aside: ["条未计入", "not counted"],
    aside_rejected: ["未计入", "not counted"],
    aside_late: ["迟到，只计入日值", "late, in day totals only"],
    aside_unplaced: ["位置不在区划内", "outside all areas"],
    aside_lost: ["未读到即已过期", "expired unread"],
    aside_coarsened: ["分钟或小时明细超出上限，只计入日值", "finer cells beyond the limit, in day totals only"],
    aside_coarse: ["明细已达上限", "detail at its limit"],
    aside_problem: ["城市文件有错", "mistakes in the city's files"],
    aside_drift: ["字段有变化", "fields have changed"],
    degraded: ["数据不全", "incomplete"],
    aside_title: ["未计入的记录", "Records that were not counted"],
    aside_since: ["自数据槽启用以来；最近的在前", "since each slot began; newest first"],
    aside_none: ["没有保存的记录", "none of them is kept"],
    aside_failed: ["暂时读不到这些记录", "the records cannot be read just now"],
    close: ["关闭", "Close"],

    city_fine: ["运行平稳", "All normal"],
    city_watch: ["需要关注", "Watch"],
    city_alarm: ["出现告警", "Alarm"],
    city_judged: ["项指标正常", "indicators"],
    city_abnormal: ["项异常", "abnormal"],
    city_old: ["项数据陈旧", "out of date"],
    city_old_word: ["数据陈旧", "Data out of date"],
    city_unknown: ["等待数据", "Waiting for data"],
  };

  /** More words, as a script brings them along that nobody else needs. */
  Cockpit.addWords = (more) => Object.assign(WORDS, more);

  /** The word in `zh` or `en`; the key itself where nobody has written one, so that a gap is seen. */
  Cockpit.word = (key, lang) => {
    const pair = WORDS[key];
    return pair ? pair[lang === "en" ? 1 : 0] : String(key);
  };
})();
