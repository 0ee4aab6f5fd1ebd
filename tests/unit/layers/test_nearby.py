"""Nearby and plotting: metres on the ellipsoid, counts before lists, drawings that survive the way through a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from layers import Features, LayerError, LineLayer, Mark, Plotting, PointLayer
from layers.geodesic import area_m2, buffer_m, length_m
from layers.nearby import Along, Circle, Things, Within, nearby, nearest
from tests.forms import form

GEOD = Geod(ellps="WGS84")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _things(kind: str = "camera", count: int = 4000, seed: int = 2) -> Things:
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(119.9, 120.5, count), rng.uniform(30.0, 30.5, count)
    lon[7] = np.nan
    return Things(kind, [f"{kind}{i}" for i in range(count)], lon, lat)


@settings(max_examples=form(10, 40), deadline=None)
@given(st.floats(119.9, 120.5), st.floats(30.0, 30.5), st.floats(200, 30_000))
def test_a_circle_holds_exactly_what_is_near_enough(lon: float, lat: float, radius_m: float) -> None:
    things = _things()
    _, _, metres = GEOD.inv(np.full(4000, lon), np.full(4000, lat), np.nan_to_num(things.lon), np.nan_to_num(things.lat))
    truth = np.flatnonzero((metres <= radius_m) & np.isfinite(things.lon))
    found = nearby(Circle(lon, lat, radius_m), [things], limit=5000)
    assert found.counts == {"camera": len(truth)}
    assert {hit.id for hit in found.hits["camera"]} == {f"camera{i}" for i in truth}
    distances = [hit.distance_m for hit in found.hits["camera"]]
    assert distances == sorted(distances)


def test_all_are_counted_the_nearest_are_listed() -> None:
    found = nearby(
        Circle(120.2, 30.25, 20_000), [_things(), _things("police", 50, 3), Things("fire", [], *2 * [np.array([])])], limit=3
    )
    assert found.counts["camera"] > 1000 and len(found.hits["camera"]) == 3
    assert found.counts["fire"] == 0 and found.hits["fire"] == []


def test_the_nearest_are_the_nearest_of_all_kinds() -> None:
    things = [_things(), _things("police", 50, 3)]
    hits = nearest(120.2, 30.25, things, 7)
    every = nearby(Circle(120.2, 30.25, 200_000), things, limit=5000).hits
    assert hits == sorted([hit for list_ in every.values() for hit in list_], key=lambda hit: hit.distance_m)[:7]
    assert nearest(120.2, 30.25, things, 3, within_m=0.5) == []
    assert len(nearest(120.2, 30.25, [_things(count=8)], 50)) == 7


def test_across_the_date_line_and_near_the_pole() -> None:
    things = Things("ship", ["a", "b"], np.array([179.99, -179.99]), np.array([10.0, 10.0]))
    assert nearby(Circle(-179.995, 10.0, 5000), [things]).counts == {"ship": 2}
    things = Things("bear", ["a", "b"], np.array([0.0, 180.0]), np.array([89.9, 89.9]))
    assert nearby(Circle(0.0, 89.9, 30_000), [things]).counts == {"bear": 2}


def test_a_polygon_and_a_band_along_a_line() -> None:
    things = _things()
    box = shapely.box(120.0, 30.1, 120.2, 30.3)
    inside = nearby(Within(box), [things], limit=9999)
    assert inside.counts["camera"] == int(shapely.intersects_xy(box, things.lon, things.lat).sum())
    line = shapely.LineString([(119.95, 30.05), (120.2, 30.25), (120.45, 30.1)])
    band = nearby(Along(line, 1500), [things], limit=9999)
    fine = shapely.get_coordinates(shapely.segmentize(line, 0.00005))
    points = [(hit.lon, hit.lat, hit.distance_m) for hit in band.hits["camera"][:40]]
    for lon, lat, metres in points:
        _, _, truth = GEOD.inv(np.full(len(fine), lon), np.full(len(fine), lat), fine[:, 0], fine[:, 1])
        assert metres == pytest.approx(truth.min(), abs=8)
    assert band.counts["camera"] == int(shapely.intersects_xy(Along(line, 1500).outline, things.lon, things.lat).sum())


def test_lines_and_areas_are_near_when_a_part_of_them_is() -> None:
    roads = Features(np.array([shapely.LineString([(120.0, 30.0), (121.0, 30.0)])], dtype=object), [{"id": "G60"}])
    layer = LineLayer(id="roads", style="road", features=roads)
    found = nearby(Circle(120.5, 30.01, 1500), [Things.of_layer(layer)])
    assert found.counts == {"roads": 1} and found.hits["roads"][0].id == "G60"
    assert found.hits["roads"][0].distance_m == pytest.approx(1108, abs=15)
    with pytest.raises(LayerError, match="holds no features"):
        Things.of_layer(PointLayer(id="cars", style="vehicle"))


@pytest.mark.parametrize("make", [lambda: Circle(30, 120, 10), lambda: Circle(120, 30, 0), lambda: Circle(120, 30, 3e5),
                                  lambda: Within(shapely.Point(1, 2)), lambda: Along(shapely.Point(1, 2), 5)])  # fmt: skip
def test_a_zone_that_is_none_is_refused(make: object) -> None:
    with pytest.raises(LayerError):
        make()  # type: ignore[operator]


def test_a_buffer_is_as_wide_as_it_says() -> None:
    edge = shapely.get_coordinates(buffer_m(shapely.Point(120.2, 30.2), 5000))
    _, _, metres = GEOD.inv(np.full(len(edge), 120.2), np.full(len(edge), 30.2), edge[:, 0], edge[:, 1])
    np.testing.assert_allclose(metres, 5000, rtol=1e-5)


MARKS = (
    Mark(id="p", kind="point", places=((120.1, 30.1),), words="集结点"),
    Mark(id="l", kind="line", places=((120.1, 30.1), (120.2, 30.1)), author="王", at=NOON),
    Mark(id="g", kind="polygon", places=((120, 30), (121, 30), (121, 31), (120, 31))),
    Mark(id="c", kind="circle", places=((120.3, 30.3),), radius_m=1000, color="#FF5C5C"),
    Mark(id="a", kind="arrow", places=((120.1, 30.1), (120.2, 30.3))),
    Mark(id="t", kind="text", places=((120.4, 30.4),), words="<script>alert(1)</script>"),
)


def test_marks_are_measured_on_the_ellipsoid() -> None:
    by_id = {mark.id: mark for mark in MARKS}
    assert by_id["l"].length_m == pytest.approx(GEOD.line_length([120.1, 120.2], [30.1, 30.1]))
    assert by_id["g"].area_m2 == pytest.approx(abs(GEOD.polygon_area_perimeter([120, 121, 121, 120], [30, 30, 31, 31])[0]))
    assert by_id["c"].area_m2 == pytest.approx(np.pi * 1e6, rel=2e-3)
    assert by_id["a"].legs_m == [by_id["a"].length_m]
    hole = shapely.box(120, 30, 121, 31).difference(shapely.box(120.4, 30.4, 120.6, 30.6))
    assert area_m2(hole) == pytest.approx(area_m2(shapely.box(120, 30, 121, 31)) - area_m2(shapely.box(120.4, 30.4, 120.6, 30.6)))
    assert length_m(shapely.Point(1, 2)) == 0


def test_plotting_survives_the_way_through_a_file() -> None:
    content = Plotting(MARKS).geojson()
    assert Plotting.read(content) == Plotting(MARKS)
    circle = json.loads(content)["features"][3]["properties"]
    assert (circle["radius_m"], round(circle["area_m2"] / 1e6, 2)) == (1000, 3.14)


def test_plotting_is_changed_by_making_another() -> None:
    plotting = Plotting(MARKS).drop("p").put(Mark(id="t", kind="text", places=((1, 2),), words="新"))
    assert [mark.id for mark in plotting.marks] == ["l", "g", "c", "a", "t"]
    assert plotting.marks[-1].words == "新"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"kind": "star"}, "kind must be point, line"),
        ({"kind": "line"}, "a line has 2 or more places, got 1"),
        ({"kind": "circle"}, "radius_m must be above 0"),
        ({"places": ((30, 120),)}, "Hint: is the order lon, lat"),
        ({"kind": "text"}, "words must be 1…500 characters for a text"),
        ({"color": "red;background:url(x)"}, "color must be #RRGGBB"),
        ({"at": datetime(2026, 1, 1)}, "at must be aware"),
    ],
)
def test_a_wrong_mark_says_why(options: dict[str, object], said: str) -> None:
    with pytest.raises(LayerError, match=said):
        Mark(**({"id": "x", "kind": "point", "places": ((120, 30),)} | options))  # type: ignore[arg-type]


def test_a_foreign_drawing_is_checked_and_bounded() -> None:
    bare = b'{"features":[{"geometry":{"type":"Point","coordinates":[120,30]},"properties":{"name":"x"}}]}'
    assert Plotting.read(bare).marks[0].kind == "point"
    for wrong in (
        b'{"features":[{"geometry":null}]}',
        b'{"features":[{"geometry":{"type":"Point","coordinates":[120,30]},"properties":{"kind":"line"}}]}',
        b'{"features":[{"geometry":{"type":"Point","coordinates":[120,30]},"properties":{"width_px":"wide"}}]}',
        b'{"features":[{"geometry":{"type":"Point","coordinates":[1e300,30]},"properties":{}}]}',
        b'{"features":[' + b",".join([b'{"geometry":{"type":"Point","coordinates":[1,2]}}'] * 2500) + b"]}",
    ):
        with pytest.raises(LayerError):
            Plotting.read(wrong)
