"""Which buckets answer a window: the largest that fit, so that a year is read from days and an edge from minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from slots.ledger import Size
from slots.reading import QuestionError

DAY_S = 86400
HOUR_S = 3600
QUARTER_S = 900
_KEPT = "minute: the last 48 h, hour: the last 90 d, day: for ever"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a window that buckets of one size cover: `[start, end)` in Unix seconds."""

    size: Size
    start: int
    end: int


def stretches(start: int, end: int, zone: ZoneInfo, step_s: int | None, horizons: Mapping[Size, int]) -> list[Stretch]:
    """The window (Unix s) as stretches of buckets, in order; with a step no bucket lies across the edge of one.

    Raises QuestionError where an edge needs finer buckets than are kept.
    """
    start, end = start // 60 * 60, -(-end // 60) * 60
    if end <= start:
        return []
    found = _split(start, end, zone, _largest(start, zone, step_s))
    for one in found:
        if one.size != "day" and one.start < horizons[one.size]:
            _too_fine(one, horizons, zone)
    return found


def _largest(start: int, zone: ZoneInfo, step_s: int | None) -> Size:
    """The largest buckets that steps from `start` on are made of."""
    if step_s is None or step_s % DAY_S == 0:
        return "day"
    return "hour" if step_s % HOUR_S == 0 and hour_floor(start, zone) == start else "minute"


def _too_fine(one: Stretch, horizons: Mapping[Size, int], zone: ZoneInfo) -> None:
    kept = datetime.fromtimestamp(max(0, horizons[one.size]), zone).isoformat(timespec="minutes")
    begin = datetime.fromtimestamp(one.start, zone).isoformat(timespec="minutes")
    raise QuestionError(
        f"{one.size} buckets at {begin} are needed and no longer kept (kept since {kept}; {_KEPT}). Hint: ask for whole days."
    )


def _split(start: int, end: int, zone: ZoneInfo, largest: Size) -> list[Stretch]:
    if largest == "day":
        first, last = day_ceiling(start, zone), day_floor(end, zone)
        if first < last:
            return [*_split(start, first, zone, "hour"), Stretch("day", first, last), *_split(last, end, zone, "hour")]
    if largest != "minute":
        first, last = hour_ceiling(start, zone), hour_floor(end, zone)
        if first < last:
            return [*_minutes(start, first), Stretch("hour", first, last), *_minutes(last, end)]
    return _minutes(start, end)


def _minutes(start: int, end: int) -> list[Stretch]:
    return [Stretch("minute", start, end)] if start < end else []


def hour_floor(moment: int, zone: ZoneInfo) -> int:
    """The beginning (Unix s) of the hour on the city's clocks; of an hour half skipped or lengthened, what there is of it."""
    return int(datetime.fromtimestamp(moment, zone).replace(minute=0, second=0, microsecond=0).timestamp())


def hour_ceiling(moment: int, zone: ZoneInfo) -> int:
    """The first beginning of an hour at or after a moment."""
    begun = hour_floor(moment, zone)
    return begun if begun == moment else next_hour(begun, zone)


def next_hour(hour: int, zone: ZoneInfo) -> int:
    """The beginning of the next hour: where clocks are put by half an hour, after half an hour or one and a half."""
    return next(at for at in range(hour + QUARTER_S, hour + 4 * HOUR_S, QUARTER_S) if hour_floor(at, zone) == at)


def day_floor(moment: int, zone: ZoneInfo) -> int:
    """The local midnight (Unix s) at or before a moment."""
    local = datetime.fromtimestamp(moment, zone)
    return int(local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).timestamp())


def day_ceiling(moment: int, zone: ZoneInfo) -> int:
    """The local midnight (Unix s) at or after a moment."""
    floor = day_floor(moment, zone)
    return floor if floor == moment else next_day(floor, zone)


def next_day(midnight: int, zone: ZoneInfo, days: int = 1) -> int:
    """The local midnight `days` later; a day may have 23 or 25 hours."""
    local = datetime.fromtimestamp(midnight, zone)
    date = (local + timedelta(days=days)).date()
    return int(datetime(date.year, date.month, date.day, tzinfo=zone).timestamp())


def steps(start: int, end: int, step_s: int, zone: ZoneInfo) -> list[int]:
    """The starts (Unix s) of the steps of a window; whole days are cut at local midnight, hours where the clocks strike.

    So the first step may begin before the window does.
    """
    if step_s % DAY_S == 0:
        return _walked(day_floor(start, zone), end, lambda at: next_day(at, zone, step_s // DAY_S))
    if step_s % HOUR_S == 0:
        return _walked(hour_floor(start, zone), end, lambda at: _hours_later(at, step_s, zone))
    return list(range(start, end, step_s))


def _walked(start: int, end: int, after: Callable[[int], int]) -> list[int]:
    found, at = [], start
    while at < end:
        found.append(at)
        at = after(at)
    return found


def _hours_later(hour: int, step_s: int, zone: ZoneInfo) -> int:
    """The hour that has begun then; an hour of ninety minutes is passed all the same."""
    later = hour_floor(hour + step_s, zone)
    return later if later > hour else hour_ceiling(hour + step_s, zone)
