"""A grid of squares, so many metres wide, coloured by what lies in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely
from numpy.typing import NDArray

from .binned import BinnedLayer, Floats
from .drawing import EARTH_M
from .features import Geometries

_DEGREE_M = EARTH_M / 360.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLayer(BinnedLayer):
    """Squares of `cell_m`. Their sides follow meridians and parallels; they are square at the mean latitude of the points.

    The grid's origin is 0° 0°: two layers of the same cell width over the same city agree to a cell.
    """

    kind: ClassVar[str] = "grid"
    geometry_types: ClassVar[tuple[str, ...]] = ("Point",)
    styles: ClassVar[tuple[str, ...]] = ("grid",)

    style: str = "grid"
    cell_m: float = 500.0

    def entry(self) -> dict[str, Any]:
        """As `BinnedLayer.entry`, with the width of a cell."""
        return BinnedLayer.entry(self) | {"cell_m": self.cell_m}

    def codes_of(self, lon: Floats, lat: Floats) -> NDArray[np.str_]:
        """`column_row`, counted from 0° 0°."""
        step_x, step_y = self._steps()
        x, y = (np.floor(axis / step).astype(np.int64) for axis, step in ((lon, step_x), (lat, step_y)))
        return np.char.add(np.char.add(x.astype(str), "_"), y.astype(str))

    def shapes_of(self, codes: Sequence[str]) -> Geometries:
        """Boxes, 6 digits."""
        step_x, step_y = self._steps()
        places = np.array([code.split("_") for code in codes], dtype=np.float64).reshape(-1, 2)
        west, south = np.round(places[:, 0] * step_x, 6), np.round(places[:, 1] * step_y, 6)
        east, north = np.round((places[:, 0] + 1) * step_x, 6), np.round((places[:, 1] + 1) * step_y, 6)
        return np.asarray(shapely.box(west, south, east, north), dtype=object)

    def _steps(self) -> tuple[float, float]:
        assert self.features is not None
        middle = round(float(np.mean(shapely.get_y(self.features.geometries))), 1)
        return self.cell_m / (_DEGREE_M * float(np.cos(np.radians(middle)))), self.cell_m / _DEGREE_M

    def _problems(self) -> list[str]:
        problems = BinnedLayer._problems(self)
        if not 1 <= self.cell_m <= 1_000_000:
            problems.append(f"cell_m must be 1…1,000,000, got {self.cell_m}")
        return problems
