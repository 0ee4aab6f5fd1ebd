"""What the toolbox does comes back as numbers on a board; what is played is answered in the field, and never counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cockpit.context import context_maker
from cockpit.demo.field import Field
from cockpit.dispatch.actor import DEMONSTRATION, Actor, Role
from cockpit.dispatch.announcing import FEEDBACK
from cockpit.dispatch.feedback import Feedback
from cockpit.dispatch.follower import Follower
from cockpit.dispatch.order import OVER
from cockpit.dispatch.relay import Relay
from cockpit.dispatch.running import rules_of
from cockpit.dispatch.said import Draft, Report
from cockpit.dispatch.toolbox import Toolbox
from cockpit.parts import Parts
from cockpit.scope import Scope
from tests.desk import Desk, desk
from tests.dispatch_city import dispatch_city
from tests.tiny_city import TinyCity, tiny_city

WAY: tuple[tuple[str, dict[str, str]], ...] = (
    ("accept", {}),
    ("file", {}),
    ("dispatch", {"unit": "U1"}),
    ("sign", {}),
    ("start", {}),
    ("report", {}),
    ("verify", {}),
)


class Loop:
    """toolbox → outbox → log → slot → board, each step by hand; units in the field answer."""

    def __init__(self, city: TinyCity, one: Desk) -> None:
        own = city.parts.city
        self.desk, self.city = one, city
        self.toolbox = Toolbox(one.store, own.regions, own.zone, rules_of(own))
        self.parts: Parts = replace(city.parts, toolbox=self.toolbox)
        self.relay = Relay(self.toolbox, city.log, "small")
        self.follower = Follower(self.toolbox, city.log.source(FEEDBACK), "feedback", Feedback(self.toolbox).take)
        self.field = Field(city.log, lambda at_s: {"U1": (120.05, 30.05)}, one.clock)

    def report(self, exercise: bool) -> str:
        with self.desk.store.writing() as writing:
            report = Report(title="井盖破损", category="roads", region="770101", exercise=exercise)
            return self.toolbox.incidents.receive(writing, report, DEMONSTRATION)[0].number

    def act(self, number: str, verb: str, said: Any) -> None:
        with self.desk.store.writing() as writing:
            self.toolbox.incidents.act(writing, number, verb, said, DEMONSTRATION)

    def ordered(self, incident: str) -> str:
        with self.desk.store.writing() as writing:
            draft = Draft(unit="U1", text="去看看", incident=incident, ttl_s=3600, lon=120.06, lat=30.05)
            number = self.toolbox.orders.draft(writing, draft, Actor("值班长", Role.CHIEF)).number
            self.toolbox.orders.act(writing, number, "issue", {}, Actor("值班长", Role.CHIEF))
        return number

    def go_on(self, **time: float) -> None:
        """The outbox is sent, the field looks, what it says is read, and the numbers are counted."""
        self.desk.clock.advance(timedelta(**time))
        while self.relay.round():
            continue
        self.field.look()
        while self.follower.step(0.05):
            continue
        while self.relay.round():
            continue
        while self.city.pipelines["dispatch.journal"].step(0.05):
            continue

    def board(self) -> dict[str, Any]:
        """The numbers on the board `command`."""
        context = context_maker(self.parts)(Scope())
        panels = self.city.parts.city.boards["command"].panels
        return {id: one.kind.props(one.options, context).get("value") for id, one in panels.items() if one.kind.name == "number"}

    def close(self) -> None:
        self.field.close()
        self.relay.stop()
        self.follower.stop()


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Loop]:
    with desk(tmp_path) as one:
        city = tiny_city(one.clock, folder=dispatch_city(tmp_path / "city"))
        made = Loop(city, one)
        yield made
        made.close()
        city.close()


def test_numbers_on_the_board_move_when_an_incident_is_closed(loop: Loop) -> None:
    number = loop.report(exercise=False)
    loop.go_on(seconds=1)
    assert loop.board() == {"closed": 0, "reported": 1}
    for verb, said in WAY:
        loop.act(number, verb, said)
    loop.go_on(seconds=1)
    assert loop.board() == {"closed": 0, "reported": 1}
    loop.act(number, "pass", {})
    loop.go_on(seconds=1)
    assert loop.board() == {"closed": 1, "reported": 1}


def test_what_is_played_is_answered_in_the_field_and_counts_nowhere(loop: Loop) -> None:
    loop.go_on(seconds=1)
    order = loop.ordered(loop.report(exercise=True))
    loop.go_on(seconds=1)
    for _ in range(30):
        found = loop.desk.store.order(order)
        assert found is not None and found.exercise
        if found.state in OVER:
            break
        loop.go_on(minutes=4)
    verbs = [row.verb for row in loop.desk.store.journal(order)]
    assert verbs[:4] == ["draft", "issue", "send", "deliver"] and verbs[-1] in ("complete", "refuse")
    assert [one for one in loop.board().values() if one] == []
