"""GeoJSON read from bytes nobody vouches for: bounded in size, depth and number, refused within a second."""

from __future__ import annotations

from codecs import BOM_UTF8
from itertools import chain
from typing import Any, Final

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from .features import Features, Geometries, not_finite
from .reference import CrsError, in_degrees, named_in_geojson

CONTENT_MAX: Final = 16 * 2**20
"""Bytes of a GeoJSON that a person sends; files of the city's own folder may be larger."""

Position = tuple[float, ...]  # not lists: the garbage collector lets go of tuples of numbers
Line = list[Position]
Rings = list[Line]


class GeoJsonError(ValueError):
    """Bytes that are no GeoJSON we read."""


class _Shape(msgspec.Struct, tag_field="type", gc=False):
    pass


class Point(_Shape):
    coordinates: Position


class MultiPoint(_Shape):
    coordinates: Line


class LineString(_Shape):
    coordinates: Line


class MultiLineString(_Shape):
    coordinates: Rings


class Polygon(_Shape):
    coordinates: Rings


class MultiPolygon(_Shape):
    coordinates: list[Rings]


_Geometry = Point | MultiPoint | LineString | MultiLineString | Polygon | MultiPolygon


class _Feature(msgspec.Struct):
    geometry: _Geometry | None
    properties: dict[str, Any] | None = None


class _Collection(msgspec.Struct):
    features: list[_Feature]
    crs: Any = None


class _Alone(_Feature, tag_field="type", tag="Feature"):
    crs: Any = None


class _Other(msgspec.Struct):
    type: str = ""


def read_geojson(content: bytes, *, name: str, content_max: int = CONTENT_MAX, declared: str = "wgs84") -> Features:
    """The features of a FeatureCollection, or of one Feature, in degrees. `name` stands before what is said. Raises GeoJsonError.

    Coordinates are as they are but for the old `crs` member: a projection that it names is undone, and what contradicts the
    `declared` datum (as `datum.known` has it) is refused.

    Decoded by shape, so that nothing but the six plain geometries with finite numbers comes through: collections in
    collections, of any depth, end at the first wrong step, and no other parser ever sees the bytes.
    """
    if len(content) > content_max:
        raise GeoJsonError(f"{name}: {len(content):,} bytes, at most {content_max:,} are read. Hint: simplify the shapes")
    content = content.removeprefix(BOM_UTF8)
    try:
        collection = _collection(content)
    except RecursionError:
        raise GeoJsonError(f"{name}: nested too deep to be GeoJSON") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        hint = _encoding(content) or _kind(content) or "was the file cut off?"
        raise GeoJsonError(f"{name}: not a GeoJSON FeatureCollection ({str(error)[:200]}). Hint: {hint}") from error
    shapes = [feature.geometry for feature in collection.features]
    try:
        geometries = _built(shapes)
    except (ValueError, shapely.GEOSException) as error:
        raise GeoJsonError(f"{name}: not a GeoJSON FeatureCollection ({_blame(shapes) or str(error)[:120]})") from None
    if lost := not_finite(geometries):
        raise GeoJsonError(f"{name}: feature {lost[0]} has coordinates that are no finite numbers, as have {len(lost) - 1} more")
    features = Features(geometries, [feature.properties or {} for feature in collection.features])
    try:
        return in_degrees(features, named_in_geojson(collection.crs), declared)
    except CrsError as error:
        raise GeoJsonError(f"{name}: {error}") from None


def _collection(content: bytes) -> _Collection:
    """Decoded by shape; one Feature is a collection of it. Raises what the decoder says of a collection."""
    try:
        return msgspec.json.decode(content, type=_Collection)
    except msgspec.ValidationError:
        try:
            alone = msgspec.json.decode(content, type=_Alone)
        except msgspec.ValidationError:
            alone = None
        if alone is None:
            raise
        return _Collection([alone], alone.crs)


def _kind(content: bytes) -> str:
    """What is said of JSON that names itself something else; empty where it does not."""
    try:
        kind = msgspec.json.decode(content, type=_Other).type
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    if kind == "Topology":
        return "it is TopoJSON; write it as GeoJSON"
    if kind == "GeometryCollection":
        return "collections of geometries must be taken apart, each in a Feature of its own"
    return f"a {kind} must be the 'geometry' of a Feature" if kind in _SHAPES else ""


def _encoding(content: bytes) -> str:
    """What is said where the text is in another encoding than UTF-8; empty where it is not that."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "its text is UTF-16; save it as UTF-8"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end < len(content):
            return "its text is not UTF-8, likely it is GBK (GB18030); save it as UTF-8"
    return ""


def _built(shapes: list[_Geometry | None]) -> Geometries:
    """All shapes of a kind in one go. What has no coordinates at all becomes None."""
    built = np.full(len(shapes), None, dtype=object)
    for kind, make in _MAKERS:
        mine = [(at, shape.coordinates) for at, shape in enumerate(shapes) if isinstance(shape, kind) and shape.coordinates]
        if mine:
            built[[at for at, _ in mine]] = make([coordinates for _, coordinates in mine])
    return built


def _points(rows: list[Position]) -> Geometries:
    return np.asarray(shapely.points(_pairs(rows)), dtype=object)


def _multipoints(rows: list[Line]) -> Geometries:
    points, owners = _flat(rows)
    return _whole(shapely.multipoints(_points(points), indices=owners), rows)


def _lines(rows: list[Line]) -> Geometries:
    points, owners = _flat(rows)
    return _whole(shapely.linestrings(_pairs(points), indices=owners), rows)


def _multilines(rows: list[Rings]) -> Geometries:
    lines, owners = _flat(rows)
    return _whole(shapely.multilinestrings(_lines(lines), indices=owners), rows)


def _polygons(rows: list[Rings]) -> Geometries:
    rings, owners = _flat(rows)
    points, ring_of = _flat(rings)
    closed = _whole(shapely.linearrings(_pairs(points), indices=ring_of), rings)
    return _whole(shapely.polygons(closed, indices=owners), rows)


def _multipolygons(rows: list[list[Rings]]) -> Geometries:
    polygons, owners = _flat(rows)
    return _whole(shapely.multipolygons(_polygons(polygons), indices=owners), rows)


_MAKERS: Final[tuple[tuple[Any, Any], ...]] = (
    (Point, _points), (MultiPoint, _multipoints), (LineString, _lines), (MultiLineString, _multilines),
    (Polygon, _polygons), (MultiPolygon, _multipolygons),
)  # fmt: skip
_SHAPES: Final = frozenset(kind.__name__ for kind, _ in _MAKERS)


def _flat(rows: list[Any]) -> tuple[list[Any], NDArray[np.intp]]:
    """The parts of all rows one behind the other, and the row of each."""
    return list(chain.from_iterable(rows)), np.repeat(np.arange(len(rows)), [len(row) for row in rows])


def _pairs(points: list[Position]) -> NDArray[np.float64]:
    """f8[n, 2]; a third number (a height) is dropped."""
    try:
        pairs = np.array(points, dtype=np.float64)
    except ValueError:
        pairs = np.array([point[:2] for point in points], dtype=np.float64)
    if pairs.ndim != 2 or pairs.shape[1] < 2:
        raise ValueError("a position must hold two numbers, lon and lat")
    return pairs[:, :2]


def _whole(built: Any, rows: list[Any]) -> Geometries:
    """What was built, if no row was empty: an empty one would shift all behind it."""
    if len(built) != len(rows):
        raise ValueError("a part without coordinates")
    return np.asarray(built, dtype=object)


def _blame(shapes: list[_Geometry | None]) -> str:
    """The first shape that cannot be built, and why."""
    for number, shape in enumerate(shapes[:200_000]):
        try:
            _built([shape])
        except (ValueError, shapely.GEOSException) as error:
            return f"feature {number}: {str(error)[:120]}"
    return ""
