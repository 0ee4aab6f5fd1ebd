"""Clusters: many points drawn as few circles with a count, which come apart as one looks closer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely
from numpy.typing import NDArray

from .drawing import Look, Part, Shape, Text, View, degrees, mercator
from .layer import Layer
from .looks import ACCENT, GROUND


@dataclass(frozen=True, slots=True)
class Clusters:
    """Equally long columns: the mean place of each cluster (WGS84) and how many points are in it."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    count: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterLayer(Layer):
    """Points of a file, merged while they lie within `radius_px` of each other; from `apart_zoom` on each stands alone."""

    kind: ClassVar[str] = "cluster"
    geometry_types: ClassVar[tuple[str, ...]] = ("Point",)
    styles: ClassVar[tuple[str, ...]] = ("cluster",)

    style: str = "cluster"
    radius_px: float = 48.0
    apart_zoom: float = 15.0

    def entry(self) -> dict[str, Any]:
        """As `Layer.entry`, with the radius and the zoom at which nothing is merged any more."""
        return Layer.entry(self) | {"radius_px": self.radius_px, "apart_zoom": self.apart_zoom}

    @property
    def by_zoom(self) -> bool:
        """Always: what is one circle from afar are many from near."""
        return True

    def sign(self) -> Look | None:
        """A circle."""
        return Look(ACCENT, 0.75, GROUND, 1.0, radius_px=7)

    def clusters(self, zoom: float) -> Clusters:
        """What is drawn at a web map zoom: the points of one cell of a grid in Mercator, two radii wide, are one."""
        xy = shapely.get_coordinates(self.features.geometries) if self.features is not None else np.zeros((0, 2))
        if zoom >= self.apart_zoom:
            return Clusters(xy[:, 0], xy[:, 1], np.ones(len(xy), dtype=np.int64))
        x, y = mercator(xy[:, 0], xy[:, 1])
        step = 2 * self.radius_px / (512 * 2**zoom)
        cells = np.column_stack([np.floor(x / step), np.floor(y / step)])
        _, group, count = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
        return Clusters(*degrees(*(np.bincount(group, axis) / count for axis in (x, y))), count)

    def parts(self, view: View) -> Iterable[Part]:
        """Circles whose area grows with the logarithm of their count, and the count of those that hold several."""
        found = self.clusters(view.zoom)
        for lon, lat, count in zip(found.lon.tolist(), found.lat.tolist(), found.count.tolist(), strict=True):
            radius_px = 4.0 if count == 1 else min(7.0 + 5.0 * float(np.log10(count)), self.radius_px)
            yield Shape(shapely.Point(lon, lat), Look(ACCENT, 0.75, GROUND, 1.0, radius_px=radius_px), value=str(count))
            if count > 1:
                yield Text(lon, lat, f"{count:,}", 11, rank=1e6 + count)

    def _problems(self) -> list[str]:
        problems = Layer._problems(self)
        if self.features is None:
            problems.append("a cluster layer needs a file of points")
        if not 8 <= self.radius_px <= 256:
            problems.append(f"radius_px must be 8…256, got {self.radius_px}")
        if not 0 <= self.apart_zoom <= 22:
            problems.append(f"apart_zoom must be 0…22, got {self.apart_zoom}")
        return problems
