"""An order to a unit as it stands: what its journal comes to. Times are aware, UTC; places are WGS84 degrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal


class OrderState(StrEnum):
    """Where an order stands."""

    DRAFT = "DRAFT"
    ISSUED = "ISSUED"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    SIGNED = "SIGNED"
    EN_ROUTE = "EN_ROUTE"
    ON_SCENE = "ON_SCENE"
    DONE = "DONE"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


OVER: Final = frozenset({OrderState.DONE, OrderState.REFUSED, OrderState.EXPIRED, OrderState.CANCELLED})
"""Nothing leads out of these."""

Consequence = Literal["ordinary", "grave"]
"""A grave one needs a second person before it goes out."""


NOTHING: Final = "none"
"""In place of the name of a file: there was nothing to keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`expires_at`: until when it may be issued, and once it is, sent and signed. `version`: its last journal row."""

    number: str
    version: int
    state: OrderState
    unit: str
    text: str
    region: str
    author: str
    drafted_at: datetime
    changed_at: datetime
    expires_at: datetime
    incident: str = ""
    kind: str = ""
    consequence: Consequence = "ordinary"
    lon: float | None = None
    lat: float | None = None
    attachments: tuple[str, ...] = ()
    exercise: bool = False
    approver: str = ""
    issued_at: datetime | None = None
    sent_at: datetime | None = None
    read_at: datetime | None = None
    """When somebody of the unit opened it; it need not be signed for that."""
    signed_at: datetime | None = None
    on_scene_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    """Why it was refused, cancelled or expired."""
    needs_assistance: bool = False
    deadline: datetime | None = None
    """By when it is to be done."""
    why_busy: str = ""
    """Why it was given to a unit that was out with another one."""
    board: str = ""
    query: str = ""
    """The screen its author had before the eyes."""
    screen: str = ""
    picture: str = ""
    """What was on it when the order was given: names of kept files; empty: not kept (yet)."""
