"""What tables are made of: columns with a heading and a unit, cells without false precision, and the words of both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from cockpit.panels.panel import Context

Kind = Literal["text", "number", "time"]
Cell = str | float | datetime | None

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "name": ("名称", "Name"),
    "title": ("名称", "Name"),
    "place": ("区域", "Area"),
    "spot": ("地点", "Place"),
    "code": ("代码", "Code"),
    "value": ("数值", "Value"),
    "score": ("得分", "Score"),
    "points": ("分", "points"),
    "rank": ("名次", "Rank"),
    "level": ("层级", "Level"),
    "weight": ("权重", "Weight"),
    "contribution": ("贡献", "Adds"),
    "coverage": ("覆盖率", "Coverage"),
    "unit": ("单位", "Unit"),
    "indicator": ("指标", "Indicator"),
    "target": ("目标", "Target"),
    "now": ("本期", "This period"),
    "then": ("对比期", "Period before"),
    "light": ("状态", "State"),
    "at": ("时间", "Time"),
    "day": ("日期", "Day"),
    "week": ("第 {} 周", "week {}"),
    "before": ("前一日", "Day before"),
    "label": ("名称", "Name"),
    "number": ("编号", "Number"),
    "category": ("类别", "Category"),
    "priority": ("优先级", "Priority"),
    "state": ("环节", "Stage"),
    "order": ("指令", "Order"),
    "crew": ("处置单位", "Unit"),
    "due": ("时限", "Due"),
    "best_of_each": ("各项最高", "Best of each"),
    "fine": ("正常", "normal"),
    "watch": ("关注", "watch"),
    "alarm": ("告警", "alarm"),
}
_UNITS: Final[Mapping[str, str]] = {
    "s": "秒", "min": "分钟", "h": "小时", "d": "天", "ms": "毫秒", "km/h": "公里/时", "km": "公里", "m": "米", "CNY": "元",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column; times are aware, in the city's zone."""

    title: str
    kind: Kind = "text"


def word(key: str, context: Context) -> str:
    """The heading or value in the scope's language, else the key."""
    pair = _WORDS.get(key)
    return pair[context.scope.lang == "en"] if pair else key


def unit_word(code: object, context: Context) -> str:
    """The unit as people read it; nothing for a plain number."""
    text = "" if code in (None, "1") else str(code)
    return text if context.scope.lang == "en" else _UNITS.get(text, text)


def headed(title: str, unit: object, context: Context) -> str:
    """A heading with its unit: `Wait (s)`, `等待（秒）`."""
    told = unit_word(unit, context)
    if not told:
        return title
    return f"{title} ({told})" if context.scope.lang == "en" else f"{title}（{told}）"


def figure(value: object, decimals: object = None) -> float | None:
    """A number with one decimal more than a screen shows; a count is whole."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    if not isinstance(decimals, int):
        return value
    rounded = round(float(value), decimals + 1)
    return int(rounded) if decimals == 0 and rounded.is_integer() else rounded


def state(light: object, context: Context) -> str:
    """The word for a light; nothing where nothing was judged."""
    return word(str(light), context) if light else ""


def local(milliseconds: Any, context: Context) -> datetime | None:
    """Unix milliseconds as a time in the city's zone."""
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(ZoneInfo(context.zone))
