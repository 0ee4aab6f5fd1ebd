"""H3 hexagons coloured by what lies in them: cells of nearly equal area that the whole world numbers alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely
from numpy.typing import NDArray

from .binned import BinnedLayer, Floats
from .features import Geometries


@dataclass(frozen=True, slots=True, kw_only=True)
class HexagonLayer(BinnedLayer):
    """H3 cells of a `resolution` (7: 5 km², 8: 0.7 km², 9: 0.1 km², 10: 0.015 km²). Codes are H3 indexes."""

    kind: ClassVar[str] = "hexagon"
    geometry_types: ClassVar[tuple[str, ...]] = ("Point",)
    styles: ClassVar[tuple[str, ...]] = ("hexagon",)

    style: str = "hexagon"
    resolution: int = 8

    def entry(self) -> dict[str, Any]:
        """As `BinnedLayer.entry`, with the resolution."""
        return BinnedLayer.entry(self) | {"resolution": self.resolution}

    def codes_of(self, lon: Floats, lat: Floats) -> NDArray[np.str_]:
        """The H3 index of each point; about a microsecond each."""
        import h3  # type: ignore[import-untyped]

        pairs = zip(lat.tolist(), lon.tolist(), strict=True)
        return np.array([h3.latlng_to_cell(y, x, self.resolution) for y, x in pairs], dtype=np.str_)

    def shapes_of(self, codes: Sequence[str]) -> Geometries:
        """Hexagons, 6 digits."""
        import h3

        rings = [np.round(np.array(h3.cell_to_boundary(code))[:, ::-1], 6) for code in codes]
        return np.array([shapely.Polygon(ring) for ring in rings] + [None], dtype=object)[:-1]

    def _problems(self) -> list[str]:
        problems = BinnedLayer._problems(self)
        if isinstance(self.resolution, bool) or not isinstance(self.resolution, int) or not 0 <= self.resolution <= 15:
            problems.append(f"resolution must be an int 0…15, got {self.resolution!r}. Hint: 8 suits a city, 10 a street")
        return problems
