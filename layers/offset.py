"""The offset datums in use in China, GCJ-02 (Amap, Tencent) and BD-09 (Baidu), to and from WGS84.

They have no official inverse; the formulas are the publicly known approximations on the Krasovsky 1940 ellipsoid, valid
in mainland China only. Degrees in, new arrays of degrees out.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Point = tuple[Floats, Floats]

_AXIS_M = 6378245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0


def to_wgs84(lon: Floats, lat: Floats, source: str) -> Point:
    """From `gcj02` or `bd09`; anything else passes."""
    if source == "bd09":
        lon, lat = _undo(_gcj_to_bd, lon, lat)
    return _undo(_wgs_to_gcj, lon, lat) if source in ("gcj02", "bd09") else (lon, lat)


def from_wgs84(lon: Floats, lat: Floats, target: str) -> Point:
    """To `gcj02` or `bd09`; anything else passes."""
    if target not in ("gcj02", "bd09"):
        return lon, lat
    lon, lat = _wgs_to_gcj(lon, lat)
    return _gcj_to_bd(lon, lat) if target == "bd09" else (lon, lat)


def _undo(forward: Callable[[Floats, Floats], Point], lon: Floats, lat: Floats) -> Point:
    """The inverse of an offset by fixed-point iteration: the first guess and two corrections reach about 1e-8 degrees."""
    x, y = lon, lat
    for _ in range(3):
        ahead_x, ahead_y = forward(x, y)
        x, y = x - (ahead_x - lon), y - (ahead_y - lat)
    return x, y


def _wgs_to_gcj(lon: Floats, lat: Floats) -> Point:
    x, y = lon - 105.0, lat - 35.0
    wave = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + wave
    north_m += (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
    north_m += (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + wave
    east_m += (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
    east_m += (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    phi = np.radians(lat)
    bend = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    meridian_m = _AXIS_M * (1.0 - _ECCENTRICITY_2) / bend**1.5
    parallel_m = _AXIS_M / np.sqrt(bend) * np.cos(phi)
    return lon + np.degrees(east_m / parallel_m), lat + np.degrees(north_m / meridian_m)


def _gcj_to_bd(lon: Floats, lat: Floats) -> Point:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
