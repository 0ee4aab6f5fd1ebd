"""Whose business an incident or an order is: that of its region, and of departments what their units have to do with."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import ColumnElement, func, or_, select

from cockpit.dispatch.actor import Above, Actor
from cockpit.dispatch.exercise import put_away
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.machine import theirs, within
from cockpit.dispatch.order import Order
from cockpit.dispatch.refusal import Forbidden, Illegal
from cockpit.dispatch.tables import INCIDENT, ORDER
from cockpit.dispatch.writing import Writing


def incidents_of(city: str, units: Collection[str]) -> ColumnElement[bool]:
    """The rows of incidents that these units lead, help with or are ordered to."""
    named = [f'"{key}":{msgspec.json.encode(unit).decode()}' for key in ("lead_unit", "unit") for unit in sorted(units)]
    # LIKE would take p1 for P1 in SQLite; within a text a quotation mark has a backslash before it, so none is taken for a key.
    written = [func.replace(INCIDENT.c.document, text, "") != INCIDENT.c.document for text in named]
    ordered = select(ORDER.c.incident).where(ORDER.c.city == city, ORDER.c.unit.in_(sorted(units)))
    return or_(*written, INCIDENT.c.number.in_(ordered))


def orders_of(city: str, units: Collection[str]) -> ColumnElement[bool]:
    """The rows of orders to these units, and of all orders for the incidents that they have to do with."""
    incidents = select(INCIDENT.c.number).where(INCIDENT.c.city == city, incidents_of(city, units))
    return or_(ORDER.c.unit.in_(sorted(units)), ORDER.c.incident.in_(incidents))


def check_incident(writing: Writing, incident: Incident, actor: Actor, above: Above) -> None:
    """Raises Forbidden, with the cause, where it is none of the actor's business, and Illegal where it was put away."""
    check_there(writing, incident)
    _check_region(incident, actor, above)
    if not theirs(incident, actor) and not writing.ordered(incident.number, actor.units):
        raise Forbidden(f"{incident.number} is nothing that {_named(actor)} leads, helps with or is ordered to")


def check_there(writing: Writing, thing: Incident | Order) -> None:
    """Raises Illegal for what was played in an exercise that was put away: touched again it would be back in every list."""
    if thing.exercise and (at := put_away(thing, writing.exercise())):
        hint = "Hint: report it anew where it is to be played once more"
        since = at.isoformat(timespec="seconds")
        raise Illegal(f"{thing.number} was part of an exercise that was put away at {since}. {hint}", ())


def check_order(order: Order, actor: Actor, above: Above) -> None:
    """Raises Forbidden, with the cause, where it is none of the actor's business."""
    _check_region(order, actor, above)
    if actor.serves and order.unit not in actor.units:
        raise Forbidden(f"{order.number} is for {order.unit!r:.60}, you act for {_named(actor)}")


def _check_region(thing: Incident | Order, actor: Actor, above: Above) -> None:
    if not within(actor, thing.region, above):
        raise Forbidden(f"{thing.number} is in {thing.region}, you act for {actor.region}")


def _named(actor: Actor) -> str:
    return repr(actor.unit or actor.name)[:80]
