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
from cockpit.dispatch.incident import Alerted, Incident, State
from cockpit.dispatch.journal import Verdict
from cockpit.dispatch.refusal import Forbidden, Illegal, KeyReused, KeyRunning, Unknown, Wrong
from cockpit.dispatch.said import Report
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


def test_an_old_span_is_answered_however_much_was_reported_since(make: Make) -> None:
    """The limit holds for what was asked for, not for what is newer."""
    desk = make()
    begin = desk.clock()
    old, other = desk.receive(), desk.receive(category="noise")
    desk.receive(exercise=True)
    until = desk.clock()
    desk.clock.advance(timedelta(days=100))
    new = desk.receive()
    states = [state.value for state in State]

    def found(*span: Any, categories: Any = None, states: Any = states, limit: int = 2) -> list[str]:
        return [one.number for one in desk.store.reported(span, states, categories, limit)]

    assert found(begin, until) == [other.number, old.number]
    assert found(begin, until, categories={"noise"}) == [other.number] and found(begin, until, categories=()) == []
    assert found(begin, until, states=["CLOSED"]) == []
    assert found(begin, desk.clock()) == [new.number, other.number] and found(begin, desk.clock(), limit=1) == [new.number]


def test_an_alert_is_found_by_any_message_that_made_it_what_it_is(make: Make) -> None:
    """By the whole identifier and of its own sender, whatever signs stand in it."""
    desk = make()
    odd = 'A"2_%\\é'
    with desk.store.writing() as writing:
        for sender, messages in (("met@city", ("A1", odd)), ("fire%", ("A1", "A3"))):
            report = Report(title=odd, category="rain", client_id=f"cap:{sender}:A1", description="A4")
            alert = Alerted(
                sent=writing.now, categories=("Met",), urgency="Past", severity="Minor", certainty="Likely", messages=messages
            )
            desk.toolbox.incidents.receive(writing, report, Actor("outside", Role.COLLECTOR), alert)

    def found(sender: str, *names: str) -> str | None:
        with desk.store.writing() as writing:
            one = writing.by_message(f"cap:{sender}:", names)
            return one.client_id if one else None

    assert found("met@city", "A0", odd) == "cap:met@city:A1" and found("fire%", "A3") == "cap:fire%:A1"
    wrong = [("met@city", "A3"), ("met@city", "A"), ("met@city", 'A"2__é'), ("met@city", "A4"), ("fire", "A3"), ("firex", "A3")]
    assert [found(*one) for one in wrong] == [None] * len(wrong)


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
