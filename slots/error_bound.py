"""How far a reading may lie off what is so: nothing for what is counted and summed, a stated bound for what is sketched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from slots.sketches import DISTINCT_ERROR, QUANTILE_ERROR
from slots.slot import Measure


@dataclass(frozen=True, slots=True)
class ErrorBound:
    """The greatest error, relative to the true value. `value`: always; `relative`: in 99.7 % of all cases."""

    kind: Literal["value", "relative"]
    bound: float


_SKETCHED: Final[dict[str, ErrorBound]] = {
    "quantile": ErrorBound("value", QUANTILE_ERROR),
    "distinct": ErrorBound("relative", DISTINCT_ERROR),
}


def error_bound(measure: Measure) -> ErrorBound | None:
    """The bound of a measure; None: exact, but for the last digit of a float. A ratio's is that of both its sides."""
    if measure.ratio is None:
        return _SKETCHED.get(measure.agg or "")
    sides = [error_bound(side) for side in measure.ratio]
    if not any(sides):
        return None
    top, bottom = (side.bound if side else 0.0 for side in sides)
    kind: Literal["value", "relative"] = "relative" if any(side and side.kind == "relative" for side in sides) else "value"
    return ErrorBound(kind, round((1 + top) / (1 - bottom) - 1, 4))
