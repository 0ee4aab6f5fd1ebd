"""Points counted or averaged in cells of equal size: what grid and hexagon layers share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import shapely
from numpy.typing import NDArray

from .classes import RAMP, Classes, Scale
from .colors import over
from .columns import column_problems, numbers
from .drawing import Key, Look, Part, Shape, View
from .features import Geometries
from .layer import Layer
from .looks import EDGE, GROUND
from .outline import collection

_FILL_OPACITY = 0.65

Agg = Literal["count", "sum", "mean", "min", "max"]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cells:
    """Equally long columns: the code of each cell that holds a point, its value, its points, its polygon (WGS84)."""

    codes: Sequence[str]
    values: Floats
    counts: NDArray[np.int64]
    shapes: Geometries


@dataclass(frozen=True, slots=True, kw_only=True)
class BinnedLayer(Layer):
    """A layer of cells over points. A subclass says which cell a point lies in, and what a cell looks like.

    `agg` over the property `column` (`count` needs none; points without a number are left out of the others).
    """

    agg: Agg = "count"
    column: str = ""
    classes: Classes = field(default_factory=Classes)
    unit: str = ""

    @property
    def live(self) -> bool:
        """Never: the cells stand, only values come."""
        return False

    def sign(self) -> Look | None:
        """None: cells have steps, no marks."""
        return None

    def codes_of(self, lon: Floats, lat: Floats) -> NDArray[np.str_]:
        """The code of the cell of each point."""
        raise NotImplementedError

    def shapes_of(self, codes: Sequence[str]) -> Geometries:
        """The polygon of each cell."""
        raise NotImplementedError

    def cells(self) -> Cells:
        """The cells that hold a point, in the order of their codes."""
        assert self.features is not None
        xy = shapely.get_coordinates(self.features.geometries)
        given = numbers(self.features, self.column) if self.agg != "count" else np.ones(len(xy))
        known = np.isfinite(given)
        codes, cell = np.unique(self.codes_of(xy[known, 0], xy[known, 1]), return_inverse=True)
        counts = np.bincount(cell, minlength=len(codes))
        names = codes.tolist()
        return Cells(names, _folded(self.agg, given[known], cell, counts), counts, self.shapes_of(names))

    def geojson(self) -> bytes:
        """The cells: properties code, value, count."""
        cells = self.cells()
        rows = zip(cells.codes, cells.values.tolist(), cells.counts.tolist(), strict=True)
        properties = ({"code": code, "value": value, "count": count} for code, value, count in rows)
        return collection(zip(properties, cells.shapes, strict=True))

    def entry(self) -> dict[str, Any]:
        """As `Layer.entry`, with ramp, classes and unit; natural breaks come as edges."""
        values = self.cells().values.tolist() if self.classes.method == "natural" else ()
        more = {"ramp": list(RAMP), "classes": self.classes.entry(values), "agg": self.agg, "unit": self.unit}
        return Layer.entry(self) | more

    def parts(self, view: View) -> Iterable[Part]:
        """The cells in the colours of their classes."""
        cells = self.cells()
        scale = Scale.over(cells.values.tolist(), self.classes)
        for shape, value, count in zip(cells.shapes, cells.values.tolist(), cells.counts.tolist(), strict=True):
            look = Look(scale.color(value), _FILL_OPACITY, EDGE, 0.15, 0.5)
            yield Shape(shape, look, "", f"{value:g} {self.unit}".strip() + (f" (n={count})" if self.agg != "count" else ""))

    def key(self) -> Key:
        """The legend."""
        values = self.cells().values.tolist()
        scale = Scale.over(values, self.classes)
        known = [value for value in values if value == value]
        seen = [over(GROUND, color, _FILL_OPACITY) for color in scale.colors]
        least, most = (min(known), max(known)) if known else (None, None)
        return Key(self.title, seen, scale.edges, self.unit, least=least, most=most)

    def _properties(self, row: Mapping[str, Any], shape: shapely.Geometry) -> dict[str, Any]:
        return {}

    def _problems(self) -> list[str]:
        problems = Layer._problems(self)
        if self.agg not in get_args(Agg):
            problems.append(f"agg must be {', '.join(get_args(Agg))}, got {self.agg!r}")
        if self.features is None:
            return [*problems, f"a {self.kind} layer needs a file of points"]
        if (self.agg == "count") == bool(self.column):
            problems.append(f"agg {self.agg!r} with column {self.column!r}: count takes no column, the others need one")
        elif self.column:
            problems += column_problems(self.features, "column", self.column, numeric=True)
        return problems


def _folded(agg: str, given: Floats, cell: NDArray[np.intp], counts: NDArray[np.int64]) -> Floats:
    if agg == "count":
        return counts.astype(np.float64)
    if agg in ("sum", "mean"):
        sums = np.bincount(cell, given, len(counts)).astype(np.float64)
        return sums if agg == "sum" else sums / counts
    best = np.full(len(counts), np.inf if agg == "min" else -np.inf)
    (np.minimum if agg == "min" else np.maximum).at(best, cell, given)
    return best
