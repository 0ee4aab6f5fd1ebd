"""Distances over the Earth: quick ones to choose by, good ones to tell."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from slots.places import Degrees

EARTH_M: Final = 6_371_008.8
AXIS_M: Final = 6_378_137.0
FLATTENING: Final = 1 / 298.257223563
SPHERE_ERROR: Final = 0.01
"""More than a distance on the sphere differs from that on the ellipsoid, relative to it."""


def directions(lon: Degrees, lat: Degrees) -> NDArray[np.float64]:
    """(3, n) unit vectors of points in degrees; they know neither date line nor poles. NaN for a point that is NaN."""
    east, north = np.radians(lon), np.radians(lat)
    level = np.cos(north)
    return np.stack([level * np.cos(east), level * np.sin(east), np.sin(north)])


def within_m(points: NDArray[np.float64], centre: NDArray[np.float64], radius_m: float) -> NDArray[np.intp]:
    """Which directions (3, n) may lie within a radius of a direction (3,): all that do, and a few beyond."""
    angle = min(np.pi, radius_m * (1 + SPHERE_ERROR) / EARTH_M)
    chord = 2 * np.sin(angle / 2)
    return np.flatnonzero(_chords(points, centre) <= chord * chord + 1e-15)


def nearest_of(points: NDArray[np.float64], centre: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Which directions may be among the `count` nearest to a direction: all that are, and a few more."""
    chords = _chords(points, centre)
    known = np.flatnonzero(~np.isnan(chords))
    if len(known) <= count:
        return known
    farthest = np.partition(chords[known], count - 1)[count - 1]
    near: NDArray[np.intp] = known[chords[known] <= farthest * (1 + SPHERE_ERROR) ** 2 + 1e-15]
    return near


def _chords(points: NDArray[np.float64], centre: NDArray[np.float64]) -> NDArray[np.float64]:
    """The squared straight distances on the unit sphere."""
    away = points - centre[:, None]
    chords: NDArray[np.float64] = np.einsum("ij,ij->j", away, away)
    return chords


def distances_m(lon: Degrees, lat: Degrees, centre: tuple[float, float]) -> Degrees:
    """Metres on the WGS84 ellipsoid from each point to one, by Lambert's formula (1942): within 1e-5 up to half way round."""
    east = np.radians(lon - centre[0])
    here = np.arctan((1 - FLATTENING) * np.tan(np.radians(np.float64(centre[1]))))
    there = np.arctan((1 - FLATTENING) * np.tan(np.radians(lat)))
    half = np.sin((there - here) / 2) ** 2 + np.cos(here) * np.cos(there) * np.sin(east / 2) ** 2
    half = np.clip(half, 0.0, 1.0)
    angle = 2 * np.arcsin(np.sqrt(half))
    middle, apart = (here + there) / 2, (there - here) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        x = (angle - np.sin(angle)) * (np.sin(middle) * np.cos(apart)) ** 2 / (1 - half)
        y = (angle + np.sin(angle)) * (np.cos(middle) * np.sin(apart)) ** 2 / half
        metres = AXIS_M * (angle - FLATTENING / 2 * (x + y))
    return np.asarray(np.where((half > 0) & (half < 1), metres, AXIS_M * (1 - FLATTENING / 2) * angle))
