"""A slot is degraded while more than one in twenty of the last minute's records cannot be used, and not any longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from slots.degraded import BadShare
from tests.line import Line, ago


def test_more_than_one_in_twenty_of_the_last_minute_is_too_much() -> None:
    share = BadShare()
    assert share.note(0, {"accepted": 1_000, "rejected": 900}) == "", "what was before is not its business"
    assert share.note(2, {"accepted": 1_095, "rejected": 905}) == ""
    why = share.note(4, {"accepted": 1_095, "rejected": 906})
    assert why == "6 % of the last minute's records could not be used: 6 of 101"
    assert share.note(30, {"accepted": 1_195, "rejected": 906}) == ""


def test_calm_returns_when_the_minute_is_over_or_the_share_falls() -> None:
    share = BadShare()
    share.note(0, {})
    assert share.note(1, {"accepted": 10, "rejected": 10})
    assert share.note(59, {"accepted": 10, "rejected": 10})
    assert share.note(61, {"accepted": 10, "rejected": 10}) == ""


def test_a_replay_and_a_cleared_ledger_change_nothing() -> None:
    share = BadShare()
    share.note(0, {"rejected": 50})
    assert share.note(1, {"accepted": 50, "replayed": 50, "rejected": 51}), "50 counted again do not hide the one"
    assert share.note(2, {"accepted": 3}) == ""
    assert share.note(3, {"accepted": 3, "rejected": 1})


@pytest.mark.parametrize("rate", [1, 500])
def test_the_slot_says_so_within_five_seconds_and_is_calm_again(rate: int) -> None:
    line = Line()
    line.send(*({"at": ago(minutes=1), "region": "a1"} for _ in range(rate * 20)))
    line.run()
    tick(line)
    assert fresh(line) == ""
    line.send(*([b"{broken"] * (rate * 2)))
    line.run()
    for _ in range(2):
        tick(line)
    assert "of the last minute's records" in fresh(line), "2 s later"
    for _ in range(61):
        tick(line)
    assert fresh(line) == ""


def tick(line: Line) -> None:
    """A second goes by; the worker has nothing to do and says so."""
    line.clock.advance(timedelta(seconds=1))
    line.pipeline.step(0.0)
    line.pipeline._well()


def fresh(line: Line) -> str:
    return line.readings.freshness("desk").degraded
