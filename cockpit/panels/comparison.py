"""A number against an earlier time, both cut at the same time of day: never a part against a whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from cockpit.windows import CALENDAR, days_before, fixed, floored
from slots import Indicator, Question, QuestionError, Reading, seconds

from .light import good_news
from .panel import Context, Props

Compare = Literal["yesterday", "last_week", "previous", "none"]
_DAY_S: Final = 86400
_WHOLE: Final = 0.99
"""The first record of a day may come some minutes into it; less than this is a part against a whole."""


@dataclass(frozen=True, slots=True)
class Span:
    """A window that has been cut at what has passed of it, and the same stretch earlier."""

    now_from: datetime
    now_to: datetime
    then_from: datetime
    then_to: datetime


def comparison(question: Question, window: str, compare: Compare, indicator: Indicator, context: Context) -> Props | None:
    """`{against, now, then, delta, good, why}`; None where nothing is compared. Values in the indicator's unit."""
    if compare == "none":
        return None
    against = _against(window, compare)
    span = spans(question, window, compare, context)
    if span is None:
        return _nothing(against, "too_early")
    try:
        now, then = (_asked(question, ends, context) for ends in ((span.now_from, span.now_to), (span.then_from, span.then_to)))
    except QuestionError:
        return _nothing(against, "not_kept")
    if then is None or then.value is None:
        return _nothing(against, "no_records_then")
    if now is None or now.value is None:
        return _nothing(against, "no_records")
    if then.coverage < _WHOLE:
        return _nothing(against, "then_not_whole")
    delta = round(now.value - then.value, 6)
    good = good_news(delta, indicator)
    return {"against": against, "now": now.value, "then": then.value, "delta": delta, "good": good, "why": None}


def suited(compare: Compare, own: str, window: str) -> Compare:
    """As the panel says; in a longer window than its `own` the window before, for a day earlier would be nearly the same days."""
    if window == own or compare == "none" or _within_a_day(window):
        return compare
    return "previous"


def _within_a_day(window: str) -> bool:
    return window in ("today", "yesterday") if fixed(window) else seconds(window) <= _DAY_S


def spans(question: Question, window: str, compare: Compare, context: Context) -> Span | None:
    """Both stretches, None while not one whole minute (or hour, where only hours are kept) of the window has passed."""
    start = question.window_from
    begin = _earlier(start, question, window, compare)
    step_s = context.grain_s(begin)
    end = min(question.window_to, floored(context.now, step_s, context.zone))
    if not fixed(window):
        length = question.window_to - question.window_from
        start, begin = end - length, _earlier(end - length, question, window, compare)
    if end <= start:
        return None
    # Time on the clock, so that 14:30 stands against 14:30 also when the clocks were changed in between.
    return Span(start, end, begin, begin + (end.replace(tzinfo=None) - start.replace(tzinfo=None)))


def _earlier(start: datetime, question: Question, window: str, compare: Compare) -> datetime:
    if compare == "yesterday":
        return days_before(start, 1)
    if compare == "last_week":
        return days_before(start, 7)
    return _previous(start, question.window_to, window)


def _previous(start: datetime, to: datetime, window: str) -> datetime:
    match window:
        case "today" | "yesterday":
            return days_before(start, 1)
        case "week":
            return days_before(start, 7)
        case "month":
            return days_before(start, 1).replace(day=1)
        case "year":
            return start.replace(year=start.year - 1)
    return start - (to - start if fixed(window) else timedelta(seconds=seconds(window)))


def _against(window: str, compare: Compare) -> str:
    """The word the screen says: `yesterday`, `last_week`, or `previous_month` for the window before.

    `day_earlier`, `week_earlier`: the same stretch, where it is not one of today or of the last 24 hours.
    """
    if compare == "yesterday":
        return "day_before" if window == "yesterday" else compare if _within_a_day(window) else "day_earlier"
    if compare == "last_week":
        return compare if window in ("today", "week") or (not fixed(window) and seconds(window) <= 7 * _DAY_S) else "week_earlier"
    if compare != "previous":
        return compare
    return {"today": "yesterday", "yesterday": "day_before", "week": "last_week"}.get(
        window, f"previous_{window}" if window in CALENDAR else "previous"
    )


def _asked(question: Question, ends: tuple[datetime, datetime], context: Context) -> Reading | None:
    readings = context.ask(replace(question, window_from=ends[0], window_to=ends[1]))
    return readings[0] if readings else None


def _nothing(against: str, why: str) -> Props:
    return {"against": against, "now": None, "then": None, "delta": None, "good": None, "why": why}
