"""Windows are cut at the city's clock: at local midnight, at whole minutes, and by the same time of day."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cockpit.windows import WindowError, days_before, floored, kept_moment, natural_step_s, parse_window, stepped, window

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"
NOW = datetime(2026, 11, 21, 14, 32, 10, tzinfo=ZoneInfo(SHANGHAI))


def at(text: str, zone: str = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("name", "from_", "to"),
    [
        ("today", "2026-11-21", "2026-11-22"),
        ("yesterday", "2026-11-20", "2026-11-21"),
        ("week", "2026-11-16", "2026-11-23"),
        ("month", "2026-11-01", "2026-12-01"),
        ("year", "2026-01-01", "2027-01-01"),
        ("24h", "2026-11-20T14:33", "2026-11-21T14:33"),
        ("10m", "2026-11-21T14:23", "2026-11-21T14:33"),
        ("7d", "2026-11-14T15:00", "2026-11-21T15:00"),
        ("100d", "2026-08-14", "2026-11-22"),
    ],
)
def test_a_window_holds_the_present_second_and_is_cut_at_the_citys_clock(name: str, from_: str, to: str) -> None:
    assert window(name, NOW, SHANGHAI) == (at(from_), at(to))


def test_december_ends_with_the_year() -> None:
    assert window("month", at("2026-12-31T23:59"), SHANGHAI) == (at("2026-12-01"), at("2027-01-01"))


def test_a_day_of_summer_time_change_has_its_own_length() -> None:
    from_, to = window("today", at("2026-10-25T12:00", BERLIN), BERLIN)
    assert to.timestamp() - from_.timestamp() == 25 * 3600


def test_a_duration_counts_elapsed_hours_over_a_change_of_the_clocks() -> None:
    from_, to = window("24h", at("2026-10-25T12:00", BERLIN), BERLIN)
    assert to.timestamp() - from_.timestamp() == 24 * 3600
    assert (from_.hour, to.hour) == (13, 12)


def test_the_steps_of_a_duration_keep_their_places_while_time_goes_on() -> None:
    ends = {stepped("24h", 600, NOW + timedelta(seconds=s), SHANGHAI) for s in range(0, 460, 20)}
    assert ends == {(at("2026-11-20T14:40"), at("2026-11-21T14:40"))}


def test_floored_counts_from_the_citys_midnight() -> None:
    assert floored(at("2026-11-21T14:32:10"), 6 * 3600, SHANGHAI) == at("2026-11-21T12:00")


def test_days_before_is_the_same_time_on_the_clock() -> None:
    assert days_before(at("2026-10-26T09:30", BERLIN), 1) == at("2026-10-25T09:30", BERLIN)


@pytest.mark.parametrize(("name", "step_s"), [("today", 1800), ("24h", 1800), ("week", 14400), ("month", 86400), ("30s", 60)])
def test_a_natural_step_gives_a_sparkline_of_at_most_48_points(name: str, step_s: int) -> None:
    from_, to = window(name, NOW, SHANGHAI)
    assert natural_step_s(from_, to) == step_s
    assert (to - from_).total_seconds() / step_s <= 48


@pytest.mark.parametrize("name", ["todday", "", "24", "1y", "-3h"])
def test_an_unknown_window_is_refused_and_says_what_is_allowed(name: str) -> None:
    with pytest.raises(WindowError, match="today, yesterday, week, month, year or a duration"):
        parse_window(name)


def test_a_near_miss_gets_a_hint() -> None:
    with pytest.raises(WindowError, match="did you mean 'today'"):
        window("todday", NOW, SHANGHAI)


def test_an_interval_is_what_it_says_by_the_citys_clock() -> None:
    assert window("2026-11-20T08:00/2026-11-21", NOW, SHANGHAI) == (at("2026-11-20T08:00"), at("2026-11-21"))
    assert window("2026-11-20T00:00Z/2026-11-20T02:00Z", NOW, SHANGHAI) == (at("2026-11-20T08:00"), at("2026-11-20T10:00"))


@pytest.mark.parametrize("name", ["2026-11-21/2026-11-20", "2026-11-21/", "/", "a/b/c", "2026-13-01/2026-14-01"])
def test_an_interval_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(WindowError, match="interval"):
        parse_window(name)


def test_a_moment_of_the_past_is_laid_where_what_is_kept_can_be_cut() -> None:
    asked = at("2026-11-21T14:31:50")
    assert kept_moment(asked, NOW, SHANGHAI) == at("2026-11-21T14:31")
    assert kept_moment(asked, NOW + timedelta(days=3), SHANGHAI) == at("2026-11-21T14:00")
    assert kept_moment(asked, NOW + timedelta(days=100), SHANGHAI) == at("2026-11-21")
    assert kept_moment(NOW + timedelta(days=1), NOW, SHANGHAI) == at("2026-11-21T14:32")
