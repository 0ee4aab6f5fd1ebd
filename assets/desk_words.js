// The words of the desk: its toolbar, its keys, and tables as the alternative to charts.
(() => {
  "use strict";
  window.Cockpit.addWords({
    map: ["地图", "Map"],
    desk_tools: ["工具栏", "Toolbar"],
    desk_export: ["导出整个看板", "Export the board"],
    desk_duty: ["指挥值守", "Duty desk"],
    desk_enter: ["工作台", "Desk"],
    desk_leave: ["返回大屏", "Plain view"],
    desk_keys: ["快捷键", "Keys"],
    desk_light: ["浅色", "Light"],
    desk_dark: ["深色", "Dark"],
    desk_table: ["表格", "Table"],
    desk_as_table: ["以表格查看", "as a table"],
    desk_saving: ["正在生成…", "Working…"],
    desk_failed: ["未能完成，请稍后重试", "That did not work; try again in a moment"],
    desk_no_rows: ["本时段暂无数据", "nothing in this window yet"],
    desk_rows: ["行", "rows"],
    desk_as_of: ["截至", "as of"],
    key_boards: ["切换看板", "another board"],
    key_up: ["返回上一级", "one level up"],
    key_lang: ["中文 / English", "中文 / English"],
    key_table: ["当前面板的表格", "the focused panel as a table"],
    key_theme: ["浅色 / 深色", "light / dark"],
    key_xlsx: ["导出看板为 XLSX", "the board as XLSX"],
    key_png: ["导出看板为 PNG", "the board as PNG"],
    key_walk: ["在面板和行之间移动", "from panel to panel and row to row"],
    key_press: ["下钻、打开", "drill down, open"],
    key_help: ["显示快捷键", "these keys"],
  });
})();
