"""The proxy asks the listed host and nobody else, keeps what it answers within bounds, and shows the key to nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from cockpit.static_layers import load_layer, parse_layer
from cockpit.tile_cache import KeptTile, TileCache
from cockpit.tile_proxy import ServiceLost, TileProxy
from cockpit.warming import first_tiles, warm
from layers import RasterTileLayer, VectorTileLayer, WebTiles
from streams.clock import ManualClock
from tests.cities.line import NOON
from tests.cities.map_layers import DOCUMENTS, files, png

KEY = "s3cret-key"
WEB = WebTiles("https://tiles.test/base/{z}/{x}/{y}.png?tk={key}", "map", zooms=(1, 5))
Answers = Callable[[httpx.Request], httpx.Response]


class Service(httpx.BaseTransport):
    """A tile service in this process: answers as it is told, and notes what it was asked."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        return self.answers(request)


def tile(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=png())


class Asked:
    """A proxy with its clock and its service."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(NOON)
        self.service = Service(tile)
        self.cache = TileCache(folder / "tiles.sqlite")
        self.proxy = TileProxy(KEY, self.cache, self.clock, self.service)
        self.layer = self.proxy.under_wgs84(RasterTileLayer(id="basemap", source=WEB))


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    found = Asked(tmp_path)
    with closing(found.proxy):
        yield found


def test_a_tile_is_fetched_with_the_key_and_then_kept(asked: Asked) -> None:
    for _ in range(3):
        found = asked.layer.tile(2, 1, 0)
        assert found is not None and (found.body, found.media_type) == (png(), "image/png")
    assert asked.service.asked == [f"https://tiles.test/base/2/1/0.png?tk={KEY}"]
    asked.clock.advance(timedelta(days=31))
    assert asked.layer.tile(2, 1, 0) is not None
    assert len(asked.service.asked) == 2, "after a month it is asked anew"


def test_what_is_kept_outlives_the_process(asked: Asked, tmp_path: Path) -> None:
    asked.layer.tile(2, 1, 0)
    with closing(TileProxy(KEY, TileCache(tmp_path / "tiles.sqlite"), asked.clock, Service(refused))) as later:
        assert later.tile("basemap", WEB, 2, 1, 0) is not None


def refused(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody listens")


def test_nobody_is_asked_for_a_tile_that_cannot_be(asked: Asked) -> None:
    assert [asked.layer.tile(*place) for place in ((0, 0, 0), (6, 0, 0), (2, 4, 0), (2, 0, -1))] == [None] * 4
    assert asked.service.asked == []


def test_a_place_without_a_tile_is_remembered_for_a_day(asked: Asked) -> None:
    asked.service.answers = lambda request: httpx.Response(404)
    assert asked.layer.tile(2, 1, 0) is asked.layer.tile(2, 1, 0) is None
    assert len(asked.service.asked) == 1
    asked.clock.advance(timedelta(hours=25))
    asked.service.answers = tile
    assert asked.layer.tile(2, 1, 0) is not None


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (lambda _: httpx.Response(302, headers={"location": "http://10.0.0.1/admin"}), "status 302"),
        (lambda _: httpx.Response(200, content=b"<html>pay us</html>"), "no PNG, JPEG or WebP"),
        (lambda _: httpx.Response(200, content=png()[:8] + bytes(3 * 2**20)), "more than 2,097,152 bytes"),
        (lambda _: httpx.Response(403, content=f"bad key {KEY}".encode()), "status 403"),
        (refused, "ConnectError"),
    ],
)
def test_what_is_no_tile_is_said_without_the_key(asked: Asked, answers: Answers, reason: str) -> None:
    asked.service.answers = answers
    with capture_logs() as logs, pytest.raises(ServiceLost, match=reason) as raised:
        asked.layer.tile(2, 1, 0)
    assert KEY not in str(raised.value) and KEY not in str(logs)
    assert "tiles.test" not in str(raised.value)
    assert [entry["event"] for entry in logs] == ["a tile service is lost"]
    assert asked.service.asked == [f"https://tiles.test/base/2/1/0.png?tk={KEY}"], "no other host, no other address"


def test_a_lost_service_is_left_alone_for_a_while_and_old_tiles_serve_on(asked: Asked) -> None:
    assert asked.layer.tile(2, 1, 0) is not None
    asked.clock.advance(timedelta(days=31))
    asked.service.answers = refused
    with capture_logs() as logs:
        assert asked.layer.tile(2, 1, 0) is not None, "the old one"
        for _ in range(5):
            with pytest.raises(ServiceLost, match="a moment ago"):
                asked.layer.tile(2, 0, 0)
        assert len(asked.service.asked) == 2
        asked.clock.advance(timedelta(seconds=11))
        asked.service.answers = tile
        assert asked.layer.tile(2, 0, 0) is not None
    assert [entry["event"] for entry in logs] == ["a tile service is lost", "a tile service is back"]


def test_without_its_key_a_service_is_not_asked(tmp_path: Path) -> None:
    service = Service(tile)
    proxy = TileProxy("", TileCache(tmp_path / "t.sqlite"), ManualClock(NOON), service)
    with closing(proxy), pytest.raises(ServiceLost, match="COCKPIT_MAP_KEY"):
        proxy.tile("basemap", WEB, 2, 1, 0)
    assert service.asked == []


def test_a_gcj02_service_is_cut_anew_to_fit(asked: Asked) -> None:
    layer = asked.proxy.under_wgs84(RasterTileLayer(id="amap", source=WebTiles("https://a.test/{z}/{x}/{y}"), datum="gcj02"))
    assert layer.tile(15, 27310, 13519) is not None
    assert len(asked.service.asked) in (2, 4), "the neighbours it is put together from"


def test_the_cache_is_bounded_and_the_oldest_go_first(tmp_path: Path) -> None:
    with closing(TileCache(tmp_path / "t.sqlite", bytes_max=10_000)) as cache:
        for number in range(100):
            cache.put(f"base/1/{number}", KeptTile(bytes(500), float(number)))
            assert cache.bytes <= 10_000
        assert cache.get("base/1/0") is None and cache.get("base/1/99") is not None
        kept = cache.bytes
        cache.put("base/1/99", KeptTile(bytes(100), 100.0))
        assert cache.bytes == kept - 400, "in the place of the one before"
    with closing(TileCache(tmp_path / "t.sqlite", bytes_max=10_000)) as again:
        assert again.bytes == kept - 400


def test_vector_tiles_are_made_ready_in_a_thread(tmp_path: Path) -> None:
    files(tmp_path)
    values = next(values for values in DOCUMENTS if values["kind"] == "vector_tiles")
    static = load_layer(parse_layer({"layer": "villages", **values}), tmp_path / values["file"])
    thread = warm([static])
    assert thread is not None
    thread.join(20)
    assert isinstance(static.layer, VectorTileLayer) and not thread.is_alive()
    zooms = [z for z, _, _ in first_tiles(static.layer)]
    assert zooms == [11, 12] and all(static.layer.tile(*place) is not None for place in first_tiles(static.layer))
    assert warm([]) is None
