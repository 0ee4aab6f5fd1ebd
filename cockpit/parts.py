"""The parts a running city is put together from; built by the composition root, handed to whoever answers questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from cockpit.city import City
from cockpit.city_files import FileProblem
from cockpit.dispatch.order import Order
from cockpit.dispatch.standing import OpenIncidents
from cockpit.dispatch.toolbox import Toolbox
from cockpit.jobs import Jobs
from cockpit.plots import Plots as Plots
from slots.entities import Entities
from slots.ledger import Ledger
from slots.readings import Readings
from slots.records import Records
from streams.clock import Clock
from streams.letter import DeadLetter
from streams.source import Log

if TYPE_CHECKING:
    from cockpit.tile_proxy import TileProxy  # loads an HTTP client, which few cities need


class SetAsideRecord(Protocol):
    """One record that a slot could not use: its address, why, and its bytes (cut at 64 KiB)."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def stage(self) -> str: ...
    @property
    def field(self) -> str | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def raw(self) -> bytes: ...
    @property
    def truncated(self) -> bool: ...


class SetAsideCause(Protocol):
    """How many records have the same stage, field and kind of reason, and since when."""

    @property
    def stage(self) -> str: ...
    @property
    def field(self) -> str | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def since(self) -> datetime: ...
    @property
    def last(self) -> datetime: ...


class DeadLetterStore(Protocol):
    """Where they are kept. Safe to use from several threads; blocks."""

    def latest(
        self,
        slot: str,
        limit: int,
        before: tuple[str, int, int] | None = None,
        stage: str | None = None,
        field: str | None = None,
    ) -> Sequence[SetAsideRecord]:
        """The newest first; with `before` (topic, partition, offset) those older than that one."""

    def causes(self, slot: str) -> Sequence[SetAsideCause]:
        """A slot's letters grouped, the most frequent cause first."""

    def count(self, slot: str, stage: str | None = None, field: str | None = None) -> int:
        """How many of a slot are kept."""

    def truncated(self, slot: str) -> int:
        """How many of them are cut, so that they can never be replayed."""

    def dropped(self, slot: str) -> int:
        """How many were only counted, since the slot's room was full."""


def _no_workers() -> Mapping[str, bool]:
    return {}


def _no_problems() -> Sequence[FileProblem]:
    return ()


def _unheard(order: Order) -> None:
    return None


def _unkept(letters: Iterable[DeadLetter]) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the cockpit asks, of one process. All of it is safe to use from several threads."""

    city: City
    readings: Readings
    entities: Entities
    records: Records
    ledger: Ledger
    log: Log
    dead_letters: DeadLetterStore
    clock: Clock
    started_at: datetime
    workers: Callable[[], Mapping[str, bool]] = _no_workers
    """Topic → whether the thread that reads it lives, of the workers in this process; empty where others do the work."""
    problems: Callable[[], Sequence[FileProblem]] = _no_problems
    """The mistakes in the city's files as they stand, because of which an older version is in force."""
    jobs: Jobs = field(default_factory=Jobs)
    """Long work in this process; closed by whoever made it."""
    tiles: TileProxy | None = None
    """What asks the tile services of the city; None where nobody does."""
    plots: Plots = field(default_factory=Plots)
    """What people have drawn on the map."""
    build: str = ""
    """Which build of the page's files is served; a screen that runs another one loads itself anew."""
    toolbox: Toolbox | None = None
    """Incidents and orders; None where this process has nothing to do with them."""
    open_incidents: OpenIncidents | None = None
    """The open ones with their lights, for screens; None where there is no toolbox."""
    issued: Callable[[Order], None] = _unheard
    """Told of each order that has just been issued; returns at once."""
    set_aside: Callable[[Iterable[DeadLetter]], object] = _unkept
    """Keeps records that the toolbox cannot use; returns when they are durable. Raises StreamError."""
