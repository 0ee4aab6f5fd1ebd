"""States of rows that stand group by group, merged: what numpy adds up in one pass, where frames would hash every row."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from slots.tally import States

_UFUNCS: Final = {"n": np.add, "s": np.add, "f": np.add, "lo": np.minimum, "hi": np.maximum, "lt": np.maximum}


def added(states: States, starts: NDArray[np.intp], sizes: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    """The merged states of each stretch of rows; says the same as slots.measures.merge does of frames.

    The stretches follow one another and hold all rows; none is empty.
    """
    return {column: _added(column, states, starts, sizes) for column in states}


def _added(column: str, states: States, starts: NDArray[np.intp], sizes: NDArray[np.intp]) -> NDArray[Any]:
    prefix, _, part = column.partition(":")
    values = states[column]
    if not len(starts):
        return values
    if prefix != "lv":
        return _reduced(_UFUNCS[prefix], values, starts)
    times = states[f"lt:{part}"]
    latest = np.repeat(_reduced(np.maximum, times, starts), sizes)
    newest = np.where((times == latest) & ~np.isnan(values), values, -np.inf)  # of several at one time, the greatest
    told = _reduced(np.maximum, newest, starts)
    return np.where(np.isneginf(told), np.nan, told)


def _reduced(ufunc: np.ufunc, values: NDArray[Any], starts: NDArray[np.intp]) -> NDArray[Any]:
    reduced: NDArray[Any] = ufunc.reduceat(values, starts)
    return reduced
