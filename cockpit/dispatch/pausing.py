"""What a suspension does to what is due: the clock stood, so everything is due by as much working time later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cockpit.dispatch.actor import SYSTEM
from cockpit.dispatch.announcing import ORDERS, command, topic_of
from cockpit.dispatch.applying import apply_to_order
from cockpit.dispatch.incident import Incident, Pause
from cockpit.dispatch.order import Order, OrderState
from cockpit.dispatch.order_machine import POSTPONE
from cockpit.dispatch.working_time import WorkingTime
from cockpit.dispatch.writing import Writing


def after_pause(due: datetime, pause: Pause, now: datetime, work: WorkingTime) -> datetime:
    """When it is due once the pause is over now: as much working time later as the pause held, also where it was late already."""
    held = work.worked(pause.since, now)
    return work.deadline(due, held) if held else due


def resumed(incident: Incident, now: datetime, work: WorkingTime) -> dict[str, Any]:
    """What the row says that ends the last pause: `deadline`, and those of the units that help; nothing where none is due."""
    if not incident.pauses:
        return {}
    pause, said = incident.pauses[-1], dict[str, Any]()
    if incident.deadline is not None:
        said["deadline"] = after_pause(incident.deadline, pause, now, work).isoformat()
    helping = {one.unit: one.deadline for one in incident.co_units if one.deadline is not None}
    if helping:
        said["co_deadlines"] = {unit: after_pause(due, pause, now, work).isoformat() for unit, due in helping.items()}
    return said


def postpone(writing: Writing, before: Incident, after: Incident, work: WorkingTime) -> None:
    """Moves what its orders that are under way are to be done by. One given during the pause with a time of its own keeps it.

    `before`, `after`: the incident as the row that ended the pause found it and left it.
    """
    pause = before.pauses[-1]
    for order in writing.open_orders(before.number):
        due = order.deadline
        if due is not None and due == before.deadline:
            due = after.deadline
        elif due is not None and order.drafted_at <= pause.since:
            due = after_pause(due, pause, writing.now, work)
        if due is not None and due != order.deadline:
            _postponed(writing, order, due)


def _postponed(writing: Writing, order: Order, due: datetime) -> None:
    """The order's row; what still waits to be sent goes out as it is now."""
    stands = order.state.value
    body = {"deadline": due.isoformat(), "from": stands, "to": stands}
    entry = writing.append(SYSTEM, order.number, order.incident, POSTPONE, body)
    changed = apply_to_order(writing, entry, order)
    if changed.state is OrderState.ISSUED:
        writing.unsend(topic_of(ORDERS, changed.exercise), changed.number)
        command(writing, entry, changed)
