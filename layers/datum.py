"""Coordinates moved between the datums in use in China: WGS84 is what we store, the others live at the edges.

GCJ-02 (Amap, Tencent) and BD-09 (Baidu) are offset datums without an official inverse; the formulas are the
publicly known approximations on the Krasovsky 1940 ellipsoid, valid in mainland China only. CGCS2000 equals
WGS84 at display precision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Datum = Literal["wgs84", "gcj02", "bd09", "cgcs2000"]
DATUMS: tuple[str, ...] = get_args(Datum)

Floats = NDArray[np.float64]
Point = tuple[Floats, Floats]

_AXIS_M = 6378245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)


class DatumError(ValueError):
    """A datum we do not know."""


def convert(lon: Floats, lat: Floats, source: str, target: str) -> Point:
    """The same places in another datum, as two new float64 arrays in degrees.

    Round trips are within 0.5 m (usually 1 mm). Points outside China and NaN pass unchanged. Raises DatumError.
    """
    start, goal = known(source), known(target)
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if start == goal:
        return x.copy(), y.copy()
    here = _in_china(x, y)
    moved_x, moved_y = x.copy(), y.copy()
    moved_x[here], moved_y[here] = _leave_wgs84(*_to_wgs84(x[here], y[here], start), goal)
    return moved_x, moved_y


def known(datum: str) -> str:
    """The canonical name: `wgs84` also for cgcs2000. Raises DatumError."""
    if datum not in DATUMS:
        allowed = ", ".join(DATUMS)
        raise DatumError(f"unknown datum {datum!r}; allowed: {allowed}. Hint: GPS is wgs84, Amap and Tencent gcj02, Baidu bd09.")
    return "wgs84" if datum == "cgcs2000" else datum


def _to_wgs84(lon: Floats, lat: Floats, source: str) -> Point:
    if source == "bd09":
        lon, lat = _undo(_gcj_to_bd, lon, lat)
    return (lon, lat) if source == "wgs84" else _undo(_wgs_to_gcj, lon, lat)


def _leave_wgs84(lon: Floats, lat: Floats, target: str) -> Point:
    if target == "wgs84":
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


def _in_china(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    west, south, east, north = _CHINA
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


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
