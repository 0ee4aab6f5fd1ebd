"""A unit that can be sent: who it is, what it can do, where it was seen last, and whether it is free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class UnitStatus(StrEnum):
    """As the unit says of itself."""

    AVAILABLE = "AVAILABLE"
    BUSY = "BUSY"
    ON_BREAK = "ON_BREAK"
    UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """`region`: the code of where it works, and everything below it. `lon`, `lat`: WGS84 degrees. `seen_at`: UTC; None: never.

    `on_duty` None: no roster says. `order`: the number of the order it is out for.
    """

    id: str
    name: str = ""
    kind: str = ""
    skills: frozenset[str] = frozenset()
    region: str | None = None
    status: UnitStatus = UnitStatus.AVAILABLE
    on_duty: bool | None = None
    lon: float | None = None
    lat: float | None = None
    seen_at: datetime | None = None
    order: str = ""
    phone: str = ""
    address: str = ""
    """What a channel calls it."""
