"""Areas: the districts coloured by a number, or water, hills and parks that just lie there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .classes import RAMP, Classes, colors
from .layer import Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaLayer(Layer):
    """Polygons. With the style `regions` it is the choropleth over the children of the region the map shows.

    `values` by region code; a code without one (or with None) is drawn as "no data", never as 0.
    """

    kind: ClassVar[str] = "area"
    geometry_types: ClassVar[tuple[str, ...]] = ("Polygon", "MultiPolygon")
    styles: ClassVar[tuple[str, ...]] = ("regions", "water", "hill", "park", "built")

    classes: Classes = field(default_factory=Classes)
    values: Mapping[str, float | None] = field(default_factory=dict)

    def legend(self) -> tuple[list[float], list[str]]:
        """The inner edges of the classes and one colour per class."""
        edges = self.classes.edges(self.values.values())
        return edges, colors(len(edges) + 1)

    def fills(self) -> dict[str, str | None]:
        """The colour of each code as #RRGGBB, None for no data."""
        edges, shades = self.legend()
        return {
            code: None if value is None or value != value else shades[sum(value >= edge for edge in edges)]
            for code, value in self.values.items()
        }

    def entry(self) -> dict[str, Any]:
        """As `Layer.entry`, with ramp and classes when it is the choropleth."""
        entry = Layer.entry(self)
        if self.style == "regions":
            breaks = {"breaks": list(self.classes.breaks)} if self.classes.breaks else {}
            entry |= {"ramp": list(RAMP), "classes": {"method": self.classes.method, "count": self.classes.count, **breaks}}
        return entry

    def _problems(self) -> list[str]:
        problems = Layer._problems(self)
        if (self.style == "regions") != (self.features is None):
            problems.append("style 'regions' takes no file, every other area style needs one")
        return problems
