"""The nearest suitable unit, and everybody else with every reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from cockpit.dispatch.nearest import Choice, Need, Why, choose, with_orders
from cockpit.dispatch.unit import Unit, UnitStatus

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
NEED = Need(118.6, 29.3, NOW, frozenset({"water"}), above=("990101", "9901", "99"), within_m=5000)
FIT = Unit(
    id="fit", kind="patrol", skills=frozenset({"water", "gas"}), region="9901", on_duty=True, lon=118.61, lat=29.3, seen_at=NOW
)


def judged(choice: Choice) -> dict[str, list[str]]:
    return {one.unit.id: [reason.why.value for reason in one.reasons] for one in choice.excluded}


def test_the_nearest_comes_first_with_what_speaks_for_it() -> None:
    farther = replace(FIT, id="a", lon=118.62)
    choice = choose([farther, FIT], NEED)
    assert [one.unit.id for one in choice.suitable] == ["fit", "a"] and not choice.excluded
    first = choice.suitable[0]
    assert first.straight_m == round(Geod(ellps="WGS84").inv(118.6, 29.3, 118.61, 29.3)[2], 1)
    assert [reason.said("zh") for reason in first.reasons] == [
        f"直线距离 {first.straight_m:.0f} 米", "空闲", "在岗", "0秒前的位置", "能力符合：water", "责任区 9901",
    ]  # fmt: skip


def test_the_category_that_needs_a_skill_is_told() -> None:
    choice = choose([FIT, replace(FIT, id="other", skills=frozenset({"traffic"}))], replace(NEED, category="供水"))
    assert "能力符合：water (供水)" in [reason.said("zh") for reason in choice.suitable[0].reasons]
    assert [reason.said("en") for reason in choice.excluded[0].reasons] == ["cannot do: water (供水)"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": UnitStatus.BUSY, "order": "D7"}, "busy"),
        ({"status": UnitStatus.ON_BREAK}, "on_break"),
        ({"status": UnitStatus.UNAVAILABLE}, "unavailable"),
        ({"on_duty": False}, "off_duty"),
        ({"skills": frozenset({"gas"})}, "wrong_skill"),
        ({"region": "9902"}, "outside_region"),
        ({"lon": None}, "no_position"),
        ({"lat": float("nan")}, "no_position"),
        ({"seen_at": None}, "no_position"),
        ({"seen_at": NOW - timedelta(seconds=301)}, "stale"),
        ({"seen_at": NOW + timedelta(hours=1)}, "stale"),
        ({"lon": 118.7}, "too_far"),
    ],
)
def test_who_is_left_out_and_why(change: dict[str, object], why: str) -> None:
    choice = choose([replace(FIT, **change)], NEED)  # type: ignore[arg-type]
    assert not choice.suitable and judged(choice) == {"fit": [why]}


def test_all_reasons_are_given_not_only_the_first() -> None:
    worst = replace(FIT, status=UnitStatus.BUSY, order="D7", on_duty=False, skills=frozenset(), region="98", lon=119.9)
    choice = choose([worst], replace(NEED, kinds=frozenset({"fire"})))
    assert judged(choice) == {"fit": ["busy", "off_duty", "wrong_skill", "wrong_kind", "outside_region", "too_far"]}
    assert choice.excluded[0].reasons[0].said("en") == "busy with D7"


def test_a_unit_without_roster_or_region_is_not_left_out_for_it() -> None:
    choice = choose([replace(FIT, on_duty=None, region=None)], NEED)
    assert {reason.why for reason in choice.suitable[0].reasons} == {Why.NEAR, Why.AVAILABLE, Why.FRESH, Why.SKILLED}


def test_an_open_order_makes_busy() -> None:
    found = with_orders([FIT, replace(FIT, id="b"), replace(FIT, id="c", status=UnitStatus.ON_BREAK)], {"fit": "D7", "c": "D8"})
    assert [(unit.status.value, unit.order) for unit in found] == [("BUSY", "D7"), ("AVAILABLE", ""), ("ON_BREAK", "")]


units = st.builds(
    Unit, id=st.integers(0, 10**6).map(str), status=st.sampled_from(UnitStatus), on_duty=st.sampled_from([None, True, False]),
    lon=st.none() | st.floats(118, 119), lat=st.none() | st.floats(29, 30), region=st.sampled_from([None, "9901", "98"]),
    seen_at=st.none() | st.integers(-1000, 1000).map(lambda age: NOW - timedelta(seconds=age)),
    skills=st.sampled_from([frozenset(), frozenset({"water"})]),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(units, max_size=12, unique_by=lambda unit: unit.id))
def test_everybody_is_in_exactly_one_list_with_a_reason(found: list[Unit]) -> None:
    choice = choose(found, NEED)
    assert sorted(one.unit.id for one in (*choice.suitable, *choice.excluded)) == sorted(unit.id for unit in found)
    assert all(one.reasons for one in (*choice.suitable, *choice.excluded))
    metres = [one.straight_m for one in choice.suitable]
    assert metres == sorted(metres) and all(metre <= 5000 for metre in metres if metre is not None)  # type: ignore[type-var]
