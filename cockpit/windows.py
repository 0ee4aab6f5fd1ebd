"""The windows a board may name, and how they are cut: calendar windows at the city's midnight, durations at whole minutes."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from slots import nearest, seconds

CALENDAR = ("today", "yesterday", "week", "month", "year")
"""Windows with a name; every other one is a duration, the last `24h`, or an interval, `2026-11-20T08:00/2026-11-21`."""

MINUTES_REACH = timedelta(hours=47)
"""Buckets of a minute are kept for two days: what begins longer ago than this is cut at hours."""

HOURS_REACH = timedelta(days=89)
"""Buckets of an hour are kept for ninety days: what begins longer ago than this is cut at days."""


class WindowError(ValueError):
    """A window nobody knows; the message says what is allowed, `zh` the same in Chinese."""

    def __init__(self, message: str, zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


def window(name: str, now: datetime, zone: str) -> tuple[datetime, datetime]:
    """`[from, to)` of a named window at `now`, both in `zone`. Raises WindowError.

    `today`, `week` (from Monday), `month`, `year` reach to their end, so that a record of this second is inside; a duration
    `24h` is the last 24 hours and ends with the running minute, a longer one (`7d`) with the running hour or day. An interval is
    what it says, its ends by the city's clock where they name no zone, at whole minutes.
    """
    local = now.astimezone(ZoneInfo(zone))
    if name in CALENDAR:
        return _calendar(name, local)
    if is_interval(name):
        return _interval(name, ZoneInfo(zone))
    return stepped(name, _grain_s(timedelta(seconds=_duration_s(name))), now, zone)


def _grain_s(reach: timedelta) -> int:
    """The finest buckets that are surely kept that far back, in seconds."""
    return 60 if reach <= MINUTES_REACH else 3600 if reach <= HOURS_REACH else 86400


def parse_window(name: str) -> str:
    """The name of a window, when it is one. Raises WindowError."""
    if is_interval(name):
        _interval(name, ZoneInfo("UTC"))
    elif name not in CALENDAR:
        _duration_s(name)
    return name


def is_interval(name: str) -> bool:
    """Whether it names both its ends, so that it does not move as time passes."""
    return "/" in name


def fixed(name: str) -> bool:
    """Whether the window has ends of its own: a name or an interval, not the last so many hours."""
    return name in CALENDAR or is_interval(name)


WindowName = Annotated[str, AfterValidator(parse_window)]
"""A window as an option of a panel."""


def stepped(name: str, step_s: int, now: datetime, zone: str) -> tuple[datetime, datetime]:
    """The window with a duration's ends laid on whole steps, so that a step keeps its place while time goes on."""
    if fixed(name):
        return window(name, now, zone)
    to = floored(now, step_s, zone) + timedelta(seconds=step_s)
    return _plus(to, -timedelta(seconds=_duration_s(name))), to


def past_window(name: str, at: datetime, now: datetime, zone: str) -> tuple[datetime, datetime]:
    """`window` as it was at a moment of the past, a duration's ends where what is still kept now can be cut.

    The moment itself is not in it: at midnight the day that has just ended is looked at.
    """
    just_before = at - timedelta(microseconds=1)
    if fixed(name):
        return window(name, just_before, zone)
    return stepped(name, grain_s(at - timedelta(seconds=_duration_s(name)), now), just_before, zone)


def floored(moment: datetime, step_s: int, zone: str) -> datetime:
    """The last whole step at or before the moment, counted from the city's midnight."""
    local = moment.astimezone(ZoneInfo(zone))
    midnight = _midnight(local)
    elapsed_s = int(local.timestamp() - midnight.timestamp())
    return _plus(midnight, timedelta(seconds=elapsed_s // step_s * step_s))


def days_before(moment: datetime, days: int) -> datetime:
    """The same time on the clock some days earlier, in the moment's own zone."""
    return datetime.combine(moment.date() - timedelta(days=days), moment.time(), moment.tzinfo)


def kept_moment(at: datetime, now: datetime, zone: str) -> datetime:
    """The last moment at or before `at` that what is kept can be cut at: whole minutes, further back hours, then days."""
    at = min(at, now)
    return floored(at, grain_s(at, now), zone)


def grain_s(since: datetime, now: datetime) -> int:
    """The finest buckets that are surely kept back to a moment, in seconds."""
    return _grain_s(now - since)


def natural_step_s(from_: datetime, to: datetime, points: int = 48, least_s: int = 60) -> int:
    """A step a person would choose (1 2 5 10 15 30 minutes, 1 2 3 4 6 12 hours, days) that gives at most `points` points.

    `least_s`: no finer ones than these, where more is not kept.
    """
    span_s = (to - from_).total_seconds()
    least_s = max(least_s, _grain_s(to - from_))
    for step_s in (60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200):
        if least_s <= step_s and span_s <= step_s * points:
            return step_s
    return 86400 * max(1, -(-int(span_s) // (86400 * points)))


def _interval(name: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Both ends, at whole minutes. Raises WindowError."""
    try:
        ends = [datetime.fromisoformat(text) for text in name.split("/")]
        from_, to = (_local(end.replace(second=0, microsecond=0), zone) for end in ends)
    except (ValueError, OverflowError):
        zh = f"时段应写作 起/止，如 2026-11-20T08:00/2026-11-21T20:00；现为 {name!r:.100}"
        raise WindowError(f"an interval is FROM/TO, as 2026-11-20T08:00/2026-11-21T20:00; got {name!r:.100}", zh) from None
    if from_ >= to:
        raise WindowError(
            f"an interval must begin before it ends, got {name!r:.100}", f"时段的起点须早于终点，现为 {name!r:.100}"
        )
    return from_, to


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


def _duration_s(name: str) -> int:
    try:
        return seconds(name)
    except ValueError:
        message = f"a window is one of {', '.join(CALENDAR)} or a duration as 30s 10m 24h 7d, or FROM/TO; got {name!r:.100}"
        zh = f"参数 window 应为 {'、'.join(CALENDAR)} 之一，或 30s 10m 24h 7d 这样的时长，或 起/止；现为 {name!r:.100}"
        raise WindowError(message + "." + nearest(name, CALENDAR), zh) from None


def _calendar(name: str, local: datetime) -> tuple[datetime, datetime]:
    today = _midnight(local)
    match name:
        case "today":
            return today, days_before(today, -1)
        case "yesterday":
            return days_before(today, 1), today
        case "week":
            monday = days_before(today, local.weekday())
            return monday, days_before(monday, -7)
        case "month":
            first = today.replace(day=1)
            return first, days_before(first, -31).replace(day=1)
    first = today.replace(month=1, day=1)
    return first, first.replace(year=first.year + 1)


def _midnight(local: datetime) -> datetime:
    return datetime.combine(local.date(), time(), local.tzinfo)


def _plus(local: datetime, by: timedelta) -> datetime:
    """Elapsed time, not time on the clock: over a change to summer time the two differ."""
    return datetime.fromtimestamp(local.timestamp() + by.total_seconds(), local.tzinfo)
