"""What can be done with orders, each thing inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from cockpit.dispatch.actor import SYSTEM, Actor
from cockpit.dispatch.announcing import ORDERS, announce, command
from cockpit.dispatch.ground import Ground, Spot
from cockpit.dispatch.incident import ENDED, Incident
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.machine import within
from cockpit.dispatch.order import Order, OrderState
from cockpit.dispatch.order_machine import DRAFT, STEPS, fold, legal
from cockpit.dispatch.refusal import Forbidden, Illegal, Unknown, Wrong
from cockpit.dispatch.said import Draft, given
from cockpit.dispatch.writing import Writing
from slots.problem import nearest

MORTAL: Final = STEPS["expire"].sources
"""The states in which an order runs out."""
_LATE: Final = "its time to live ran out"


class Orders:
    """The verbs of orders. Holds nothing; any thread."""

    def __init__(self, ground: Ground, zone: str) -> None:
        self._ground = ground
        self._zone = ZoneInfo(zone)

    def draft(self, writing: Writing, draft: Draft, actor: Actor) -> Order:
        """The new order. Raises Wrong and Forbidden."""
        incident = self._incident(writing, draft.incident)
        spot = self._spot(draft, incident)
        if not within(actor, spot.region, self._ground.above):
            raise Forbidden(f"the place lies in {spot.region!r}, which is outside of {actor.region!r}, your region")
        expires = writing.now + timedelta(seconds=draft.ttl_s)
        body: dict[str, Any] = msgspec.to_builtins(draft)
        del body["ttl_s"], body["datum"]
        body |= {"region": spot.region, "lon": spot.lon, "lat": spot.lat, "expires_at": expires.isoformat(), "to": "DRAFT"}
        body["exercise"] = draft.exercise or (incident is not None and incident.exercise)
        number = writing.number("orders", f"{writing.now.astimezone(self._zone):%Y%m%d}")
        entry = writing.append(actor, number, draft.incident, DRAFT, body)
        return self._kept(writing, fold(None, entry), entry)

    def act(self, writing: Writing, number: str, verb: str, said: Mapping[str, Any], actor: Actor) -> Order:
        """The order after the verb. Raises Unknown, Illegal and Wrong."""
        order = writing.order(number)
        if order is None:
            raise Unknown(f"there is no order {number!r:.40}")
        step = STEPS.get(verb)
        if step is None:
            raise Unknown(f"there is no verb {verb!r:.40}; there are: {', '.join(STEPS)}.{nearest(verb, STEPS)}")
        verbs = () if verb != "expire" and self.run_out(order, writing) else self.legal(order, actor)
        if verb not in verbs:
            why = f"{_LATE} at {order.expires_at.isoformat()}" if self.run_out(order, writing) else f"it is {order.state.value}"
            raise Illegal(f"{verb!r} cannot be done with {number} by {actor.role.value} {actor.name!r:.60}: {why}", verbs)
        body = {**given(step, said), "from": order.state.value, "to": step.target or order.state.value}
        entry = writing.append(actor, number, order.incident, verb, body)
        changed = self._kept(writing, fold(order, entry), entry)
        if changed.state is OrderState.ISSUED and order.state is not OrderState.ISSUED:
            command(writing, entry, changed)
        elif changed.state in (OrderState.CANCELLED, OrderState.EXPIRED):
            writing.unsend(ORDERS, number)
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

    def _kept(self, writing: Writing, order: Order, entry: Entry) -> Order:
        writing.keep_order(order)
        announce(writing, entry, order)
        return order

    def _incident(self, writing: Writing, number: str) -> Incident | None:
        if not number:
            return None
        found = writing.incident(number)
        if found is None:
            raise Wrong(f"there is no incident {number!r:.40}")
        if found.state in ENDED:
            raise Wrong(f"incident {number} is {found.state.value}; nobody need be sent there any more")
        return found

    def _spot(self, draft: Draft, incident: Incident | None) -> Spot:
        if incident is not None and draft.lon is None and draft.lat is None and draft.region is None:
            return Spot(incident.region, incident.lon, incident.lat)
        return self._ground.spot(draft.lon, draft.lat, draft.datum, draft.region)
