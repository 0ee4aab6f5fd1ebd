"""How far event time has come in each partition, and which records came too late for it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray


def late_rows(
    times_us: pl.Series, partitions: NDArray[np.int32], watermarks: Mapping[int, int], lateness_s: int
) -> NDArray[np.bool_]:
    """Which rows lie more than `lateness_s` behind the latest event seen before them in their partition."""
    times = times_us.to_numpy()
    late = np.zeros(len(times), dtype=bool)
    if len(times) == 0:
        return late
    allowed_us = lateness_s * 1_000_000
    if int(times.min()) >= max([*watermarks.values(), int(times.max())]) - allowed_us:
        return late
    for partition in np.unique(partitions):
        rows = np.flatnonzero(partitions == partition)
        seen = np.maximum.accumulate(np.maximum(times[rows], watermarks.get(int(partition), times[rows[0]])))
        late[rows] = times[rows] < seen - allowed_us
    return late


def partition_peaks(times_us: pl.Series, partitions: NDArray[np.int32]) -> dict[int, int]:
    """Partition → its latest event time in this batch (Unix µs)."""
    times = times_us.to_numpy()
    return {int(p): int(times[partitions == p].max()) for p in np.flatnonzero(np.bincount(partitions))}
