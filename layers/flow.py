"""Flows: arcs from where something begins to where it ends, as thick as it is much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely

from .colors import color_problems
from .columns import column_problems, numbers
from .drawing import Look, Part, Shape, View
from .features import Features
from .layer import Layer
from .mistakes import LayerError
from .regions import Regions


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLayer(Layer):
    """Lines whose first point is the origin and whose last is the goal. `column` (0 or more) is how much flows.

    The largest flow is `width_px` wide; `bend` is how far an arc swings out, as a share of its length.
    """

    kind: ClassVar[str] = "flow"
    geometry_types: ClassVar[tuple[str, ...]] = ("LineString",)
    styles: ClassVar[tuple[str, ...]] = ("flow",)

    style: str = "flow"
    column: str = ""
    width_px: float = 8.0
    bend: float = 0.2
    from_color: str = "#1E6E9C"
    to_color: str = "#D6F5FF"

    @classmethod
    def between(cls, regions: Regions, flows: Mapping[tuple[str, str], float], **options: Any) -> FlowLayer:
        """The flows between regions, from centre to centre. Raises LayerError naming codes without a place."""
        centers = {code: regions.center(code) if code in regions else None for pair in flows for code in pair}
        lost = sorted(code for code, center in centers.items() if center is None)
        if lost:
            raise LayerError([f"layer {options.get('id')!r}: no place for the regions {', '.join(lost[:10])}"])
        shapes = [shapely.linestrings(np.array([centers[start], centers[goal]], dtype=np.float64)) for start, goal in flows]
        rows = [{"from": start, "to": goal, "value": value} for (start, goal), value in flows.items()]
        features = Features(np.array([*shapes, None], dtype=object)[:-1], rows)
        return cls(features=features, **{"column": "value", **options})

    def entry(self) -> dict[str, Any]:
        """As `Layer.entry`, with colours, the widest width and the bend. Features carry `value` and `share` (0…1)."""
        colors = {"from_color": self.from_color, "to_color": self.to_color}
        return Layer.entry(self) | colors | {"width_px": self.width_px, "bend": self.bend}

    def shares(self) -> Sequence[float]:
        """Per flow its value as a share of the largest; 1 where there is no column."""
        assert self.features is not None
        values = np.nan_to_num(numbers(self.features, self.column)) if self.column else np.ones(len(self.features))
        shares: list[float] = (values / max(float(values.max(initial=0)), 1e-12)).tolist()
        return shares

    def arcs(self, steps: int = 24) -> list[shapely.Geometry]:
        """The curves as they lie on the ground, WGS84: from the origin they swing out to the right."""
        assert self.features is not None
        ends = [(shapely.get_coordinates(one)[0], shapely.get_coordinates(one)[-1]) for one in self.features.geometries]
        return [_arc(start, goal, self.bend, steps) for start, goal in ends]

    def sign(self) -> Look | None:
        """A line in the colour of its goals."""
        return Look(stroke=self.to_color, stroke_opacity=0.85, width_px=3)

    def parts(self, view: View) -> Iterable[Part]:
        """Arcs, the small ones first."""
        assert self.features is not None
        rows = sorted(zip(self.shares(), self.arcs(), self.features.properties, strict=True), key=lambda row: row[0])
        for share, arc, row in rows:
            look = Look(stroke=self.to_color, stroke_opacity=0.35 + 0.5 * share, width_px=max(self.width_px * share, 0.75))
            yield Shape(arc, look, self._name(row, view.language), f"{row[self.column]:g}" if self.column else "")

    def _properties(self, row: Mapping[str, Any], shape: shapely.Geometry) -> dict[str, Any]:
        assert self.features is not None
        ends = {key: row[key] for key in ("from", "to") if isinstance(row.get(key), str)}
        return Layer._properties(self, row, shape) | ends | ({"value": row.get(self.column)} if self.column else {})

    def _problems(self) -> list[str]:
        problems = Layer._problems(self) + color_problems("from_color", self.from_color)
        problems += color_problems("to_color", self.to_color)
        if not 0.5 <= self.width_px <= 64:
            problems.append(f"width_px must be 0.5…64, got {self.width_px}")
        if not -1 <= self.bend <= 1:
            problems.append(f"bend must be -1…1, got {self.bend}")
        if self.features is None:
            return [*problems, "a flow layer needs lines from origin to goal"]
        if self.column:
            problems += column_problems(self.features, "column", self.column, numeric=True)
            if np.nanmin(numbers(self.features, self.column), initial=0) < 0:
                problems.append(f"column {self.column!r} holds values below 0. Hint: turn such a flow round")
        return problems


def _arc(start: Any, goal: Any, bend: float, steps: int) -> shapely.Geometry:
    """A quadratic Bézier curve, square to the line on the ground at its middle latitude."""
    squeeze = max(float(np.cos(np.radians((start[1] + goal[1]) / 2))), 1e-6)
    across, up = (goal[0] - start[0]) * squeeze, goal[1] - start[1]
    middle = (start + goal) / 2 + np.array([up * bend / squeeze, -across * bend])
    at = np.linspace(0, 1, steps + 1)[:, None]
    return shapely.LineString((1 - at) ** 2 * start + 2 * at * (1 - at) * middle + at**2 * goal)
