"""Invalid polygons made valid, and said so: files of real borders are full of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from .features import Geometries

_SHOWN = 20


def repaired(geometries: Geometries, name: Callable[[int], str]) -> tuple[Geometries, list[str]]:
    """The geometries with every invalid polygon made valid (the rest untouched, None stays None), and one sentence per
    repair that begins with `name(position)`. A polygon of which nothing is left becomes None."""
    kept = geometries.copy()
    reports: list[str] = []
    areas = np.isin(shapely.get_type_id(geometries), (3, 6))
    for index in np.flatnonzero(areas & ~shapely.is_valid(geometries)).tolist():
        reason = shapely.is_valid_reason(geometries[index])
        kept[index] = _polygons_of(shapely.make_valid(geometries[index]))
        lost = "; nothing was left of it" if kept[index] is None else ""
        reports.append(f"{name(index)}: invalid polygon repaired ({reason}){lost}")
    return kept, reports


def shortened(reports: list[str]) -> list[str]:
    """At most twenty sentences, and how many there are besides."""
    rest = len(reports) - _SHOWN
    return reports if rest <= 0 else [*reports[:_SHOWN], f"… and {rest} more of this kind"]


def _polygons_of(geometry: Any) -> Any:
    """The polygons of what make_valid left over: lines and points have no inside. None when nothing is left."""
    parts = [part for part in shapely.get_parts(shapely.get_parts(geometry)) if part.geom_type == "Polygon"]
    return shapely.union_all(parts) if parts else None
