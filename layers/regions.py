"""The region tree: what a code means, what lies under it, where it is, and which region a point belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from types import MappingProxyType

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from .chinese_codes import ChineseCodes
from .datum import convert
from .feature_file import FeatureFileError, read_features
from .features import Features, Geometries
from .locator import Locator
from .mistakes import Checked
from .outline import collection, label_point, label_points, simplified
from .region import Region, RegionsError, UnknownRegion
from .region_tree import grow, rooted

_ITS_OWN: Mapping[str, str] = MappingProxyType({})
Bounds = tuple[float, float, float, float]
"""west, south, east, north in degrees, WGS84."""
_LIGHT = 16
"""Shapes kept simplified: the parts of a region and its edge are asked for together, by each screen that drills."""


class Regions(metaclass=Checked):
    """A frozen tree of regions, indexed by position: the root first, parents before children.

    Built once and then only read: safe to share between threads. Everything goes in and out in WGS84 except
    `locate`, which converts. Methods that take a code raise UnknownRegion.
    """

    def __init__(self, features: Features, *, on: date | None = None) -> None:
        """Raises RegionsError with every problem. `on`: keep only the regions valid that day."""
        tree = grow(features, on)
        self._regions = tuple(tree.regions)
        self._geometries = tree.geometries
        self._index = {region.code: index for index, region in enumerate(self._regions)}
        self._parents = np.array([self._index.get(region.parent, -1) for region in self._regions], dtype=np.int32)
        self._children: dict[str, list[Region]] = {region.code: [] for region in self._regions}
        for region in self._regions[1:]:
            self._children[region.parent].append(region)
        self._simplifying = Lock()  # whoever asks for the same shapes meanwhile waits for them
        self._light = lru_cache(_LIGHT)(self._simplified)
        self.reports: tuple[str, ...] = tuple(tree.reports)
        """What was wrong in the file and could be repaired, one sentence each."""
        self.elsewhen: frozenset[str] = tree.elsewhen
        """Codes of the file that are of other days than the one this tree is of."""

    @classmethod
    def load(
        cls, path: Path | str, datum: str = "wgs84", *, on: date | None = None, columns: Mapping[str, str] = _ITS_OWN,
        root: Mapping[str, str] | None = None, codes: ChineseCodes | None = None,
    ) -> Regions:  # fmt: skip
        """The tree of a GeoJSON, GeoPackage, GeoParquet or Shapefile with the columns code, parent, name, level. Blocks.
        Where no region has a level it is how deep it lies, the root 0.

        `columns`: what those are called in the file, as `{"code": "adcode"}`. `root`: code and name of the city, where the file
        holds only what lies in it. `codes`: China's, by which parents and levels follow. Raises RegionsError and DatumError.
        """
        path = Path(path)
        try:
            features = read_features(path, datum).renamed(columns)
        except FeatureFileError as error:
            raise RegionsError([str(error)]) from error
        if root is not None:
            features = rooted(features, root)
        try:
            return cls(codes.tree(features) if codes is not None else features, on=on)
        except RegionsError as error:
            raise RegionsError([f"{path.name}: {problem}" for problem in error.problems]) from None

    def __len__(self) -> int:
        return len(self._regions)

    def __contains__(self, code: str) -> bool:
        return code in self._index

    @cached_property
    def codes(self) -> Sequence[str]:
        """All codes; the position is the region's index."""
        return tuple(region.code for region in self._regions)

    @property
    def parents(self) -> NDArray[np.int32]:
        """The index of each region's parent, -1 for the root."""
        return self._parents

    @property
    def root(self) -> Region:
        """The region everything else lies in."""
        return self._regions[0]

    def region(self, code: str) -> Region:
        """The region of this code."""
        return self._regions[self._at(code)]

    def children(self, code: str) -> Sequence[Region]:
        """The regions directly below, in the order of the file."""
        self._at(code)
        return tuple(self._children[code])

    def ancestors(self, code: str) -> Sequence[Region]:
        """The way down to this region, root first, itself not among them; placeholder nodes are left out."""
        way: list[Region] = []
        at = int(self._parents[self._at(code)])
        while at >= 0:
            way.append(self._regions[at])
            at = int(self._parents[at])
        return tuple(region for region in reversed(way) if not region.placeholder)

    def find(self, codes: pl.Series) -> NDArray[np.int32]:
        """The index of each code, -1 where the tree does not know it (or null). About 2 ms for 100,000 codes."""
        found = codes.to_frame("code").join(self._lookup, on="code", how="left", maintain_order="left")
        return found["index"].fill_null(-1).to_numpy()

    def locate(self, lon: NDArray[np.float64], lat: NDArray[np.float64], datum: str = "wgs84") -> NDArray[np.int32]:
        """The index of the deepest region whose polygon holds each point, -1 for a point in none (or NaN).

        Degrees in `datum`; a point on a shared edge goes to the region that stands first. Raises DatumError.
        """
        return self._locator.locate(*convert(lon, lat, datum, "wgs84"))

    def wgs84(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], datum: str
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The points in WGS84, in which everything is stored; NaN stays NaN. Raises DatumError."""
        return convert(lon, lat, datum, "wgs84")

    def bounds(self, code: str) -> Bounds | None:
        """The box around a region; without own geometry that of what lies below it; None where nothing is drawn."""
        shapes = self._shapes_below(code)
        if not len(shapes):
            return None
        west, south, east, north = (float(value) for value in shapely.total_bounds(shapes))
        return west, south, east, north

    def center(self, code: str) -> tuple[float, float] | None:
        """lon, lat of a point well inside the region; None where nothing is drawn."""
        shapes = self._shapes_below(code)
        if not len(shapes):
            return None
        lon, lat = label_point(shapes[0] if len(shapes) == 1 else shapely.union_all(shapes))
        return lon, lat

    def geojson(self, code: str, zoom: float | None = None) -> bytes:
        """A FeatureCollection of the drawable children, simplified to what a screen can show; they share edges still.

        `zoom`: simplified to half a pixel of that web map zoom instead of 1/5000 of what is drawn.

        Properties: code, name, name_en, level, children (bool), label [lon, lat], area (km², for the order of labels).
        Costs up to 100 ms for a hundred shapes: encode once, keep the bytes.
        """
        return self._collection(*self.drawn(code, zoom))

    def drawn(self, code: str, zoom: float | None = None) -> tuple[Sequence[Region], Geometries]:
        """The drawable children and their shapes (read-only), simplified for a web map zoom (None: for the widest screen);
        shared borders are simplified alike."""
        with self._simplifying:
            return self._drawable(code), self._light(code, zoom)

    def outline(self, code: str) -> bytes:
        """A FeatureCollection of one shape, the region's edge, along the same lines as `geojson(code)`; else empty."""
        region = self.region(code)
        own = self._geometries[self._at(code)]
        _, shapes = self.drawn(code)
        union = shapely.union_all(shapes) if len(shapes) else None
        if own is not None and (union is None or abs(union.area - own.area) > 0.01 * own.area):
            union = simplified(np.array([own], dtype=object))[0]
        edge = [] if union is None else [union]
        return self._collection([region] * len(edge), np.array(edge, dtype=object))

    def _collection(self, regions: Sequence[Region], shapes: Geometries) -> bytes:
        drawn = zip(regions, shapes, label_points(shapes), strict=True)
        return collection((self._properties(region, shape, label), shape) for region, shape, label in drawn)

    def _properties(self, region: Region, shape: shapely.Geometry, label: list[float]) -> dict[str, object]:
        return {
            "code": region.code,
            "name": region.name,
            "name_en": region.name_en,
            "level": region.level,
            "children": bool(self._children[region.code]),
            "label": label,
            "area": round(float(shapely.area(shape)) * 12365.0 * float(np.cos(np.radians(label[1]))), 3),
        }

    def _simplified(self, code: str, zoom: float | None) -> Geometries:
        shapes = simplified(self._geometries[[self._index[child.code] for child in self._drawable(code)]], zoom)
        shapes.flags.writeable = False
        return shapes

    def _drawable(self, code: str) -> Sequence[Region]:
        return [child for child in self.children(code) if child.has_geometry]

    def _shapes_below(self, code: str) -> Geometries:
        """The region's own polygon, or the first ones found below it."""
        layer = [self._at(code)]
        while layer:
            shapes = self._geometries[layer]
            shapes = shapes[~shapely.is_missing(shapes)]
            if len(shapes):
                return shapes
            layer = [self._index[child.code] for index in layer for child in self._children[self._regions[index].code]]
        return np.array([], dtype=object)

    def _at(self, code: str) -> int:
        try:
            return self._index[code]
        except KeyError:
            raise UnknownRegion(code) from None

    @cached_property
    def _lookup(self) -> pl.DataFrame:
        return pl.DataFrame({"code": self.codes, "index": np.arange(len(self), dtype=np.int32)})

    @cached_property
    def _locator(self) -> Locator:
        return Locator(self._geometries, [region.depth for region in self._regions])
