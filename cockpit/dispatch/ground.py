"""Where things lie, as the toolbox needs to know it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cockpit.dispatch.refusal import Wrong
from slots.places import Places


class Spot(NamedTuple):
    """A region and, where it is known, a point in it (WGS84 degrees)."""

    region: str
    lon: float | None = None
    lat: float | None = None


class Ground:
    """The tree of regions, asked about single points and codes. Any thread."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._index = {code: row for row, code in enumerate(places.codes)}

    def spot(self, lon: float | None, lat: float | None, datum: str, region: str | None) -> Spot:
        """The deepest region around the point; where there is none, or it lies in none, the given region, else the whole city.

        Raises Wrong for half a point, a datum or a region nobody knows.
        """
        if region is not None and region not in self._index:
            raise Wrong(f"there is no region {region!r:.60} in this city")
        fallback = region or self._places.codes[0]
        if lon is None or lat is None:
            if lon is not None or lat is not None:
                raise Wrong("a place is both lon and lat")
            return Spot(fallback)
        try:
            x, y = np.array([lon], dtype=np.float64), np.array([lat], dtype=np.float64)
            found = int(self._places.locate(x, y, datum)[0])
            stored = self._places.wgs84(x, y, datum)
        except ValueError as error:
            raise Wrong(str(error)) from None
        code = self._places.codes[found] if found >= 0 else fallback
        return Spot(code, round(float(stored[0][0]), 7), round(float(stored[1][0]), 7))

    def above(self, region: str) -> tuple[str, ...]:
        """The codes of the region and of all above it, itself first; itself alone where the tree does not know it (any more)."""
        codes: list[str] = [region]
        row = self._index.get(region, -1)
        while row >= 0 and (row := int(self._places.parents[row])) >= 0:
            codes.append(self._places.codes[row])
        return tuple(codes)

    def path(self, region: str) -> str:
        """The codes from the root down, `/c/a/a1/`."""
        codes: Sequence[str] = self.above(region)[::-1]
        return f"/{'/'.join(codes)}/"
