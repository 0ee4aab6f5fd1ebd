"""A million points located in a city's polygons, by our region tree and by geopandas.sjoin; and 50,000 regions loaded."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypeVar

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from layers import Features, Regions
from layers.features import Geometries
from tests.bench.row import Aim, Row, spread

POINTS = 1_000_000
SIDE = 16
"""The city of the points: so many polygons across and down, with crooked borders."""
VILLAGES = 224
"""The large tree: so many across and down, a little more than 50,000."""
CROOKED = 8
"""Corners along each side of a polygon."""

Floats = NDArray[np.float64]
Found = TypeVar("Found")


def measure(rounds: int) -> list[Row]:
    """Both locate the same points in the same polygons, in turn; their answers are compared."""
    shapes = crooked_squares(SIDE)
    regions = Regions(features(shapes))
    codes = [f"r{number}" for number in range(len(shapes))]
    frame = geopandas.GeoDataFrame({"code": codes}, geometry=list(shapes), crs=4326)
    lon, lat = points()
    regions.locate(lon[:1], lat[:1])  # the index is made once, at the start of a city
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        mine, took_s = timed(lambda: regions.locate(lon, lat))
        ours.append(took_s)
        other, took_s = timed(lambda: joined(frame, lon, lat))
        theirs.append(took_s)
        agree(mine, other)
    return rows(ours, theirs, loads_s(rounds), len(shapes))


def rows(ours: Sequence[float], theirs: Sequence[float], loads: Sequence[float], polygons: int) -> list[Row]:
    note = (
        f"locate: {POINTS:,} random points in {polygons} polygons of {4 * CROOKED} corners that tile a city; geopandas "
        f"{geopandas.__version__} makes points of the same columns and joins within; both answers are compared. "
        f"load: {VILLAGES**2:,} such polygons from GeoJSON, read, checked and put in order"
    )
    mine, other = median(ours), median(theirs)
    return [
        Row("locate", f"{POINTS:,} points", mine, "s", aim=Aim("at most", 5), spread=spread(ours), note=note),
        Row("locate", "the same by geopandas.sjoin", other, "s", spread=spread(theirs)),
        Row("locate", "geopandas.sjoin takes", other, "s", "our region tree", other / mine, Aim("at least", 1)),
        Row("locate", f"load {VILLAGES**2:,} regions", median(loads), "s", aim=Aim("at most", 5), spread=spread(loads)),
    ]


def points(seed: int = 7) -> tuple[Floats, Floats]:
    """Points over the city and a little around it."""
    chance = np.random.default_rng(seed)
    return chance.uniform(119.98, 120.42, POINTS), chance.uniform(29.98, 30.42, POINTS)


def crooked_squares(side: int, seed: int = 3) -> Geometries:
    """`side` × `side` polygons over 120…120.4° and 30…30.4° that share their crooked borders exactly."""
    chance = np.random.default_rng(seed)
    step = 0.4 / side
    fine = np.arange(side * CROOKED + 1) * step / CROOKED
    lines = np.arange(side + 1) * step
    across = lines[:, None] + chance.uniform(-0.1, 0.1, (side + 1, len(fine))) * step  # of each horizontal line, its latitudes
    down = lines[:, None] + chance.uniform(-0.1, 0.1, (side + 1, len(fine))) * step
    across[:, ::CROOKED] = lines[:, None]  # the corners stay where they are
    down[:, ::CROOKED] = lines[:, None]
    return np.array([square(row, column, across, down, fine) for row in range(side) for column in range(side)], dtype=object)


def square(row: int, column: int, across: Floats, down: Floats, fine: Floats) -> shapely.Geometry:
    width, height = (slice(at * CROOKED, at * CROOKED + CROOKED + 1) for at in (column, row))
    south = np.column_stack([fine[width], across[row, width]])
    north = np.column_stack([fine[width], across[row + 1, width]])
    west = np.column_stack([down[column, height], fine[height]])
    east = np.column_stack([down[column + 1, height], fine[height]])
    ring = np.vstack([south[:-1], east[:-1], north[:0:-1], west[:0:-1]])
    return shapely.Polygon(ring + np.array([120.0, 30.0]))


def features(shapes: Geometries) -> Features:
    """The polygons under one city that has none of its own."""
    city = {"code": "c", "parent": None, "name": "城", "level": 0}
    below = [{"code": f"r{number}", "parent": "c", "name": f"区{number}", "level": 1} for number in range(len(shapes))]
    return Features(np.array([None, *shapes], dtype=object), [city, *below])


def joined(frame: geopandas.GeoDataFrame, lon: Floats, lat: Floats) -> NDArray[np.int64]:
    """The number of the polygon of each point, -1 for none, as geopandas says it."""
    given = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lon, lat), crs=4326)
    found = geopandas.sjoin(given, frame, how="left", predicate="within")
    numbers = found["index_right"][~found.index.duplicated()].fillna(-1)
    return numbers.to_numpy(dtype=np.int64)


def agree(mine: NDArray[np.int32], other: NDArray[np.int64]) -> None:
    """Raises when they differ anywhere but on a border, where both are right; the city stands first in our tree."""
    differ = int((np.where(mine > 0, mine - 1, -1) != other).sum())
    if differ > POINTS // 100_000:
        raise RuntimeError(f"our region tree and geopandas.sjoin differ on {differ:,} of {POINTS:,} points")


def loads_s(rounds: int) -> list[float]:
    """Seconds from a file of villages to a tree, per round."""
    found = features(crooked_squares(VILLAGES))
    shapes = shapely.to_geojson(found.geometries[1:]).tolist()
    rows = zip(found.properties, ["null", *shapes], strict=True)
    told = (f'{{"type": "Feature", "properties": {json.dumps(row)}, "geometry": {shape}}}' for row, shape in rows)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "regions.geojson"
        path.write_text(f'{{"type": "FeatureCollection", "features": [{", ".join(told)}]}}', "utf-8")
        loads = [timed(lambda: Regions.load(path)) for _ in range(rounds)]
    if any(len(tree) != len(found) for tree, _ in loads):
        raise RuntimeError("not every region was loaded")
    return [took_s for _, took_s in loads]


def timed(work: Callable[[], Found]) -> tuple[Found, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began
