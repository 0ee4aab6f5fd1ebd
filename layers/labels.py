"""Labels: words on the map, few and never over each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely

from .colors import color_problems
from .columns import column_problems, numbers
from .drawing import Look, Part, Text, View
from .layer import Layer
from .looks import TEXT
from .outline import label_point, span_km


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLayer(Layer):
    """The property `label` of points, lines or areas as text (`{label}_en` in English). Where two would touch, the one
    with the higher `rank` column stays; without one, the larger thing."""

    kind: ClassVar[str] = "label"
    geometry_types: ClassVar[tuple[str, ...]] = (
        "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon",
    )  # fmt: skip
    styles: ClassVar[tuple[str, ...]] = ("label",)

    style: str = "label"
    rank: str = ""
    size_px: float = 16.0
    color: str = TEXT

    def entry(self) -> dict[str, Any]:
        """As `Layer.entry`, with size and colour. Features are points with name, name_en, label and rank."""
        return Layer.entry(self) | {"size_px": self.size_px, "color": self.color}

    def sign(self) -> Look | None:
        """None: words speak for themselves."""
        return None

    def parts(self, view: View) -> Iterable[Part]:
        """Texts only."""
        if self.features is None or view.zoom < (self.min_zoom or 0):
            return
        for row, shape in zip(self.features.properties, self.features.geometries, strict=True):
            if name := self._name(row, view.language):
                lon, lat = label_point(shape)
                yield Text(lon, lat, name, self.size_px, self.color, self._rank(row, shape))

    def _rank(self, row: Mapping[str, Any], shape: shapely.Geometry) -> float:
        return float(row.get(self.rank) or 0) if self.rank else span_km(shape)

    def _properties(self, row: Mapping[str, Any], shape: shapely.Geometry) -> dict[str, Any]:
        own = Layer._properties(self, row, shape)
        return own | ({"rank": self._rank(row, shape)} if own else {})

    def _problems(self) -> list[str]:
        problems = Layer._problems(self) + color_problems("color", self.color)
        if not 8 <= self.size_px <= 96:
            problems.append(f"size_px must be 8…96, got {self.size_px}")
        if self.features is None or not self.label:
            return [*problems, "a label layer needs a file, and `label` must name the property to write"]
        if self.rank:
            problems += column_problems(self.features, "rank", self.rank, numeric=True)
            if not np.isfinite(numbers(self.features, self.rank)).any():
                problems.append(f"rank {self.rank!r} holds no number")
        return problems
