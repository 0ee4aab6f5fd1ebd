"""The order's state machine as a table, what is legal, and the fold of the journal. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import msgspec

from cockpit.dispatch.actor import Above, Actor, Role
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.machine import within
from cockpit.dispatch.order import OVER, Order, OrderState
from cockpit.dispatch.step import Step, of, table

_COMMAND: Final = of(Role.DISPATCHER, Role.CHIEF, Role.LEADER)
_FIELD: Final = of(Role.UNIT, Role.DEPARTMENT, Role.SYSTEM)
_S = OrderState
_WAITING: Final = frozenset({_S.SENT, _S.DELIVERED})
_UNDER_WAY: Final = frozenset({_S.SIGNED, _S.EN_ROUTE, _S.ON_SCENE})


def _in(*states: OrderState) -> frozenset[str]:
    return frozenset(states)


def _grave(order: Order, actor: Actor) -> str:
    return "" if order.consequence == "ordinary" else "it needs a second person, a chief or a leader, to approve it"


def _by_the_same(order: Order, actor: Actor) -> str:
    """The second person is another than the first, whatever their roles."""
    if order.consequence == "ordinary":
        return "it needs no second person: it is issued"
    return f"it needs a second person, a chief or a leader other than {order.author!r:.60}" if actor.name == order.author else ""


def _foreign(order: Order, actor: Actor) -> str:
    """A unit or department answers the orders of its own units only."""
    mine = not actor.serves or order.unit in actor.units
    return "" if mine else f"it is for {order.unit!r:.60}, you act for {actor.unit or actor.name!r:.60}"


def _read(order: Order, actor: Actor) -> str:
    if order.read_at is not None:
        return f"it was read at {order.read_at.isoformat(timespec='seconds')} already"
    return _foreign(order, actor)


DRAFT: Final = "draft"
"""The first row of each order."""
FREEZE: Final = "freeze"
"""The row that says what was on the screen when it was given."""
POSTPONE: Final = "postpone"
"""The row that says until when it is to be done after its incident was suspended."""

STEPS: Final[Mapping[str, Step]] = table((
    Step("issue", _in(_S.DRAFT), _S.ISSUED, _COMMAND, takes=("reason",), bar=_grave),
    Step("approve", _in(_S.DRAFT), _S.ISSUED, of(Role.CHIEF, Role.LEADER), takes=("reason",), bar=_by_the_same),
    Step("cancel", frozenset(set(_S) - OVER), _S.CANCELLED, _COMMAND, reason=True),
    Step("send", _in(_S.ISSUED), _S.SENT, of(Role.SYSTEM)),
    Step("deliver", _in(_S.SENT), _S.DELIVERED, _FIELD, bar=_foreign),
    Step("read", _WAITING | _UNDER_WAY, None, _FIELD, bar=_read),
    Step("sign", _WAITING, _S.SIGNED, _FIELD, bar=_foreign),
    Step("depart", _in(_S.SIGNED), _S.EN_ROUTE, _FIELD, bar=_foreign),
    Step("arrive", _in(_S.SIGNED, _S.EN_ROUTE), _S.ON_SCENE, _FIELD, bar=_foreign),
    Step("complete", _in(_S.ON_SCENE), _S.DONE, _FIELD, bar=_foreign),
    Step("refuse", _WAITING | {_S.SIGNED}, _S.REFUSED, _FIELD, reason=True, bar=_foreign),
    Step("expire", _in(_S.DRAFT, _S.ISSUED) | _WAITING, _S.EXPIRED, of(Role.SYSTEM), reason=True),
    Step("assist", _UNDER_WAY, None, _FIELD, reason=True, bar=_foreign),
    Step("note", frozenset(set(_S) - OVER), None, _COMMAND | _FIELD, needs=("opinion",), bar=_foreign),
))  # fmt: skip
"""Every verb, once. An `opinion` and `attachments` may be given with each."""


def legal(order: Order, actor: Actor, above: Above) -> Sequence[str]:
    """The verbs this actor may do now, in the table's order."""
    if actor.role is not Role.SYSTEM and not within(actor, order.region, above):
        return ()
    return tuple(verb for verb, step in STEPS.items() if step.open_to(order.state, order, actor))


def fold(order: Order | None, entry: Entry) -> Order:
    """The order after one more row of its journal; None before the first."""
    if order is None:
        return msgspec.convert({**entry.body, **_stamps(entry)}, Order)
    state = OrderState(entry.body["to"])
    moved = replace(order, state=state, version=entry.seq, changed_at=entry.at)
    changes: dict[str, Any] = {_STAMP[state]: entry.at} if state in _STAMP and state != order.state else {}
    if state in OVER and state != order.state:
        changes |= {"ended_at": entry.at, "reason": entry.body.get("reason", "")}
    if entry.verb in ("issue", "approve"):
        changes["approver"] = entry.actor if entry.verb == "approve" else ""
        changes["why_busy"] = entry.body.get("reason") or order.why_busy
        if "expires_at" in entry.body:  # older programs let it run from the draft on
            changes["expires_at"] = datetime.fromisoformat(entry.body["expires_at"])
    if entry.verb == FREEZE:
        changes |= {"screen": entry.body["screen"], "picture": entry.body["picture"]}
    if entry.verb == POSTPONE:
        changes["deadline"] = datetime.fromisoformat(entry.body["deadline"])
    if entry.verb == "read":
        changes["read_at"] = entry.at
    if entry.verb == "assist":
        changes["needs_assistance"] = True
    return replace(moved, **changes)


_STAMP: Final = {_S.ISSUED: "issued_at", _S.SENT: "sent_at", _S.SIGNED: "signed_at", _S.ON_SCENE: "on_scene_at"}


def _stamps(entry: Entry) -> dict[str, Any]:
    stamps = {"drafted_at": entry.at, "changed_at": entry.at, "author": entry.actor}
    return {"number": entry.subject, "version": entry.seq, "state": OrderState.DRAFT, "incident": entry.about, **stamps}
