"""Writing GeoJSON that Git can show: one feature a line, few digits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

Feature = tuple[Mapping[str, object], BaseGeometry]


def write_geojson(path: Path, features: Iterable[Feature]) -> None:
    """Writes degrees as they are; every number with at most six digits after the point."""
    lines = [
        f'{{"type":"Feature","properties":{_json(dict(properties))},"geometry":{_geometry(shape)}}}'
        for properties, shape in features
    ]
    path.write_text('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _geometry(shape: BaseGeometry) -> str:
    rounded = shapely.transform(shape, lambda points: np.round(points, 6))
    return _json(shapely.geometry.mapping(rounded))
