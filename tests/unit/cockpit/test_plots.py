"""Marks of the map: kept with author and time, answered as GeoJSON, taken away, refused when they are none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from cockpit.plots import Plots
from layers import Mark
from streams.clock import ManualClock
from tests.tiny_city import served, tiny_app, tiny_city

NOON = datetime(2026, 5, 6, 4, 0, 30, tzinfo=UTC)

LINE = {"type": "LineString", "coordinates": [[120.1, 30.1], [120.2, 30.1]]}


def _collection(geometry: object, **properties: object) -> bytes:
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


@pytest.fixture(scope="module")
def city() -> Iterator[httpx.Client]:
    with served(tiny_app(tiny_city(ManualClock(NOON)))) as address, httpx.Client(base_url=f"http://{address}") as client:
        yield client


@pytest.fixture
def client(city: httpx.Client) -> httpx.Client:
    """A city without marks."""
    for mark in city.get("/api/v1/plots").json()["features"]:
        city.delete(f"/api/v1/plots/{mark['properties']['id']}").raise_for_status()
    return city


def test_a_mark_is_kept_with_author_and_time(client: httpx.Client) -> None:
    said = client.post("/api/v1/plots", content=_collection(LINE, kind="arrow", words="<b>", author="张三"))
    assert said.status_code == 201
    (made,) = said.json()["features"]
    (seen,) = client.get("/api/v1/plots").json()["features"]
    assert seen == made
    assert made["properties"]["author"] == "张三" and made["properties"]["at"] == NOON.isoformat()
    assert made["properties"]["length_m"] == pytest.approx(9640, rel=0.01)
    assert client.delete(f"/api/v1/plots/{made['properties']['id']}").status_code == 204
    assert client.get("/api/v1/plots").json()["features"] == []
    assert client.delete("/api/v1/plots/none").status_code == 404


def test_a_polygon_that_crosses_itself_is_refused_with_the_place(client: httpx.Client) -> None:
    bow = [[120.0, 30.0], [120.1, 30.1], [120.1, 30.0], [120.0, 30.1], [120.0, 30.0]]
    said = client.post("/api/v1/plots", content=_collection({"type": "Polygon", "coordinates": [bow]}))
    assert said.status_code == 422 and "Self-intersection[120.05 30.05]" in said.json()["error"]
    outer, hole = ([[x, y], [x + side, y], [x + side, y + side], [x, y]] for x, y, side in ((120, 30, 1), (120.5, 30.1, 0.2)))
    said = client.post("/api/v1/plots", content=_collection({"type": "Polygon", "coordinates": [outer, hole]}))
    assert said.status_code == 422 and "with holes" in said.json()["error"]
    assert client.get("/api/v1/plots").json()["features"] == []


def test_who_listens_hears_of_every_change() -> None:
    plots, heard = Plots(), list[int]()
    plots.listen(heard.append)
    mark = plots.add(Mark(id="", kind="point", places=((120.1, 30.1),)), NOON)
    assert not plots.drop("none") and heard == [1]
    assert plots.drop(mark.id) and heard == [1, 2]


def test_who_listens_hears_of_what_another_process_drew(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'plots.sqlite'}"
    here, there, heard = Plots("a", url), Plots("a", url), list[int]()
    here.listen(heard.append)
    assert not here.look()
    mark = there.add(Mark(id="", kind="point", places=((120.1, 30.1),)), NOON)
    Plots("b", url).add(Mark(id="", kind="point", places=((120.1, 30.1),)), NOON)
    assert here.look() and heard == [1]
    assert not here.look()
    here.add(Mark(id="", kind="point", places=((120.2, 30.1),)), NOON)
    assert not here.look() and heard == [1, 2]
    there.drop(mark.id)
    assert here.look() and heard == [1, 2, 3]


def test_a_database_that_is_lost_stops_no_look(tmp_path: Path) -> None:
    assert not Plots("a", f"sqlite:///{tmp_path / 'none' / 'plots.sqlite'}").look()


def test_nothing_is_sent_twice(client: httpx.Client) -> None:
    tag = client.get("/api/v1/plots").headers["etag"]
    assert client.get("/api/v1/plots", headers={"if-none-match": tag}).status_code == 304
    client.post("/api/v1/plots", content=_collection(LINE, kind="line"))
    assert client.get("/api/v1/plots", headers={"if-none-match": tag}).status_code == 200


BAD = [b"", b"{}", b"[" * 5000, _collection(LINE, kind="circle"), _collection({"type": "Point", "coordinates": [200, 0]})]


@pytest.mark.parametrize("body", BAD)
def test_what_is_no_mark_is_refused(client: httpx.Client, body: bytes) -> None:
    said = client.post("/api/v1/plots", content=body)
    assert said.status_code == 422 and said.json()["error"]
    assert client.get("/api/v1/plots").json()["features"] == []


def test_pages_of_others_write_nothing(client: httpx.Client) -> None:
    said = client.post("/api/v1/plots", content=_collection(LINE, kind="line"), headers={"origin": "https://elsewhere.example"})
    assert said.status_code == 403


def test_marks_survive_the_process_and_belong_to_a_city(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'plots.sqlite'}"
    kept = Plots("a", url).add(Mark(id="x", kind="point", places=((120.0, 30.0),)), NOON)
    assert [mark.id for mark in Plots("a", url).all().marks] == [kept.id]
    assert Plots("b", url).all().marks == ()
