"""A tiny city behind a real server, and screens that talk to it as the browser does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from streams.clock import system_clock
from tests.tiny_city import TinyCity, served, tiny_app, tiny_city

PATIENCE_S = 20


class Running:
    """The tiny city behind a real server."""

    def __init__(self, city: TinyCity, address: str, app: Any) -> None:
        self.city = city
        self.address = address
        self.app = app

    @contextmanager
    def screen(self, **headers: str) -> Iterator[Client]:
        with connect(f"ws://{self.address}/live", additional_headers=headers or None, max_size=2**24) as line:
            yield Client(line)


class Client:
    """A screen that reads JSON and passes over binary frames."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line

    def hello(self, **words: Any) -> None:
        self.line.send(json.dumps({"type": "hello", "board": "city", **words}))

    def next(self, *kinds: str) -> dict[str, Any]:
        """The next message of these kinds, any but a heartbeat where none is named."""
        while True:
            message = self.line.recv(timeout=PATIENCE_S)
            if isinstance(message, bytes):
                continue
            told: dict[str, Any] = json.loads(message)
            if told["type"] in kinds or (not kinds and told["type"] != "heartbeat"):
                return told

    def until(self, panel: str, key: str, value: Any) -> dict[str, Any]:
        """The message that brings this value."""
        while True:
            message = self.next()
            if message.get("panels", {}).get(panel, {}).get(key) == value:
                return message


@contextmanager
def running_city() -> Iterator[Running]:
    """The tiny city, empty, with hints from its pipelines to its hub."""
    hints: list[Any] = []
    city = tiny_city(system_clock, lambda slot: [hint(slot) for hint in hints])
    app = tiny_app(city)
    hints.append(app.hub.hint)
    with served(app) as address:
        yield Running(city, address, app)
    city.close()
