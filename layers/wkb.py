"""Geometries in the binary form that databases and columns keep, looked over before GEOS reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely

from .features import Geometries, not_finite

_NESTED_MAX: Final = 100
# A collection (types 4…7, plain, ISO Z/M/ZM or with the flags of PostGIS) as it begins in either byte order.
_COLLECTION: Final = re.compile(
    rb"\x01(?:[\x04-\x07]\x00\x00[\x00\x20\x40\x80\xa0\xc0\xe0]|[\xec-\xef]\x03\x00\x00|[\xd4-\xd7]\x07\x00\x00|[\xbc-\xbf]\x0b\x00\x00)"
    rb"|\x00(?:[\x00\x20\x40\x80\xa0\xc0\xe0]\x00\x00[\x04-\x07]|\x00\x00\x03[\xec-\xef]|\x00\x00\x07[\xd4-\xd7]|\x00\x00\x0b[\xbc-\xbf])"
)


class WkbError(ValueError):
    """Bytes that are no geometry we read."""


def read_wkb(values: Sequence[bytes | None]) -> Geometries:
    """The geometries, two-dimensional, None where there is none. Raises WkbError naming the first bad one."""
    for number, value in enumerate(values):
        if value is not None and len(value) > 9 * _NESTED_MAX and len(_COLLECTION.findall(value)) > _NESTED_MAX:
            raise WkbError(f"feature {number}: collections in collections, deeper than any map is")
    try:
        geometries = shapely.force_2d(shapely.from_wkb(np.array([*values, None], dtype=object)[:-1]))
    except shapely.GEOSException as error:
        raise WkbError(f"a geometry cannot be read ({str(error)[:120]})") from None
    if lost := not_finite(geometries):
        raise WkbError(f"feature {lost[0]} has coordinates that are no finite numbers (as have {len(lost) - 1} more)")
    return np.atleast_1d(np.asarray(geometries, dtype=object))
