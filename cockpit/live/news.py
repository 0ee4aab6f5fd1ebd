"""What has changed in the store since it was last asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import structlog

from slots.ledger import LedgerError
from slots.reading import Freshness

_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Watched:
    """What the hub asks the store. They block and are called in a worker; the first two may raise LedgerLost.

    `marks` looks whether another process has changed what is drawn on the map, and tells the hub itself.
    """

    sequences: Callable[[], Mapping[str, int]]
    freshness: Callable[[str], Freshness]
    marks: Callable[[], object] = lambda: None


class News:
    """Remembers what was there, to say what is other now. One thread at a time."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._sequences: Mapping[str, int] = {}
        self._said: dict[str, tuple[object, ...]] = {}
        self._lost = False

    def since_then(self, slots: Collection[str]) -> set[str] | None:
        """The slots with new commits, and those of `slots` with another status; None: everything, the store went or came back.

        Blocks. A slot that is no part of the city any more has no news.
        """
        try:
            sequences = self._watched.sequences()
            asked = [slot for slot in slots if slot in sequences]
            heard = {slot: self._watched.freshness(slot) for slot in asked}
            said = {slot: _words(fresh) for slot, fresh in heard.items()}
        except LedgerError as error:
            return self._turn(lost=True, error=str(error))
        changed = {slot for slot, sequence in sequences.items() if self._sequences.get(slot) != sequence}
        changed |= {slot for slot, words in said.items() if self._said.get(slot) != words}
        self._sequences = sequences
        self._said.update(said)
        return self._turn(lost=False) if self._lost else changed

    def _turn(self, *, lost: bool, error: str = "") -> set[str] | None:
        """Says once that the store was lost, once that it is back."""
        if lost == self._lost:
            return set()
        self._lost = lost
        _LOG.warning("the ledger is lost: screens show the last values", error=error) if lost else _LOG.info("the ledger is back")
        return None


def _words(fresh: Freshness) -> tuple[object, ...]:
    """What a screen says of a source besides its age."""
    drift = tuple((one.field, one.kind, round(one.share, 2)) for one in fresh.drift)
    return fresh.status, fresh.reason, fresh.degraded, drift
