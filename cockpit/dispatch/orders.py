"""What can be done with orders, each thing inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from cockpit.dispatch.actor import SYSTEM, Actor, Role
from cockpit.dispatch.announcing import command
from cockpit.dispatch.applying import apply_to_order
from cockpit.dispatch.calling_off import withdraw
from cockpit.dispatch.concern import check_incident, check_order, check_there
from cockpit.dispatch.due import due_at
from cockpit.dispatch.field import OPEN
from cockpit.dispatch.ground import Ground, Spot
from cockpit.dispatch.incident import SETTLED, Incident
from cockpit.dispatch.incidents import played
from cockpit.dispatch.machine import within
from cockpit.dispatch.order import Order, OrderState
from cockpit.dispatch.order_machine import DRAFT, FREEZE, STEPS, fold, legal
from cockpit.dispatch.refusal import Forbidden, Illegal, Unknown, Wrong
from cockpit.dispatch.rules import Rules
from cockpit.dispatch.said import Draft, given
from cockpit.dispatch.writing import Writing
from slots.problem import nearest

MORTAL: Final = STEPS["expire"].sources
"""The states in which an order runs out."""
_LATE: Final = "its time to live ran out"


class Orders:
    """The verbs of orders. Holds nothing; any thread."""

    def __init__(self, ground: Ground, zone: str, rules: Rules | None = None) -> None:
        self._ground = ground
        self._rules = rules or Rules()
        self._zone = ZoneInfo(zone)

    def draft(self, writing: Writing, draft: Draft, actor: Actor) -> Order:
        """The new order. Raises Wrong and Forbidden."""
        self._rules.check_unit(draft.unit)
        incident = self._incident(writing, draft.incident)
        if incident is not None:
            check_incident(writing, incident, actor, self._ground.above)
        spot = self._spot(draft, incident)
        if not within(actor, spot.region, self._ground.above):
            raise Forbidden(f"the place lies in {spot.region!r}, which is outside of {actor.region!r}, your region")
        expires = writing.now + timedelta(seconds=draft.ttl_s)
        body: dict[str, Any] = msgspec.to_builtins(draft)
        del body["ttl_s"], body["datum"], body["reason"], body["screen"]
        body |= {"why_busy": draft.reason or ""} | (msgspec.to_builtins(draft.screen) if draft.screen else {})
        due = due_at(draft.deadline, writing.now) if draft.deadline else self._due(writing, incident)
        body["deadline"] = due.isoformat() if due else None
        body |= {"region": spot.region, "lon": spot.lon, "lat": spot.lat, "expires_at": expires.isoformat(), "to": "DRAFT"}
        body["exercise"] = played(draft.exercise, writing, actor) if incident is None else incident.exercise
        number = writing.number("orders", f"{writing.now.astimezone(self._zone):%Y%m%d}")
        entry = writing.append(actor, number, draft.incident, DRAFT, body)
        return apply_to_order(writing, entry, None)

    def act(self, writing: Writing, number: str, verb: str, said: Mapping[str, Any], actor: Actor) -> Order:
        """The order after the verb. Raises Unknown, Forbidden, Illegal and Wrong."""
        order = writing.order(number)
        if order is None:
            raise Unknown(f"there is no order {number!r:.40}")
        step = STEPS.get(verb)
        if step is None:
            raise Unknown(f"there is no verb {verb!r:.40}; there are: {', '.join(STEPS)}.{nearest(verb, STEPS)}")
        check_order(order, actor, self._ground.above)
        if actor.role is not Role.SYSTEM:
            check_there(writing, order)
        verbs = () if verb != "expire" and self.run_out(order, writing) else self.legal(order, actor)
        if verb not in verbs:
            late = f"{_LATE} at {order.expires_at.isoformat()}" if self.run_out(order, writing) else ""
            raise Illegal(f"{verb!r} cannot be done with {number}: {late or step.cause(order.state, order, actor)}", verbs)
        body = {**given(step, said), "from": order.state.value, "to": step.target or order.state.value}
        if step.target is OrderState.ISSUED:
            self._rules.check_unit(order.unit)  # the roster may have changed since it was drafted
            self._check_free(writing, order, body.get("reason") or order.why_busy, verbs)
            lives = order.expires_at - order.drafted_at  # from now on: the time a second person took is not the unit's
            body["expires_at"] = (writing.now + lives).isoformat()
        entry = writing.append(actor, number, order.incident, verb, body)
        changed = apply_to_order(writing, entry, order)
        if changed.state is OrderState.ISSUED and order.state is not OrderState.ISSUED:
            command(writing, entry, changed)
        elif changed.state in (OrderState.CANCELLED, OrderState.EXPIRED):
            withdraw(writing, entry, order, changed)
        return changed

    def expire(self, writing: Writing, number: str) -> bool:
        """Whether its time had run out; then it has expired now, and is never sent."""
        order = writing.order(number)
        if order is None or not self.run_out(order, writing):
            return False
        self.act(writing, number, "expire", {"reason": _LATE}, SYSTEM)
        return True

    def run_out(self, order: Order, writing: Writing) -> bool:
        """Whether it waits to be sent or signed, and its time is over."""
        return order.state in MORTAL and order.expires_at <= writing.now

    def legal(self, order: Order, actor: Actor) -> tuple[str, ...]:
        """The verbs this actor may do now, as long as its time has not run out."""
        return tuple(legal(order, actor, self._ground.above))

    def freeze(self, writing: Writing, number: str, screen: str, picture: str) -> None:
        """Notes the names of what was on the screen when the order was given; empty: as it is. What was noted once stays."""
        order = writing.order(number)
        if order is not None and ((screen and not order.screen) or (picture and not order.picture)):
            stands = order.state.value
            kept = {"screen": order.screen or screen, "picture": order.picture or picture}
            body = {**kept, "from": stands, "to": stands}
            entry = writing.append(SYSTEM, number, order.incident, FREEZE, body)
            writing.keep_order(fold(order, entry))

    def _check_free(self, writing: Writing, order: Order, reason: str, verbs: Sequence[str]) -> None:
        """A unit of the roster that is out with another order is not sent again without a reason; others are no single unit."""
        if reason or not self._rules.known(order.unit):
            return
        other = writing.busy_with(order.unit, OPEN, order.exercise)
        if other is not None:
            hint = "Hint: give a reason, or take another unit"
            raise Illegal(f"unit {order.unit!r} is out with {other}; {order.number} would be its second order. {hint}", verbs)

    def _due(self, writing: Writing, incident: Incident | None) -> datetime | None:
        if incident is None or incident.deadline is not None:
            return incident.deadline if incident else None
        return self._rules.deadline(incident, writing.entries(incident.number), writing.now)

    def _incident(self, writing: Writing, number: str) -> Incident | None:
        if not number:
            return None
        found = writing.incident(number)
        if found is None:
            raise Wrong(f"there is no incident {number!r:.40}")
        if found.state in SETTLED:
            raise Wrong(f"incident {number} is {found.state.value}; nobody need be sent there any more")
        return found

    def _spot(self, draft: Draft, incident: Incident | None) -> Spot:
        if incident is not None and draft.lon is None and draft.lat is None and draft.region is None:
            return Spot(incident.region, incident.lon, incident.lat)
        return self._ground.spot(draft.lon, draft.lat, draft.datum, draft.region)
