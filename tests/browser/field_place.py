"""A served city with its desk, for the pages of units and leaders; its server can be killed and started again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.broker.process import free_port
from tests.dispatch_city import Desk, dispatch_city
from tests.running import Cockpit, cockpit


class Place:
    """A served city that can be killed and started again, with its desk."""

    def __init__(self, folder: Path, state: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.desk = Desk(self.address)
        self._folder = folder
        self._state = state
        self._running = ExitStack()
        self.start()

    def start(self) -> None:
        self._server: Cockpit = self._running.enter_context(
            cockpit("serve", str(self._folder), state=self._state, port=self.port)
        )

    def kill(self) -> None:
        self._server.kill()
        self._running.close()

    def close(self) -> None:
        self.desk.close()
        self._running.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    base = tmp_path_factory.mktemp("field")
    with closing(Place(dispatch_city(base / "city"), base / "state")) as found:
        yield found
