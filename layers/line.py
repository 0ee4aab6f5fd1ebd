"""Lines: roads, railways, bus lines, rivers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .layer import Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLayer(Layer):
    """Polylines from a file. `road_main` is always faintly there, `road` and `bus` only when the map is near."""

    kind: ClassVar[str] = "line"
    geometry_types: ClassVar[tuple[str, ...]] = ("LineString", "MultiLineString")
    styles: ClassVar[tuple[str, ...]] = ("road_main", "road", "rail", "bus", "river")

    def _problems(self) -> list[str]:
        missing = ["a line layer needs a file"] if self.features is None else []
        return Layer._problems(self) + missing
