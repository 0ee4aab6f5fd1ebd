"""Tens of thousands of polygons as vector tiles made in memory: a screen fetches what it sees, at the detail it shows."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log2
from typing import Any, ClassVar

import numpy as np
import shapely
from numpy.typing import NDArray

from .addresses import Addresses
from .area import AreaLayer
from .columns import column_problems
from .drawing import Part, View, mercator
from .features import Features, Geometries
from .mvt import EXTENT, Value, encode_tile
from .outline import simplified
from .tile_source import Tile

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
_BUFFER = 64
"""Tile units that reach over the edge, so that outlines do not break there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorTileLayer(AreaLayer):
    """A choropleth like `AreaLayer` of style `choropleth`, sent as tiles up to `max_zoom` (finer ones show its corners).

    `code` names the property by which values are told; `sent` further properties that go out with each polygon.
    Shapes are simplified per zoom to half a pixel, shared borders alike; the first tile of a zoom costs up to some
    seconds at 50,000 polygons, each other one some milliseconds. Warm the zooms up in a thread where that matters.
    """

    kind: ClassVar[str] = "vector_tiles"
    styles: ClassVar[tuple[str, ...]] = ("choropleth",)

    style: str = "choropleth"
    max_zoom: int = 14
    sent: tuple[str, ...] = ()
    _sheets: dict[int, _Sheet] = field(default_factory=dict, init=False, repr=False, compare=False)

    _rows: dict[str, list[Mapping[str, Value | None]]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        """The tile, gzipped; None where it is empty or outside 0…max_zoom. Safe to call from several threads."""
        assert self.features is not None
        if not (0 <= z <= self.max_zoom and 0 <= x < 2**z and 0 <= y < 2**z):
            return None
        if z not in self._sheets:
            self._sheets[z] = _Sheet.of(self.features.geometries, z)  # two threads may both build it: the same comes out
        found = self._sheets[z].cut(z, x, y)
        if not found:
            return None
        if "all" not in self._rows:
            self._rows["all"] = self._all_told(self.features)
        rows = self._rows["all"]
        body = encode_tile(self.id, ((shape, rows[number]) for number, shape in found))
        return Tile(gzip.compress(body, 1), MEDIA_TYPE, gzipped=True)

    def entry(self) -> dict[str, Any]:
        """As `AreaLayer.entry`, with zooms, extent and bounds; the tiles hold one layer named like this one."""
        assert self.features is not None
        bounds = [round(float(edge), 6) for edge in shapely.total_bounds(self.features.geometries)]
        return AreaLayer.entry(self) | {"zooms": [0, self.max_zoom], "extent": EXTENT, "bounds": bounds}

    def address(self, at: Addresses, shown: str) -> dict[str, str]:
        """One address for all tiles, with {z}, {x} and {y} open."""
        return {"tiles": at.tiles(self.id)}

    def parts(self, view: View) -> Iterable[Part]:
        """As `AreaLayer.parts`, simplified for the view's zoom."""
        assert self.features is not None
        light = simplified(self.features.geometries, view.zoom)
        plain = AreaLayer(
            id=self.id, style=self.style, title=self.title, features=Features(light, self.features.properties), label=self.label,
            classes=self.classes, values=self.values, column=self.column, code=self.code, unit=self.unit,
        )  # fmt: skip
        return plain.parts(view)

    def _all_told(self, features: Features) -> list[Mapping[str, Value | None]]:
        """What goes out with each polygon."""
        values, codes = self._values(), self._codes(features)
        return [self._told(row, code, values.get(code)) for row, code in zip(features.properties, codes, strict=True)]

    def _told(self, row: Mapping[str, Any], code: str, value: float | None) -> dict[str, Value | None]:
        known = None if value is None or value != value else float(value)
        own: dict[str, Value | None] = {"code": code, "value": known, "name": self._name(row, "zh") or None}
        return own | {key: _plain(row.get(key)) for key in self.sent}

    def _problems(self) -> list[str]:
        problems = AreaLayer._problems(self)
        if not 0 <= self.max_zoom <= 22:
            problems.append(f"max_zoom must be 0…22, got {self.max_zoom}")
        for key in self.sent if self.features is not None else ():
            problems += column_problems(self.features, "sent", key)  # type: ignore[arg-type]
        return problems


@dataclass(frozen=True, slots=True)
class _Sheet:
    """All shapes of one zoom in web Mercator 0…1, and a tree to find those of a tile."""

    shapes: Geometries
    tree: shapely.STRtree

    @classmethod
    def of(cls, geometries: Geometries, z: int) -> _Sheet:
        light = simplified(geometries, z + log2(EXTENT / 512) - 2)

        def flat(points: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(mercator(points[:, 0], points[:, 1]))

        shapes = np.asarray(shapely.transform(light, flat), dtype=object)
        return cls(shapes, shapely.STRtree(shapes))

    def cut(self, z: int, x: int, y: int) -> list[tuple[int, shapely.Geometry]]:
        """Number and shape, in tile units, of what the tile holds."""
        edge = _BUFFER / EXTENT
        box = tuple(value / 2**z for value in (x - edge, y - edge, x + 1 + edge, y + 1 + edge))
        numbers = np.sort(self.tree.query(shapely.box(*box)))
        clipped = shapely.clip_by_rect(self.shapes[numbers], *box)
        units = shapely.transform(clipped, lambda points: (points * 2**z - (x, y)) * EXTENT)
        kept = ~shapely.is_empty(units)
        return list(zip(numbers[kept].tolist(), np.asarray(units)[kept].tolist(), strict=True))


def _plain(value: object) -> Value | None:
    return value if isinstance(value, str | int | float | bool) else None
