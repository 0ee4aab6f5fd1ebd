"""Working time: how much of it lies between two moments, and when a span of it will have passed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from cockpit.city_document import Calendar

DAY: Final = timedelta(days=1)
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SEARCHED_DAYS: Final = 3660
"""A calendar without a working day in ten years has none."""

Span = tuple[datetime, datetime]
Hours = tuple[time, time]


class NeverWorked(ValueError):
    """The calendar has no working time in the ten years after a moment."""


class WorkingTime:
    """A city's working time. A value in all but name: what it answers depends on nothing else. Safe in any thread.

    Real seconds are counted: a working night in which the clocks change is an hour shorter or longer. A span that ends at or
    before its beginning has no time in it. `workdays` are worked in spite of week and holidays (make-up days).
    """

    def __init__(
        self, zone: str, week: Iterable[int], hours: Iterable[Hours], holidays: Iterable[date] = (), workdays: Iterable[date] = ()
    ) -> None:
        """`week`: 0 is Monday. `hours`: of a working day, local, in order; an end of 00:00 is the end of the day."""
        self.zone = zone
        self._zone = ZoneInfo(zone)
        self._week, self._hours = frozenset(week), tuple(hours)
        self._holidays, self._workdays = frozenset(holidays), frozenset(workdays)
        self._spans: Callable[[date], tuple[Span, ...]] = lru_cache(2048)(self._spans_of)

    @classmethod
    def of(cls, calendar: Calendar, zone: str) -> WorkingTime:
        """The working time of a city's calendar."""
        week = [_WEEKDAYS.index(day) for day in calendar.week]
        return cls(zone, week, calendar.hours, calendar.holidays, calendar.workdays)

    @classmethod
    def around_the_clock(cls, zone: str) -> WorkingTime:
        """Every second counts: for what cannot wait until Monday."""
        return cls(zone, range(7), ((time(0), time(0)),))

    @property
    def day(self) -> timedelta:
        """How much work an ordinary working day holds: what a limit of `1d` means."""
        return sum((_of_day(end, last=True) - _of_day(begin) for begin, end in self._hours), timedelta())

    def works_on(self, day: date) -> bool:
        """Whether there is work on a local day."""
        return day in self._workdays or (day.weekday() in self._week and day not in self._holidays)

    def worked(self, begin: datetime, end: datetime) -> timedelta:
        """The working time in `[begin, end)`; exact, so that parts add up. Costs about 2 µs a day."""
        spans = self._from(begin, (end.astimezone(self._zone).date() - begin.astimezone(self._zone).date()).days)
        return sum((max(min(last, end) - max(first, begin), timedelta()) for first, last in spans), timedelta())

    def deadline(self, begin: datetime, limit: timedelta) -> datetime:
        """The first moment (UTC) at which `limit` of working time has passed since `begin`. Raises NeverWorked."""
        if limit <= timedelta():
            return begin.astimezone(UTC)
        left = limit
        for first, last in self._from(begin, _SEARCHED_DAYS):
            here = max(last - max(first, begin), timedelta())
            if here >= left:
                return max(first, begin).astimezone(UTC) + left
            left -= here
        raise NeverWorked(f"{left} of work is still to be done ten years after {begin.isoformat()}")

    def _from(self, begin: datetime, days: int) -> Iterator[Span]:
        first = begin.astimezone(self._zone).date()
        return (span for number in range(days + 1) for span in self._spans(first + number * DAY))

    def _spans_of(self, day: date) -> tuple[Span, ...]:
        """The working spans of a local day in UTC, in order and apart from one another, whatever the clocks do on it."""
        found: list[Span] = []
        for begin, end in self._hours if self.works_on(day) else ():
            first = self._utc(day, begin)
            last = self._utc(day + DAY, end) if end == time(0) else self._utc(day, end)
            if found:
                first = max(first, found[-1][1])  # an hour that the clocks leap over is not worked twice
            if first < last:
                found.append((first, last))
        return tuple(found)

    def _utc(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self._zone).astimezone(UTC)


def _of_day(at: time, last: bool = False) -> timedelta:
    return DAY if last and at == time(0) else timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
