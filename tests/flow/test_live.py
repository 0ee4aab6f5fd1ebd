"""The live line over a real server: records go in, frames come out, whatever happens in between."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from cockpit.context import context_maker
from cockpit.live import Hub, LiveSocket, Watched
from slots.reading import Freshness
from streams.clock import system_clock
from tests.flow.live_screen import PATIENCE_S, Client, Running, running_city
from tests.tiny_city import served, tiny_app, tiny_city


def nothing_heard(slot: str) -> Freshness:
    return Freshness("missing", None, None, "")


@pytest.fixture
def running() -> Iterator[Running]:
    with running_city() as made:
        yield made


def test_a_record_becomes_a_number_on_every_screen(running: Running) -> None:
    with running.screen() as one, running.screen() as other:
        for screen in (one, other):
            screen.hello()
            snapshot = screen.next()
            assert snapshot["type"] == "snapshot"
            assert set(snapshot["panels"]) == set(running.city.parts.city.boards["city"].panels)
            assert all("fresh" in props for props in snapshot["panels"].values())
        running.city.hotline(system_clock(), count=3)
        told = [screen.until("requests", "value", 3) for screen in (one, other)]
        assert told[0] == told[1]
        assert told[0]["type"] == "delta"
        assert "indicator" not in told[0]["panels"]["requests"]


def test_one_screen_too_many_is_to_try_later(running: Running) -> None:
    hub = Hub(running.city.parts.city.boards, context_maker(running.city.parts), Watched(dict, nothing_heard), system_clock, 1)
    socket = LiveSocket(hub, running.city.parts.city)
    with served(socket, lifespan="off") as address, connect(f"ws://{address}/live"):  # type: ignore[arg-type]
        with connect(f"ws://{address}/live") as other, pytest.raises(ConnectionClosed) as closed:
            other.recv(PATIENCE_S)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1013
        assert (hub.screens, hub.counts.turned_away) == (1, 1)


def test_a_picture_is_there_before_the_first_screen(running: Running) -> None:
    with running.screen() as screen:
        screen.hello(board="quality")
        screen.next("snapshot")
        assert running.app.hub.views == 2, "the first board is drawn though nobody looks at it"
        screen.hello()
        assert "requests" in screen.next("snapshot")["panels"]


def test_another_scope_on_the_same_socket(running: Running) -> None:
    running.city.hotline(system_clock(), "770101", count=2)
    with running.screen() as screen:
        screen.hello(query="region=7702")
        first = screen.next("snapshot")
        assert first["panels"]["requests"]["value"] == 0
        screen.hello(query="region=7701&lang=en")
        second = screen.next("snapshot")
        assert second["panels"]["requests"]["value"] == 2
        assert len(second["scope"].pop("page")) == 16
        assert second["scope"] == {
            "board": "city", "query": "region=7701&lang=en", "region": "7701", "name": "East", "title": "City overview",
            "at_ms": None,
            "breadcrumb": [{"code": "77", "name": "Tiny"}, {"code": "7701", "name": "East"}],
            "nodes": [],
            "only": "",
        }  # fmt: skip
        assert first["epoch"] != second["epoch"]


def test_the_root_is_the_same_view_however_it_is_asked_for(running: Running) -> None:
    with running.screen() as one, running.screen() as other:
        one.hello(query="region=77")
        other.hello(query="screen=wall")
        assert one.next("snapshot")["epoch"] == other.next("snapshot")["epoch"]
        assert running.app.hub.views == 1


def test_who_was_away_gets_only_what_is_missing(running: Running) -> None:
    with running.screen() as screen:
        screen.hello()
        had = screen.next("snapshot")
    with running.screen() as screen:
        screen.hello(epoch=had["epoch"], seq=had["seq"])
        running.city.hotline(system_clock(), count=4)
        missing = screen.until("requests", "value", 4)
        assert missing["type"] == "delta"
        assert missing["epoch"] == had["epoch"]
    with running.screen() as screen:
        screen.hello(epoch="of another day", seq=had["seq"])
        assert screen.next()["type"] == "snapshot"


def test_moving_things_come_as_binary_frames(running: Running) -> None:
    now_ms = int(system_clock().timestamp() * 1000)
    running.city.emit("city.vehicles", {"id": "v1", "at": now_ms, "kind": "bus", "speed_kmh": 30, "lon": 120.15, "lat": 30.02})
    with running.screen() as screen:
        screen.hello()
        assert screen.next()["type"] == "snapshot"
        header: dict[str, object] = {"n": 0}  # so it was before anybody looked
        while header["n"] == 0:
            frame = screen.line.recv(timeout=PATIENCE_S)
            if isinstance(frame, bytes):
                assert frame[:4] == b"2PCC"
                header = json.loads(frame[8 : 8 + int.from_bytes(frame[4:8], "little")])
        assert (header["panel"], header["layer"], header["n"]) == ("map", "vehicles", 1)


def test_a_heartbeat_comes_although_nothing_happens(running: Running) -> None:
    with running.screen() as screen:
        screen.hello()
        seq = screen.next("snapshot")["seq"]
        beat = screen.next("heartbeat")
        assert beat["seq"] >= seq
        assert abs(beat["at_ms"] / 1000 - system_clock().timestamp()) < 5


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("{}", "that is no hello"),
        ("not json", "that is no hello"),
        ('{"type": "hello", "board": "city", "x": ' + "[" * 5000 + "]" * 5000 + "}", "that is no hello"),
        ('{"type": "hello", "board": 7}', "that is no hello"),
        ('{"type": "hello", "board": "citty"}', "Hint: did you mean 'city'?"),
        ('{"type": "hello", "board": "city", "query": "region=770"}', "Hint: did you mean '77"),
        ('{"type": "hello", "board": "city", "query": "lang=fr"}', "lang must be zh or en"),
        ('{"type": "hello", "board": "city", "query": "at=yesterday"}', "at must be an ISO 8601 time"),
        ('{"type": "hello", "board": "city", "query": "window=fortnight"}', "a window is one of"),
    ],
)
def test_a_bad_hello_is_answered_and_the_socket_stays(running: Running, said: str, answer: str) -> None:
    with running.screen() as screen:
        screen.line.send(said)
        told = screen.next()
        assert told["type"] == "error"
        assert answer in told["message"]
        screen.hello()
        assert screen.next()["type"] == "snapshot"


def test_too_many_hellos_end_the_socket(running: Running) -> None:
    with running.screen() as screen, pytest.raises(ConnectionClosed) as closed:
        for _ in range(70):
            screen.hello()
        while True:
            screen.next()
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008


def test_a_message_too_large_ends_the_socket(running: Running) -> None:
    with running.screen() as screen, pytest.raises(ConnectionClosed) as closed:
        screen.hello(query="x" * 70_000)
        while True:
            screen.next()
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009


def test_a_page_of_another_host_may_not_open_the_socket(running: Running) -> None:
    with pytest.raises(InvalidStatus) as refused, running.screen(Origin="http://evil.example"):
        pass
    assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus), connect(f"ws://{running.address}/_dash-ws-callback"):
        pass


def test_a_screen_that_does_not_read_delays_nobody(running: Running) -> None:
    """It is a bare socket with a small buffer that says hello and never reads; the other gets every value in time."""
    host, port = running.address.split(":")
    with socket.socket() as deaf, running.screen() as other:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect((host, int(port)))
        head = f"GET /live HTTP/1.1\r\nHost: {running.address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        deaf.sendall(f"{head}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        said = b'{"type":"hello","board":"city"}'
        deaf.sendall(bytes([0x81, 0x80 | len(said), 0, 0, 0, 0]) + said)
        other.hello()
        other.next("snapshot")
        for value in range(1, 6):
            running.city.hotline(system_clock(), count=1)
            other.until("requests", "value", value)
        assert running.app.hub.screens == 2


def test_freshness_falls_by_itself(running: Running) -> None:
    running.city.hotline(system_clock() - timedelta(seconds=59))
    with running.screen() as screen:
        screen.hello()
        screen.next("snapshot")
        while True:
            told = screen.next("delta")["panels"].get("requests", {}).get("fresh")
            if told and told["status"] == "late":
                break


def test_two_applications_in_one_process_know_nothing_of_each_other(running: Running) -> None:
    second = tiny_city(system_clock)
    second.hotline(system_clock(), count=9)
    with served(tiny_app(second)) as address, connect(f"ws://{address}/live") as line, running.screen() as first:
        first.hello()
        assert first.next("snapshot")["panels"]["requests"]["value"] is None
        other = Client(line)
        other.hello()
        assert other.next("snapshot")["panels"]["requests"]["value"] == 9
        for at in (address, running.address):
            page = httpx.get(f"http://{at}/board/quality")
            assert page.status_code == 200 and "好评率" in page.text
            layout = httpx.get(f"http://{at}/page/quality/en/_dash-layout")
            assert layout.status_code == 200 and "Good rate" in layout.text
    second.close()


def test_another_websocket_implementation_serves_as_well() -> None:
    city = tiny_city(system_clock)
    with served(tiny_app(city), ws="websockets-sansio") as address, connect(f"ws://{address}/live") as line:
        screen = Client(line)
        screen.hello()
        assert screen.next()["type"] == "snapshot"
        for value in range(1, 4):
            city.hotline(system_clock())
            screen.until("requests", "value", value)
    city.close()


def test_addresses_of_the_page(running: Running) -> None:
    def ask(path: str) -> httpx.Response:
        return httpx.get(f"http://{running.address}{path}")

    first = ask("/?region=7701")
    assert (first.status_code, first.headers["location"]) == (307, "/board/city?region=7701")
    assert ask("/board/citty").status_code == 404
    assert "did you mean" in ask("/board/citty").text
    assert ask("/board/city?region=9").status_code == 400
    assert "<script>" not in ask("/board/city?region=<script>").text
    assert ask("/docs").status_code == ask("/redoc").status_code == ask("/openapi.json").status_code == 404
    assert ask("/page/city/zh/_dash-layout").headers["content-type"] == "application/json"
    assert ask("/page/city/fr/_dash-layout").status_code == ask("/page/nope/zh/_dash-layout").status_code == 404
    assert ask("/vendor/..%2f..%2fapp.py").status_code == 404
    moved = ask("/page/city/zh/_dash-component-suites/dash/dcc/async-graph.js")
    assert (moved.status_code, moved.headers["location"]) == (308, "/_dash-component-suites/dash/dcc/async-graph.js")
    charts = ask("/board/city").text.partition('<meta name="charts" content="')[2].partition('"')[0]
    assert charts.startswith("/vendor/plotly.js?v=")
    assert ask(charts).headers["cache-control"] == "public, max-age=31536000, immutable"


def test_metrics_tell_of_the_line(running: Running) -> None:
    with running.screen() as screen:
        screen.hello()
        screen.next("snapshot")
        metrics = httpx.get(f"http://{running.address}/metrics").text
    assert "cockpit_live_screens 1.0" in metrics
    assert "cockpit_live_views 1.0" in metrics
