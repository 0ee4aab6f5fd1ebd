"""The sketch bins of one batch, by minute, hour and day, region and dimension.

Most records open a bin of their own. What makes it quick is that all a row is counted by becomes one whole number, with the
minute in its last digits: sorted once, the bins of the hours and the days stand together, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from slots.chains import Chain
from slots.ledger import Size
from slots.margins import Integers, Places
from slots.measures import Part
from slots.page_codes import CODED
from slots.sketches import quantile_bin, registers

_LIMIT = 1 << 62
_RANKS = 64


@dataclass(frozen=True, slots=True)
class _Values:
    """Which rows one part counts, the bin of each row, and – for different values – the rank its register has seen."""

    sketch: str
    counted: NDArray[np.bool_]
    bin: Integers
    rank: Integers | None


def bins(frame: pl.DataFrame, parts: Sequence[Part], chain: Chain, where: Places) -> dict[Size, pl.DataFrame]:
    """The bins of each size of the chain: `t r d k c b n`; of the sizes in which there are any."""
    found: dict[Size, list[pl.DataFrame]] = {}
    for part in parts:
        for size, rows in _counted(_values(frame[f"x:{part.id}"], part), chain, where):
            found.setdefault(size, []).append(rows)
    return {size: pl.concat(frames, rechunk=False) for size, frames in found.items()}


def _values(measured: pl.Series, part: Part) -> _Values:
    assert part.sketch is not None
    counted = measured.is_not_null().to_numpy()
    bin_, rank = np.zeros(len(measured), dtype=np.int64), None
    values = measured.drop_nulls() if measured.null_count() else measured
    if part.agg == "quantile":
        bin_[counted] = values.to_frame("x").select(quantile_bin(pl.col("x"))).to_series().to_numpy()
        return _Values(part.sketch, counted, bin_, None)
    register, bit = registers(values)
    rank = bin_.copy()
    bin_[counted] = register.to_numpy()
    rank[counted] = np.frexp(bit.to_numpy().astype(np.float64))[1] - 1
    return _Values(part.sketch, counted, bin_, rank)


def _counted(values: _Values, chain: Chain, where: Places) -> list[tuple[Size, pl.DataFrame]]:
    """The bins of one part; in several frames of a size where the numbers would not fit into one."""
    kept = values.counted[chain.rows]
    if not kept.any():
        return []
    rows, at = (chain.rows, chain.at) if kept.all() else (chain.rows[kept], chain.at[kept])
    bin_ = values.bin[rows]
    low = int(bin_.min())
    width, ranks = int(bin_.max()) - low + 1, 1 if values.rank is None else _RANKS
    if chain.finest * where.width * width * ranks >= _LIMIT:
        if not (pieces := chain.apart()):
            raise ValueError(f"sketch {values.sketch}: {where.width} places and {width} bins are more than can be told apart")
        return [told for piece in pieces for told in _counted(values, piece, where)]
    inner = (bin_ - low) * chain.finest + at
    numbers = np.concatenate([place[rows] * (width * chain.finest) + inner for place in where.numbers])
    if values.rank is not None:
        numbers = numbers * _RANKS + np.tile(values.rank[rows], len(where.numbers))
    return _by_size(values, numbers, width, low, chain, where)


def _by_size(
    values: _Values, numbers: Integers, width: int, low: int, chain: Chain, where: Places
) -> list[tuple[Size, pl.DataFrame]]:
    """`numbers`: (place, bin, finest bucket, rank) of each row and margin as one."""
    merge: np.ufunc = np.add if values.rank is None else np.bitwise_or
    numbers, counts = _finest(numbers, values.rank is not None)
    entry = numbers // chain.finest
    at = numbers - entry * chain.finest
    found: list[tuple[Size, pl.DataFrame]] = []
    beside: list[pl.Series] = []
    for link in chain.links:
        starts = np.flatnonzero(np.diff(entry * len(link.starts) + link.of[at], prepend=-1))
        if len(starts) < len(entry):
            counts, entry, at = merge.reduceat(counts, starts), entry[starts], at[starts]
            beside = []
        if not beside:
            place = entry // width
            beside, bin_ = where.columns(place), (entry - place * width + low).astype(np.int32)
        found.append((link.size, _told(link.starts[link.of[at]], beside, values.sketch, bin_, counts)))
    return found


def _finest(numbers: Integers, ranked: bool) -> tuple[Integers, Integers]:
    """Each different number once, ascending, and how often it stood there; or without its rank, and the ranks as bits."""
    numbers = np.sort(numbers)
    if not ranked:
        starts = np.flatnonzero(np.diff(numbers, prepend=-1))
        return numbers[starts], np.diff(starts, append=len(numbers)).astype(np.int64)
    register = numbers // _RANKS
    starts = np.flatnonzero(np.diff(register, prepend=-1))
    return register[starts], np.bitwise_or.reduceat(np.int64(1) << (numbers - register * _RANKS), starts)


def _told(times: pl.Series, beside: Sequence[pl.Series], sketch: str, bin_: NDArray[np.int32], counts: Integers) -> pl.DataFrame:
    names = pl.Series("c", [sketch], dtype=pl.String).cast(CODED["c"]).new_from_index(0, len(times))
    return pl.DataFrame([times.alias("t"), *beside, names, pl.Series("b", bin_), pl.Series("n", counts)])
