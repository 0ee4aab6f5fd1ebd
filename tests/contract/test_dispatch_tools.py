"""Every database of the toolbox: messages to many, channels, screens that are kept, exercises that are put away."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from cockpit.dispatch import exercises
from cockpit.dispatch.actor import DEMONSTRATION, Actor, Role
from cockpit.dispatch.audit import fold_all
from cockpit.dispatch.broadcasts import Draft
from cockpit.dispatch.channels import Channel
from cockpit.dispatch.order import Order
from cockpit.dispatch.postman import Postman
from cockpit.dispatch.refusal import Illegal
from cockpit.dispatch.roster import Person, Roster
from cockpit.dispatch.rules import Rules
from cockpit.dispatch.said import Screen
from cockpit.dispatch.toolbox import Toolbox
from cockpit.dispatch.unit import Unit
from tests.contract.dispatch_stores import Make, checked, make, relayed, url, values
from tests.desk import Desk
from tests.line import ZONE, small_tree

__all__ = ["make", "url"]
ROSTER = Roster(people=(Person("p1", "王芳", "chief", unit="u1"),), units=(Unit(id="u1"), Unit(id="u_1"), Unit(id="u2")))
CHANNELS = {"duty": Channel("duty", "json://127.0.0.1:9")}


@pytest.fixture
def desk(make: Make) -> Desk:
    one = make()
    one.toolbox = Toolbox(one.store, small_tree(), ZONE, Rules(ROSTER, channels=CHANNELS))
    return one


def sent(desk: Desk, *to: str, **more: object) -> str:
    with desk.store.writing() as writing:
        draft = Draft(text="集合", to=to, **more)  # type: ignore[arg-type]
        return desk.toolbox.broadcasts.send(writing, draft, DEMONSTRATION).number


def test_broadcasts_are_found_by_their_recipients_and_are_the_fold_of_the_journal(desk: Desk) -> None:
    first, second = sent(desk, "u1", "p1"), sent(desk, "u_1", "u2")
    with desk.store.writing() as writing:
        desk.toolbox.broadcasts.read(writing, first, "u1", DEMONSTRATION)
    found = [[one.number for one in desk.store.broadcasts(ids, None, 10)] for ids in (None, ["u1"], ["u_1"], ["p1", "u2"], [])]
    assert found == [[second, first], [first], [second], [second, first], []]
    assert {one.number: one for one in desk.store.documents()} == fold_all(desk.store.journal(limit=100))
    assert checked(desk).bad is None


def test_what_is_for_channels_is_not_for_the_log_and_waits_for_its_own(desk: Desk, tmp_path: Path) -> None:
    from streams.embedded import EmbeddedLog

    number, log = sent(desk, "u1", channels=("duty",)), EmbeddedLog(":memory:")
    assert relayed(desk, log) == 1 and [one["broadcast"] for one in values(log, "dispatch.broadcasts")] == [number]
    log.close()
    told: list[str] = []

    def tell(url: str, title: str, text: str) -> bool:
        told.append(text)
        return len(told) > 1

    postman = Postman(desk.toolbox, CHANNELS, desk.clock, tell)
    assert (postman.round(), postman.round()) == (1, 0)
    desk.clock.advance(timedelta(minutes=1))
    assert (postman.round(), postman.round(), told) == (1, 0, ["集合", "集合"])
    kept = desk.store.broadcast(number)
    assert kept is not None and [(one.state, one.tries) for one in kept.deliveries] == [("delivered", 2)]
    assert desk.store.pending(10, channels=True) == [] and checked(desk).bad is None


def test_orders_whose_screen_is_not_kept_yet_are_found(desk: Desk) -> None:
    screen = Screen(board="city", query="region=a1")
    wanted, plain = desk.draft(screen=screen, region="a1"), desk.draft(unit="u2", region="a1", text='"board":"" "screen":""')
    desk.draft(unit="u_1", screen=screen, region="a1")  # was never issued
    for order in (wanted, plain):
        desk.order(order.number, "issue")

    def left() -> list[str]:
        return [one.number for one in desk.store.unfrozen(desk.clock() - timedelta(hours=1), 10)]

    assert left() == [wanted.number]
    for screen_name, picture in (("s.json", ""), ("other.json", "p.png"), ("third.json", "third.png")):
        with desk.store.writing() as writing:
            desk.toolbox.orders.freeze(writing, wanted.number, screen_name, picture)
    kept = desk.store.order(wanted.number)
    assert kept is not None and (kept.screen, kept.picture, left()) == ("s.json", "p.png", [])
    assert [row.verb for row in desk.store.journal(wanted.number)] == ["draft", "issue", "freeze", "freeze"]
    assert checked(desk).bad is None


def test_what_is_played_goes_to_its_own_topic_and_is_put_away(desk: Desk) -> None:
    from streams.embedded import EmbeddedLog

    chief, log = Actor("chief", Role.CHIEF), EmbeddedLog(":memory:")
    with desk.store.writing() as writing:
        exercises.act(writing, "begin", "防汛", chief)
    played = desk.draft(region="a1")
    real = desk.draft(unit="u2", region="a1", exercise=False)
    for order in (played, real):
        desk.order(order.number, "issue")
    relayed(desk, log)
    assert [one["order"] for one in values(log, "dispatch.orders.exercise")] == [played.number]
    assert [one["order"] for one in values(log, "dispatch.orders")] == [real.number]
    assert {one["subject"] for one in values(log, "dispatch.journal")} == {real.number}
    log.close()
    desk.clock.advance(timedelta(minutes=1))
    with desk.store.writing() as writing:
        exercises.act(writing, "reset", "", chief)
    assert [one.number for one in desk.store.orders(None, None, (), 10)] == [real.number] and checked(desk).bad is None


def test_of_two_orders_to_one_unit_at_once_one_goes(desk: Desk) -> None:
    orders: list[Order] = [desk.draft(region="a1"), desk.draft(region="a1")]
    ready, done = threading.Barrier(2), []

    def issue(number: str) -> None:
        ready.wait(30)
        try:
            done.append(desk.order(number, "issue").state.value)
        except Illegal:
            done.append("409")

    threads = [threading.Thread(target=issue, args=(order.number,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == ["409", "ISSUED"]


def test_what_units_have_to_do_with_is_found_by_their_exact_names(desk: Desk) -> None:
    led, helped, told, _ = (desk.receive(title='"lead_unit":"u1"').number for _ in range(4))
    for number, unit in ((led, "u1"), (helped, "u2")):
        for verb in ("accept", "file"):
            desk.act(number, verb)
        desk.act(number, "dispatch", unit=unit)
    desk.act(helped, "add-unit", unit="u1")
    own, other = desk.draft(incident=told).number, desk.draft(incident=helped, unit="u2").number

    def found(*units: str) -> tuple[set[str], set[str]]:
        incidents = desk.store.incidents([], None, None, 10, None, units)
        return {one.number for one in incidents}, {one.number for one in desk.store.orders(None, None, (), 10, units)}

    assert found("u1") == ({led, helped, told}, {own, other}) and found("u2") == ({helped}, {other})
    assert found("U1") == found("u_1") == found() == (set(), set()) and found("u1", "x") == found("u1")
    assert [one.number for one in desk.store.orders(None, {"u2"}, (), 10, {"u1"})] == [other]
    since = desk.clock() - timedelta(hours=1)
    assert {one.number for one in desk.store.reported_since(since, 10, {"u2"})} == {helped}
