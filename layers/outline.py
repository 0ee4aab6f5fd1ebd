"""Region shapes as GeoJSON a screen can show: light, and still without gaps between neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np
import shapely

from .features import Geometries

_STEPS = 5000.0
"""A shape is simplified to about this many steps across: finer than the pixels of a 4K wall."""
_LABEL_STEPS = 20.0
"""How exactly a label's place is found: to this part of the side of a square as large."""

Feature = tuple[Mapping[str, Any], shapely.Geometry]


def simplified(geometries: Geometries, zoom: float | None = None) -> Geometries:
    """The polygons with fewer corners, rounded to 6 digits. Neighbours that shared an edge share it still.

    `zoom`: to half a pixel of that web map zoom (512-pixel tiles); None: to what the widest screen shows of them all.
    Polygons that overlap (a file we did not make) are simplified one by one instead.
    """
    if len(geometries) == 0:
        return geometries
    west, south, east, north = shapely.total_bounds(geometries)
    tolerance = max(east - west, north - south) / _STEPS if zoom is None else 180.0 / (512 * 2**zoom)
    if bool(shapely.coverage_is_valid(geometries)):
        light = shapely.coverage_simplify(geometries, tolerance)
    else:
        light = shapely.simplify(geometries, tolerance, preserve_topology=True)
    return np.asarray(shapely.transform(light, lambda points: np.round(points, 6)), dtype=object)


def label_point(geometry: shapely.Geometry) -> list[float]:
    """[lon, lat] where a name may stand: well inside the largest part of an area, halfway along a line, at a point."""
    parts = shapely.get_parts(geometry)
    if shapely.get_dimensions(geometry) == 1:
        return _rounded(shapely.line_interpolate_point(parts[int(np.argmax(shapely.length(parts)))], 0.5, normalized=True))
    if shapely.get_dimensions(geometry) == 0:
        return _rounded(parts[0])
    largest = parts[int(np.argmax(shapely.area(parts)))]
    tolerance = float(np.sqrt(shapely.area(largest))) / _LABEL_STEPS
    try:
        circle = shapely.maximum_inscribed_circle(largest, tolerance or None)
    except shapely.GEOSException:
        return _rounded(shapely.point_on_surface(largest))
    return _rounded(shapely.Point(shapely.get_coordinates(circle)[0]))


def label_points(geometries: Geometries) -> list[list[float]]:
    """As `label_point` for each; several times as fast where all are plain polygons, as a city's regions mostly are."""
    plain = shapely.get_type_id(geometries) == shapely.GeometryType.POLYGON
    areas = shapely.area(geometries)
    if not len(geometries) or not bool(np.all(plain & (areas > 0))):
        return [label_point(geometry) for geometry in geometries]
    try:
        circles = shapely.maximum_inscribed_circle(geometries, np.sqrt(areas) / _LABEL_STEPS)
    except shapely.GEOSException:
        return [label_point(geometry) for geometry in geometries]
    return [[round(lon, 6), round(lat, 6)] for lon, lat in shapely.get_coordinates(shapely.get_point(circles, 0)).tolist()]


def span_km(geometry: shapely.Geometry) -> float:
    """How far it reaches: the diagonal of its box, in km; 0 for a point."""
    west, south, east, north = (float(edge) for edge in shapely.bounds(geometry))
    return round(float(np.hypot((east - west) * np.cos(np.radians(south)), north - south)) * 111.2, 2)


def collection(features: Iterable[Feature]) -> bytes:
    """A GeoJSON FeatureCollection, UTF-8."""
    items = [
        {"type": "Feature", "properties": dict(properties), "geometry": msgspec.Raw(shapely.to_geojson(geometry).encode())}
        for properties, geometry in features
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": items})


def _rounded(point: shapely.Geometry) -> list[float]:
    return [round(float(shapely.get_x(point)), 6), round(float(shapely.get_y(point)), 6)]
