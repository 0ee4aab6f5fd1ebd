"""What a file says about its coordinates, held against what is declared: undone where it is a projection, refused where
the two contradict each other. About degrees the declaration is believed: files with GCJ-02 in them usually say EPSG:4326."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from .features import Features

if TYPE_CHECKING:
    from pyproj import CRS

_PLAIN: Final = frozenset({"EPSG:4326", "EPSG:4490", "OGC:CRS84"})
_AXIS_M, _FLATTENING = 6_378_137.0, 298.257
_NAME: Final = re.compile(r"[A-Za-z]{2,8}:[A-Za-z0-9.]{1,16}")
_URN: Final = re.compile(r"urn:(?:ogc|x-ogc):def:crs:(EPSG|OGC):[^:]*:(\w+)", re.IGNORECASE)
_SAME_M: Final = 1.0
_DEGREE_M: Final = 111_000.0


class CrsError(ValueError):
    """A reference system that is not known, or that contradicts the declared datum."""


def named_in_geojson(member: Any) -> str | None:
    """The system that the `crs` member of an old GeoJSON (2008) names, as `EPSG:4490`; None where it names none.

    Raises CrsError for one that only points at another document, or that has no name of an authority.
    """
    if member is None:
        return None
    about = member.get("properties") if isinstance(member, dict) else None
    if not isinstance(about, dict) or (isinstance(member, dict) and member.get("type") == "link"):
        raise CrsError("its 'crs' names no reference system. Hint: remove the member; GeoJSON is in degrees, lon before lat")
    code = about.get("code")
    name = f"EPSG:{code}" if isinstance(code, int) else str(about.get("name") or "").strip()
    if found := _URN.fullmatch(name):
        name = f"{found[1]}:{found[2]}".upper()
    if not _NAME.fullmatch(name):
        raise CrsError(f"its 'crs' {name[:60]!r} is no name of a reference system. Hint: EPSG:4326, urn:ogc:def:crs:EPSG::4490")
    return name.upper()


def in_degrees(features: Features, claimed: str | None, declared: str) -> Features:
    """The features in degrees of the declared datum, or as they are where that is a projected one (`epsg:4549`).

    `claimed`: what the file says, as an authority's name, WKT or PROJJSON; None: nothing. `declared`: as `datum.known` has
    it. Raises CrsError.
    """
    if claimed is None or (claimed.upper() in _PLAIN and not declared.startswith("epsg:")):
        return features
    own = _system(claimed)
    if own is None:
        if declared.startswith("epsg:"):
            return features
        raise CrsError(f"reference system {claimed[:60]!r} is not known. Hint: declare the datum, as in epsg:4549")
    if declared.startswith("epsg:"):
        _agreed(features, own, declared)
        return features
    if own.is_projected and own.geodetic_crs is not None:
        return _undone(features, own)
    if declared == "wgs84" and not _near_wgs84(own):
        code = own.to_epsg()
        hint = f"declare datum: epsg:{code}" if code else "convert the file to WGS84"
        raise CrsError(f"it is in {own.name}, declared is wgs84, and they lie up to some hundred metres apart. Hint: {hint}")
    return features


def _agreed(features: Features, own: CRS, declared: str) -> None:
    """Raises where the file's own system puts the features elsewhere than the declared one."""
    from pyproj import CRS

    wanted = CRS.from_epsg(int(declared.removeprefix("epsg:")))
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(features.geometries))
    if np.isnan(west):
        return
    if own.is_geographic and wanted.is_projected:
        if abs(west) <= 180 and abs(east) <= 180 and abs(south) <= 90 and abs(north) <= 90:
            hint = "declare wgs84, cgcs2000 or gcj02 for degrees"
            raise CrsError(f"its coordinates are degrees ({west:.6g} {south:.6g}), declared is {declared}. Hint: {hint}")
        return
    middle = np.array([[(west + east) / 2, (south + north) / 2]])
    apart_m = float(np.hypot(*(_lonlat(own)(middle) - _lonlat(wanted)(middle))[0])) * _DEGREE_M
    if not apart_m <= _SAME_M:  # infinite where one of them cannot hold the place
        code = own.to_epsg(20)
        hint = f"declare epsg:{code}, or leave the datum out" if code else "leave the datum out: what the file names is undone"
        raise CrsError(f"it is in {own.name}, declared is {declared} ({wanted.name}). Hint: {hint}")


def _undone(features: Features, own: CRS) -> Features:
    moved = shapely.transform(features.geometries, _lonlat(own))
    return Features(np.asarray(moved, dtype=object), features.properties)


def _lonlat(own: CRS) -> Any:
    """From a system's coordinates (east before north) to lon, lat. CGCS2000 stays what it is: it equals WGS84."""
    from pyproj import Transformer

    goal = own.geodetic_crs if own.is_projected and _is_cgcs2000(own) else 4326
    transformer = Transformer.from_crs(own, goal, always_xy=True)

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return moved


def _system(claimed: str) -> CRS | None:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(claimed)
    except CRSError:
        return None


def _near_wgs84(own: CRS) -> bool:
    """Whether its ellipsoid is that of WGS84 but for millimetres, as those of CGCS2000 and GRS80 are. Krassowsky's
    (Beijing 1954) and the IAG's of 1975 (Xian 1980) are others."""
    ellipsoid = own.ellipsoid
    if ellipsoid is None:
        return True
    return abs(ellipsoid.semi_major_metre - _AXIS_M) < 1 and abs(ellipsoid.inverse_flattening - _FLATTENING) < 0.01


def _is_cgcs2000(crs: Any) -> bool:
    name = str(crs.geodetic_crs.name)
    return "2000" in name and "China" in name
