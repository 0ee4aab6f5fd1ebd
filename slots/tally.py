"""State columns as arrays: what a wall asks each second are few rows, and few rows add up faster so than in frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

Integers = NDArray[np.int64]
States = Mapping[str, NDArray[Any]]
"""State column (as in slots.measures) → its values; what a row does not have is the prefix's neutral value."""

NEUTRAL: Final[Mapping[str, float]] = {
    "n": 0, "s": 0.0, "f": 0, "lo": np.inf, "hi": -np.inf, "lt": np.iinfo(np.int64).min, "lv": np.nan
}  # fmt: skip
_ADD: Final[Mapping[str, np.ufunc]] = {
    "n": np.add, "s": np.add, "f": np.add, "lo": np.minimum, "hi": np.maximum, "lt": np.maximum
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """States by time and key. `t`: bucket start (Unix s); `at`: the key's position in `names`; all of one length."""

    t: Integers
    at: Integers
    names: tuple[str, ...]
    states: States

    def within(self, start: int, end: int) -> Tally:
        """The rows whose bucket starts in `[start, end)`."""
        return self.taken(np.flatnonzero((self.t >= start) & (self.t < end)))

    def taken(self, rows: NDArray[np.intp]) -> Tally:
        """These rows only."""
        return Tally(self.t[rows], self.at[rows], self.names, {name: values[rows] for name, values in self.states.items()})

    def by_bucket(self) -> Tally:
        """The same with one row per bucket and key."""
        width = max(1, len(self.names))
        found, groups = np.unique(self.t * width + self.at, return_inverse=True)
        return Tally(found // width, found % width, self.names, merged(self.states, groups, len(found)))


def stacked(tallies: Sequence[Tally]) -> Tally:
    """All rows, one tally below the other; at least one, all with the same states."""
    names = tuple(dict.fromkeys(name for tally in tallies for name in tally.names))
    return Tally(
        np.concatenate([tally.t for tally in tallies]),
        np.concatenate([_moved(tally, names) for tally in tallies]),
        names,
        {column: np.concatenate([tally.states[column] for tally in tallies]) for column in tallies[0].states},
    )


def _moved(tally: Tally, names: tuple[str, ...]) -> Integers:
    """The positions of the tally's keys in another list that has them all."""
    if tally.names == names[: len(tally.names)]:
        return tally.at
    position = {name: i for i, name in enumerate(names)}
    return np.array([position[name] for name in tally.names], dtype=np.int64)[tally.at]


def states_of(frame: pl.DataFrame, columns: Sequence[str]) -> dict[str, NDArray[Any]]:
    """The state columns of a page; a column the page does not have, and a null, become neutral."""
    return {column: _values(frame, column) for column in columns}


def _values(frame: pl.DataFrame, column: str) -> NDArray[Any]:
    neutral = NEUTRAL[column.partition(":")[0]]
    if column not in frame.columns:
        return np.full(frame.height, neutral, dtype=np.int64 if isinstance(neutral, int) else np.float64)
    values = frame[column]
    return (values.fill_null(neutral) if values.null_count() else values).to_numpy()


def merged(states: States, groups: NDArray[np.intp], count: int) -> dict[str, NDArray[Any]]:
    """The states of `count` groups, each row added to its group; says the same as slots.measures.merge does of frames."""
    return {column: _merged(column, states, groups, count) for column in states}


def _merged(column: str, states: States, groups: NDArray[np.intp], count: int) -> NDArray[Any]:
    prefix, _, part = column.partition(":")
    values = states[column]
    total = np.full(count, NEUTRAL[prefix], dtype=values.dtype)
    if prefix != "lv":
        _ADD[prefix].at(total, groups, values)
    elif len(values):
        order = np.lexsort((values, states[f"lt:{part}"], groups))  # of several at one time the greatest
        newest = order[np.flatnonzero(np.diff(groups[order], append=-1))]
        total[groups[newest]] = values[newest]
    return total
