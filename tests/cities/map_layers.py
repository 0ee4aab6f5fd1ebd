"""Tiny files of every kind a map layer is read from, made by the tests that read them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

RED = (255, 0, 0)


def png(color: tuple[int, int, int] = RED, side_px: int = 256) -> bytes:
    """A picture of one colour."""
    body = BytesIO()
    Image.new("RGB", (side_px, side_px), color).save(body, "PNG")
    return body.getvalue()


def mbtiles(path: Path) -> Path:
    """Tiles 1/1/0 (red) and 2/3/1 (blue), as our addresses count them."""
    with closing(sqlite3.connect(path)) as file, file:
        file.executescript(
            "CREATE TABLE metadata (name TEXT, value TEXT);"
            "CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)"
        )
        file.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", [(1, 1, 1, png()), (2, 3, 2, png((0, 0, 255)))])
    return path


def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    """One GeoJSON feature."""
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}


def geojson(path: Path, *features: dict[str, Any]) -> Path:
    """A collection in a file."""
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def square(lon: float, lat: float, **properties: Any) -> dict[str, Any]:
    """A polygon of 0.01 degrees, its south-west corner at a place."""
    ring = [[lon, lat], [lon + 0.01, lat], [lon + 0.01, lat + 0.01], [lon, lat + 0.01], [lon, lat]]
    return feature("Polygon", [ring], **properties)


def files(folder: Path) -> None:
    """points, lines, ways and areas .geojson, plan.png, base.mbtiles."""
    points = [feature("Point", [120.1 + n / 100, 30.05], name=f"点{n}", name_en=f"P{n}", load=n) for n in range(5)]
    geojson(folder / "points.geojson", *points)
    geojson(folder / "lines.geojson", feature("LineString", [[120.05, 30.02], [120.15, 30.08]], name="路", trips=7))
    geojson(folder / "ways.geojson", feature("LineString", [[120.05, 30.02], [120.15, 30.08]], times=[0, 60]))
    geojson(folder / "areas.geojson", *(square(120.05 + n / 50, 30.02, id=f"a{n}", load=n, name=f"区{n}") for n in range(4)))
    (folder / "plan.png").write_bytes(png())
    mbtiles(folder / "base.mbtiles")


DOCUMENTS: Sequence[dict[str, Any]] = (
    {"kind": "area", "file": "areas.geojson", "style": "choropleth", "column": "load", "classes": {"breaks": [1, 2]}},
    {"kind": "line", "file": "lines.geojson", "style": "road"},
    {"kind": "point", "file": "points.geojson", "style": "camera", "label": "name"},
    {"kind": "icon", "file": "points.geojson", "style": "flame", "color": "#FF5C5C", "size_px": 16},
    {"kind": "cluster", "file": "points.geojson", "radius_px": 40},
    {"kind": "heat", "file": "points.geojson", "weight": "load", "radius_px": 20},
    {"kind": "grid", "file": "points.geojson", "cell_m": 1000},
    {"kind": "hexagon", "file": "points.geojson", "resolution": 7, "agg": "mean", "column": "load"},
    {"kind": "flow", "file": "lines.geojson", "column": "trips"},
    {"kind": "trips", "file": "ways.geojson", "speed": 30},
    {"kind": "label", "file": "points.geojson", "label": "name", "rank": "load"},
    {"kind": "raster_tiles", "file": "base.mbtiles", "attribution": "us"},
    {"kind": "vector_tiles", "file": "areas.geojson", "code": "id", "column": "load", "label": "name", "max_zoom": 12},
    {"kind": "image", "file": "plan.png", "bounds": [120.05, 30.0, 120.15, 30.1], "opacity": 0.5},
)
"""One layer of each kind, without its name and title."""
