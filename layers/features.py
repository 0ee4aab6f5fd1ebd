"""Features: geometry and properties side by side, as region trees and layers need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .datum import convert, known
from .mistakes import Checked, LayerError

if TYPE_CHECKING:
    import geopandas

Floats = NDArray[np.float64]

Geometries = NDArray[np.object_]
"""Shapely geometries, None where a feature has none."""


@dataclass(frozen=True, slots=True)
class Features(metaclass=Checked):
    """Equally long columns: `geometries` in WGS84 lon/lat degrees, `properties` one mapping per feature."""

    geometries: Geometries
    properties: Sequence[Mapping[str, Any]]

    def __len__(self) -> int:
        return len(self.properties)

    @classmethod
    def at(cls, lon: Floats, lat: Floats, properties: Sequence[Mapping[str, Any]] = (), datum: str = "wgs84") -> Features:
        """Points, those without a place (NaN) left out. Raises DatumError, and LayerError for columns of unlike length."""
        counts = {"lon": len(np.atleast_1d(lon)), "lat": len(np.atleast_1d(lat)), "properties": len(properties)}
        if len({count for name, count in counts.items() if count or name != "properties"}) > 1:
            given = ", ".join(f"{count:,} {name}" for name, count in counts.items())
            raise LayerError([f"Features.at: the columns must be equally long, got {given}"])
        x, y = convert(lon, lat, datum, "wgs84")
        here = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        rows = [properties[at] for at in here.tolist()] if properties else [{} for _ in here]
        return cls(np.atleast_1d(np.asarray(shapely.points(x[here], y[here]), dtype=object)), rows)

    @classmethod
    def of_frame(cls, frame: geopandas.GeoDataFrame, datum: str = "wgs84") -> Features:
        """The rows of a GeoDataFrame. A projected reference system of its own is undone; else it is taken as `datum`,
        because what a file claims about degrees is often wrong in China. Raises DatumError."""
        if frame.crs is not None and frame.crs.is_projected:
            frame, datum = frame.to_crs(4326), "wgs84"
        columns = frame.drop(columns=frame.geometry.name).astype(object)
        rows: list[dict[str, Any]] = columns.where(columns.notna(), None).to_dict("records")  # type: ignore[assignment]
        return cls(np.array([*frame.geometry.to_numpy(), None], dtype=object)[:-1], rows).moved(datum)

    def renamed(self, columns: Mapping[str, str]) -> Features:
        """The features with properties under other names: new name → the one in the file."""
        if not columns:
            return self
        rows = [{**row, **{new: row.get(old) for new, old in columns.items()}} for row in self.properties]
        return Features(self.geometries, rows)

    def moved(self, datum: str) -> Features:
        """The features with their geometries moved from `datum` to WGS84. Raises DatumError."""
        if known(datum) == "wgs84":
            return self

        def to_wgs84(points: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(convert(points[:, 0], points[:, 1], datum, "wgs84"))

        return Features(np.asarray(shapely.transform(self.geometries, to_wgs84), dtype=object), self.properties)


def out_of_range(west: float, south: float, east: float, north: float) -> str:
    """What is said of bounds that are no lon and lat, with the likely cause; empty where they are, NaN where nothing is."""
    if west >= -180 and south >= -90 and east <= 180 and north <= 90:
        return ""
    if west >= -90 and south >= -180 and east <= 90 and north <= 180:
        hint = "are longitude and latitude swapped? GeoJSON has longitude first"
    elif max(abs(west), abs(south), abs(east), abs(north)) > 360:
        hint = "are these metres? Declare the datum, e.g. datum: epsg:4549"
    else:
        hint = "is the data in WGS84?"
    given = f"west {west:.10g}, south {south:.10g}, east {east:.10g}, north {north:.10g}"
    return f"coordinates must be lon -180…180, lat -90…90, got {given}. Hint: {hint}"


def not_finite(geometries: Geometries) -> list[int]:
    """The positions of geometries with NaN or infinity among their coordinates."""
    points, owners = shapely.get_coordinates(geometries, return_index=True)
    return np.unique(owners[~np.isfinite(points).all(axis=1)]).tolist()  # type: ignore[no-any-return]
