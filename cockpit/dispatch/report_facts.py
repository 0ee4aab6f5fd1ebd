"""What a report after action says: everything about one incident, gathered by whoever asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from cockpit.dispatch.incident import Incident
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.limits import Clocks
from cockpit.dispatch.order import Order
from cockpit.dispatch.plan_run import PlanRun


@dataclass(frozen=True, slots=True)
class Known:
    """An indicator as it was known at a moment; `value` in words, “—” where it was missing."""

    title: str
    value: str
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Frozen:
    """The screen from which an order was given, as it was then. `picture`: a PNG of its map."""

    order: str
    title: str
    taken_at: datetime
    known: Sequence[Known]
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG, and the row of the journal with which it was sent."""

    entry: Entry
    picture: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything a report says. `place`: in words. `picture`: a PNG of the map around it; `head`: the journal's seal.

    `units`: the names of the units by their ids.
    """

    city: str
    zone: str
    incident: Incident
    entries: Sequence[Entry]
    orders: Sequence[Order]
    place: str = ""
    runs: Sequence[PlanRun] = ()
    clocks: Clocks | None = None
    known: Sequence[Known] = ()
    frozen: Sequence[Frozen] = ()
    photos: Sequence[Photo] = ()
    picture: bytes | None = None
    made_at: datetime
    head: str = ""
    units: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
