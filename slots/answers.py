"""From merged states to the number a person is told."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from slots.exact_sum import total
from slots.measures import Part, parts_of
from slots.slot import Measure, Slot
from slots.tally import Integers, States

Floats = NDArray[np.float64]


def answered(measure: Measure, slot: Slot, states: States) -> tuple[Floats, Integers]:
    """The value (NaN: missing) and the count of records behind it, of each group of merged state and sketch columns."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if measure.ratio is None:
            value, count = _simple(parts_of(measure, slot)[0], states)
            return _finite(value * measure.scale), count
        (top, _), (bottom, count) = (_simple(part, states) for part in parts_of(measure, slot))
        return _finite(top * measure.scale / bottom), count


def sides_of(measure: Measure, slot: Slot, states: States) -> list[tuple[Floats, Integers]]:
    """Value and count of each part of a measure, unscaled: both sides of a ratio."""
    return [_simple(part, states) for part in parts_of(measure, slot)]


def _simple(part: Part, states: States) -> tuple[Floats, Integers]:
    count: NDArray[Any] = states[f"n:{part.id}"]
    if part.agg == "count":
        return count.astype(np.float64), count
    if part.sketch:
        said = states[part.answer]
        return (np.where(count > 0, said, 0.0) if part.agg == "distinct" else said), count
    value = total(states[f"s:{part.id}"], states[f"f:{part.id}"]) if "s" in _kinds(part) else states[part.columns[-1]]
    return np.where(count > 0, value / count if part.agg == "mean" else value, np.nan), count


def _kinds(part: Part) -> list[str]:
    return [column.partition(":")[0] for column in part.columns]


def _finite(values: Floats) -> Floats:
    """What is beyond all numbers, as a division by zero, is missing."""
    return np.where(np.isfinite(values), values, np.nan)
