"""An incident as it stood at a moment of the past: the fold of the rows its journal had by then. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cockpit.dispatch.audit import fold_all
from cockpit.dispatch.incident import ENDED, Incident
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.order import OVER, Order


@dataclass(frozen=True, slots=True)
class Past:
    """`incident` None: it was not reported yet. `orders`: those drafted by then, the oldest first. `rows`: of the journal."""

    incident: Incident | None
    orders: tuple[Order, ...]
    rows: tuple[Entry, ...]

    @property
    def out(self) -> dict[str, str]:
        """Unit → the number of the order it was out with."""
        return {one.unit: one.number for one in self.orders if one.issued_at and one.state not in OVER}


def as_of(number: str, entries: Sequence[Entry], at: datetime) -> Past:
    """How the incident and its orders stood. `entries`: the rows about them, in their order."""
    rows = tuple(entry for entry in entries if entry.at <= at)
    things = fold_all(rows)
    incident = things.get(number)
    orders = tuple(thing for thing in things.values() if isinstance(thing, Order))
    return Past(incident if isinstance(incident, Incident) else None, orders, rows)


def span(incident: Incident, entries: Sequence[Entry], now: datetime) -> tuple[datetime, datetime]:
    """From when to when there is something to look at: until now, or its last row where nothing more can come."""
    first = min([incident.reported_at, *(entry.at for entry in entries[:1])])
    return first, max(entries[-1].at, first) if entries and incident.state in ENDED else now
