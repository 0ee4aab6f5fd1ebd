"""Every database of the toolbox keeps the same promises; a new one enters the fixture `url`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from cockpit.dispatch.actor import DEMONSTRATION, Actor, Role
from cockpit.dispatch.anchor import TOPIC, AnchorFile, decoded
from cockpit.dispatch.announcing import FEEDBACK, JOURNAL, ORDERS
from cockpit.dispatch.audit import audit, fold_all
from cockpit.dispatch.feedback import Feedback
from cockpit.dispatch.follower import Follower
from cockpit.dispatch.idempotency import Request
from cockpit.dispatch.incident import Incident, State
from cockpit.dispatch.journal import Verdict, verify
from cockpit.dispatch.order import OrderState
from cockpit.dispatch.refusal import Forbidden, Illegal, KeyReused, KeyRunning, Unknown, Wrong
from cockpit.dispatch.relay import Relay
from cockpit.dispatch.tables import grants
from cockpit.dispatch.writing import Writing
from streams.embedded import EmbeddedLog
from tests.desk import Desk

Make = Callable[..., Desk]
CHIEF, LEADER = Actor("wang", Role.CHIEF), Actor("zhao", Role.LEADER)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.broker)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a database that holds nothing of this test's city yet."""
    if request.param == "postgres":
        found: str = request.getfixturevalue("postgres_server").address
        return found
    return f"sqlite:///{tmp_path / 'dispatch.sqlite'}"


@pytest.fixture
def make(url: str, tmp_path: Path) -> Iterator[Make]:
    made: list[Desk] = []

    def one() -> Desk:
        made.append(Desk(url, tmp_path.name))
        return made[-1]

    yield one
    for desk in made:
        desk.toolbox.close()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """Somebody who reaches the database without us."""
    place = make_url(url)
    found = create_engine(place.set(drivername="postgresql+psycopg") if place.drivername == "postgresql" else place)
    yield found
    found.dispose()


def relayed(desk: Desk, log: EmbeddedLog) -> int:
    """Everything pending is sent."""
    relay, total = Relay(desk.toolbox, log, desk.city), 0
    while sent := relay.round():
        total += sent
    relay.stop()
    return total


def values(log: EmbeddedLog, topic: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(value) for value in log.read(topic, 0, 1 << 60, 10_000).values]


def checked(desk: Desk) -> Verdict:
    return audit(desk.store, desk.sealer, desk.city, desk.heads)


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
    assert isinstance(stored[incident.number], Incident) and stored[incident.number].state is State.FILED
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


def test_writers_at_once_make_one_chain(make: Make) -> None:
    desks = [make() for _ in range(3)]

    def write(desk: Desk) -> None:
        for _ in range(10):
            desk.receive()

    threads = [threading.Thread(target=write, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    verdict = verify(desks[0].store.rows(), desks[0].sealer, desks[0].city)
    assert (verdict.rows, verdict.bad) == (30, None)
    assert len({one.number for one in desks[0].store.incidents([], None, None, 100)}) == 30


def test_no_row_of_the_journal_can_be_changed(make: Make, engine: Engine) -> None:
    make().receive()
    wrong = ["UPDATE dispatch_journal SET actor = 'x'", "DELETE FROM dispatch_journal"]
    wrong += ["TRUNCATE dispatch_journal"] if engine.dialect.name == "postgresql" else []
    for statement in wrong:
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(text(statement))


def test_what_is_changed_around_us_is_found(make: Make, engine: Engine) -> None:
    desk = make()
    numbers = [desk.receive().number for _ in range(5)]
    assert checked(desk).bad is None
    where = f"WHERE city = '{desk.city}'"
    with engine.begin() as connection:
        changed = f"UPDATE dispatch_incident SET document = replace(document, 'roads', 'noise') {where}"
        connection.execute(text(f"{changed} AND number = '{numbers[2]}'"))
    verdict = checked(desk)
    assert verdict.bad == 3 and numbers[2] in verdict.reason
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.execute(text("DROP TRIGGER dispatch_journal_no_delete"))
            connection.execute(text(f"DELETE FROM dispatch_journal {where} AND seq > 3"))
            connection.execute(text(f"UPDATE dispatch_head SET seq = 3, seal = 'x' {where}"))
        assert checked(desk).bad in (3, 4)
        with engine.begin() as connection:
            seal = "(SELECT seal FROM dispatch_journal WHERE seq = 3)"
            connection.execute(text(f"UPDATE dispatch_head SET seal = {seal} {where}"))
        verdict = checked(desk)
        assert verdict.bad == 4 and "missing" in verdict.reason


def test_an_order_goes_to_its_unit_and_comes_back(make: Make) -> None:
    desk, log = make(), EmbeddedLog(":memory:")
    incident = desk.receive()
    order = desk.draft(incident=incident.number)
    assert relayed(desk, log) == 2 and values(log, ORDERS) == []
    desk.order(order.number, "issue")
    relayed(desk, log)
    (sent,) = values(log, ORDERS)
    assert (sent["order"], sent["unit"], sent["incident"]) == (order.number, "u1", incident.number)
    assert log.read(ORDERS, 0, 1 << 60, 10).keys == [b"u1"]
    assert desk.toolbox.order(order.number, DEMONSTRATION).state is OrderState.SENT
    feedback = Feedback(desk.toolbox)
    follower = Follower(desk.toolbox, log.source(FEEDBACK), "feedback", feedback.take)
    answers = [
        {"order": order.number, "unit": "u1", "verb": verb} for verb in ("deliver", "sign", "depart", "arrive", "complete")
    ]
    wrong = [{"order": order.number, "unit": "u2", "verb": "sign"}, {"order": "O0-1", "unit": "u1", "verb": "sign"}, {"order": 7}]
    for answer in [*wrong, answers[0], *answers]:
        log.sink(FEEDBACK).emit([msgspec.json.encode(answer)], [b"u1"])
    log.sink(FEEDBACK).emit([b"no json"], [b"u1"])
    while follower.step(0.05):
        pass
    done = desk.toolbox.order(order.number, DEMONSTRATION)
    assert done.state is OrderState.DONE and done.signed_at and done.on_scene_at and done.ended_at
    assert feedback.passed_over == 5
    again = Follower(desk.toolbox, log.source(FEEDBACK), "feedback", feedback.take)
    assert not again.step(0.05)
    relayed(desk, log)
    rows = values(log, JOURNAL)
    assert [row["seq"] for row in rows] == list(range(1, desk.heads[-1].seq + 1))
    assert decoded(desk.city, log.read(TOPIC, 0, 1 << 60, 100).values)[-1] == desk.store.head()
    assert checked(desk).bad is None
    log.close()


def test_an_order_whose_time_ran_out_is_never_sent(make: Make) -> None:
    desk, log = make(), EmbeddedLog(":memory:")
    issued, drafted, signed = (desk.draft(ttl_s=60) for _ in range(3))
    desk.order(signed.number, "issue")
    relayed(desk, log)
    desk.order(signed.number, "sign", Actor("u1", Role.UNIT))
    desk.order(issued.number, "issue")
    desk.clock.advance(timedelta(seconds=60))
    with pytest.raises(Illegal, match="ran out"):
        desk.order(drafted.number, "issue")
    relayed(desk, log)
    assert [row["order"] for row in values(log, ORDERS)] == [signed.number]
    states = [desk.toolbox.order(one.number, DEMONSTRATION).state for one in (issued, drafted, signed)]
    assert states == [OrderState.EXPIRED, OrderState.EXPIRED, OrderState.SIGNED]
    log.close()


def test_nobody_approves_the_own_grave_order(make: Make) -> None:
    desk = make()
    order = desk.draft(CHIEF, consequence="grave")
    for actor, verb in ((CHIEF, "issue"), (CHIEF, "approve"), (Actor("wang", Role.ADMINISTRATOR), "approve"), (LEADER, "issue")):
        with pytest.raises(Illegal):
            desk.order(order.number, verb, actor)
    approved = desk.order(order.number, "approve", LEADER)
    assert approved.state is OrderState.ISSUED and (approved.author, approved.approver) == ("wang", "zhao")


def test_a_cancelled_order_is_not_sent(make: Make) -> None:
    desk, log = make(), EmbeddedLog(":memory:")
    order = desk.draft()
    desk.order(order.number, "issue")
    desk.order(order.number, "cancel", reason="a mistake")
    relayed(desk, log)
    assert values(log, ORDERS) == []
    log.close()


def test_the_anchor_file_survives_a_cut_line_and_stays_small(tmp_path: Path) -> None:
    file = AnchorFile(tmp_path / "dispatch.anchors")
    desk = Desk(f"sqlite:///{tmp_path / 'one.sqlite'}")
    desk.receive()
    head = desk.heads[-1]
    for seq in range(6000):
        file.note(head._replace(seq=seq))
    with (tmp_path / "dispatch.anchors").open("ab") as cut:
        cut.write(b"6000 abc")
    assert file.heads()[-1].seq == 5999 and (tmp_path / "dispatch.anchors").stat().st_size < 300_000
    desk.toolbox.close()


@pytest.mark.broker
def test_the_role_of_the_cockpit_has_no_right_to_change_the_journal(postgres_server: Any, tmp_path: Path) -> None:
    """The tables belong to another role: what is granted is enough to work, and not enough to alter."""
    owner, role = postgres_server.address, "cockpit_app"
    owners = Desk(owner, "granted")
    owners.receive()
    owners.toolbox.close()
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(b"CREATE ROLE cockpit_app LOGIN")
        for statement in grants(role):
            connection.execute(statement.encode())
    place = make_url(owner).set(username=role)
    desk = Desk(place.render_as_string(hide_password=False), "granted")
    incident = desk.receive()
    desk.act(incident.number, "accept")
    assert checked(desk).bad is None
    with psycopg.connect(place.render_as_string(hide_password=False), autocommit=True) as connection:
        for wrong in (b"UPDATE dispatch_journal SET actor = 'x'", b"DELETE FROM dispatch_journal", b"TRUNCATE dispatch_journal"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(wrong)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(b"ALTER TABLE dispatch_journal DISABLE TRIGGER ALL")
    desk.toolbox.close()
