"""A page of cells as arrays: made once when the page changes, for all questions that read it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from slots.rollup import Tree
from slots.tally import Integers, Tally, states_of


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one dimension, or of one of its values: bucket start `t`, region's number `p`, key `names[at]`, states."""

    rows: pl.DataFrame
    t: Integers
    p: NDArray[np.int32]
    at: Integers
    names: tuple[str, ...]

    def rolled(self, tree: Tree, region: str, by_child: bool, columns: tuple[str, ...]) -> Tally:
        """These state columns by bucket and key – or by child of the region – merged over the region's descendants."""
        low, high = tree.range(region)
        inside = (self.p >= low) & (self.p < high)
        at, names = self.at, self.names
        if by_child:
            at, names = tree.child_of(region, self.p).astype(np.int64), tuple(tree.children(region))
            inside &= at >= 0
        return Tally(self.t, at, names, states_of(self.rows, columns)).taken(np.flatnonzero(inside)).by_bucket()


def sheet_of(rows: pl.DataFrame, tree: Tree, *, by_value: bool) -> Sheet:
    """The sheet of a page's rows; `by_value`: the dimension's values are the keys, else there is one key, ""."""
    t, p = rows["t"].to_numpy(), tree.numbers(rows["r"]).to_numpy()
    if not by_value:
        return Sheet(rows, t, p, np.zeros(len(t), dtype=np.int64), ("",))
    values = rows["k"].unique(maintain_order=True)
    positions = pl.DataFrame({"k": values, "at": np.arange(len(values))})
    at = rows.select("k").join(positions, on="k", how="left", maintain_order="left")["at"].to_numpy()
    return Sheet(rows, t, p, at, tuple(values))
