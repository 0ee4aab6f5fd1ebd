"""Simulated units: they answer once, alike, in a legal order, and move along."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.dispatch.field_unit import FieldUnits, Ordered, answers, journey
from cockpit.dispatch.order_machine import STEPS

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
HERE, THERE = (118.60, 29.30), (118.65, 29.32)


def order(number: str = "O1", ttl_s: float = 900, unit: str = "P117") -> Ordered:
    return Ordered(number, unit, NOW + timedelta(seconds=ttl_s), *THERE)


numbers = st.integers(0, 10_000).map(lambda number: f"O{number}")


@settings(deadline=None)
@given(numbers, st.sampled_from([None, HERE]))
def test_the_answers_are_legal_one_after_the_other(number: str, place: tuple[float, float] | None) -> None:
    state, said = "SENT", answers(order(number), NOW, place)
    for answer in said:
        step = STEPS[answer.verb]
        assert state in step.sources and bool(answer.reason) == step.reason
        state = step.target or state
    assert state in ("DONE", "REFUSED") and [one.at for one in said] == sorted(one.at for one in said)
    assert said == answers(order(number), NOW, place)


def test_an_order_that_runs_out_is_not_signed() -> None:
    assert [one.verb for one in answers(order(ttl_s=5), NOW, HERE)] in (["deliver"], [])


def test_each_order_is_answered_once_when_it_is_due() -> None:
    units, raw = FieldUnits(), msgspec.json.encode(order("O3"))
    assert units.take([raw, raw, b"{}", b"no"], NOW, {"P117": HERE}) == 1 and units.take([raw], NOW, {}) == 0
    assert [one.verb for one in units.due(NOW + timedelta(seconds=4))] == ["deliver"]
    rest = [one.verb for one in units.due(NOW + timedelta(hours=3))]
    assert rest[0] in ("sign", "refuse") and not list(units.due(NOW + timedelta(hours=9)))


def test_an_order_to_nobody_is_answered_by_nobody() -> None:
    units, raw = FieldUnits(), msgspec.json.encode(order("O3", unit="P999"))
    assert units.take([raw], NOW, {"P117": HERE}) == 0 and not list(units.due(NOW + timedelta(hours=3)))


def test_an_order_that_is_taken_back_is_left() -> None:
    units, raw = FieldUnits(), [msgspec.json.encode(order(number)) for number in ("O3", "O4")]
    units.take(raw, NOW, {"P117": HERE})
    said = list(units.due(NOW + timedelta(seconds=4)))
    taken_back = msgspec.json.encode({"order": "O3", "unit": "P117", "state": "CANCELLED", "reason": "x"})
    assert units.take([taken_back], NOW, {"P117": HERE}) == 0 and units.places(NOW) == {}
    assert {one.order for one in said} == {"O3", "O4"} and {one.order for one in units.due(NOW + timedelta(hours=3))} == {"O4"}


def test_a_unit_goes_where_it_is_sent_and_stays_a_while() -> None:
    said = answers(order("O3"), NOW, HERE)
    way = journey(said)
    assert way is not None
    units = FieldUnits()
    units.take([msgspec.json.encode(order("O3"))], NOW, {"P117": HERE})
    half = way.begin + (way.end - way.begin) / 2
    lon, lat = units.places(half)["P117"]
    assert (lon, lat) == pytest.approx((118.625, 29.31), abs=1e-3)
    assert units.places(way.end)["P117"] == THERE and units.places(NOW)["P117"] == pytest.approx(HERE)
    assert units.places(way.end + timedelta(minutes=31)) == {}


def test_an_answer_is_a_record() -> None:
    said = msgspec.json.decode(answers(order("O3"), NOW, None)[0].record())
    assert said.keys() == {"order", "unit", "verb", "at"} and said["verb"] == "deliver"
