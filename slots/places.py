"""Where a record lies, as the slots need to know it; handed in, and fulfilled by `layers.Regions`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

Degrees = NDArray[np.float64]


class Places(Protocol):
    """A tree of regions, each with an opaque code and an index into `codes`. Frozen once built."""

    @property
    def codes(self) -> Sequence[str]:
        """All codes; the position in this list is the region's index. The root stands first."""

    @property
    def parents(self) -> NDArray[np.int32]:
        """The index of each region's parent, -1 for the root; a parent stands before its children."""

    def find(self, codes: pl.Series) -> NDArray[np.int32]:
        """The index of each code, -1 where the tree does not know it. `codes` is a String series, nulls allowed."""

    def locate(self, lon: Degrees, lat: Degrees, datum: str) -> NDArray[np.int32]:
        """The index of the deepest region whose polygon holds each point, -1 for a point in none (or NaN)."""

    def wgs84(self, lon: Degrees, lat: Degrees, datum: str) -> tuple[Degrees, Degrees]:
        """The points in WGS84, in which everything is stored; NaN stays NaN."""
