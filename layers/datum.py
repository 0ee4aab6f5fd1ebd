"""Coordinates moved between datums: WGS84 is what we store, the others live at the edges.

CGCS2000 equals WGS84 at display precision, and so do its projected zones once they are turned into degrees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import TYPE_CHECKING, Literal, Protocol, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .mistakes import Checked
from .offset import Floats, Point, from_wgs84, to_wgs84

if TYPE_CHECKING:
    from pyproj import Transformer

Datum = Literal["wgs84", "gcj02", "bd09", "cgcs2000"]
DATUMS: tuple[str, ...] = get_args(Datum)
"""The datums with a name; besides them any `epsg:NUMBER`."""

_CHINA = (72.004, 0.8293, 137.8347, 55.8271)
_SAME = frozenset({"cgcs2000", "epsg:4326", "epsg:4490"})


class DatumError(ValueError):
    """A datum we do not know."""


def convert(lon: Floats, lat: Floats, source: str, target: str) -> Point:
    """The same places in another datum, as two new float64 arrays: degrees, or easting and northing of a projected EPSG one.

    Round trips are within 0.5 m (usually 1 mm). NaN stays NaN; GCJ-02 and BD-09 leave points outside China as they are;
    what a projection cannot hold becomes NaN. Raises DatumError.
    """
    start, goal = known(source), known(target)
    x, y = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    if start == goal:
        return x, y
    if start.startswith("epsg:"):
        x, y = _projected(start, x, y, inverse=True)
    here = _in_china(x, y)
    x[here], y[here] = from_wgs84(*to_wgs84(x[here], y[here], start), goal)
    return _projected(goal, x, y, inverse=False) if goal.startswith("epsg:") else (x, y)


def known(datum: str) -> str:
    """The canonical name: `wgs84` also for cgcs2000, EPSG:4326 and EPSG:4490; `epsg:4549` for the others. Raises DatumError."""
    name = datum.lower()
    if name in _SAME:
        return "wgs84"
    if name in DATUMS:
        return name
    if not name.startswith("epsg:"):
        allowed = ", ".join(DATUMS)
        hint = "Hint: GPS is wgs84, Amap and Tencent gcj02, Baidu bd09."
        raise DatumError(f"unknown datum {datum[:40]!r}; allowed: {allowed}, epsg:NUMBER. {hint}")
    _transformer(name)
    return name


def zone_of(lon: float, *, prefixed: bool = False) -> str:
    """The 3-degree CGCS2000 zone for a longitude of 73.5…136.5: EPSG:4534–4554, or 4513–4533 with the zone's number before
    the easting. Raises DatumError."""
    if not 73.5 <= lon <= 136.5:
        raise DatumError(f"CGCS2000 zones reach from 73.5° to 136.5° east, got {lon:.6g}. Hint: is the order lon, lat?")
    number = min(max(round(lon / 3), 25), 45)
    return f"epsg:{(4513 if prefixed else 4534) + number - 25}"


class Places(Protocol):
    """The regions of which `guess` asks whether a point lies in them; `layers.Regions` is one."""

    @property
    def parents(self) -> NDArray[np.int32]:
        """The index of each region's parent, -1 for the root."""
        ...

    def find(self, codes: pl.Series) -> NDArray[np.int32]:
        """The index of each code, -1 for one it does not know."""
        ...

    def locate(self, lon: Floats, lat: Floats, datum: str = "wgs84") -> NDArray[np.int32]:
        """The index of the region of each point, -1 for none."""
        ...


@dataclass(frozen=True, slots=True)
class StatedPoints(metaclass=Checked):
    """Equally long columns: points in an unknown datum, and the code of the region each is said to lie in."""

    lon: Floats
    lat: Floats
    codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Guess:
    """What fits best: per datum the share of the points inside their stated region, the best first.

    `sure`: the best beats the second by more than chance (three standard deviations of the points they differ in).
    `tested`: the points with a place and a known code.
    """

    shares: Mapping[str, float]
    tested: int
    sure: bool

    @property
    def datum(self) -> str:
        """The best one."""
        return next(iter(self.shares))


def guess(points: StatedPoints, regions: Places, datums: Sequence[str] = ("wgs84", "gcj02", "bd09")) -> Guess:
    """Which datum makes most points fall into their stated regions. Points near borders tell, so it takes some hundred.

    Raises DatumError when a datum is unknown or no point can be tested.
    """
    lon, lat = np.asarray(points.lon, dtype=np.float64), np.asarray(points.lat, dtype=np.float64)
    stated = regions.find(pl.Series(points.codes, dtype=pl.String))
    usable = (stated >= 0) & np.isfinite(lon) & np.isfinite(lat)
    if not usable.any():
        raise DatumError("no point has both a place and a known region code. Hint: compare the codes with the region file")
    lon, lat, stated = lon[usable], lat[usable], stated[usable]
    inside = {datum: _within(regions.locate(lon, lat, datum), stated, regions.parents) for datum in datums}
    ranked = sorted(inside, key=lambda datum: -int(inside[datum].sum()))
    shares = {datum: float(inside[datum].mean()) for datum in ranked}
    return Guess(shares, len(stated), len(ranked) > 1 and _beats(inside[ranked[0]], inside[ranked[1]]))


def _within(found: NDArray[np.int32], stated: NDArray[np.int32], parents: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether each found region is the stated one or lies below it."""
    at = found.copy()
    inside: NDArray[np.bool_] = at == stated
    while bool((at >= 0).any()):
        at = np.where(at >= 0, parents[at], -1)
        inside |= at == stated
    inside &= found >= 0
    return inside


def _beats(best: NDArray[np.bool_], second: NDArray[np.bool_]) -> bool:
    """McNemar's test: only the points on which the two differ say anything."""
    for_best, against = int((best & ~second).sum()), int((second & ~best).sum())
    return for_best - against > 3 * sqrt(for_best + against) > 0


def _in_china(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    west, south, east, north = _CHINA
    inside: NDArray[np.bool_] = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def _projected(datum: str, x: Floats, y: Floats, *, inverse: bool) -> Point:
    direction = "INVERSE" if inverse else "FORWARD"
    moved_x, moved_y = _transformer(datum).transform(x, y, direction=direction)
    lost = ~(np.isfinite(moved_x) & np.isfinite(moved_y))
    return np.where(lost, np.nan, moved_x), np.where(lost, np.nan, moved_y)


@lru_cache(64)
def _transformer(datum: str) -> Transformer:
    """From degrees to the reference system, always east before north. Data on CGCS2000 stay on it: it equals WGS84."""
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError

    try:
        target = CRS.from_epsg(int(datum.removeprefix("epsg:")))
    except (CRSError, ValueError, OverflowError):
        raise DatumError(f"unknown datum {datum[:40]!r}. Hint: CGCS2000's 3-degree zones are epsg:4513 to epsg:4554") from None
    if not (target.is_projected or target.is_geographic):
        raise DatumError(f"datum {datum!r} is {target.type_name}; only projected and geographic ones lie on a map")
    own = target.geodetic_crs
    return Transformer.from_crs(4490 if own is not None and own.to_epsg() == 4490 else 4326, target, always_xy=True)
