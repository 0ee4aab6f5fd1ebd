"""Orders go out and come back once, in every database of the toolbox."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from cockpit.dispatch.actor import DEMONSTRATION, Actor, Role
from cockpit.dispatch.anchor import TOPIC, decoded
from cockpit.dispatch.announcing import FEEDBACK, JOURNAL, ORDERS
from cockpit.dispatch.feedback import VERBS, Feedback
from cockpit.dispatch.follower import Follower
from cockpit.dispatch.order import OrderState
from cockpit.dispatch.refusal import Illegal
from cockpit.dispatch.strange_answers import StrangeAnswers
from streams.dead_letters import DeadLetters
from streams.embedded import EmbeddedLog
from tests.contract.dispatch_stores import Make, checked, make, relayed, url, values

__all__ = ["make", "url"]

CHIEF, LEADER = Actor("wang", Role.CHIEF), Actor("zhao", Role.LEADER)


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
    letters = DeadLetters(log, "small.dead-letters")
    strange = StrangeAnswers(desk.store, letters.write, desk.clock)
    follower = Follower(desk.toolbox, log.source(FEEDBACK), "feedback", feedback.take, strange.ahead)
    answers = [
        {"order": order.number, "unit": "u1", "verb": verb} for verb in ("deliver", "sign", "depart", "arrive", "complete")
    ]
    wrong = [
        {"order": order.number, "unit": "u2", "verb": "sign"}, {"order": "O0-1", "unit": "u1", "verb": "sign"}, {"order": 7},
        {"order": order.number, "unit": "u1", "verb": "sgin"}, {"broadcast": "B0-1", "unit": "u1", "verb": "read"},
    ]  # fmt: skip
    for answer in [*wrong, answers[0], *answers]:
        log.sink(FEEDBACK).emit([msgspec.json.encode(answer)], [b"u1"])
    log.sink(FEEDBACK).emit([b"no json"], [b"u1"])
    while follower.step(0.05):
        pass
    done = desk.toolbox.order(order.number, DEMONSTRATION)
    assert done.state is OrderState.DONE and done.signed_at and done.on_scene_at and done.ended_at
    assert feedback.passed_over == 7
    again = Follower(desk.toolbox, log.source(FEEDBACK), "feedback", feedback.take, strange.ahead)
    assert not again.step(0.05)
    letters.catch_up(FEEDBACK)
    told = {one.offset: (one.stage, one.field, one.reason) for one in letters.view.latest(FEEDBACK, 50)}
    assert [told[offset] for offset in range(5)] == [
        ("answer", "unit", f"order {order.number} was not given to 'u2'"),
        ("answer", "order", "there is no order 'O0-1'"),
        ("decode", None, "the value is no answer: Expected `str`, got `int` - at `$.order`"),
        ("answer", "verb", f"there is no verb 'sgin'; verbs: {', '.join(sorted(VERBS))}. Hint: did you mean 'sign'?"),
        ("answer", "broadcast", "there is no broadcast 'B0-1'"),
    ]
    assert len(told) == 6 and told[11][0] == "decode", "what came twice is no dead letter"
    relayed(desk, log)
    rows = values(log, JOURNAL)
    assert [row["seq"] for row in rows] == list(range(1, desk.heads[-1].seq + 1))
    assert decoded(desk.city, log.read(TOPIC, 0, 1 << 60, 100).values)[-1] == desk.store.head()
    assert checked(desk).bad is None
    letters.close()
    log.close()


def test_no_answer_however_strange_stops_the_others(make: Make) -> None:
    desk, log = make(), EmbeddedLog(":memory:")
    order = desk.draft(incident=desk.receive().number)
    desk.order(order.number, "issue")
    letters = DeadLetters(log, "small.dead-letters")
    strange = StrangeAnswers(desk.store, letters.write, desk.clock)
    follower = Follower(desk.toolbox, log.source(FEEDBACK), "feedback", Feedback(desk.toolbox).take, strange.ahead)
    own = {"order": order.number, "unit": "u1"}
    deep = b'{"unit": "u1", "verb": "read", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}"
    said: list[dict[str, str]] = [
        {"unit": "u1", "verb": "sign", "order": "\0"}, {"unit": "u1", "verb": "read", "broadcast": "\0"},
        {"unit": "u1", "verb": "sign", "broadcast": "B1"}, {**own, "verb": "refuse", "reason": "x" * 2001},
    ]  # fmt: skip
    log.sink(FEEDBACK).emit([deep, *map(msgspec.json.encode, said), msgspec.json.encode({**own, "verb": "sign"})], [b"u1"] * 6)
    while follower.step(0.05):
        pass
    assert desk.toolbox.order(order.number, DEMONSTRATION).state is OrderState.SIGNED
    letters.catch_up(FEEDBACK)
    told = {one.offset: (one.stage, one.field) for one in letters.view.latest(FEEDBACK, 50)}
    assert told == {
        0: ("decode", None), 1: ("decode", None), 2: ("decode", None), 3: ("answer", "verb"), 4: ("answer", "reason"),
    }  # fmt: skip
    letters.close()
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


def test_the_unit_has_the_whole_time_however_long_the_second_person_took(make: Make) -> None:
    desk, log = make(), EmbeddedLog(":memory:")
    order = desk.draft(CHIEF, consequence="grave", ttl_s=600)
    desk.clock.advance(timedelta(seconds=590))
    approved = desk.order(order.number, "approve", LEADER)
    assert approved.expires_at == desk.clock() + timedelta(seconds=600) > order.expires_at
    desk.clock.advance(timedelta(seconds=500))
    relayed(desk, log)
    (sent,) = values(log, ORDERS)
    assert sent["expires_at"] == msgspec.to_builtins(approved.expires_at)
    assert desk.order(order.number, "sign", Actor("u1", Role.UNIT)).state is OrderState.SIGNED
    late = desk.draft(CHIEF, ttl_s=600)
    desk.order(late.number, "issue", CHIEF)
    desk.clock.advance(timedelta(seconds=600))
    relayed(desk, log)
    assert desk.toolbox.order(late.number, DEMONSTRATION).state is OrderState.EXPIRED and checked(desk).bad is None
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


def test_a_unit_that_got_an_order_hears_that_it_is_cancelled(make: Make) -> None:
    desk, log = make(), EmbeddedLog(":memory:")
    order = desk.draft()
    desk.order(order.number, "issue")
    relayed(desk, log)
    desk.order(order.number, "sign", Actor("u1", Role.UNIT))
    desk.order(order.number, "cancel", CHIEF, reason="false alarm")
    relayed(desk, log)
    sent, recalled = values(log, ORDERS)
    assert (sent["order"], recalled["order"], recalled["state"]) == (order.number, order.number, "CANCELLED")
    assert log.read(ORDERS, 0, 1 << 60, 10).keys == [b"u1", b"u1"] and desk.store.pending(10) == []
    with pytest.raises(Illegal):
        desk.order(order.number, "depart", Actor("u1", Role.UNIT))
    assert checked(desk).bad is None
    log.close()
