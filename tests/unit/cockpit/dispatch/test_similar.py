"""What may be the same thing reported again: by place in metres, by time, by words of any language; and what never is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cockpit.dispatch.incident import Incident, State
from cockpit.dispatch.similar import ENOUGH, Alike, case_of, overlap, similar

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
DEGREE_M = 96_486  # of longitude at 30° north


def incident(number: str = "I2", metres: float | None = 0.0, **more: Any) -> Incident:
    """One so far east of 120° 30°, or without a place."""
    place: dict[str, Any] = {} if metres is None else {"lon": 120 + metres / DEGREE_M, "lat": 30.0}
    told = {"title": "人民路井盖破损", "category": "roads", "region": "a1", "reported_at": AT, "changed_at": AT, **place, **more}
    return Incident(number=number, version=1, state=told.pop("state", State.REPORTED), **told)


CASE = case_of(incident("I1"))


def test_metres_are_those_of_the_earth() -> None:
    (near,) = similar(CASE, [incident(metres=120)])
    assert near.metres == pytest.approx(120, abs=0.5)
    assert [one["said"] for one in near.said("zh")] == ["相距 120 米", "相隔 0 分钟", "描述相同 100%", "类别相同：roads"]
    assert near.said("en")[0] == {"why": "place", "said": "120 m apart"}


@pytest.mark.parametrize(("metres", "found"), [(0, 1), (499, 1), (501, 0), (5000, 0)])
def test_what_is_too_far_is_not_it(metres: float, found: int) -> None:
    assert len(similar(CASE, [incident(metres=metres)])) == found
    assert len(similar(CASE, [incident(metres=metres)], within_m=6000)) == 1


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("人民路井盖破损", "人民路井盖破损", 1.0),
        ("人民路井盖破损", "井盖破损，人民路", 5 / 6),
        ("井盖破损", "中山路井盖破损严重", 1.0),
        ("路灯不亮", "井盖破损", 0.0),
        ("Ｂroken  COVER", "broken cover!", 1.0),
        ("", "井盖", 0.0),
        ("水", "水", 1.0),
    ],
)
def test_words_of_any_language_are_compared(one: str, other: str, common: float) -> None:
    assert overlap(one, other) == overlap(other, one) == pytest.approx(common)


def test_the_likest_stands_first_and_what_is_too_little_alike_is_left_out() -> None:
    others = [
        incident("I2", 400), incident("I3", 10), incident("I4", 10, reported_at=AT - timedelta(hours=47)),
        incident("I5", 450, title="路灯不亮", reported_at=AT - timedelta(hours=40)),
    ]  # fmt: skip
    found = similar(CASE, others)
    assert [one.incident.number for one in found] == ["I3", "I4", "I2"] and all(one.score >= ENOUGH for one in found)
    assert similar(CASE, [incident(reported_at=AT - timedelta(hours=49))]) == []
    assert similar(CASE, [incident(category="lights", title="路灯不亮")]) == []


def test_without_a_place_the_region_stands_for_it() -> None:
    (found,) = similar(CASE, [incident(metres=None)])
    assert found.metres is None and found.reasons[0] == (Alike.REGION, "a1") and found.score < 1
    assert similar(CASE, [incident(metres=None, region="a2")]) == []


@pytest.mark.parametrize(
    "other",
    [
        incident("I1"), incident(state=State.REJECTED), incident(state=State.CANCELLED), incident(duplicate_of="I9"),
        incident(exercise=True),
    ],
)  # fmt: skip
def test_what_never_is_the_same(other: Incident) -> None:
    assert similar(CASE, [other]) == []
    assert len(similar(replace(CASE, exercise=True), [incident(exercise=True)])) == 1
