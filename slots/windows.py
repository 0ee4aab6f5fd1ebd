"""Which buckets answer a window: the largest that fit, so that a year is read from days and an edge from minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from slots.ledger import Size
from slots.reading import QuestionError

DAY_S = 86400
_KEPT = "minute: the last 48 h, hour: the last 90 d, day: for ever"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a window that buckets of one size cover: `[start, end)` in Unix seconds."""

    size: Size
    start: int
    end: int


def stretches(start: int, end: int, zone: ZoneInfo, step_s: int | None, horizons: Mapping[Size, int]) -> list[Stretch]:
    """The window (Unix s) as stretches of buckets, in order. `step_s` bounds how large a bucket may be.

    Raises QuestionError where an edge needs finer buckets than are kept.
    """
    start, end = start // 60 * 60, -(-end // 60) * 60
    if end <= start:
        return []
    found = _split(start, end, zone, step_s or 1 << 30)
    for one in found:
        if one.start < horizons[one.size] and one.size == "minute" and one.end - one.start >= 60:
            _too_fine(one, horizons, zone)
        if one.size == "hour" and one.start < horizons["hour"]:
            _too_fine(one, horizons, zone)
    return found


def _too_fine(one: Stretch, horizons: Mapping[Size, int], zone: ZoneInfo) -> None:
    kept = datetime.fromtimestamp(max(0, horizons[one.size]), zone).isoformat(timespec="minutes")
    begin = datetime.fromtimestamp(one.start, zone).isoformat(timespec="minutes")
    raise QuestionError(
        f"{one.size} buckets at {begin} are needed and no longer kept (kept since {kept}; {_KEPT}). Hint: ask for whole days."
    )


def _split(start: int, end: int, zone: ZoneInfo, step_s: int) -> list[Stretch]:
    if step_s >= DAY_S:
        first, last = day_ceiling(start, zone), day_floor(end, zone)
        if first < last:
            return [*_hours(start, first, zone, step_s), Stretch("day", first, last), *_hours(last, end, zone, step_s)]
    return _hours(start, end, zone, step_s)


def _hours(start: int, end: int, zone: ZoneInfo, step_s: int) -> list[Stretch]:
    if end <= start:
        return []
    offset = _offset_s(start, zone) % 3600
    first, last = -(-(start + offset) // 3600) * 3600 - offset, (end + offset) // 3600 * 3600 - offset
    if (step_s % 3600 == 0 or step_s >= DAY_S) and first < last:
        return [*_minutes(start, first), Stretch("hour", first, last), *_minutes(last, end)]
    return _minutes(start, end)


def _minutes(start: int, end: int) -> list[Stretch]:
    return [Stretch("minute", start, end)] if start < end else []


def _offset_s(moment: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(moment, zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def hour_floor(moment: int, zone: ZoneInfo) -> int:
    """The full local hour (Unix s) at or before a moment."""
    return moment - (moment + _offset_s(moment, zone)) % 3600


def hour_ceiling(moment: int, zone: ZoneInfo) -> int:
    """The full local hour (Unix s) at or after a moment."""
    return hour_floor(moment + 3599, zone)


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
    """The starts (Unix s) of the steps of a window; whole days are cut at local midnight."""
    if step_s % DAY_S:
        return list(range(start, end, step_s))
    found, at = [], day_floor(start, zone)
    while at < end:
        found.append(at)
        at = next_day(at, zone, step_s // DAY_S)
    return found
