from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from slots.chains import bucket_start
from slots.reading import QuestionError
from slots.retention import Retention
from slots.windows import Stretch, day_floor, hour_floor, next_day, steps, stretches

SHANGHAI, BERLIN, KOLKATA = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
ALL = Retention().horizons(0)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def test_whole_days_are_read_from_days() -> None:
    start, end = at("2026-03-01"), at("2026-04-01")
    assert stretches(start, end, SHANGHAI, None, ALL) == [Stretch("day", start, end)]


def test_edges_are_read_from_finer_buckets() -> None:
    start, end = at("2026-03-01T22:58"), at("2026-03-03T01:02")
    assert [one.size for one in stretches(start, end, SHANGHAI, None, ALL)] == ["minute", "hour", "day", "hour", "minute"]


@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN, KOLKATA])
@pytest.mark.parametrize("step_s", [None, 60, 600, 3600, 86400])
def test_stretches_cover_the_window_without_gap_or_overlap(zone: ZoneInfo, step_s: int | None) -> None:
    start, end = at("2026-03-27T05:07", zone), at("2026-03-31T19:44", zone)
    found = stretches(start, end, zone, step_s, ALL)
    assert (found[0].start, found[-1].end) == (start, end)
    assert all(before.end == after.start for before, after in pairwise(found))


def test_a_day_of_23_hours_is_one_day() -> None:
    start, end = at("2026-03-29", BERLIN), at("2026-03-30", BERLIN)
    assert end - start == 23 * 3600
    assert stretches(start, end, BERLIN, None, ALL) == [Stretch("day", start, end)]
    assert steps(at("2026-03-28", BERLIN), at("2026-03-31", BERLIN), 86400, BERLIN) == [
        at("2026-03-28", BERLIN),
        start,
        end,
    ]


def test_hours_follow_the_zone_where_it_is_half_an_hour_off() -> None:
    start, end = at("2026-03-01T08:00", KOLKATA), at("2026-03-01T10:00", KOLKATA)
    assert stretches(start, end, KOLKATA, None, ALL) == [Stretch("hour", start, end)]


def test_an_hour_that_is_no_longer_kept_is_an_error() -> None:
    horizons = Retention(hours_s=86400).horizons(at("2026-03-10") * 1_000_000)
    with pytest.raises(QuestionError, match="no longer kept"):
        stretches(at("2026-03-02T01:00"), at("2026-03-02T03:00"), SHANGHAI, None, horizons)
    assert stretches(at("2026-03-02"), at("2026-03-03"), SHANGHAI, None, horizons)


def test_steps_of_hours_begin_when_the_clocks_strike() -> None:
    assert steps(at("2026-03-01T08:20"), at("2026-03-01T11:00"), 3600, SHANGHAI) == [
        at(f"2026-03-01T{h:02}:00") for h in (8, 9, 10)
    ]
    howe = ZoneInfo("Australia/Lord_Howe")
    begin = at("2026-04-05T00:00", howe)  # from two to half past one at two
    assert [(one - begin) / 60 for one in steps(begin, begin + 5 * 3600, 3600, howe)] == [0, 60, 150, 210, 270]
    begin = at("2026-10-04T00:00", howe)  # from two to half past two
    assert [(one - begin) / 60 for one in steps(begin, begin + 4 * 3600, 3600, howe)] == [0, 60, 120, 150, 210]


@pytest.mark.parametrize("step_s", [5400, 129600])
def test_steps_that_cut_through_buckets_are_read_from_finer_ones(step_s: int) -> None:
    start, end = at("2026-03-01"), at("2026-03-05")
    assert {one.size for one in stretches(start, end, SHANGHAI, step_s, ALL)} == {"minute" if step_s % 3600 else "hour"}
    half_past = stretches(start + 1800, end, SHANGHAI, 3600, ALL)
    assert [one.size for one in half_past] == ["minute"], "hours would lie across the edges of such steps"


@pytest.mark.parametrize(
    "zone", ["Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu"]
)
def test_buckets_and_windows_are_cut_at_the_same_moments(zone: str) -> None:
    city = ZoneInfo(zone)
    for first in ("2026-03-06", "2026-03-27", "2026-04-03", "2026-09-04", "2026-10-02", "2026-10-23", "2026-10-30"):
        moments = range(at(first, city), at(first, city) + 4 * 86400, 900)
        frame = pl.DataFrame({"t": moments})
        hours, days = (frame.select(bucket_start(size, pl.col("t"), zone)).to_series() for size in ("hour", "day"))
        assert hours.to_list() == [hour_floor(moment, city) for moment in moments]
        assert all(
            day_floor(moment, city) <= day < next_day(day_floor(moment, city), city)
            for moment, day in zip(moments, days, strict=True)
        )
