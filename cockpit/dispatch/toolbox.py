"""The toolbox of one city: what others ask of it and have it do. One verb is one transaction: its effect and its journal row."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from cockpit.dispatch.actor import Actor
from cockpit.dispatch.broadcasts import Broadcasts
from cockpit.dispatch.exercise import put_away
from cockpit.dispatch.ground import Ground, Outlined
from cockpit.dispatch.idempotency import Done, Once, Request
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.incidents import Incidents
from cockpit.dispatch.kept_files import KeptFiles
from cockpit.dispatch.machine import theirs, within
from cockpit.dispatch.order import Order
from cockpit.dispatch.orders import Orders
from cockpit.dispatch.refusal import Unknown
from cockpit.dispatch.rules import Rules
from cockpit.dispatch.store import Store
from cockpit.dispatch.writing import Writing

Work = Callable[[Writing], tuple[int, bytes]]
"""What is done inside the transaction: the status and the body of the answer."""


class Toolbox:
    """Asked from any thread; blocks on the database. `stirred` is set after each change: there may be something to send.

    `files`: where attachments are kept; None: nowhere, in this process.

    Raises Refused for what cannot be done, StoreLost where the database does not answer.
    """

    def __init__(
        self, store: Store, places: Outlined, zone: str, rules: Rules | None = None, files: KeptFiles | None = None
    ) -> None:
        self.store = store
        self.ground = Ground(places)
        self.rules = rules or Rules()
        self.files = files
        self.incidents = Incidents(self.ground, zone, self.rules)
        self.orders = Orders(self.ground, zone, self.rules)
        self.broadcasts = Broadcasts(self.ground, zone, self.rules)
        self.stirred = threading.Event()
        self._once = Once(store)

    def once(self, request: Request, work: Work) -> Done:
        """The answer of `work`, or, where the request's key was used for the same before, what was answered then."""
        done = self._once.do(request, work)
        self.stirred.set()
        return done

    def incident(self, number: str, actor: Actor) -> Incident:
        """Raises Unknown, also where it is none of the actor's business."""
        found = self.store.incident(number)
        if found is None or not self.sees(found, actor):
            raise Unknown(f"there is no incident {number!r:.40}")
        return found

    def order(self, number: str, actor: Actor) -> Order:
        """Raises Unknown, also where it is none of the actor's business."""
        found = self.store.order(number)
        if found is None or not within(actor, found.region, self.ground.above) or not self._shown(found, actor):
            raise Unknown(f"there is no order {number!r:.40}")
        return found

    def sees(self, incident: Incident, actor: Actor) -> bool:
        """Whether it is the actor's business: of a department, what its units lead, help with or are ordered to."""
        near = within(actor, incident.region, self.ground.above)
        return near and (theirs(incident, actor) or bool(self.store.orders(incident.number, actor.units, (), 1)))

    def put_away(self, thing: Incident | Order) -> datetime | None:
        """When a reset put away what was played; None: it is there."""
        return put_away(thing, self.store.exercise()) if thing.exercise else None

    def _shown(self, order: Order, actor: Actor) -> bool:
        if not actor.serves or order.unit in actor.units:
            return True
        incident = self.store.incident(order.incident) if actor.bound and order.incident else None
        return incident is not None and self.sees(incident, actor)

    def close(self) -> None:
        self.store.close()
