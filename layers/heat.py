"""Heat: where points lie thick, as a soft cloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely
from numpy.typing import NDArray

from .classes import RAMP
from .colors import channels, ramp_problems
from .columns import column_problems, numbers
from .drawing import Look, Part, Raster, View, mercator
from .layer import Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatLayer(Layer):
    """The density of the points of a file or of a live slot, each counting 1 or its `weight` column (0 or more).

    `radius_px` is the reach of one point on a 1080 p screen; `intensity` multiplies the cloud.
    """

    kind: ClassVar[str] = "heat"
    geometry_types: ClassVar[tuple[str, ...]] = ("Point",)
    styles: ClassVar[tuple[str, ...]] = ("heat",)

    style: str = "heat"
    weight: str = ""
    radius_px: float = 30.0
    intensity: float = 1.0
    ramp: Sequence[str] = RAMP

    def entry(self) -> dict[str, Any]:
        """As `Layer.entry`, with ramp, radius and intensity; features carry `weight` where there is such a column."""
        look = {"radius_px": self.radius_px, "intensity": self.intensity, "ramp": list(self.ramp)}
        return Layer.entry(self) | look | {"weighted": bool(self.weight)}

    def sign(self) -> Look | None:
        """A soft disc in the colour of the middle of its cloud."""
        return Look(self.ramp[len(self.ramp) // 2], 0.6, radius_px=7) if self.features is not None else None

    def density(self, view: View) -> NDArray[np.float64]:
        """f8[rows, columns] 0…1: the cloud over the view's bounds in cells of four pixels, the north row first."""
        left, right, top, bottom = view.frame
        per_pixel = 1 / (512 * 2**view.zoom)
        columns, rows = (max(int(np.ceil(side / per_pixel / 4)), 1) for side in (right - left, bottom - top))
        if self.features is None:
            return np.zeros((rows, columns))
        xy = shapely.get_coordinates(self.features.geometries)
        x, y = mercator(xy[:, 0], xy[:, 1])
        weights = np.nan_to_num(numbers(self.features, self.weight)) if self.weight else None
        cloud, _, _ = np.histogram2d(y, x, bins=(rows, columns), range=((top, bottom), (left, right)), weights=weights)
        for axis in (0, 1):
            cloud = _blurred(cloud, self.radius_px / 4 / 2, axis)
        peak = float(cloud.max())
        return np.minimum(cloud / peak * self.intensity, 1.0) if peak > 0 else cloud

    def parts(self, view: View) -> Iterable[Part]:
        """One picture over the view's bounds."""
        cloud = self.density(view)
        stops = np.linspace(0, 1, len(self.ramp))
        shades = np.array([channels(color) for color in self.ramp], dtype=np.float64)
        tints = [np.interp(cloud, stops, shades[:, channel]) for channel in range(3)]
        alpha = np.minimum(cloud * 4, 1) * 200
        yield Raster(view.bounds, np.dstack([*tints, alpha]).round().astype(np.uint8))

    def _properties(self, row: Mapping[str, Any], shape: shapely.Geometry) -> dict[str, Any]:
        return {"weight": row.get(self.weight) or 0} if self.weight else {}

    def _problems(self) -> list[str]:
        problems = Layer._problems(self) + ramp_problems(self.ramp)
        if not 1 <= self.radius_px <= 256:
            problems.append(f"radius_px must be 1…256, got {self.radius_px}")
        if not 0 < self.intensity <= 100:
            problems.append(f"intensity must be above 0, at most 100, got {self.intensity}")
        if self.weight and self.features is not None:
            problems += column_problems(self.features, "weight", self.weight, numeric=True)
            if np.nanmin(numbers(self.features, self.weight), initial=0) < 0:
                problems.append(f"weight {self.weight!r} holds values below 0. Hint: heat adds up, use grid for means")
        return problems


def _blurred(cloud: NDArray[np.float64], sigma: float, axis: int) -> NDArray[np.float64]:
    """A Gauss along one axis, cut at three sigmas."""
    reach = min(int(np.ceil(3 * sigma)), cloud.shape[axis])
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-9)) ** 2)
    edges = [(0, 0), (0, 0)]
    edges[axis] = (reach, reach)
    padded = np.pad(cloud, edges)
    length = cloud.shape[axis]
    parts = (weight * np.take(padded, range(start, start + length), axis) for start, weight in enumerate(kernel / kernel.sum()))
    return np.sum(list(parts), axis=0)  # type: ignore[no-any-return]
