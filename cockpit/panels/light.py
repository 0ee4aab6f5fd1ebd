"""The light of a value: fine, watch or alarm by the indicator's thresholds and target; what is good news in a change."""

from __future__ import annotations

from typing import Literal

from slots import Indicator

Light = Literal["fine", "watch", "alarm"]

_ADDITIVE = ("count", "sum", "distinct")


def light(value: float | None, indicator: Indicator) -> Light | None:
    """None where there is no value, or nothing it could be judged by."""
    limits = indicator.thresholds
    if value is None or (limits.warn is None and limits.alarm is None and indicator.target is None):
        return None
    if _beyond(value, limits.alarm, indicator):
        return "alarm"
    if _beyond(value, limits.warn, indicator):
        return "watch"
    return "watch" if limits.warn is None and limits.alarm is None and _misses(value, indicator) else "fine"


def low_is_bad(indicator: Indicator) -> bool:
    """Whether small values are the abnormal ones: by the order of the thresholds, else by the direction."""
    limits = indicator.thresholds
    if limits.warn is not None and limits.alarm is not None and limits.warn != limits.alarm:
        return limits.alarm < limits.warn
    return indicator.direction == "higher"


def good_news(delta: float, indicator: Indicator) -> bool | None:
    """Whether a change goes the wanted way; None where it does not move or no way is wanted."""
    if delta == 0 or indicator.direction not in ("higher", "lower"):
        return None
    return (delta > 0) == (indicator.direction == "higher")


def additive(indicator: Indicator) -> bool:
    """Whether the number grows with the length of the window (a count): then a target for a day says nothing of an hour."""
    return indicator.measure.agg in _ADDITIVE


def _beyond(value: float, limit: float | None, indicator: Indicator) -> bool:
    if limit is None:
        return False
    return value <= limit if low_is_bad(indicator) else value >= limit


def _misses(value: float, indicator: Indicator) -> bool:
    if indicator.target is None:
        return False
    if indicator.direction == "higher":
        return value < indicator.target
    return indicator.direction == "lower" and value > indicator.target
