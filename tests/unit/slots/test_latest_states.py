"""Pages of entities merge to the same in whatever portions they come; a question finds what a search through all finds."""

import random
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from slots.entities import Entities
from slots.entity_index import index_of
from slots.latest_states import MAX_STATES, newest_states
from slots.nearness import directions, distances_m, nearest_of
from slots.rollup import Tree
from tests.line import Line, ago, small_slot, small_tree


def states(rows: list[tuple[str, int, float]], lasts_us: int = 10**12) -> pl.DataFrame:
    """key, time and longitude; one row per key, the last."""
    kinds = {"key": pl.String, "time_us": pl.Int64, "lon": pl.Float64, "lat": pl.Float64, "r": pl.String, "until_us": pl.Int64}
    full = [(key, at, lon, 0.0, "a", at + lasts_us) for key, at, lon in rows]
    return pl.DataFrame(full, schema=kinds, orient="row").unique("key", keep="last", maintain_order=True)


@pytest.mark.parametrize("seed", range(20))
def test_in_whatever_portions_states_come_the_newest_is_kept(seed: int) -> None:
    rng = random.Random(seed)
    told = [(f"k{rng.randrange(12)}", rng.randrange(8), float(i)) for i in range(60)]
    newest: dict[str, tuple[int, float]] = {}
    for key, at, lon in told:
        if key not in newest or at >= newest[key][0]:
            newest[key] = (at, lon)
    frames, begin = [], 0
    while begin < len(told):
        size = rng.randint(1, 9)
        part: dict[str, tuple[str, int, float]] = {}
        for key, at, lon in told[begin : begin + size]:  # what a fold makes of a batch
            if key not in part or at >= part[key][1]:
                part[key] = (key, at, lon)
        frames.append(states(list(part.values())))
        begin += size
    at_once = newest_states(frames)
    held = frames[0]
    for frame in frames[1:]:
        before, held = held, newest_states([held, frame])
        assert held["key"].head(before.height).to_list() == before["key"].to_list()
    for merged in (at_once, held):
        assert {key: (at, lon) for key, at, lon in merged.select("key", "time_us", "lon").rows()} == newest


def test_lapsed_states_go() -> None:
    old = states([(f"old{i}", 0, 1.0) for i in range(50)], lasts_us=10)
    new = states([(f"new{i}", 10**10, 1.0) for i in range(100)], lasts_us=10)
    assert newest_states([old, new])["key"].to_list() == new["key"].to_list()
    few = newest_states([states([("old", 0, 1.0)], lasts_us=10), new])
    assert few.height == 101, "a few are left until it is worth the while"


def test_of_too_many_states_the_latest_stay() -> None:
    count = MAX_STATES + MAX_STATES // 8 + 1
    keys = pl.select(pl.int_range(count).cast(pl.String).alias("key"), pl.int_range(count).alias("time_us"))
    assert newest_states([keys.tail(count - 10), keys.head(10)])["time_us"].min() == count - MAX_STATES


@pytest.mark.parametrize("seed", range(5))
def test_an_index_that_moved_on_is_one_made_anew(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tree = Tree(small_tree())
    page = random_page(rng, 300)
    index = index_of(page, tree)
    for step in range(6):
        delta = random_page(rng, 40).with_columns(pl.lit(10**6 * (step + 1)).alias("time_us"))
        page = newest_states([page, delta])
        index = index.moved_on(page, tree)
        anew = index_of(page, tree)
        for mine, other in ((index.numbers, anew.numbers), (index.lon, anew.lon), (index.time_us, anew.time_us)):
            assert np.array_equal(mine, other, equal_nan=True)
        assert np.array_equal(index.directions, anew.directions, equal_nan=True)


def random_page(rng: np.random.Generator, count: int) -> pl.DataFrame:
    keys = rng.choice(500, count, replace=False)
    return pl.DataFrame(
        {
            "key": [f"k{key}" for key in keys],
            "time_us": rng.integers(0, 10**6, count),
            "lon": np.where(rng.random(count) < 0.1, np.nan, rng.uniform(-180, 180, count)),
            "lat": np.degrees(np.arcsin(rng.uniform(-1, 1, count))),
            "r": rng.choice(["a1", "a2", "b", "c"], count),
        }
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("near", [(0.0, 0.0), (179.99, -17.0), (-180.0, 66.0), (12.0, 90.0), (12.0, -89.99)])
def test_the_nearest_are_those_a_search_through_all_finds(seed: int, near: tuple[float, float]) -> None:
    page = random_page(np.random.default_rng(seed), 400)
    index = index_of(page, Tree(small_tree()))
    metres = distances_m(index.lon, index.lat, near)
    everyone = np.arange(page.height)
    for limit in (1, 7, 1000):
        found = index.nearest(everyone, near, None, limit)["distance_m"].to_numpy()
        assert np.array_equal(found, np.sort(metres[~np.isnan(metres)])[:limit])
    for radius_m in (1e5, 3e6, 2.1e7):
        found = index.nearest(everyone, near, radius_m, 1000)["distance_m"].to_numpy()
        assert np.array_equal(found, np.sort(metres[metres <= radius_m]))


def test_distances_are_those_of_the_ellipsoid() -> None:
    from pyproj import Geod

    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(-180, 180, 2000), np.degrees(np.arcsin(rng.uniform(-1, 1, 2000)))
    close = (120.1 + rng.uniform(-0.05, 0.05, 2000), 30.2 + rng.uniform(-0.05, 0.05, 2000))
    for east, north, bound in ((lon, lat, 2e-4), (*close, 2e-5)):
        true = Geod(ellps="WGS84").inv(east, north, np.full(2000, 120.1), np.full(2000, 30.2))[2]
        told = distances_m(east, north, (120.1, 30.2))
        far = true < 1.9e7  # nearly opposite points are nobody's neighbours
        assert np.max(np.abs(told[far] / true[far] - 1)) < bound
    assert distances_m(np.array([120.1]), np.array([30.2]), (120.1, 30.2)).tolist() == [0.0]


def test_nothing_and_nowhere_are_no_neighbours() -> None:
    centre = directions(np.array([0.0]), np.array([0.0]))[:, 0]
    assert len(nearest_of(directions(np.array([]), np.array([])), centre, 5)) == 0
    assert len(nearest_of(directions(np.array([np.nan]), np.array([np.nan])), centre, 5)) == 0


def test_a_box_may_cross_the_date_line() -> None:
    slot = small_slot(
        fields={"at": "datetime", "id": "string?", "lon": "float?", "lat": "float?"},
        region={"point": ["lon", "lat"]},
        dimensions=[],
        indicators=[{"name": "fixes", "measure": {"agg": "count"}}],
        entities={"key": "id", "expires": "1h"},
    )
    line = Line(slot)
    entities = Entities({"desk": line.slot}, line.ledger, line.regions, line.clock)
    line.send(*[{"at": ago(minutes=1), "id": f"k{lon}", "lon": lon, "lat": -17.0} for lon in (179.5, -179.5, 0.0)])
    line.run()
    found = entities.latest("desk", bbox=(179.0, -18.0, -179.0, -16.0))
    assert sorted(found["key"]) == ["k-179.5", "k179.5"]
    near = entities.latest("desk", near=(-179.9, -17.0), radius_m=100_000)
    assert near["key"].to_list() == ["k-179.5", "k179.5"]
    assert found.columns == ["key", "time_us", "lon", "lat", "region"]
    line.clock.advance(timedelta(hours=2))
    assert entities.latest("desk").is_empty()
