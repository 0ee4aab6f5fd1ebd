"""What a panel's options name must be there; what is there but wrong itself is passed over."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit.city import load_city
from cockpit.references import References
from tests.cities.line import TINY, kinds

KEYS = frozenset({"slot", "attributes", "severity"})


@pytest.fixture(scope="module")
def references() -> References:
    city = load_city(TINY, kinds())
    return References(city.slots, [layer.name for layer in city.layers], city.regions)


@pytest.mark.parametrize(
    "options",
    [
        {"indicator": "hotline.wait", "dimension": "category"},
        {"indicators": ["hotline.wait", "reviews.good_rate"], "region": "7701"},
        {"slot": "vehicles", "attributes": ["kind"], "severity": {"attribute": "speed_kmh"}},
        {"layers": ["regions", "river", "vehicles"], "moving": {"vehicles": {"kind": "kind", "only": {"kind": ["bus"]}}}},
        {"indicator": 5, "indicators": {}, "layers": "regions", "moving": [], "attributes": [1], "severity": "x", "region": []},
        {"indicator": None, "layers": None, "words": {"indicator": "any"}},
    ],
)
def test_right_or_not_ours(references: References, options: dict[str, Any]) -> None:
    assert references(options, KEYS) == []


@pytest.mark.parametrize(
    ("options", "path", "said"),
    [
        ({"indicator": "hotline.wiat"}, ("indicator",), "did you mean 'hotline.wait'?"),
        ({"color": "hotlin.wait"}, ("color",), "there is no slot 'hotlin'"),
        ({"indicators": ["hotline.wait", "x"]}, ("indicators", 1), "an indicator is slot.name"),
        ({"indicator": "hotline.wait", "dimension": "categry"}, ("dimension",), "did you mean 'category'?"),
        ({"slot": "hotlines"}, ("slot",), "did you mean 'hotline'?"),
        ({"slot": "hotline"}, ("slot",), "keeps no entities"),
        ({"slot": "vehicles", "attributes": ["kind", "sped_kmh"]}, ("attributes", 1), "did you mean 'speed_kmh'?"),
        ({"slot": "vehicles", "severity": {"attribute": "x"}}, ("severity", "attribute"), "it keeps: kind, speed_kmh"),
        ({"layers": ["regions", "rivers"]}, ("layers", 1), "did you mean 'river'?"),
        ({"layers": ["hotline"]}, ("layers", 0), "nothing to draw"),
        ({"moving": {"river": {}}}, ("moving", "river"), "there is no layer 'river'; layers: vehicles"),
        ({"layers": ["regions"], "moving": {"vehicles": {}}}, ("moving", "vehicles"), "not among the panel's layers"),
        ({"moving": {"vehicles": {"kind": "kin"}}}, ("moving", "vehicles", "kind"), "did you mean 'kind'?"),
        ({"moving": {"vehicles": {"only": {"knd": []}}}}, ("moving", "vehicles", "only", "knd"), "did you mean 'kind'?"),
        ({"region": "7709"}, ("region",), "there is no region '7709'"),
    ],
)
def test_wrong(references: References, options: dict[str, Any], path: tuple[str | int, ...], said: str) -> None:
    (problem,) = references(options, KEYS)
    assert problem.path == path
    assert said in problem.message


def test_what_is_wrong_itself_is_passed_over() -> None:
    broken = References({}, [], None, frozenset({"hotline", "river", "vehicles"}))
    options = {"indicator": "hotline.any", "slot": "vehicles", "attributes": ["any"], "layers": ["river"], "region": "any"}
    assert broken(options, KEYS) == []
