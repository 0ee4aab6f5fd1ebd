"""The sketch bins of one batch, by minute, hour and day, region and dimension.

Most records open a bin of their own, so that nothing is gained by counting minutes first. What makes it quick is that all a
row is counted by becomes one whole number, and that equal numbers are counted at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from slots.ledger import Size
from slots.margins import Integers, Kinds, Places
from slots.measures import Part
from slots.sketches import quantile_bin, registers

_LIMIT = 1 << 62
_RANKS = 64


@dataclass(frozen=True, slots=True)
class _Values:
    """The rows that one part counts, the bin of each, and – for different values – the rank its register has seen."""

    sketch: str
    rows: NDArray[np.intp]
    bin: Integers
    rank: Integers | None


def bins(frame: pl.DataFrame, parts: Sequence[Part], starts: Mapping[Size, Kinds], where: Places) -> dict[Size, pl.DataFrame]:
    """The bins of each size: `t r d k c b n`. `starts`: size → the start of each row's bucket, where it is counted in it."""
    found: dict[Size, list[pl.DataFrame]] = {}
    for part in parts:
        values = _values(frame[f"x:{part.id}"], part)
        for size, times in starts.items():
            for rows in _counted(values, times, where):
                found.setdefault(size, []).append(rows)
    return {size: pl.concat(frames) for size, frames in found.items()}


def _values(measured: pl.Series, part: Part) -> _Values:
    assert part.sketch is not None
    rows = np.flatnonzero(measured.is_not_null().to_numpy())
    values = measured.drop_nulls()
    if part.agg == "quantile":
        binned = values.to_frame("x").select(quantile_bin(pl.col("x"))).to_series()
        return _Values(part.sketch, rows, binned.to_numpy().astype(np.int64), None)
    register, bit = registers(values)
    rank = np.frexp(bit.to_numpy().astype(np.float64))[1].astype(np.int64) - 1
    return _Values(part.sketch, rows, register.to_numpy().astype(np.int64), rank)


def _counted(values: _Values, times: Kinds, where: Places) -> list[pl.DataFrame]:
    """The bins of one part in buckets of one size; in several frames where the numbers would not fit into one."""
    kept = np.flatnonzero(times.at[values.rows] >= 0)
    if not len(kept):
        return []
    low = int(values.bin[kept].min())
    bins_, ranks = int(values.bin[kept].max()) - low + 1, 1 if values.rank is None else _RANKS
    if len(times) * where.width * bins_ * ranks >= _LIMIT:
        middle = len(times) // 2
        if middle == 0:
            raise ValueError(f"sketch {values.sketch}: {where.width} places and {bins_} bins are more than can be told apart")
        early = np.where(times.at < middle, times.at, -1)
        late = np.where(times.at >= middle, times.at - middle, -1)
        halves = (Kinds(times.values[:middle], early), Kinds(times.values[middle:], late))
        return [frame for half in halves for frame in _counted(values, half, where)]
    inner = (values.bin[kept] - low) * ranks + (0 if values.rank is None else values.rank[kept])
    rows = values.rows[kept]
    outer = times.at[rows] * where.width
    numbers = np.concatenate([(outer + place[rows]) * (bins_ * ranks) + inner for place in where.numbers])
    unique, counts = np.unique(numbers, return_counts=True)
    if values.rank is not None:
        unique, counts = _seen(unique)
    return [_told(values.sketch, unique // ranks, counts, bins_, low, times.values, where)]


def _seen(numbers: Integers) -> tuple[Integers, Integers]:
    """Registers once each, with the ranks they have seen as bits; `numbers`: register × 64 + rank, ascending."""
    register = numbers // _RANKS
    begins = np.flatnonzero(np.diff(register, prepend=register[0] - 1))
    return numbers[begins], np.bitwise_or.reduceat(np.int64(1) << (numbers % _RANKS), begins)


def _told(
    sketch: str, numbers: Integers, counts: NDArray[np.intp], bins_: int, low: int, times: pl.Series, where: Places
) -> pl.DataFrame:
    number, outer = pl.col("number"), pl.col("number") // bins_
    return pl.DataFrame({"number": numbers, "n": counts.astype(np.int64)}).select(
        pl.lit(times).gather(outer // where.width).alias("t"),
        *where.columns(outer % where.width),
        pl.lit(sketch).alias("c"),
        (number % bins_ + low).cast(pl.Int32).alias("b"),
        "n",
    )
