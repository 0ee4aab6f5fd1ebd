"""Promise 17: only legal transitions; what has run out never fires; nobody approves the own order."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.announcing import ORDERS
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.order import OVER, Order, OrderState
from cockpit.dispatch.order_machine import DRAFT, STEPS, fold, legal
from cockpit.dispatch.refusal import Illegal
from cockpit.dispatch.relay import Relay
from streams.embedded import EmbeddedLog
from tests.desk import desk
from tests.forms import form
from tests.line import NOON

SEQUENCES = form(200, 10_000)
PICTURE = {
    "DRAFT": {"issue": "ISSUED", "approve": "ISSUED", "cancel": "CANCELLED", "expire": "EXPIRED"},
    "ISSUED": {"send": "SENT", "cancel": "CANCELLED", "expire": "EXPIRED"},
    "SENT": {"deliver": "DELIVERED", "sign": "SIGNED", "refuse": "REFUSED", "cancel": "CANCELLED", "expire": "EXPIRED"},
    "DELIVERED": {"sign": "SIGNED", "refuse": "REFUSED", "cancel": "CANCELLED", "expire": "EXPIRED"},
    "SIGNED": {"depart": "EN_ROUTE", "arrive": "ON_SCENE", "refuse": "REFUSED", "cancel": "CANCELLED"},
    "EN_ROUTE": {"arrive": "ON_SCENE", "cancel": "CANCELLED"},
    "ON_SCENE": {"complete": "DONE", "cancel": "CANCELLED"},
    "DONE": {}, "REFUSED": {}, "EXPIRED": {}, "CANCELLED": {},
}  # fmt: skip
"""The orders' states, written a second time by hand."""
NAMES = ("wang", "zhao", "u1", "u2")


def above(region: str) -> tuple[str, ...]:
    return (region, "c")


def drafted(consequence: str, author: str) -> Entry:
    expires = (NOON + timedelta(minutes=15)).isoformat()
    body = {"unit": "u1", "text": "go", "region": "a", "consequence": consequence, "expires_at": expires, "to": "DRAFT"}
    return Entry(1, NOON, author, "chief", None, "O1", "", DRAFT, body)


def row(order: Order, verb: str, actor: Actor, at: datetime) -> Entry:
    body = {"from": order.state.value, "to": STEPS[verb].target or order.state.value}
    return Entry(order.version + 1, at, actor.name, actor.role.value, None, order.number, "", verb, body)


@pytest.mark.parametrize("state", OrderState)
def test_the_table_is_the_picture(state: OrderState) -> None:
    assert {v: step.target for v, step in STEPS.items() if step.target is not None and state in step.sources} == PICTURE[
        state.value
    ]


@settings(max_examples=SEQUENCES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    some.sampled_from(["ordinary", "grave"]),
    some.sampled_from(NAMES),
    some.lists(
        some.tuples(some.sampled_from(sorted(STEPS)), some.sampled_from(NAMES), some.sampled_from(list(Role))), max_size=25
    ),
)
def test_no_sequence_leads_where_the_picture_does_not(consequence: str, author: str, steps: list[tuple[str, str, Role]]) -> None:
    order, at = fold(None, drafted(consequence, author)), NOON
    state = "DRAFT"
    for verb, name, role in steps:
        actor, at = Actor(name, role), at + timedelta(seconds=10)
        if verb not in legal(order, actor, above):
            continue
        if STEPS[verb].target is not None:
            state = PICTURE[state][verb]
        order = fold(order, row(order, verb, actor, at))
        assert order.state.value == state
        if verb in ("issue", "approve"):
            assert (order.consequence == "grave") is (verb == "approve") and (verb == "issue" or name != author)
        if role is Role.UNIT:
            assert name == "u1"
        assert (role is Role.SYSTEM) or verb not in ("send", "expire")
    if order.state in OVER:
        assert order.ended_at is not None and not legal(order, Actor("wang", Role.CHIEF), above)


Doings = list[tuple[str, int, int]]
DOING = some.tuples(some.sampled_from(["draft", "issue", "wait", "relay", "sign"]), some.integers(0, 3), some.integers(0, 400))


@settings(max_examples=form(20, 500), deadline=None, suppress_health_check=list(HealthCheck))
@given(some.lists(DOING, max_size=25))
def test_what_has_run_out_never_fires(tmp_path_factory: pytest.TempPathFactory, doings: Doings) -> None:
    """Over the real store, outbox and relay: each record on the topic was sent before its order ran out."""
    folder: Path = tmp_path_factory.mktemp("orders")
    with desk(folder) as one:
        log = EmbeddedLog(":memory:", clock=one.clock)
        relay, orders = Relay(one.toolbox, log, "small"), list[Order]()
        for what, which, seconds in doings:
            if what == "wait":
                one.clock.advance(timedelta(seconds=seconds))
            elif what == "draft":
                orders.append(one.draft(ttl_s=60 + 60 * which))
            elif what == "relay":
                relay.round()
            elif which < len(orders):
                try:
                    actor = Actor("u1", Role.UNIT) if what == "sign" else Actor("wang", Role.CHIEF)
                    orders[which] = one.order(orders[which].number, what, actor)
                except Illegal:
                    continue
        sent = log.read(ORDERS, 0, 1 << 60, 1000)
        by_number = {order.number: order for order in orders}
        for value, at_ms in zip(sent.values, sent.timestamps_ms, strict=True):
            number = value.decode().split('"order":"')[1].split('"')[0]
            assert at_ms < by_number[number].expires_at.timestamp() * 1000
        assert len(set(sent.values)) == len(sent.values)
        relay.stop()
        log.close()
