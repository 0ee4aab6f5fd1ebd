"""What the calls are made of: stretches of time and rates."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cockpit.api.answer import Refusal
from cockpit.api.indicators import one_value
from cockpit.api.slots import Rates, lag
from cockpit.api.window import moment
from slots.ledger import Health, SlotState

ZONE = "Asia/Shanghai"


def test_a_blank_for_a_plus_is_understood() -> None:
    assert moment("from", "2026-11-21T08:00:00 08:00", ZONE) == datetime.fromisoformat("2026-11-21T08:00:00+08:00")
    assert moment("from", "2026-11-21 08:00:00 0800", ZONE).utcoffset() == timedelta(hours=8)
    assert moment("from", "2026-11-21T08:00:00Z", ZONE).utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["", "now", "20261121", "2026-13-01", "2026-11-21T08:00:00", "2026-13-01T00:00:00Z", "1e9"])
def test_a_time_without_a_zone_is_none(text: str) -> None:
    with pytest.raises(Refusal):
        moment("from", text, ZONE)


def test_a_day_begins_by_the_citys_clock() -> None:
    assert moment("from", "2026-11-21", ZONE) == datetime.fromisoformat("2026-11-21T00:00:00+08:00")
    with pytest.raises(Refusal) as refused:
        moment("from", "2026-11-21T08", ZONE)
    hint = refused.value.hint
    assert {moment("from", told.split()[-1], ZONE).utcoffset() for told in hint.split(",")} == {timedelta(0), timedelta(hours=8)}


def testone_value_of_a_dimension_is_given_apart_or_in_one() -> None:
    assert one_value("cat", "a") == one_value("cat:a", None) == ("cat", "a")
    assert one_value("cat:a:b", None) == ("cat", "a:b") and one_value(None, None) == (None, None)
    with pytest.raises(Refusal) as alone:
        one_value("cat", None)
    assert alone.value.hint == "to split by it use by=cat; for one value dimension=cat&key=a"
    for wrong in ((None, "a"), (":a", None)):
        with pytest.raises(Refusal):
            one_value(*wrong)


def test_rates_reach_back_a_minute() -> None:
    rates = Rates()
    found = [rates.since(float(second), {"accepted": 10 * second})["accepted"] for second in range(0, 200, 10)]
    assert found[0] is None
    assert found[1:] == [10.0] * 19


def test_rates_of_now_forget_what_was_before() -> None:
    rates = Rates()
    for second in range(0, 100, 10):
        rates.since(float(second), {"accepted": 1000})
    assert rates.since(100.0, {"accepted": 1600})["accepted"] == 10.0


def test_a_burst_of_calls_does_not_shorten_the_minute() -> None:
    rates = Rates()
    for call in range(1000):
        rates.since(call / 100, {"accepted": call})
    assert rates.since(10.0, {"accepted": 1000})["accepted"] == 100.0


def test_a_ledger_that_was_cleared_gives_no_negative_rate() -> None:
    rates = Rates()
    rates.since(0.0, {"accepted": 100})
    assert rates.since(10.0, {"accepted": 0})["accepted"] == 0.0


def test_lag_counts_what_lies_in_the_log() -> None:
    state = SlotState(offsets={"t/0": 5, "t/1": 9})
    assert lag(state, Health(ends={"t/0": 8, "t/1": 9, "t/2": 4})) == 7
    assert lag(state, Health()) is None
