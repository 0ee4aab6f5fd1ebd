"""Sums that do not depend on the order in which they were added up, so that one worker and seven say the same.

Floats round at each addition, and each order rounds differently. So a sum is kept twice: as a float, which knows its size, and
as a whole number of quanta modulo 2^64, whose addition is exact. Together they are the sum: the integer gives its digits, the
float how many times 2^8 is to be added. Exact but for what single values lose below the quantum of 2^-56 (1.4e-17): nothing
from 1/16 on. From 2^50 (1e15) on the float alone counts, and its last digits may differ.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

TURN: Final = 2.0**8
PER_QUANTUM: Final = 2.0**56
BEYOND: Final = 2.0**50
_LEAST, _MOST = -(2.0**63), 2.0**63 - 1024  # the greatest float below 2^63


def digits(values: pl.Expr) -> pl.Expr:
    """Each finite value (Float64) as Int64 quanta modulo 2^64; the sum of them wraps, as it shall."""
    within = values - (values / TURN + 0.5).floor() * TURN
    return (within * PER_QUANTUM).round().clip(_LEAST, _MOST).cast(pl.Int64)


def total(sums: NDArray[np.float64], quanta: NDArray[np.int64]) -> NDArray[np.float64]:
    """The exact sums of float sums and quanta, each rounded to a float."""
    within = quanta / PER_QUANTUM
    turns = np.round((sums - within) / TURN)
    return np.where(np.abs(sums) < BEYOND, turns * TURN + within, sums)
