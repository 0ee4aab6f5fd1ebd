"""Numbers and names taken from the properties of features, and what is said when they are not there."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from .features import Features


def numbers(features: Features, column: str) -> NDArray[np.float64]:
    """The column as float64, NaN where it is missing or no number."""
    return np.array([_number(row.get(column)) for row in features.properties], dtype=np.float64)


def column_problems(features: Features, option: str, column: str, *, numeric: bool = False) -> list[str]:
    """What is wrong with a layer's `option` that names a property; nothing when there is such a column with content."""
    given = [row[column] for row in features.properties if row.get(column) is not None]
    if not given:
        columns = _columns(features)
        near = get_close_matches(column, columns, 1)
        hint = f" Hint: did you mean {near[0]!r}?" if near else ""
        return [f"{option} {column!r} is not a property of any feature; there are: {', '.join(columns) or 'none'}.{hint}"]
    wrong = next((value for value in given if _number(value) != _number(value)), None) if numeric else None
    if wrong is None:
        return []
    kind = type(wrong).__name__
    return [f"{option} {column!r} must hold finite numbers, got {kind} {wrong!r}. Hint: was the column read as text?"]


def _columns(features: Features) -> Sequence[str]:
    return sorted({key for row in islice(features.properties, 50) for key in row})


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return float("nan")
    number = float(value)
    return number if np.isfinite(number) else float("nan")
