"""What the records of a batch are counted by besides time: regions, and the margins – all records, then each dimension's values.

All as whole numbers, which group and merge several times as fast as texts; the texts' codes are put in at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from slots.page_codes import CODED

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Kinds:
    """A column as whole numbers: its different values, ascending, and for each row which of them it holds."""

    values: pl.Series
    at: Integers

    def __len__(self) -> int:
        return len(self.values)


def kinds(column: pl.Series) -> Kinds:
    """The different values of a column of integers or of codes (ascending by code), without nulls."""
    numbers = (column if column.dtype.is_integer() else column.to_physical()).to_numpy()
    low, high = (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, -1)
    if high - low >= 4 * len(numbers) + 1024:
        _, first, at = np.unique(numbers, return_index=True, return_inverse=True)
        return Kinds(column[first], at.astype(np.int64))
    there = np.zeros(high - low + 1, dtype=np.int64)
    last = np.empty(high - low + 1, dtype=np.int64)
    there[numbers - low] = 1
    last[numbers - low] = np.arange(len(numbers))
    rank = np.cumsum(there) - 1
    return Kinds(column[last[np.flatnonzero(there)]], rank[numbers - low])


@dataclass(frozen=True, slots=True)
class Places:
    """What rows are counted by besides time and bin: the region, and within it the margins (all records, then each dimension)."""

    regions: pl.Series
    """Region index → code, coded as in pages."""
    margins: Sequence[tuple[str, pl.Series]]
    """Each dimension's name ("" for all records) and its values, coded as in pages."""
    numbers: Sequence[Integers]
    """Per margin the number of each row's place: region × entries + entry."""

    @property
    def entries(self) -> int:
        return sum(len(values) for _, values in self.margins)

    @property
    def width(self) -> int:
        return len(self.regions) * self.entries

    def columns(self, numbers: Integers) -> list[pl.Series]:
        """`r`, `d`, `k` of places given by number."""
        names = pl.Series([name for name, values in self.margins for _ in range(len(values))], dtype=pl.String)
        keys = pl.concat([values for _, values in self.margins])
        region = numbers // self.entries
        entry = pl.Series((numbers - region * self.entries).astype(np.uint32))
        return [
            self.regions[pl.Series(region.astype(np.uint32))].alias("r"),
            names.cast(CODED["d"])[entry].alias("d"),
            keys[entry].alias("k"),
        ]


def places(frame: pl.DataFrame, regions: pl.Series, dimensions: Sequence[str]) -> Places:
    """The places of a batch: columns `_r` (region index) and `_d0`, `_d1`, … (codes of values)."""
    everything = Kinds(pl.Series([""], dtype=pl.String).cast(CODED["k"]), np.zeros(frame.height, dtype=np.int64))
    margins = [everything, *(kinds(frame[f"_d{i}"]) for i in range(len(dimensions)))]
    entries = sum(map(len, margins))
    begins = np.cumsum([0, *map(len, margins)])[:-1]
    region = frame["_r"].to_numpy().astype(np.int64) * entries
    numbers = [region + margin.at + begin for margin, begin in zip(margins, begins, strict=True)]
    names = ["", *dimensions]
    return Places(regions, [(name, margin.values) for name, margin in zip(names, margins, strict=True)], numbers)
