from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from cockpit.context import context_maker
from cockpit.live.drawing import Drawing
from cockpit.live.line import Parcel, parcels
from cockpit.live.screen import Screen
from cockpit.live.view import View
from cockpit.scope import Scope
from streams.clock import ManualClock
from tests.tiny_city import tiny_city


class Wire:
    """A line whose other side reads when the test says so."""

    def __init__(self) -> None:
        self.on_ready: Any = None
        self.open = True
        self.sent: list[Parcel] = []
        self.aborted = False

    def ready(self) -> bool:
        return self.open

    def put(self, parcel: Parcel) -> None:
        self.sent.append(parcel)

    def abort(self) -> None:
        self.aborted = True

    def read(self) -> list[dict[str, Any]]:
        """What came since the last call; then there is room again."""
        messages = [json.loads(payload) for parcel in self.sent for payload in parcel.payloads]
        self.sent.clear()
        self.open = True
        self.on_ready()
        return messages


@pytest.fixture
def view() -> Iterator[View]:
    city = tiny_city(ManualClock(datetime(2026, 5, 6, tzinfo=UTC)))
    yield View(city.parts.city.boards["city"], Scope(), context_maker(city.parts), "e.1")
    city.close()


def looking(view: View, epoch: str | None = None, seq: int | None = None) -> tuple[Screen, Wire]:
    wire = Wire()
    screen = Screen(wire, lambda: 0)
    screen.view = view
    view.screens.add(screen)
    screen.start(epoch, seq)
    return screen, wire


def show(view: View, **keys: bytes) -> None:
    view.publish(Drawing({"requests": keys}, {}))


def requests(message: Mapping[str, Any]) -> Any:
    return message["panels"]["requests"]


def test_a_new_screen_waits_for_the_first_drawing_and_gets_a_snapshot(view: View) -> None:
    _, wire = looking(view)
    assert wire.read() == []
    show(view, value=b"1")
    assert [(m["type"], m["seq"], requests(m)) for m in wire.read()] == [("snapshot", 1, {"value": 1})]


def test_a_slow_screen_gets_fewer_newer_frames(view: View) -> None:
    show(view, value=b"0")
    _, wire = looking(view)
    wire.read()
    wire.open = False
    for value in range(1, 100):
        show(view, value=str(value).encode())
    wire.sent.clear()
    assert wire.read() == []
    frames = wire.read()
    assert [(m["type"], requests(m)["value"]) for m in frames] == [("delta", 99)]


def test_all_screens_get_the_same_object(view: View) -> None:
    wires = [looking(view)[1] for _ in range(5)]
    show(view, value=b"1")
    assert len({id(wire.sent[0]) for wire in wires}) == 1


def test_who_comes_back_gets_what_is_missing_and_a_stranger_everything(view: View) -> None:
    show(view, value=b"1", unit=b'"s"')
    show(view, value=b"2", unit=b'"s"')
    missing = looking(view, "e.1", 1)[1].read()
    assert [(m["type"], requests(m)) for m in missing] == [("delta", {"value": 2})]
    assert looking(view, "e.1", 2)[1].read() == []
    for epoch, seq in (("other", 1), ("e.1", 3), ("e.1", 0), ("e.1", None), (None, 2)):
        assert [m["type"] for m in looking(view, epoch, seq)[1].read()] == ["snapshot"], (epoch, seq)


def test_a_heartbeat_says_what_the_screen_has(view: View) -> None:
    show(view, value=b"1")
    screen, wire = looking(view)
    wire.read()
    screen.beat()
    assert wire.read() == [{"type": "heartbeat", "epoch": "e.1", "seq": 1, "at_ms": 0}]


def test_a_heartbeat_says_that_somebody_has_drawn_on_the_map(view: View) -> None:
    show(view, value=b"1")
    screen, wire = looking(view)
    screen.beat()
    wire.read()
    view.marked(3)
    screen.beat()
    assert [message.get("marks") for message in wire.read()] == [3]


def test_a_refusal_comes_before_the_news_and_the_last_one_counts(view: View) -> None:
    screen, wire = looking(view)
    wire.open = False
    screen.refuse("first")
    screen.refuse("second")
    show(view, value=b"1")
    wire.read()
    assert [(m["type"], m.get("message")) for m in wire.read()] == [("error", "second"), ("snapshot", None)]


def test_who_never_reads_is_stuck_and_given_up(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    screen, wire = looking(view)
    now_s = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now_s)
    wire.open = False
    show(view, value=b"1")
    now_s = 108.9
    assert not screen.stuck()
    now_s = 109.1
    assert screen.stuck()
    screen.give_up()
    assert wire.aborted


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 70000])
def test_the_frame_on_the_wire_is_the_one_of_the_standard(size: int) -> None:
    text = "x" * size
    framed = Frame(Opcode.TEXT, text.encode()).serialize(mask=False), Frame(Opcode.BINARY, text.encode()).serialize(mask=False)
    assert Parcel((text,)).wire == framed[0]
    assert Parcel((text, text.encode())).wire == b"".join(framed)


def test_parcels_are_few_but_small() -> None:
    packed = parcels(["x" * size for size in (10, 20, 200_000, 100_000, 600_000, 5)])
    assert [[len(payload) for payload in parcel.payloads] for parcel in packed] == [[10, 20, 200_000], [100_000], [600_000], [5]]
    assert parcels([]) == []
