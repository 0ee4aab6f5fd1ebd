"""What lies near: counted per kind and listed, in metres on the ellipsoid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from .features import Features, Geometries
from .geodesic import buffer_m, dense, distance_m, flat
from .layer import Layer
from .mistakes import Checked, LayerError

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]
RADIUS_MAX_M = 200_000.0
_DEGREE_M = 110_574.0
"""The shortest degree of latitude."""


@dataclass(frozen=True, slots=True)
class Things(metaclass=Checked):
    """Things of one kind: equally long columns of ids and places (WGS84; NaN = nowhere). `shapes` for those that are more
    than points: lines and areas are near when any part of them is."""

    kind: str
    ids: Sequence[str]
    lon: Floats
    lat: Floats
    shapes: Geometries | None = None

    @classmethod
    def of_layer(cls, layer: Layer, id_column: str = "id") -> Things:
        """The features of a static layer; without that column their number is their id. Raises LayerError for a live one."""
        if layer.features is None:
            raise LayerError([f"layer {layer.id!r} holds no features; give its entities as Things"])
        return cls.of_features(layer.id, layer.features, id_column)

    @classmethod
    def of_features(cls, kind: str, features: Features, id_column: str = "id") -> Things:
        """Features as things of one kind."""
        ids = [str(row.get(id_column, number)) for number, row in enumerate(features.properties)]
        boxes = shapely.bounds(features.geometries)
        points = bool((shapely.get_type_id(features.geometries) <= 0).all())  # -1: nowhere
        lon, lat = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        return cls(kind, ids, lon, lat, None if points else features.geometries)


class Zone(Protocol):
    """A place to look around in: `Circle`, `Within`, `Along`."""

    @property
    def outline(self) -> shapely.Geometry:
        """What it covers, WGS84."""
        ...

    def distances_m(self, things: Things) -> Floats:
        """Metres from the zone's middle, edge or line to each thing; NaN for one outside."""
        ...


@dataclass(frozen=True, slots=True)
class Circle(metaclass=Checked):
    """Everything within `radius_m` (at most 200 km) of a place. Distances are from the middle. Raises LayerError."""

    lon: float
    lat: float
    radius_m: float = 1000.0

    def __post_init__(self) -> None:
        _check(self.radius_m, shapely.Point(self.lon, self.lat))

    @property
    def outline(self) -> shapely.Geometry:
        """The circle on the ground, 64 corners."""
        return buffer_m(shapely.Point(self.lon, self.lat), self.radius_m)

    def distances_m(self, things: Things) -> Floats:
        """From the middle; exact for points."""
        found = np.full(len(things.ids), np.nan)
        if things.shapes is not None:
            metres = _planar(shapely.Point(self.lon, self.lat), things.shapes, self.radius_m)
            return np.where(metres <= self.radius_m, metres, np.nan)
        near = np.flatnonzero(_roughly_near(self.lon, self.lat, self.radius_m, things))
        metres = distance_m(np.full(len(near), self.lon), np.full(len(near), self.lat), things.lon[near], things.lat[near])
        inside = metres <= self.radius_m
        found[near[inside]] = metres[inside]
        return found


@dataclass(frozen=True, slots=True)
class Within(metaclass=Checked):
    """Everything that touches a polygon (WGS84). Distances are from its middle. Raises LayerError."""

    polygon: shapely.Geometry

    def __post_init__(self) -> None:
        if shapely.get_dimensions(self.polygon) != 2 or shapely.is_empty(self.polygon):
            raise LayerError(["a zone must be a polygon. Hint: for a line use Along, for a point Circle"])
        _check(1.0, self.polygon)

    @property
    def outline(self) -> shapely.Geometry:
        """The polygon."""
        return self.polygon

    def distances_m(self, things: Things) -> Floats:
        """From its middle, as the crow flies."""
        whole = self.polygon if shapely.is_valid(self.polygon) else shapely.make_valid(self.polygon)
        shapely.prepare(whole)
        if things.shapes is None:
            inside = shapely.intersects_xy(whole, things.lon, things.lat)
        else:
            inside = shapely.intersects(whole, things.shapes)
        found, at, middle = np.full(len(things.ids), np.nan), np.flatnonzero(inside), shapely.centroid(whole)
        x, y = float(shapely.get_x(middle)), float(shapely.get_y(middle))
        found[at] = distance_m(np.full(len(at), x), np.full(len(at), y), things.lon[at], things.lat[at])
        return found


@dataclass(frozen=True, slots=True)
class Along(metaclass=Checked):
    """Everything within `radius_m` of a line (WGS84). Distances are from the line, to 0.1 % on lines up to 200 km."""

    line: shapely.Geometry
    radius_m: float

    def __post_init__(self) -> None:
        if shapely.get_dimensions(self.line) != 1 or shapely.is_empty(self.line):
            raise LayerError(["along what? It must be a line. Hint: for a polygon use Within, for a point Circle"])
        _check(self.radius_m, self.line)

    @property
    def outline(self) -> shapely.Geometry:
        """The band on the ground."""
        return buffer_m(self.line, self.radius_m)

    def distances_m(self, things: Things) -> Floats:
        """From the line."""
        shapes = things.shapes
        if shapes is None:
            shapes = np.atleast_1d(np.asarray(shapely.points(things.lon, things.lat), dtype=object))
            shapes[~(np.isfinite(things.lon) & np.isfinite(things.lat))] = None
        metres = _planar(self.line, shapes, self.radius_m)
        return np.where(metres <= self.radius_m, metres, np.nan)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    kind: str
    id: str
    lon: float
    lat: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class Found:
    """`counts` of all that was found per kind (0 too); `hits` per kind the nearest ones, nearest first."""

    counts: Mapping[str, int]
    hits: Mapping[str, Sequence[Hit]]


def nearby(zone: Zone, things: Sequence[Things], limit: int = 100) -> Found:
    """What lies in a zone; at most `limit` hits per kind are listed, all are counted. About 30 ms for 100,000 points."""
    counts: dict[str, int] = {}
    hits: dict[str, list[Hit]] = {}
    for one in things:
        metres = zone.distances_m(one)
        counts[one.kind] = counts.get(one.kind, 0) + int(np.isfinite(metres).sum())
        hits[one.kind] = sorted(hits.get(one.kind, []) + _hits(one, metres, limit), key=_distance)[:limit]
    return Found(counts, hits)


def nearest(lon: float, lat: float, things: Sequence[Things], count: int = 5, within_m: float = RADIUS_MAX_M) -> list[Hit]:
    """The nearest things of all kinds together, nearest first; points only nearer than `within_m`. Raises LayerError."""
    if count < 1:
        raise LayerError([f"count must be 1 or more, got {count}"])
    _check(within_m, shapely.Point(lon, lat))
    found: list[Hit] = []
    for one in things:
        radius_m = _reach(lon, lat, one, count, within_m)
        found += _hits(one, Circle(lon, lat, radius_m).distances_m(one), count)
    return sorted(found, key=_distance)[:count]


def _reach(lon: float, lat: float, things: Things, count: int, within_m: float) -> float:
    """A radius that surely holds the nearest `count`: a hundredth more than the plane says."""
    if things.shapes is not None or len(things.ids) <= count:
        return within_m
    rough = np.nan_to_num(_rough_m(lon, lat, things), nan=np.inf)
    return float(min(max(np.partition(rough, count - 1)[count - 1] * 1.05 + 10, 1.0), within_m))


def _hits(things: Things, metres: Floats, limit: int) -> list[Hit]:
    at = np.flatnonzero(np.isfinite(metres))
    at = at[np.argsort(metres[at], kind="stable")[:limit]]
    columns = zip(at.tolist(), things.lon[at].tolist(), things.lat[at].tolist(), metres[at].tolist(), strict=True)
    return [Hit(things.kind, things.ids[number], lon, lat, round(metre, 2)) for number, lon, lat, metre in columns]


def _distance(hit: Hit) -> float:
    return hit.distance_m


def _rough_m(lon: float, lat: float, things: Things) -> Floats:
    east = (things.lon - lon + 180) % 360 - 180
    return np.hypot(east * np.cos(np.radians((things.lat + lat) / 2)), things.lat - lat) * 111_320.0


def _roughly_near(lon: float, lat: float, radius_m: float, things: Things) -> Marks:
    """A box that surely holds the circle; beyond 85° all longitudes."""
    high = radius_m / _DEGREE_M
    squeeze = np.cos(np.radians(min(abs(lat) + high, 90.0)))
    wide = high / squeeze if squeeze > 0.09 else 360.0
    near: Marks = (np.abs(things.lat - lat) <= high) & (np.abs((things.lon - lon + 180) % 360 - 180) <= wide)
    return near


def _planar(center: shapely.Geometry, shapes: Geometries, radius_m: float) -> Floats:
    """Metres between a geometry and shapes, in an azimuthal plane around it; infinite for those far off."""
    west, south, east, north = shapely.bounds(center)
    high = radius_m / _DEGREE_M * 1.01
    wide = high / max(float(np.cos(np.radians(min(max(abs(south), abs(north)) + high, 89.0)))), 0.01)
    near = np.flatnonzero(shapely.intersects(shapely.box(west - wide, south - high, east + wide, north + high), shapes))
    metres = np.full(len(shapes), np.inf)
    around = flat(center)
    metres[near] = shapely.distance(shapely.transform(dense(center), around), shapely.transform(dense(shapes[near]), around))
    return metres


def _check(radius_m: float, geometry: shapely.Geometry) -> None:
    west, south, east, north = (float(edge) for edge in shapely.bounds(geometry))
    if not 0 < radius_m <= RADIUS_MAX_M:
        raise LayerError([f"radius_m must be above 0, at most {RADIUS_MAX_M:,.0f}, got {radius_m}"])
    if not (west >= -180 and south >= -90 and east <= 180 and north <= 90):
        given = f"{west:.6g} {south:.6g}"
        raise LayerError([f"the zone must lie in lon -180…180, lat -90…90, got {given}. Hint: is the order lon, lat?"])
