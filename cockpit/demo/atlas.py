"""What the generator knows of a city: where people live, which lines the vehicles follow, where the halls stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Strings = NDArray[np.str_]

SPOTS = 14
"""Points inside each community where things may happen."""

_M_PER_DEGREE = 110_870.0


@dataclass(frozen=True, slots=True)
class Route:
    """A line along roads: vertices in degrees and how far along each lies, in metres. `loop`: it ends where it began."""

    name: str
    lon: Floats
    lat: Floats
    reach_m: Floats
    loop: bool


@dataclass(frozen=True, slots=True)
class Atlas:
    """Communities with people and `spots` (n, SPOTS, 2) in WGS84; `street` is the index of each community's street.

    `burden` of each street, about -1…1: how hard its departments have it; nearly the same all over a district.
    `terminals` (n, 2): the communities at both ends of each bus line.
    """

    codes: Strings
    people: Floats
    spots: Floats
    street: NDArray[np.int64]
    street_codes: Strings
    street_names: Strings
    burden: Floats
    hall_codes: Strings
    hall_names: Strings
    hall_streets: NDArray[np.int64]
    buses: tuple[Route, ...]
    rounds: tuple[Route, ...]
    terminals: Strings

    @classmethod
    def load(cls, folder: Path, seed: int) -> Atlas:
        """Reads a city folder's regions, halls, bus lines and patrol rounds. Blocks for some tens of milliseconds."""
        regions = _features(folder / "regions.geojson")
        communities = [feature for feature in regions if feature["properties"]["level"] == 3]
        middle = [feature["properties"] for feature in regions if feature["properties"]["level"] == 2]
        streets = {street["code"]: index for index, street in enumerate(middle)}
        halls = [feature["properties"] for feature in _features(folder / "layers" / "halls.geojson")]
        spots = _spots(communities, np.random.default_rng([seed, 1]))
        buses = _routes(folder / "layers" / "bus.geojson")
        codes = np.array([feature["properties"]["code"] for feature in communities])
        return cls(
            codes=codes,
            people=np.array([feature["properties"]["population"] for feature in communities], dtype=np.float64),
            spots=spots,
            street=np.array([streets[feature["properties"]["parent"]] for feature in communities]),
            street_codes=np.array(list(streets)),
            street_names=np.array([street["name"] for street in middle]),
            burden=_burdens(list(streets), np.random.default_rng([seed, 6])),
            hall_codes=np.array([hall["region"] for hall in halls]),
            hall_names=np.array([hall["name"] for hall in halls]),
            hall_streets=np.array([streets.get(hall["region"], -1) for hall in halls]),
            buses=buses,
            rounds=_routes(folder / "layers" / "patrols.geojson"),
            terminals=np.array([[_nearest(codes, spots, route, end) for end in (0, -1)] for route in buses]),
        )


def _features(path: Path) -> list[dict[str, Any]]:
    loaded = msgspec.json.decode(path.read_bytes())
    features: list[dict[str, Any]] = loaded["features"]
    return features


def _spots(communities: list[dict[str, Any]], rng: np.random.Generator) -> Floats:
    shapes = shapely.polygons([shapely.linearrings(feature["geometry"]["coordinates"][0]) for feature in communities])
    west, south, east, north = shapely.bounds(shapes).T[:, :, None]
    tries = rng.random((2, len(shapes), 4 * SPOTS))
    lon, lat = west + (east - west) * tries[0], south + (north - south) * tries[1]
    shapely.prepare(shapes)
    inside = shapely.contains_xy(shapes[:, None], lon, lat)
    order = np.argsort(~inside, axis=1, kind="stable")[:, :SPOTS]
    lon, lat, inside = (np.take_along_axis(table, order, axis=1) for table in (lon, lat, inside))
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes))
    lon, lat = np.where(inside, lon, middle[:, :1]), np.where(inside, lat, middle[:, 1:])
    return np.stack([lon, lat], axis=2)


def _burdens(streets: list[str], rng: np.random.Generator) -> Floats:
    district = np.unique([street[:6] for street in streets], return_inverse=True)[1]
    return rng.normal(0, 0.6, int(district.max()) + 1)[district] + rng.normal(0, 0.3, len(streets))


def _routes(path: Path) -> tuple[Route, ...]:
    return tuple(_route(feature) for feature in _features(path))


def _route(feature: dict[str, Any]) -> Route:
    points = np.array(feature["geometry"]["coordinates"], dtype=np.float64)
    lon, lat = points.T
    step = np.hypot(np.diff(lon) * np.cos(np.radians(lat[:-1])), np.diff(lat)) * _M_PER_DEGREE
    ends_m = np.hypot(*((points[0] - points[-1]) * _M_PER_DEGREE))
    return Route(feature["properties"]["name"], lon, lat, np.concatenate([[0.0], np.cumsum(step)]), bool(ends_m < 60))


def _nearest(codes: Strings, spots: Floats, route: Route, end: int) -> str:
    far = np.hypot(*(spots[:, 0] - (route.lon[end], route.lat[end])).T)
    return str(codes[int(np.argmin(far))])
