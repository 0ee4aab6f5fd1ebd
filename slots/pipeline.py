"""The worker of one topic: poll, fold, commit, for every slot that reads it, until it is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

import structlog

from slots.fold import Fold, in_log_order
from slots.ledger import Health, Ledger, LedgerLost, OffsetConflict, SlotState
from slots.retention import DEFAULT_RETENTION, Retention, expired
from slots.slot import Slot
from streams.clock import Clock
from streams.codecs import Rejected
from streams.record import Batch
from streams.source import Source, SourceLost

POLL_S = 0.25
REPORT_S = 1.0
EXPIRE_S = 60.0


class SetAside(Protocol):
    """Takes the records a slot could not use; doing so twice with the same record must count once."""

    def __call__(self, slot: str, batch: Batch, rejected: Sequence[Rejected]) -> None: ...


class Pipeline:
    """One topic's way into the ledger. `run` blocks its thread; `step` does one round and is what tests call.

    A lost log or ledger is logged once, retried for ever, logged once when back; the ledger keeps a health report a
    second, so that screens know that the worker lives.
    """

    def __init__(
        self,
        source: Source,
        folds: Mapping[str, Fold],
        ledger: Ledger,
        set_aside: SetAside,
        clock: Clock,
        on_commit: Callable[[str], None] = lambda slot: None,
        retention: Retention = DEFAULT_RETENTION,
    ) -> None:
        self._source = source
        self._folds = folds
        self._ledger = ledger
        self._set_aside = set_aside
        self._clock = clock
        self._on_commit = on_commit
        self._retention = retention
        self._states: dict[str, SlotState] = {}
        self._opened = False
        self._reported_s = 0.0
        self._expired_s = 0.0
        self._reason = ""
        self._log = structlog.get_logger("pipeline").bind(topic=source.topic)

    def run(self, stop: threading.Event) -> None:
        """Steps until `stop` is set. Never raises for what the log, the ledger or a record does."""
        pause_s = 0.2
        while not stop.is_set():
            try:
                self.step(POLL_S)
                self._well()
                pause_s = 0.2
            except (SourceLost, LedgerLost) as error:
                self._lost(str(error))
                stop.wait(pause_s)
                pause_s = min(pause_s * 2, 2.0)
            except Exception as error:
                self._lost(f"{type(error).__name__}: {error}", broken=True)
                self._opened = False
                stop.wait(1.0)
        self._source.close()

    def step(self, timeout_s: float) -> int:
        """How many records one round has counted, over all slots. Raises SourceLost or LedgerLost."""
        if not self._opened:
            self._source.open(self._positions)
            self._opened = True
        batch = self._source.poll(timeout_s)
        if batch is None:
            return 0
        counted = 0
        for slot, fold in self._folds.items():
            if self._opened:
                counted += self._count(slot, fold, batch)
        return counted

    def _positions(self, partitions: Collection[int]) -> dict[int, int]:
        """Where the slowest slot stands in each of the partitions; asked by the thread that reads the log.

        What it found is what the next commits expect: a commit upon a state that has moved since is refused and read anew.
        """
        states = {slot: self._ledger.state(slot) for slot in self._folds}
        self._states = states
        standing = [_of_topic(state, self._source.topic) for state in states.values()]
        known = {partition for offsets in standing for partition in offsets}
        return {partition: min(offsets.get(partition, 0) for offsets in standing) for partition in known & set(partitions)}

    def _count(self, slot: str, fold: Fold, batch: Batch) -> int:
        """Folds and commits what the slot has not counted of the batch; again, when another worker came first."""
        while self._opened:
            state = self._states[slot]
            stands = _of_topic(state, batch.topic)
            rest = batch.since(stands)
            if not rest.spans:
                return 0
            if any(span.begin > stands.get(partition, span.begin) for partition, span in rest.spans.items()):
                self._refresh(slot, state, behind=rest)
                continue
            folded = fold.fold(rest, state, self._clock())
            if folded.rejected:
                self._set_aside(slot, rest, in_log_order(folded.rejected))
            try:
                self._states[slot] = self._committed(folded.commit)
            except OffsetConflict as conflict:
                self._log.info("another worker has counted these records", slot=slot, stored=dict(conflict.stored))
                self._refresh(slot, state)
                continue
            self._on_commit(slot)
            return len(rest)
        return 0

    def _refresh(self, slot: str, before: SlotState, behind: Batch | None = None) -> None:
        """The slot's state anew. Where it stands before the records at hand, they are read again from there."""
        state = self._ledger.state(slot)
        stands = _of_topic(state, self._source.topic)
        went_back = any(state.offsets.get(part, -1) < offset for part, offset in before.offsets.items())
        gap = behind is not None and any(span.begin > stands.get(p, span.begin) for p, span in behind.spans.items())
        if went_back or gap:
            self._log.warning("the ledger stands before the records at hand: reading from there", slot=slot)
            self._opened = False
        self._states = {**self._states, slot: state}

    def _committed(self, commit: object) -> SlotState:
        try:
            return self._ledger.commit(commit)  # type: ignore[arg-type]
        except LedgerLost:
            self._opened = False  # whether it was added is read from the ledger when it is back
            raise

    def _well(self) -> None:
        if self._reason:
            self._log.info("back")
            self._reason = ""
        self._report(True, "")

    def _lost(self, reason: str, broken: bool = False) -> None:
        if not self._reason:
            (self._log.exception if broken else self._log.warning)("lost", reason=reason)
        changed, self._reason = self._reason != reason, reason
        self._report(False, reason, at_once=changed)

    def _report(self, connected: bool, reason: str, at_once: bool = False) -> None:
        now = self._clock()
        if not at_once and 0 <= now.timestamp() - self._reported_s < REPORT_S:
            return
        self._reported_s = now.timestamp()
        ends = {f"{self._source.topic}/{p}": end for p, end in self._source.ends().items()} if self._opened else {}
        for slot in self._folds:
            self._ledger.report(slot, Health(connected, reason, int(now.timestamp() * 1e6), ends))
        if connected and now.timestamp() - self._expired_s > EXPIRE_S:
            self._expired_s = now.timestamp()
            self._expire()

    def _expire(self) -> None:
        for slot, state in self._states.items():
            if old := expired(self._ledger, slot, state, self._retention):
                self._ledger.expire(slot, old)


def _of_topic(state: SlotState, topic: str) -> dict[int, int]:
    """Partition → next offset of one topic."""
    stored = ((part.rpartition("/"), offset) for part, offset in state.offsets.items())
    return {int(partition): offset for (name, _, partition), offset in stored if name == topic}


def folds_by_topic(slots: Mapping[str, Slot], make: Callable[[Slot], Fold]) -> dict[str, dict[str, Fold]]:
    """Topic → the folds of the slots that read it: one consumer per topic, however many slots."""
    grouped: dict[str, dict[str, Fold]] = {}
    for slot in slots.values():
        grouped.setdefault(slot.source.topic, {})[slot.slot] = make(slot)
    return grouped
