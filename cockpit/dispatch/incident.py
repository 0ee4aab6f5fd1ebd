"""An incident as it stands: what its journal comes to. Times are aware, UTC; places are WGS84 degrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal


class State(StrEnum):
    """Where an incident stands."""

    REPORTED = "REPORTED"
    REJECTED = "REJECTED"
    ACCEPTED = "ACCEPTED"
    FILED = "FILED"
    CANCELLED = "CANCELLED"
    DISPATCHED = "DISPATCHED"
    SIGNED = "SIGNED"
    HANDLING = "HANDLING"
    SUSPEND_REQUESTED = "SUSPEND_REQUESTED"
    SUSPENDED = "SUSPENDED"
    REPORTED_BACK = "REPORTED_BACK"
    VERIFYING = "VERIFYING"
    CLOSED = "CLOSED"
    REVIEWED = "REVIEWED"
    ARCHIVED = "ARCHIVED"


ENDED: Final = frozenset({State.REJECTED, State.CANCELLED, State.ARCHIVED})
"""Nothing leads out of these."""

SETTLED: Final = ENDED | {State.CLOSED, State.REVIEWED}
"""The work is done or will not be; clocks stand."""

Priority = Literal["LOW", "NORMAL", "HIGH", "URGENT"]
Kind = Literal["part", "event"]

BAD_STARS: Final = 2
"""A review with so many stars or fewer is a bad one."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reported it; shown to those who handle it, else masked."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CoUnit:
    """A unit that helps, with a deadline of its own."""

    unit: str
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A suspension; `until` None: it lasts."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a hotline is told: true or not, beyond competence, whom was spoken to and when, what came of it."""

    true: bool | None = None
    beyond_competence: bool | None = None
    contacted_phone: str = ""
    contacted_at: datetime | None = None
    solved: bool | None = None
    why_not: str = ""
    done: str = ""
    public_answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerted:
    """What an alert of the Common Alerting Protocol said of it, in the words of CAP, so that it can be told on as it came.

    Circles: lon, lat, km; rings: lon, lat, the last point is the first one.
    """

    sent: datetime
    categories: tuple[str, ...]
    urgency: str
    severity: str
    certainty: str
    area: str = ""
    circles: tuple[tuple[float, float, float], ...] = ()
    rings: tuple[tuple[tuple[float, float], ...], ...] = ()
    onset: datetime | None = None
    expires: datetime | None = None
    messages: tuple[str, ...] = ()
    """The identifiers of the messages that made it what it is, the last one last: by any of them a later one may name it."""

    @property
    def renewed(self) -> bool:
        """Whether an Update has changed it since it came."""
        return len(self.messages) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """`region` is the deepest one known. `media`, `attachments`: names of files or addresses. `version`: its last journal row."""

    number: str
    version: int
    state: State
    title: str
    category: str
    region: str
    reported_at: datetime
    changed_at: datetime
    client_id: str | None = None
    subcategory: str = ""
    kind: Kind = "event"
    condition: str = ""
    description: str = ""
    channel: str = ""
    priority: Priority = "NORMAL"
    lon: float | None = None
    lat: float | None = None
    datum: str = "wgs84"
    """That of `lon` and `lat`; what older programs wrote says here in which one they were given, and is WGS84 as well."""
    given_datum: str = ""
    """In which one the place was given; empty: `datum` says it."""
    outside: bool = False
    """The place lies in no region of the city; `region` is the one that was said, else the whole city."""
    address: str = ""
    cell_grid: str = ""
    duty_grid: str = ""
    reporter: Reporter = Reporter()
    media: tuple[str, ...] = ()
    recurrence_key: str = ""
    recurrence: int = 0
    """How many with this key there were before, and how often it was reported again."""
    duplicate_of: str = ""
    """The incident that it is the same as; it ended for that."""
    duplicates: tuple[str, ...] = ()
    exercise: bool = False
    filed_at: datetime | None = None
    dispatched_at: datetime | None = None
    closed_at: datetime | None = None
    deadline: datetime | None = None
    lead_unit: str = ""
    wrong_unit: str = ""
    """The unit that sent it back last; another one after it makes a wrong dispatch."""
    co_units: tuple[CoUnit, ...] = ()
    pauses: tuple[Pause, ...] = ()
    returns: int = 0
    reworks: int = 0
    wrong_dispatches: int = 0
    supervisions: int = 0
    urge_level: int = 0
    reply: Reply | None = None
    stars: int | None = None
    reopened: int = 0
    alert: Alerted | None = None
    """Where it came as an alert; the last one about it."""
    withdrawn_at: datetime | None = None
    """When whoever sent the alert took it back."""

    @property
    def reviewed_badly(self) -> bool:
        """Whether the last review was a bad one."""
        return self.stars is not None and self.stars <= BAD_STARS
