"""A toolbox for tests: a small city, a database file, a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cockpit.dispatch.actor import DEMONSTRATION, Actor
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.journal import Sealer
from cockpit.dispatch.order import Order
from cockpit.dispatch.said import Draft, Report
from cockpit.dispatch.store import Store
from cockpit.dispatch.toolbox import Toolbox
from streams.clock import ManualClock
from tests.line import NOON, ZONE, small_tree

SECRET = b"a secret of the tests, long enough"


class Desk:
    """Does one thing per transaction."""

    def __init__(self, url: str, city: str = "small") -> None:
        self.clock = ManualClock(NOON)
        self.sealer = Sealer(SECRET)
        self.city = city
        self.url = url
        self.heads: list[Any] = []
        self.store = Store(url, city, self.sealer, self.clock, self.heads.append)
        self.toolbox = Toolbox(self.store, small_tree(), ZONE)

    def receive(self, actor: Actor = DEMONSTRATION, **report: Any) -> Incident:
        report = {"title": "a pit without its cover", "category": "roads", "region": "a1", **report}
        with self.store.writing() as writing:
            return self.toolbox.incidents.receive(writing, Report(**report), actor)[0]

    def act(self, number: str, verb: str, actor: Actor = DEMONSTRATION, **said: Any) -> Incident:
        with self.store.writing() as writing:
            return self.toolbox.incidents.act(writing, number, verb, said, actor)

    def draft(self, actor: Actor = DEMONSTRATION, **draft: Any) -> Order:
        with self.store.writing() as writing:
            return self.toolbox.orders.draft(writing, Draft(**{"unit": "u1", "text": "go", **draft}), actor)

    def order(self, number: str, verb: str, actor: Actor = DEMONSTRATION, **said: Any) -> Order:
        with self.store.writing() as writing:
            return self.toolbox.orders.act(writing, number, verb, said, actor)


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """With an SQLite file in this folder; closed at the end."""
    made = Desk(f"sqlite:///{folder / 'dispatch.sqlite'}")
    try:
        yield made
    finally:
        made.toolbox.close()
