"""A page that says what is wrong, in both languages, and leads on. It stands alone: where it is shown nothing else may load."""

from __future__ import annotations

from html import escape
from typing import Final

_TITLES: Final = {
    400: ("这个地址不能这样打开", "This address cannot be opened like this"),
    403: ("这里只对本机开放", "This machine only"),
    404: ("这里没有页面", "There is no such page"),
    405: ("这个地址不能这样打开", "This address cannot be opened like this"),
    500: ("服务器出错了", "The server failed"),
    503: ("服务暂时不可用", "Not available just now"),
}
_FUTURE: Final = ("这个时刻还没有到来", "That moment has not come yet")
_OTHER: Final = ("出现了问题", "Something is wrong")
_NOW: Final = '回到现在 · <span lang="en">Back to now</span>'
_BOARD: Final = '返回看板 · <span lang="en">Back to the board</span>'
_STYLE: Final = """
:root{color-scheme:dark light;--ground:#0B1220;--text:#E8EEF7;--second:#9AAAC2;--accent:#35C2E8;--line:rgba(255,255,255,.14)}
@media(prefers-color-scheme:light){:root{--ground:#F4F7FB;--text:#0F1B2D;--second:#4A5B74;--accent:#0A779C;--line:rgba(11,18,32,.2)}}
body{margin:0;min-height:100vh;display:grid;place-content:center;background:var(--ground);color:var(--text);
font:18px/1.6 Inter,"Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
main{width:min(86vw,640px);border-top:1px solid var(--line);padding:24px 0}
.code{font-size:88px;font-weight:600;line-height:1.1;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
h1{margin:8px 0 0;font-size:24px;font-weight:500}
h1+p{margin:0;font-size:18px;color:var(--second)}
.why{margin:24px 0;color:var(--second);overflow-wrap:anywhere}
.why:not([lang]){margin-bottom:-16px;color:var(--text)}
a{display:inline-block;min-height:44px;line-height:44px;margin-right:32px;color:var(--accent);text-decoration:none}
a:hover{text-decoration:underline}a:focus-visible{outline:2px solid var(--accent);outline-offset:4px}
"""


def error_page(status: int, reason: str, live: str = "", *, zh: str = "", board: str = "") -> str:
    """The HTML. `reason`: one sentence for whoever typed the address, `zh` the same in Chinese; shown as text.

    `live`: the address of what was asked for as it is now, where a moment was asked for that has not come; `board`: that of
    the board without what was wrong.
    """
    title, title_en = _FUTURE if live else _TITLES.get(status, _OTHER)
    words, to = (_NOW, live) if live else (_BOARD, board)
    back = f'<a href="{escape(to)}">{words}</a>' if to else ""
    told = f'<p class="why">{escape(zh)}</p>' if zh else ""
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{status} {title} · {title_en}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body><main>'
        f'<div class="code">{status}</div><h1>{title}</h1><p lang="en">{title_en}</p>'
        f'{told}<p class="why" lang="en">{escape(reason)}</p>'
        f'<nav>{back}<a href="/">驾驶舱</a><a href="/?lang=en" lang="en">Cockpit</a></nav></main></body></html>'
    )
