from typing import Any

import pytest

from slots.error_bound import ErrorBound, error_bound
from slots.slot import Measure

MEDIAN: dict[str, Any] = {"agg": "quantile", "of": "x", "q": 0.5}
PEOPLE: dict[str, Any] = {"agg": "distinct", "of": "who"}
TOTAL: dict[str, Any] = {"agg": "sum", "of": "x"}


@pytest.mark.parametrize(
    ("measure", "bound"),
    [
        (TOTAL, None),
        ({"ratio": [TOTAL, {"agg": "count"}]}, None),
        (MEDIAN, ErrorBound("value", 0.0098)),
        (PEOPLE, ErrorBound("relative", 0.0163)),
        ({"ratio": [MEDIAN, MEDIAN]}, ErrorBound("value", 0.0198)),
        ({"ratio": [TOTAL, PEOPLE]}, ErrorBound("relative", 0.0166)),
        ({"ratio": [PEOPLE, TOTAL]}, ErrorBound("relative", 0.0163)),
    ],
)
def test_a_measure_says_how_far_it_may_lie_off(measure: dict[str, Any], bound: ErrorBound | None) -> None:
    assert error_bound(Measure(**measure)) == bound
