"""Sketches as rows of bins, so that quantiles and distinct counts add up like everything else.

Quantile: DDSketch (Masson, Rim, Lee 2019) – logarithmic bins whose counts add; every answer is within 1 % of a true value.
Distinct: HyperLogLog (Flajolet et al. 2007) with 2^12 registers whose maxima merge; standard error 1.04/sqrt(4096) = 1.6 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import polars as pl

QUANTILE_ERROR = 0.01
DISTINCT_ERROR = 0.0163

_GAMMA = (1 + QUANTILE_ERROR) / (1 - QUANTILE_ERROR)
_SMALLEST = 1e-9
_SHIFT = 1 << 20
_REGISTER_BITS = 12
_REGISTERS = 1 << _REGISTER_BITS

BINS = pl.List(pl.Struct({"b": pl.Int32, "n": pl.Int64}))


def quantile_bin(value: pl.Expr) -> pl.Expr:
    """The bin (Int32) of each number: 0 for zero, positive and negative bins apart, ordered like the values."""
    magnitude = value.abs().clip(lower_bound=_SMALLEST)
    index = (magnitude.log() / math.log(_GAMMA)).ceil().cast(pl.Int32) + _SHIFT
    return pl.when(value.abs() < _SMALLEST).then(0).when(value > 0).then(index).otherwise(-index).cast(pl.Int32)


def quantile_value(bins: pl.Expr, q: float) -> pl.Expr:
    """The q-quantile (lower rank) of each row's list of bins; null for an empty list."""
    return bins.map_elements(lambda rows: _quantile(rows, q), return_dtype=pl.Float64)


def _quantile(rows: pl.Series, q: float) -> float | None:
    if rows.len() == 0:
        return None
    frame = rows.struct.unnest().sort("b")
    counts = frame["n"].to_numpy().cumsum()
    return _representative(int(frame["b"][int(np.searchsorted(counts, q * (counts[-1] - 1), side="right"))]))


def _representative(index: int) -> float:
    if index == 0:
        return 0.0
    return math.copysign(2 * _GAMMA ** (abs(index) - _SHIFT) / (_GAMMA + 1), index)


def registers(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Register (Int32) and rank (Int64) of each value; the hash is stable over versions and machines."""
    unique = values.unique().drop_nulls()
    hashes = [int.from_bytes(blake2b(str(value).encode(), digest_size=8).digest(), "big") for value in unique.to_list()]
    table = pl.DataFrame(
        {
            "v": unique,
            "b": pl.Series([h & (_REGISTERS - 1) for h in hashes], dtype=pl.Int32),
            "n": pl.Series([65 - _REGISTER_BITS - (h >> _REGISTER_BITS).bit_length() for h in hashes], dtype=pl.Int64),
        }
    )
    joined = values.to_frame("v").join(table, on="v", how="left", maintain_order="left")
    return joined["b"], joined["n"]


def distinct_count(bins: pl.Expr) -> pl.Expr:
    """The estimated number of different values of each row's list of registers."""
    return bins.map_elements(_estimate, return_dtype=pl.Float64)


def _estimate(rows: pl.Series) -> float:
    ranks = rows.struct.field("n").to_numpy() if rows.len() else np.zeros(0)
    return _hyperloglog(ranks)


def _hyperloglog(ranks: Sequence[float] | np.ndarray) -> float:
    empty = _REGISTERS - len(ranks)
    raw = 0.7213 / (1 + 1.079 / _REGISTERS) * _REGISTERS**2 / (empty + float(np.sum(np.exp2(-np.asarray(ranks, dtype=float)))))
    if raw <= 2.5 * _REGISTERS and empty:
        return float(round(_REGISTERS * math.log(_REGISTERS / empty)))
    return float(round(raw))
