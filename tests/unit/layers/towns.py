"""A little invented region file: a city of two districts side by side, one of them with two streets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Feature = dict[str, Any]


def square(west: float, south: float, size_x: float = 1.0, size_y: float = 1.0) -> dict[str, Any]:
    """A GeoJSON polygon."""
    east, north = west + size_x, south + size_y
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


def feature(code: str, parent: str | None, geometry: dict[str, Any] | None, level: int = 1, **more: Any) -> Feature:
    """One row of a region file."""
    properties = {"code": code, "parent": parent, "name": f"区{code}", "name_en": f"District {code}", "level": level, **more}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def town() -> list[Feature]:
    """The city 9 with the districts 91 (streets 911, 912, village 913 without geometry) and 92; children stand before parents."""
    return [
        feature("911", "91", square(10, 20, 0.5), 2),
        feature("912", "91", square(10.5, 20, 0.5), 2),
        feature("913", "91", None, 2),
        feature("91", "9", square(10, 20)),
        feature("92", "9", square(11, 20)),
        feature("9", None, square(10, 20, 2), 0),
    ]


def written(folder: Path, features: list[Feature]) -> Path:
    """The features as a GeoJSON file."""
    path = folder / "regions.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path
