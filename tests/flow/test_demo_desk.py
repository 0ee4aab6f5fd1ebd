"""The demonstration's duty desk brings incidents to their end, and leaves alone what somebody else has touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import cockpit.demo
from cockpit.demo.duty import BY_HAND, DemoDesk
from cockpit.demo.past import STORIES, begin_past
from cockpit.dispatch.actor import SYSTEM, Actor, Role
from cockpit.dispatch.incident import State
from cockpit.dispatch.journal import Sealer
from cockpit.dispatch.order import OrderState
from cockpit.dispatch.running import rules_of
from cockpit.dispatch.said import Report
from cockpit.dispatch.store import Store
from cockpit.dispatch.toolbox import Toolbox
from streams.clock import ManualClock
from tests.tiny_city import TinyCity, tiny_city

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
YUNZHOU = Path(cockpit.demo.__file__).parent / "yunzhou"
NEXT = {OrderState.SENT: "deliver", OrderState.DELIVERED: "sign", OrderState.SIGNED: "depart", OrderState.EN_ROUTE: "arrive",
        OrderState.ON_SCENE: "complete", OrderState.ISSUED: "send"}  # fmt: skip


class Office:
    """The desk over a city whose clock is moved by the test; units answer one step at a look."""

    def __init__(self, city: TinyCity, clock: ManualClock, folder: Path) -> None:
        own = city.parts.city
        store = Store(f"sqlite:///{folder / 'dispatch.sqlite'}", own.name, Sealer(b"a secret of the tests, long enough"), clock)
        self.toolbox = Toolbox(store, own.regions, own.zone, rules_of(own))
        self.city, self.clock = city, clock
        self.parts = replace(city.parts, toolbox=self.toolbox)
        self.desk = DemoDesk(self.parts, self.toolbox)

    def report(self, actor: Actor) -> str:
        with self.toolbox.store.writing() as writing:
            report = Report(title="供水主管爆裂", category="供水", priority="HIGH", lon=118.6, lat=29.3)
            return self.toolbox.incidents.receive(writing, report, actor)[0].number

    def go_on(self, hours: float) -> None:
        """Looks every five minutes; the units are seen each time near the place, and answer."""
        for _ in range(int(hours * 12)):
            self.clock.advance(timedelta(minutes=5))
            at_ms = self.clock().timestamp() * 1000
            seen = {"at": at_ms, "kind": "patrol", "line": "", "state": "值守", "speed_kmh": 0.0, "heading": 0.0}
            near = ({"id": unit.id, "lon": 118.6, "lat": 29.301, **seen} for unit in self.city.parts.city.roster.units[:6])
            self.city.emit("city.vehicles", *near)
            self.desk.look()
            with self.toolbox.store.writing() as writing:
                for order in self.toolbox.store.orders(None, None, [state.value for state in NEXT], 50):
                    actor = SYSTEM if order.state is OrderState.ISSUED else Actor(order.unit, Role.UNIT)
                    self.toolbox.orders.act(writing, order.number, NEXT[order.state], {}, actor)

    def state(self, number: str) -> State:
        found = self.toolbox.store.incident(number)
        assert found is not None
        return found.state


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    clock = ManualClock(NOW)
    with closing(tiny_city(clock, folder=YUNZHOU)) as city:
        made = Office(city, clock, tmp_path)
        with closing(made.toolbox):
            yield made


def test_an_incident_of_a_slot_comes_to_its_end_and_another_persons_is_left_alone(office: Office) -> None:
    own = office.report(Actor("slot hotline", Role.SYSTEM))
    others = office.report(Actor("演示者", Role.REGISTRAR))
    office.go_on(hours=4)
    assert (office.state(own), office.state(others)) == (State.ARCHIVED, State.REPORTED)
    (order,) = office.toolbox.store.orders(own, None, (), 10)
    assert order.state is OrderState.DONE and order.unit not in BY_HAND
    verbs = [entry.verb for entry in office.toolbox.store.journal(own) if entry.subject == own]
    assert "start-plan" in verbs and verbs[-3:] == ["pass", "review", "archive"]


def test_a_fresh_demonstration_begins_with_incidents_that_were_closed_and_judged(office: Office) -> None:
    store = office.toolbox.store
    assert begin_past(office.parts) > 10 * len(STORIES)
    there = store.incidents([], None, None, 100)
    assert sorted(one.title for one in there) == sorted(story.title for story in STORIES)
    assert {(one.state, one.stars is None, one.closed_at is None) for one in there} == {(State.ARCHIVED, False, False)}
    orders = store.orders(None, None, (), 100)
    assert {order.state for order in orders} == {OrderState.DONE} and not {order.unit for order in orders} & BY_HAND
    moments = [entry.at for one in there for entry in store.journal(one.number)]
    assert NOW - timedelta(hours=24) < min(moments) and max(moments) < NOW
    rows = list(store.rows())
    assert [row.at_us for row in rows] == sorted(row.at_us for row in rows)
    assert begin_past(office.parts) == 0, "once: what is there stays"
    office.go_on(hours=0.25)
    assert len(list(store.rows())) == len(rows), "nobody is sent again"
