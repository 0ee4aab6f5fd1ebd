"""What a map is about and what only lies around it: the rest is dimmed, and not named."""

from __future__ import annotations

import shapely

from .container import MapContainer
from .drawing import Look, Shape
from .looks import ACCENT, GROUND

_AROUND_DEG = 20.0


def inside(container: MapContainer) -> shapely.Geometry | None:
    """What is drawn of the region the map has drilled to, along the lines that are drawn; None at the top of the tree."""
    if container.shown == container.regions.root.code:
        return None
    _, shapes = container.regions.drawn(container.shown)
    return shapely.union_all(shapes) if len(shapes) else None


def lifted(container: MapContainer) -> Shape | None:
    """The selected region's edge in the accent colour."""
    regions, shapes = container.regions.drawn(container.shown) if container.lifted else ((), ())
    for region, shape in zip(regions, shapes, strict=True):
        if region.code == container.lifted:
            return Shape(shape, Look(stroke=ACCENT, width_px=2))
    return None


def veil(container: MapContainer) -> Shape | None:
    """The ground laid over everything that is not meant: around the selected region, or around the one drilled to."""
    edge = lifted(container)
    meant = edge.geometry if edge is not None else inside(container)
    if meant is None:
        return None
    west, south, east, north = shapely.bounds(meant)
    around = shapely.box(west - _AROUND_DEG, south - _AROUND_DEG, east + _AROUND_DEG, north + _AROUND_DEG)
    return Shape(shapely.difference(around, meant), Look(fill=GROUND, fill_opacity=0.5))
