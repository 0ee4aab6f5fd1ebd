"""The entities of a slot counted into squares or H3 hexagons: a layer of the live map that is told its cells, not its points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np

from layers import Features, GridLayer, HexagonLayer

from .moving import Moving, seen_now
from .panel import Context

CELLS: Final = ("grid", "hexagon")
"""The styles of `moving` that count."""


def cells_layer(name: str, moving: Moving, title: Mapping[str, str], features: Features) -> GridLayer | HexagonLayer:
    """The layer of one slot over these points. Raises layers.LayerError where there are none."""
    if moving.style == "grid":
        return GridLayer(id=name, title=title, cell_m=moving.cell_m, features=features)
    return HexagonLayer(id=name, title=title, resolution=moving.resolution, features=features)


def cells_stand_in(name: str, moving: Moving, title: Mapping[str, str], context: Context) -> GridLayer | HexagonLayer:
    """The layer as the spec needs it, over one point in the middle of the region: what is in the cells comes beside the spec."""
    west, south, east, north = context.regions.bounds(context.region) or (0.0, 0.0, 0.0, 0.0)
    middle = Features.at(np.array([(west + east) / 2]), np.array([(south + north) / 2]))
    return cells_layer(name, moving, title, middle)


def cells_now(name: str, moving: Moving, context: Context) -> dict[str, Any]:
    """A FeatureCollection of the cells that hold an entity shown now: `code`, `value`, `count`; they add up to the entities."""
    found = seen_now(name, moving, context)
    points = Features.at(found["lon"].to_numpy(), found["lat"].to_numpy())
    if not len(points):
        return {"type": "FeatureCollection", "features": []}
    collection: dict[str, Any] = msgspec.json.decode(cells_layer(name, moving, {}, points).geojson())
    return collection


def fed(spec: dict[str, Any], names: Mapping[str, object]) -> dict[str, Any]:
    """The spec, its layers of these names without an address: the browser is told their cells."""
    entries = [({**entry, "live": True, "url": None} if entry["id"] in names else entry) for entry in spec["layers"]]
    return {**spec, "layers": [{key: value for key, value in entry.items() if value is not None} for entry in entries]}
