"""One map with a layer of every kind on it, all switched off: tests switch on what they look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from io import BytesIO

import numpy as np
import shapely
from PIL import Image

from layers import (
    AreaLayer,
    Classes,
    ClusterLayer,
    Features,
    FlowLayer,
    GridLayer,
    HeatLayer,
    HexagonLayer,
    IconLayer,
    ImageLayer,
    LabelLayer,
    Layer,
    LineLayer,
    MapContainer,
    PointLayer,
    RasterTileLayer,
    Regions,
    Tile,
    TripsLayer,
    VectorTileLayer,
)  # fmt: skip
from layers.drawing import Bounds

ATTACK = "<img src=x onerror=window.hit=1>"
WEST, SOUTH, EAST, NORTH = BOX = (120.0, 30.0, 121.0, 30.6)
CODES = ("1", "11", "12")


def regions() -> Regions:
    """A city of two halves; the name of one is an attack."""
    west, east = shapely.box(WEST, SOUTH, 120.5, NORTH), shapely.box(120.5, SOUTH, EAST, NORTH)
    names = {"1": "城", "11": ATTACK, "12": "东区"}
    rows = [
        {"code": code, "parent": code[:-1], "name": names[code], "name_en": names[code], "level": len(code)} for code in CODES
    ]
    return Regions(Features(np.array([west.union(east), west, east], dtype=object), rows))


def points(count: int = 400) -> Features:
    """Two heaps of places with a number each."""
    rng = np.random.default_rng(5)
    lon = np.concatenate([rng.normal(120.3, 0.06, count // 2), rng.normal(120.7, 0.1, count // 2)])
    lat = np.concatenate([rng.normal(30.2, 0.05, count // 2), rng.normal(30.4, 0.06, count // 2)])
    rows = [{"name": ATTACK if i == 0 else f"点{i}", "name_en": f"P{i}", "n": float(i)} for i in range(count)]
    return Features.at(np.clip(lon, 120.02, 120.98), np.clip(lat, 30.02, 30.58), rows)


def _few(count: int = 8) -> Features:
    rows = [{"name": ATTACK if i == 0 else f"地{i}", "name_en": f"Place {i}", "n": float(i)} for i in range(count)]
    return Features.at(np.linspace(120.15, 120.85, count), np.tile([30.15, 30.45], count // 2), rows)


def _flows() -> Features:
    ends = [((120.1, 30.1), (120.9, 30.5)), ((120.9, 30.5), (120.1, 30.1)), ((120.2, 30.5), (120.8, 30.15))]
    rows = [{"from": ATTACK, "to": "乙", "n": 9.0}, {"from": "乙", "to": "甲", "n": 4.0}, {"from": "丙", "to": "丁", "n": 1.0}]
    return Features(np.array([shapely.LineString(way) for way in ends], dtype=object), rows)


def _ways() -> Features:
    ways = ([(120.1, 30.1), (120.4, 30.5), (120.9, 30.5)], [(120.2, 30.55), (120.8, 30.1)])
    rows = [{"name": "甲", "times": [100, 160, 300]}, {"name": "乙", "times": [120, 400]}]
    return Features(np.array([shapely.LineString(way) for way in ways], dtype=object), rows)


def _strips() -> Features:
    shapes = [shapely.box(WEST + x / 10, SOUTH, WEST + (x + 1) / 10, NORTH) for x in range(10)]
    rows = [{"code": f"a{x}", "value": None if x == 3 else float(x), "name": f"块{x}"} for x in range(10)]
    return Features(np.array(shapes, dtype=object), rows)


@cache
def png(red: int, green: int, blue: int, side: int = 8) -> bytes:
    """A picture of one colour."""
    body = BytesIO()
    Image.new("RGB", (side, side), (red, green, blue)).save(body, "PNG")
    return body.getvalue()


@dataclass(frozen=True)
class Chequered:
    """Tiles in two colours by turns; east of the middle there are none."""

    media_type: str = "image/png"
    zooms: tuple[int, int] = (0, 12)
    bounds: Bounds = BOX

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        """The tile."""
        if (x + 0.5) / 2**z * 360 - 180 > 120.5 and z > 6:
            return None
        return Tile(png(40, 70, 60, 256) if (x + y) % 2 else png(70, 50, 40, 256), self.media_type)


def every_kind() -> tuple[Layer, ...]:
    """A layer of every kind, the surfaces at the bottom."""
    title = {"zh": ATTACK, "en": ATTACK}
    return (
        RasterTileLayer(id="raster_tiles", source=Chequered(), title=title),
        ImageLayer(id="image", content=png(180, 90, 30), bounds=(120.2, 30.1, 120.8, 30.5), title=title),
        VectorTileLayer(
            id="vector_tiles", features=_strips(), column="value", code="code", label="name", title=title,
            classes=Classes(method="equal"),
        ),
        AreaLayer(
            id="area", style="choropleth", features=_strips(), column="value", code="code", label="name", title=title,
            unit="件",
        ),
        GridLayer(id="grid", features=points(), cell_m=5_000, agg="count", title=title),
        HexagonLayer(id="hexagon", features=points(), resolution=6, agg="mean", column="n", title=title),
        HeatLayer(id="heat", features=points(), radius_px=40, title=title),
        LineLayer(id="line", style="road_main", features=_flows(), title=title),
        FlowLayer(id="flow", features=_flows(), column="n", title=title, width_px=12),
        TripsLayer(id="trips", features=_ways(), title=title, width_px=4, trail_s=120),
        PointLayer(id="point", style="hall", features=points(150), label="name", min_zoom=0, title=title),
        IconLayer(id="icon", style="flame", features=_few(), color="#F5B83D", size_px=28, label="name", min_zoom=0, title=title),
        ClusterLayer(id="cluster", features=points(), title=title),
        LabelLayer(id="label", features=points(), label="name", rank="n", title=title),
    )  # fmt: skip


def container() -> MapContainer:
    """The map with all of them, switched off, over the regions."""
    layers = (AreaLayer(id="regions", style="regions"), *every_kind())
    live = PointLayer(id="vehicles", style="vehicle", trail_s=4), PointLayer(id="incidents", style="incident")
    return MapContainer(regions(), (*layers, *live), "1", hidden=frozenset(layer.id for layer in layers[1:]))
