"""From kilometres around the centre to degrees, rounded so that neighbours keep exactly the same vertices."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

CENTRE = (118.62, 29.31)
KM_PER_LAT = 110.87
KM_PER_LON = 111.32 * math.cos(math.radians(CENTRE[1]))
KM2_PER_DEGREE2 = KM_PER_LAT * KM_PER_LON
DIGITS = 5
"""One metre."""

Shape = TypeVar("Shape", bound=BaseGeometry)


def degrees(shape: Shape, digits: int = DIGITS) -> Shape:
    """The shape in longitude and latitude (WGS84), rounded; equal kilometres become equal degrees."""
    return shapely.transform(shape, lambda points: lonlat(points, digits))


def lonlat(points: NDArray[np.float64], digits: int = DIGITS) -> NDArray[np.float64]:
    """(n, 2) kilometres → (n, 2) longitude and latitude."""
    return np.round(points / (KM_PER_LON, KM_PER_LAT) + CENTRE, digits)


def kilometres(shape: Shape) -> Shape:
    """The shape back in kilometres around the centre."""
    return shapely.transform(shape, lambda points: (points - CENTRE) * (KM_PER_LON, KM_PER_LAT))
