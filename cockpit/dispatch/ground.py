"""Where things lie, as the toolbox needs to know it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from cockpit.dispatch.refusal import Wrong
from slots.places import Places

Box = tuple[float, float, float, float]
"""West, south, east, north."""


class Spot(NamedTuple):
    """A region and, where it is known, a point in it (WGS84 degrees). `outside`: the point lies in no region of the city."""

    region: str
    lon: float | None = None
    lat: float | None = None
    outside: bool = False


class Outlined(Places, Protocol):
    """A tree of regions that are drawn."""

    def bounds(self, code: str) -> Box | None:
        """West, south, east and north of a region and what lies below it, WGS84; None where nothing is drawn."""


class Ground:
    """The tree of regions, asked about single points and codes. Any thread."""

    def __init__(self, places: Outlined) -> None:
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
        outside = found < 0 and self._box is not None
        return Spot(code, round(float(stored[0][0]), 7), round(float(stored[1][0]), 7), outside)

    @property
    def root(self) -> str:
        """The code of the whole city."""
        return self._places.codes[0]

    def knows(self, region: str) -> bool:
        """Whether the city has a region of this code."""
        return region in self._index

    def check_near(self, spot: Spot) -> None:
        """Raises Wrong for a point beyond the bounds of the whole city. Within them a point may well lie in no region: in a gap,
        on water, over an edge that was drawn roughly."""
        if self._box is None or spot.lon is None or spot.lat is None or not spot.outside:
            return
        west, south, east, north = self._box
        if _inside(spot.lon, spot.lat, self._box):
            return
        reaches = f"it reaches from lon {west:.4f} to {east:.4f} and from lat {south:.4f} to {north:.4f} (WGS84)"
        swapped = _inside(spot.lat, spot.lon, self._box)
        hint = "lon and lat look exchanged" if swapped else "say a 'region' with it where it is meant"
        raise Wrong(f"lon {spot.lon:g}, lat {spot.lat:g} lies outside of this city; {reaches}. Hint: {hint}")

    @cached_property
    def _box(self) -> Box | None:
        return self._places.bounds(self._places.codes[0])

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


def _inside(lon: float, lat: float, box: Box) -> bool:
    west, south, east, north = box
    return west <= lon <= east and south <= lat <= north
