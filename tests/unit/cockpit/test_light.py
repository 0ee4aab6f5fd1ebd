"""Which light stands at a value, and whether a change is good news."""

from __future__ import annotations

import pytest

from cockpit.panels.light import good_news, light
from slots import Indicator


def indicator(direction: str = "none", target: float | None = None, **thresholds: float) -> Indicator:
    return Indicator.model_validate(
        {"name": "x", "direction": direction, "target": target, "thresholds": thresholds, "measure": {"agg": "count"}}
    )


@pytest.mark.parametrize(
    ("passport", "value", "expected"),
    [
        (indicator("lower", warn=15, alarm=20), 14.9, "fine"),
        (indicator("lower", warn=15, alarm=20), 15, "watch"),
        (indicator("lower", warn=15, alarm=20), 20, "alarm"),
        (indicator("higher", warn=85, alarm=75), 90, "fine"),
        (indicator("higher", warn=85, alarm=75), 80, "watch"),
        (indicator("higher", warn=85, alarm=75), 75, "alarm"),
        (indicator("none", warn=80, alarm=60), 55, "alarm"),
        (indicator("higher", target=90), 89, "watch"),
        (indicator("lower", target=26), 26, "fine"),
        (indicator("higher", target=90, warn=80), 85, "fine"),
        (indicator("none"), 5, None),
        (indicator("lower", warn=15, alarm=20), None, None),
    ],
)
def test_the_light_follows_thresholds_and_else_the_target(passport: Indicator, value: float | None, expected: str | None) -> None:
    assert light(value, passport) == expected


@pytest.mark.parametrize(
    ("direction", "delta", "good"),
    [("higher", 1, True), ("higher", -1, False), ("lower", -1, True), ("lower", 1, False), ("none", 1, None), ("lower", 0, None)],
)
def test_good_news_depends_on_the_direction_not_on_the_sign(direction: str, delta: float, good: bool | None) -> None:
    assert good_news(delta, indicator(direction)) is good
