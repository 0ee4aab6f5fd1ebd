"""Every database of the toolbox keeps the same promises."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.audit import fold_all
from cockpit.dispatch.idempotency import Request
from cockpit.dispatch.incident import Incident, State
from cockpit.dispatch.journal import Verdict
from cockpit.dispatch.refusal import Forbidden, Illegal, KeyReused, KeyRunning, Unknown, Wrong
from cockpit.dispatch.writing import Writing
from tests.contract.dispatch_stores import Make, checked, make, url

__all__ = ["make", "url"]


def test_what_is_stored_is_the_fold_of_the_journal(make: Make) -> None:
    desk = make()
    incident = desk.receive(region="a2")
    desk.act(incident.number, "accept")
    desk.act(incident.number, "file")
    desk.act(incident.number, "dispatch", unit="u1")
    desk.act(incident.number, "return", reason="not ours")
    order = desk.draft(incident=incident.number)
    desk.order(order.number, "issue")
    stored = {one.number: one for one in make().store.documents()}
    folded = fold_all(desk.store.journal(limit=1000))
    assert stored == folded and set(stored) == {incident.number, order.number}
    found = stored[incident.number]
    assert isinstance(found, Incident) and found.state is State.FILED
    assert [entry.verb for entry in desk.store.journal(incident.number)] == [
        "receive", "accept", "file", "dispatch", "return", "draft", "issue",
    ]  # fmt: skip
    assert checked(desk) == Verdict(7, desk.heads[-1])


def test_a_refused_verb_leaves_nothing(make: Make) -> None:
    desk = make()
    incident = desk.receive()
    head = desk.store.head()
    calls: tuple[Callable[[], Any], ...] = (
        lambda: desk.act(incident.number, "sign"),
        lambda: desk.act(incident.number, "reject"),
        lambda: desk.act(incident.number, "accept", unit="u1"),
        lambda: desk.act("I0-1", "accept"),
        lambda: desk.act(incident.number, "acept"),
        lambda: desk.receive(Actor("li", Role.COLLECTOR, "b"), region="a1"),
        lambda: desk.receive(region="nowhere"),
        lambda: desk.receive(lon=1.0),
    )
    for call in calls:
        with pytest.raises((Illegal, Wrong, Unknown, Forbidden)):
            call()
    assert desk.store.head() == head and desk.store.incident(incident.number) == incident
    with pytest.raises(Illegal) as raised:
        desk.act(incident.number, "sign")
    assert raised.value.verbs == ("accept", "reject", "note")


def test_incidents_are_found_by_state_region_and_category(make: Make) -> None:
    desk = make()
    first, second = desk.receive(region="a1"), desk.receive(region="b", category="noise")
    desk.act(second.number, "accept")

    def found(states: list[str], region: str | None = None, category: str | None = None) -> list[str]:
        return [one.number for one in desk.store.incidents(states, region, category, 10)]

    assert found([]) == [second.number, first.number] == found([], "c")
    assert found([], "a") == found([], "a1") == [first.number] and found([], "a2") == []
    assert found(["ACCEPTED"]) == found([], None, "noise") == [second.number]
    assert [one.number for one in desk.store.incidents([], None, None, 10, before=second.number)] == [first.number]


def test_one_client_id_is_one_incident(make: Make) -> None:
    desk = make()
    first = desk.receive(client_id="city.desk[0]@7")
    again = make().receive(client_id="city.desk[0]@7", title="another")
    assert again == first and len(desk.store.incidents([], None, None, 10)) == 1


def test_one_key_is_one_effect(make: Make) -> None:
    desk, done = make(), []

    def work(writing: Writing) -> tuple[int, bytes]:
        done.append(1)
        return 201, b'{"n": %d}' % len(done)

    first = desk.toolbox.once(Request("k", "f"), work)
    again = make().toolbox.once(Request("k", "f"), work)
    assert (first.status, first.body, first.again) == (201, b'{"n": 1}', False)
    assert (again.status, again.body, again.again) == (201, b'{"n": 1}', True) and len(done) == 1
    with pytest.raises(KeyReused):
        desk.toolbox.once(Request("k", "g"), work)
    desk.clock.advance(timedelta(days=15))
    desk.toolbox.once(Request("other", "f"), work)
    assert desk.toolbox.once(Request("k", "g"), work).body == b'{"n": 3}'  # a fortnight later it is forgotten


def test_a_key_that_is_still_running_is_refused_and_one_that_failed_is_free(make: Make) -> None:
    desk, begun, go = make(), threading.Event(), threading.Event()

    def slow(writing: Writing) -> tuple[int, bytes]:
        begun.set()
        go.wait(20)
        raise Wrong("no")

    def running() -> None:
        with pytest.raises(Wrong):
            desk.toolbox.once(Request("k", "f"), slow)

    thread = threading.Thread(target=running)
    thread.start()
    assert begun.wait(20)
    with pytest.raises(KeyRunning):
        desk.toolbox.once(Request("k", "f"), slow)
    go.set()
    thread.join(20)
    assert desk.toolbox.once(Request("k", "f"), lambda writing: (200, b"{}")).status == 200
