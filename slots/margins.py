"""What the records of a batch are counted by besides time: regions, and the margins – all records, then each dimension's values.

All as whole numbers, which group and merge several times as fast as texts; the texts are put in at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Kinds:
    """A column as whole numbers: its different values, and for each row which of them it holds (-1: none)."""

    values: pl.Series
    at: Integers

    def __len__(self) -> int:
        return len(self.values)


def kinds(column: pl.Series) -> Kinds:
    """The different values of a column of integers or of a Categorical (whose values come back as texts)."""
    values = column.unique().drop_nulls()
    numbers = values.to_physical().to_numpy()
    order = np.argsort(numbers)
    at = order[np.searchsorted(numbers, column.to_physical().fill_null(numbers[:1].sum()).to_numpy(), sorter=order)]
    at = np.where(column.is_null(), -1, at) if column.null_count() else at
    return Kinds(values.cast(pl.String) if column.dtype == pl.Categorical else values, at.astype(np.int64))


@dataclass(frozen=True, slots=True)
class Places:
    """What rows are counted by besides time and bin: the region, and within it the margins (all records, then each dimension)."""

    codes: pl.Series
    """Region index → code."""
    margins: Sequence[tuple[str, pl.Series]]
    """Each dimension's name ("" for all records) and its values."""
    numbers: Sequence[Integers]
    """Per margin the number of each row's place: region × entries + entry."""

    @property
    def entries(self) -> int:
        return sum(len(values) for _, values in self.margins)

    @property
    def width(self) -> int:
        return len(self.codes) * self.entries

    def columns(self, numbers: pl.Expr) -> list[pl.Expr]:
        """`r`, `d`, `k` of places given by number."""
        names = pl.Series([name for name, values in self.margins for _ in range(len(values))], dtype=pl.String)
        keys = pl.concat([values for _, values in self.margins])
        entry = numbers % self.entries
        return [
            pl.lit(self.codes).gather(numbers // self.entries).alias("r"),
            pl.lit(names).gather(entry).alias("d"),
            pl.lit(keys).gather(entry).alias("k"),
        ]


def places(frame: pl.DataFrame, codes: pl.Series, dimensions: Sequence[str]) -> Places:
    """The places of a batch: columns `_r` (region index) and `_d0`, `_d1`, … (Categorical)."""
    everything = Kinds(pl.Series([""], dtype=pl.String), np.zeros(frame.height, dtype=np.int64))
    margins = [everything, *(kinds(frame[f"_d{i}"]) for i in range(len(dimensions)))]
    entries = sum(map(len, margins))
    begins = np.cumsum([0, *map(len, margins)])[:-1]
    regions = frame["_r"].to_numpy().astype(np.int64) * entries
    numbers = [regions + margin.at + begin for margin, begin in zip(margins, begins, strict=True)]
    names = ["", *dimensions]
    return Places(codes, [(name, margin.values) for name, margin in zip(names, margins, strict=True)], numbers)
