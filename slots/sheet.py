"""A page of cells as arrays in the order of the tree: made once when the page changes, for all questions that read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from slots.rollup import Tree
from slots.stretches import added
from slots.tally import NEUTRAL, Integers, States, Tally, states_of

Edges = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Where each stretch of rows begins and ends; none is empty."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one dimension, or of one of its values, sorted by group and region's pre-order number.

    A group is one bucket (start `t`) of one key (`names[at]`). A region's descendants have neighbouring numbers, so within a
    group they are one stretch of rows: rolling up is finding its ends and adding up what lies between.
    """

    rows: pl.DataFrame
    key: Integers
    """Of each row: group × width + number; ascending."""
    width: int
    t: Integers
    at: Integers
    names: tuple[str, ...]

    def rolled(self, tree: Tree, region: str, by_child: bool, columns: tuple[str, ...]) -> Tally:
        """These state columns by bucket and key – or by child of the region – merged over the region's descendants."""
        ranges, at, names = [tree.range(region)], self.at, self.names
        if by_child:
            names = tuple(tree.children(region))
            ranges = [tree.range(child) for child in names]
        begins, ends = self._stretches(ranges)
        filled = np.flatnonzero(begins < ends)
        groups, which = filled // max(1, len(ranges)), filled % max(1, len(ranges))
        states = _merged(states_of(self.rows, columns), (begins[filled], ends[filled]))
        return Tally(self.t[groups], which if by_child else at[groups], names, states)

    def _stretches(self, ranges: list[tuple[int, int]]) -> Edges:
        """Per group and range of numbers, in this order: the rows it holds, `[begin, end)`."""
        bases = np.arange(len(self.t), dtype=np.int64)[:, None] * self.width
        lows, highs = np.array(ranges, dtype=np.int64).reshape(-1, 2).T
        return (
            np.searchsorted(self.key, (bases + lows).ravel()),
            np.searchsorted(self.key, (bases + highs).ravel()),
        )


def sheet_of(rows: pl.DataFrame, tree: Tree, *, by_value: bool) -> Sheet:
    """The sheet of a page's rows; `by_value`: the dimension's values are the keys, else there is one key, ""."""
    numbered = rows.with_columns(tree.numbers(rows["r"])).filter(pl.col("p") >= 0)
    names: tuple[str, ...] = ("",)
    at = np.zeros(numbered.height, dtype=np.int64)
    if by_value:
        values = numbered["k"].unique(maintain_order=True)
        positions = pl.DataFrame({"k": values, "at": np.arange(len(values))})
        at = numbered.select("k").join(positions, on="k", how="left", maintain_order="left")["at"].to_numpy()
        names = tuple(values)
    return _sorted(numbered, at, names, len(tree.enter))


def _sorted(rows: pl.DataFrame, at: Integers, names: tuple[str, ...], width: int) -> Sheet:
    buckets, which = np.unique(rows["t"].to_numpy(), return_inverse=True)
    found, groups = (
        np.unique(which * len(names) + at, return_inverse=True) if len(names) > 1 else (np.arange(len(buckets)), which)
    )
    key = groups.astype(np.int64) * width + rows["p"].to_numpy()
    order = np.argsort(key, kind="stable")
    keys = max(1, len(names))
    filled = (
        pl.col(c).fill_null(neutral)
        for c in rows.columns
        if (neutral := NEUTRAL.get(c.partition(":")[0])) is not None and ":" in c
    )
    return Sheet(
        rows.with_columns(*filled)[order], key[order], width, buckets[found // keys], (found % keys).astype(np.int64), names
    )


def _merged(states: States, edges: Edges) -> dict[str, NDArray[Any]]:
    """The states of each stretch of rows, its rows merged."""
    sizes = edges[1] - edges[0]
    starts = np.cumsum(sizes) - sizes
    rows = np.repeat(edges[0] - starts, sizes) + np.arange(int(sizes.sum()))
    return added({column: values[rows] for column, values in states.items()}, starts, sizes)
