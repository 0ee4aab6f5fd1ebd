"""Areas: the districts coloured by a number, shapes of a file coloured by a column, or water and parks that just lie there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import shapely

from .addresses import Addresses
from .classes import RAMP, Classes, Scale
from .colors import over
from .columns import column_problems, numbers
from .drawing import Key, Look, Part, Shape, Text, View
from .features import Features
from .layer import Layer
from .looks import EDGE, GAP, GROUND
from .outline import label_point

_FILL_OPACITY = 0.53


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaLayer(Layer):
    """Polygons. `regions`: the choropleth over the children of the region the map shows, by `values` (region code →
    number). `choropleth`: the polygons of a file by their own `column`; with `code` naming a property, values may replace it.
    The other styles only lie there.

    A code without a value (or with None, NaN) is drawn as "no data", never as 0. `unit` stands in the legend.
    """

    kind: ClassVar[str] = "area"
    geometry_types: ClassVar[tuple[str, ...]] = ("Polygon", "MultiPolygon")
    styles: ClassVar[tuple[str, ...]] = ("regions", "choropleth", "water", "hill", "park", "built")

    classes: Classes = field(default_factory=Classes)
    values: Mapping[str, float | None] = field(default_factory=dict)
    column: str = ""
    code: str = ""
    unit: str = ""

    @property
    def live(self) -> bool:
        """Never: the shapes stand, only values come."""
        return False

    def legend(self) -> tuple[list[float], list[str]]:
        """The inner edges of the classes and one colour per class."""
        scale = self._scale()
        return list(scale.edges), list(scale.colors)

    def fills(self) -> dict[str, str | None]:
        """The colour of each code as #RRGGBB, None for no data."""
        scale = self._scale()
        return {code: scale.color(value) for code, value in self._values().items()}

    def entry(self) -> dict[str, Any]:
        """As `Layer.entry`, with ramp and classes when it is a choropleth."""
        entry = Layer.entry(self)
        if self.style in ("regions", "choropleth"):
            entry |= {"ramp": list(RAMP), "classes": self.classes.entry(self._values().values())}
        return entry | ({"unit": self.unit} if self.style == "choropleth" else {})

    def address(self, at: Addresses, shown: str) -> dict[str, str]:
        """The children of the shown region, or the file's own shapes."""
        return {"url": at.geometry.format(code=shown)} if self.style == "regions" else Layer.address(self, at, shown)

    def parts(self, view: View) -> Iterable[Part]:
        """Fills in the colours of their classes, hatched where there is no data; names of regions."""
        if self.style not in ("regions", "choropleth"):
            yield from Layer.parts(self, view)
            return
        scale, values, texts = self._scale(), self._values(), []
        for code, name, shape in self._shapes(view):
            value = values.get(code)
            color = scale.color(value)
            look = Look(color or GAP, _FILL_OPACITY, EDGE, 0.35, hatched=color is None)
            yield Shape(shape, look, name, "—" if color is None else f"{value:g} {self.unit}".strip())
            if name and self.style == "regions":
                lon, lat = label_point(shape)
                texts.append(Text(lon, lat, name, 14, rank=float(shapely.area(shape))))
        yield from texts

    def key(self) -> Key | None:
        """The legend of a choropleth."""
        if self.style not in ("regions", "choropleth"):
            return None
        edges, shades = self.legend()
        known = [value for value in self._values().values() if value is not None and value == value]
        seen = [over(GROUND, shade, _FILL_OPACITY) for shade in shades]
        least, most = (min(known), max(known)) if known else (None, None)
        return Key(self.title, seen, edges, self.unit, len(known) < len(self._values()), least, most)

    def _shapes(self, view: View) -> Iterable[tuple[str, str, shapely.Geometry]]:
        if self.features is not None:
            rows = zip(self._codes(self.features), self.features.properties, self.features.geometries, strict=True)
            return ((code, self._name(row, view.language), shape) for code, row, shape in rows)
        regions, shapes = view.regions.drawn(view.shown, view.zoom)
        return ((one.code, one.title(view.language), shape) for one, shape in zip(regions, shapes, strict=True))

    def _scale(self) -> Scale:
        return Scale.over(self._values().values(), self.classes)

    def _values(self) -> Mapping[str, float | None]:
        if self.features is None or self.values or not self.column:
            return self.values
        return dict(zip(self._codes(self.features), numbers(self.features, self.column).tolist(), strict=True))

    def _codes(self, features: Features) -> list[str]:
        return [str(row.get(self.code, number)) if self.code else str(number) for number, row in enumerate(features.properties)]

    def _properties(self, row: Mapping[str, Any], shape: shapely.Geometry) -> dict[str, Any]:
        own = Layer._properties(self, row, shape)
        if self.style != "choropleth":
            return own
        code = {"code": str(row[self.code])} if self.code and row.get(self.code) is not None else {}
        return own | code | {"value": self.values.get(code.get("code", ""), row.get(self.column)), "name": self._name(row, "zh")}

    def _problems(self) -> list[str]:
        problems = Layer._problems(self)
        if (self.style == "regions") != (self.features is None):
            problems.append("style 'regions' takes no file, every other area style needs one")
        if self.style == "choropleth" and self.features is not None:
            problems += ["style 'choropleth' needs a column of numbers"] if not (self.column or self.values) else []
            problems += column_problems(self.features, "column", self.column, numeric=True) if self.column else []
            problems += column_problems(self.features, "code", self.code) if self.code else []
        return problems
