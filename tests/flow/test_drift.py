"""Records change their shape: the interface and the wall say which field, since when, in how many records, until it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import structlog
from fastapi import FastAPI

from cockpit.api import OPENAPI, create_routes
from cockpit.context import context_maker
from cockpit.live.sources import short_of
from cockpit.scope import Lang, Scope
from slots.drift import EMPTY_RECORDS, WINDOW_S
from streams.clock import ManualClock
from tests.cities.client import Client
from tests.tiny_city import TinyCity, tiny_city

NOON = datetime(2026, 5, 6, 4, 0, 30, tzinfo=UTC)  # 12:00 in the city
Step = Callable[[], None]


class Script:
    """Tells a pipeline to go on as long as there are steps, and takes one before each of its rounds."""

    def __init__(self, *steps: Step) -> None:
        self._steps = list(steps)

    def is_set(self) -> bool:
        if self._steps:
            self._steps.pop(0)()
            return False
        return True

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


class Desk:
    """The tiny city's hotline, and what is said of its schema."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOON)
        self.city: TinyCity = tiny_city(self.clock, bad=True)
        app = FastAPI(openapi_url=OPENAPI)
        app.router.routes.extend(create_routes(self.city.parts))
        self.client = Client(app)
        self.seen: list[list[dict[str, Any]]] = []
        self._sent = 0

    def close(self) -> None:
        self.client.close()
        self.city.close()

    def play(self, *steps: Step) -> None:
        """Each step, and after it a round of the worker; then what the interface says goes into `seen`."""
        self.city.pipelines["city.hotline"].run(Script(*(lambda step=step: self._step(step) for step in steps), self._look))
        self.seen.pop(0)

    def send(self, count: int = 10, **fields: Any) -> Step:
        """Sends records a minute after the ones before."""

        def step() -> None:
            self.clock.advance(timedelta(minutes=1))
            at = self.clock().isoformat()
            good = {"created_at": at, "district": "770101", "category": "noise", "wait_s": 10.0, "stars": 5}
            records = [{"id": f"{self._sent}-{n}", **good, **fields} for n in range(count)]
            self._sent += 1
            self.city.log.sink("city.hotline").emit([_json(record) for record in records])

        return step

    def later(self, **parts: float) -> Step:
        return lambda: self.clock.advance(timedelta(**parts))

    def wall(self, lang: Lang) -> list[str]:
        said = short_of({"hotline"}, context_maker(self.city.parts)(Scope(lang=lang)))
        return said[0].get("drift", []) if said else []

    def _step(self, step: Step) -> None:
        self._look()
        step()

    def _look(self) -> None:
        slots = {slot["slot"]: slot for slot in self.client.get("/api/v1/slots").json()["slots"]}
        self.seen.append(slots["hotline"]["drift"])


def _json(record: dict[str, Any]) -> bytes:
    return msgspec.json.encode({name: value for name, value in record.items() if value is not ...})


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


def test_another_type_is_told_while_it_lasts_and_logged_twice(desk: Desk) -> None:
    with structlog.testing.capture_logs() as logged:
        over = (desk.later(seconds=WINDOW_S + 60), desk.later())
        desk.play(desk.send(), desk.send(wait_s="10"), desk.send(wait_s="11"), desk.send(), *over)
    kinds = [[(one["field"], one["kind"], round(one["share"], 2)) for one in told] for told in desk.seen]
    assert kinds == [[], [("wait_s", "type", 0.5)], [("wait_s", "type", 0.67)], [("wait_s", "type", 0.5)], [], []]
    assert desk.seen[1][0]["since"] == "2026-05-06T04:02:30Z"
    told = [(one["event"], one["field"], one["kind"]) for one in logged if "schema" in one["event"]]
    assert told == [("the schema drifts", "wait_s", "type"), ("the schema is as it was", "wait_s", "type")]


def test_the_wall_names_the_field_in_its_language(desk: Desk) -> None:
    desk.play(desk.send(), desk.send(wait_s="10"))
    assert desk.wall("zh") == ["字段 wait_s 自 12:02 起类型不符（50%）"]
    assert desk.wall("en") == ["field wait_s is of another type since 12:02 (50%)"]


def test_a_rename_is_told_from_both_sides(desk: Desk) -> None:
    before = [desk.send(EMPTY_RECORDS) for _ in range(2)]
    desk.play(*before, desk.send(EMPTY_RECORDS, wait_s=..., wait_seconds=10.0))
    assert {(one["field"], one["kind"]) for one in desk.seen[-1]} == {("wait_s", "missing"), ("wait_seconds", "new")}
    assert desk.seen[-2] == []


def test_a_required_field_that_goes_is_missing(desk: Desk) -> None:
    desk.play(desk.send(), desk.send(id=...))
    assert [(one["field"], one["kind"]) for one in desk.seen[-1]] == [("id", "missing")]
