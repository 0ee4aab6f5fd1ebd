"""Working time adds up, whatever the clocks and the calendar do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.city_document import Calendar
from cockpit.dispatch.working_time import NeverWorked, WorkingTime

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
WORK = WorkingTime("Asia/Shanghai", range(5), OFFICE, [date(2026, 10, 1)], [date(2026, 10, 10)])
SHIFTS = ((time(0), time(1, 30)), (time(1, 30), time(2, 30)), (time(2, 30), time(6)), (time(20), time(0)))
ZONES = ("Asia/Shanghai", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Cairo", "UTC")

moments = st.datetimes(datetime(2018, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
calendars = st.builds(
    lambda zone, week, hours: WorkingTime(zone, week, hours, [date(2018, 11, 4)], [date(2018, 3, 11)]),
    st.sampled_from(ZONES), st.sets(st.integers(0, 6), min_size=1), st.sampled_from((OFFICE, SHIFTS, ((time(0), time(0)),))),
)  # fmt: skip


def at(day: int, hour: int, minute: int = 0, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        (at(9, 8), at(9, 18), 7.5),
        (at(9, 11), at(9, 14), 1.5),
        (at(9, 12, 10), at(9, 13), 0),
        (at(1, 8), at(1, 18), 0),  # a holiday on a Thursday
        (at(10, 8), at(10, 18), 7.5),  # a Saturday that makes up for it
        (at(11, 0), at(11, 23), 0),
        (at(9, 17), at(12, 9), 0.5 + 7.5 + 0.5),
        (at(9, 18), at(9, 8), 0),
    ],
)
def test_the_hours_between_two_moments(begin: datetime, end: datetime, hours: float) -> None:
    assert WORK.worked(begin, end) == timedelta(hours=hours)


def test_a_limit_passes_over_night_and_holiday() -> None:
    assert WORK.deadline(at(30, 17, month=9), timedelta(hours=1)) == at(2, 9)
    assert WORK.day == timedelta(hours=7.5)


def test_a_night_in_which_the_clocks_change() -> None:
    night = WorkingTime("America/New_York", range(7), ((time(0), time(6)),))
    york = ZoneInfo("America/New_York")

    def of(month: int, day: int) -> timedelta:
        return night.worked(datetime(2026, month, day, tzinfo=york), datetime(2026, month, day, 12, tzinfo=york))

    assert (of(3, 8), of(3, 9), of(11, 1)) == (timedelta(hours=5), timedelta(hours=6), timedelta(hours=7))


@settings(deadline=None)
@given(calendars, st.lists(moments, min_size=2, max_size=5))
def test_the_parts_add_up(work: WorkingTime, cuts: list[datetime]) -> None:
    cuts.sort()
    parts = [work.worked(one, other) for one, other in pairwise(cuts)]
    assert sum(parts, timedelta()) == work.worked(cuts[0], cuts[-1])
    assert all(timedelta() <= part <= other - one for part, (one, other) in zip(parts, pairwise(cuts), strict=True))


@settings(deadline=None)
@given(calendars, moments, st.timedeltas(timedelta(microseconds=1), timedelta(days=20)))
def test_a_deadline_is_the_first_moment_after_the_limit(work: WorkingTime, begin: datetime, limit: timedelta) -> None:
    due = work.deadline(begin, limit)
    assert work.worked(begin, due) == limit
    assert work.worked(begin, due - timedelta(microseconds=1)) < limit


@settings(deadline=None)
@given(moments, moments)
def test_around_the_clock_every_second_counts(one: datetime, other: datetime) -> None:
    work = WorkingTime.around_the_clock("America/Sao_Paulo")
    assert work.worked(one, other) == max(other - one, timedelta())


def test_a_calendar_without_work() -> None:
    with pytest.raises(NeverWorked, match="ten years"):
        WorkingTime("UTC", (), OFFICE).deadline(at(9, 8), timedelta(hours=1))


def test_the_calendar_of_a_city() -> None:
    calendar = Calendar.model_validate({"hours": ["09:00-12:00", "20:00-24:00"], "workdays": ["2026-10-10"]})
    work = WorkingTime.of(calendar, "Asia/Shanghai")
    assert work.worked(at(10, 0), at(11, 0)) == timedelta(hours=7)


@pytest.mark.parametrize("hours", [["9-12"], ["12:00-09:00"], ["08:30-12:00", "11:00-17:00"], ["08:30-24:00", "11:00-17:00"], []])
def test_wrong_hours_are_refused(hours: list[str]) -> None:
    with pytest.raises(ValueError, match="hours"):
        Calendar.model_validate({"hours": hours})
