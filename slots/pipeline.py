"""The worker of one topic: poll, fold, commit, for every slot that reads it, until it is told to stop."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

import structlog

from slots.degraded import BadShare
from slots.drifts import Drifts
from slots.fold import Fold, in_log_order
from slots.ledger import Health, Ledger, LedgerLost, OffsetConflict, SlotState
from slots.retention import DEFAULT_RETENTION, Retention, expired
from slots.slot import Slot
from slots.standing import identities, is_of_another, positions, standing
from streams.clock import Clock
from streams.codecs import Rejected
from streams.record import Batch
from streams.source import Source, StreamError

POLL_S = 0.25
REPORT_S = 1.0
EXPIRE_S = 60.0
STUCK_S = 15.0


class SetAside(Protocol):
    """Takes the records of a batch that a slot could not use, and is called before every commit, also when there are none.

    Doing so twice with the same record must count once; a record that was among them when it was read before, and is
    not any more, is used now. Raises StreamError when they cannot be kept; then the batch is read again.
    """

    def __call__(self, slot: str, batch: Batch, rejected: Sequence[Rejected]) -> None: ...


class Stop(Protocol):
    """Says that it is time to end; a threading.Event does."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool: ...


class _Newcomer:
    """A slot on its way: where it was seen last, and when it last moved."""

    def __init__(self) -> None:
        self._sequence = -1
        self._moved_s = 0.0

    def stuck(self, sequence: int, now_s: float) -> bool:
        """Whether the slot has not moved for long."""
        if sequence != self._sequence:
            self._sequence, self._moved_s = sequence, now_s
        return now_s - self._moved_s > STUCK_S


class Pipeline:
    """One topic's way into the ledger. `run` blocks its thread; `step` does one round and is what tests call.

    A lost log or ledger is logged once, retried for ever, logged once when back; the ledger keeps a health report a
    second, so that screens know that the worker lives.

    What it counts may change while it runs (`take`). A slot that is new here is not counted before it stands where this
    pipeline reads: until then another pipeline, of its own, brings it there, and the slots that are here miss nothing.
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
        self._folds = dict(folds)
        self._wanted = folds
        self._taken = folds
        self._joining: dict[str, _Newcomer] = {}
        self._reading: dict[int, int] = {}
        self._identity = 0
        self._ledger = ledger
        self._set_aside = set_aside
        self._clock = clock
        self._on_commit = on_commit
        self._retention = retention
        self._states: dict[str, SlotState] = {}
        self._shares: dict[str, BadShare] = {}
        self._drifts = Drifts(source.topic)
        self._opened = False
        self._reported_s = 0.0
        self._expired_s = 0.0
        self._reason = ""
        self._log = structlog.get_logger("pipeline").bind(topic=source.topic)

    @property
    def slots(self) -> frozenset[str]:
        """The slots that are counted here by now; those on their way are not among them."""
        return frozenset(self._folds)

    def take(self, folds: Mapping[str, Fold]) -> None:
        """From the next round on these folds and no others. Any thread; the newest call counts."""
        self._wanted = folds

    def run(self, stop: Stop) -> None:
        """Steps until `stop` is set. Never raises for what the log, the ledger or a record does."""
        pause_s = 0.2
        while not stop.is_set():
            try:
                self.step(POLL_S)
                self._well()
                pause_s = 0.2
            except (StreamError, LedgerLost) as error:
                self._lost(str(error))
                stop.wait(pause_s)
                pause_s = min(pause_s * 2, 2.0)
            except Exception as error:
                self._lost(f"{type(error).__name__}: {error}", broken=True)
                self._opened = False
                stop.wait(1.0)
        self._source.close()

    def step(self, timeout_s: float) -> int:
        """How many records one round has counted, over all slots. Raises StreamError or LedgerLost."""
        self._change()
        if not self._opened:
            self._reading, self._states = {}, {}
            self._source.open(self._positions)
            self._opened = True
        batch = self._source.poll(timeout_s)
        if batch is None:
            self._arrive({})
            return 0
        self._identity = batch.identity or self._identity
        counted = sum(self._count(slot, fold, batch) for slot, fold in self._folds.items())
        for slot, fold in self._arrive({partition: span.begin for partition, span in batch.spans.items()}):
            counted += self._count(slot, fold, batch)
        self._reading |= {partition: span.end for partition, span in batch.spans.items()}
        return counted

    def _change(self) -> None:
        """Goes over to what was last asked for. Where nobody is here who could miss anything, newcomers are here at once."""
        wanted = self._wanted
        if wanted is self._taken:
            return
        self._taken = wanted
        staying = {slot: fold for slot, fold in wanted.items() if slot in self._folds}
        self._folds = staying or dict(wanted)
        self._opened = self._opened and bool(staying)
        self._states = {slot: state for slot, state in self._states.items() if slot in self._folds}
        newcomers = wanted.keys() - self._folds.keys()
        self._joining = {slot: self._joining.get(slot, _Newcomer()) for slot in newcomers}

    def _arrive(self, begins: Mapping[int, int]) -> list[tuple[str, Fold]]:
        """The newcomers that have counted all that was read here, up to where the batch at hand `begins`: from now on ours.

        One that does not move is taken as well, at the price of reading on from where it stands: in a partition of which
        nothing is left there is nothing to count, and so no position.
        """
        here, now_s = self._reading | dict(begins), self._clock().timestamp()
        arrived: list[tuple[str, Fold]] = []
        for slot, newcomer in list(self._joining.items()):
            state = self._ledger.state(slot)
            stands = standing(state, self._source.topic, self._identity)
            there = all(stands.get(partition, 0) >= offset for partition, offset in here.items())
            if there or newcomer.stuck(state.sequence, now_s):
                self._opened = self._opened and there
                self._states = {**self._states, slot: state}
                del self._joining[slot]
                arrived.append((slot, self._taken[slot]))
                self._log.info("a slot has joined", slot=slot)
        self._folds = {**self._folds, **dict(arrived)}
        return arrived

    def _positions(self, partitions: Collection[int]) -> dict[int, int]:
        """Where the slowest slot stands in each of the partitions; asked by the thread that reads the log.

        One that stands in another topic of that name than was read last has counted nothing of this one.

        What it found first is what the next commits expect: a commit upon a state that has moved since is refused and read anew.
        """
        states = {slot: self._ledger.state(slot) for slot in self._folds}
        for slot, state in states.items():  # what is at hand was read upon the older one: only a refused commit may replace it
            self._states.setdefault(slot, state)
            self._shares.setdefault(slot, BadShare()).note(self._clock().timestamp(), state.counters)
        stands = [standing(state, self._source.topic, self._identity) for state in states.values()]
        known = {partition for offsets in stands for partition in offsets}
        found = {partition: min(offsets.get(partition, 0) for offsets in stands) for partition in known & set(partitions)}
        self._reading |= found
        return found

    def _count(self, slot: str, fold: Fold, batch: Batch) -> int:
        """Folds and commits what the slot has not counted of the batch; again, when another worker came first."""
        while self._opened:
            state = self._states[slot]
            stands = standing(state, batch.topic, batch.identity)
            rest = batch.since(stands, identities(state, batch.topic))
            if not rest.spans:
                return 0
            if _gap(rest, stands):
                self._refresh(slot, state, rest)
                continue
            folded = fold.fold(rest, state, self._clock())
            self._tell(slot, rest, in_log_order(folded.rejected))
            try:
                self._states[slot] = self._committed(folded.commit)
            except OffsetConflict as conflict:
                self._log.info("the slot has moved on meanwhile: counting what is left", slot=slot, stored=dict(conflict.stored))
                self._refresh(slot, state, rest)
                continue
            self._drifts.add(slot, folded.sight, self._clock())
            self._on_commit(slot)
            return len(rest)
        return 0

    def _refresh(self, slot: str, before: SlotState, batch: Batch) -> None:
        """The slot's state anew. Where it stands before the records at hand, they are read again from there."""
        state = self._ledger.state(slot)
        another = before.epoch not in (0, state.epoch)  # flushed, cleared or swapped: nothing that was read before follows
        went_back = another or any(state.offsets.get(part, -1) < offset for part, offset in positions(before).items())
        if went_back or is_of_another(state, batch) or _gap(batch, standing(state, batch.topic, batch.identity)):
            self._log.warning("the ledger stands before the records at hand: reading from there", slot=slot)
            self._opened = False
        self._states = {**self._states, slot: state}

    def _tell(self, slot: str, batch: Batch, rejected: Sequence[Rejected]) -> None:
        """Before the commit: where the letters cannot be written the batch waits, so that no record vanishes."""
        try:
            self._set_aside(slot, batch, rejected)
        except StreamError:
            self._opened = False
            raise

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
            degraded = self._share(slot, now.timestamp(), connected)
            drift = tuple(self._drifts.told(slot, now))
            self._ledger.report(slot, Health(connected, reason, int(now.timestamp() * 1e6), ends, degraded, drift))
        if connected and now.timestamp() - self._expired_s > EXPIRE_S:
            self._expired_s = now.timestamp()
            self._expire()

    def _share(self, slot: str, now_s: float, connected: bool) -> str:
        """Why the slot is degraded, by what all of its workers have counted."""
        state = self._ledger.state(slot) if connected else self._states.get(slot, SlotState())
        return self._shares.setdefault(slot, BadShare()).note(now_s, state.counters)

    def _expire(self) -> None:
        for slot, state in list(self._states.items()):
            if old := expired(self._ledger, slot, state, self._retention):
                self._ledger.expire(slot, old)


def _gap(batch: Batch, stands: Mapping[int, int]) -> bool:
    """Whether there are records between where a slot stands and the batch; before what was made anew there are none."""
    return any(not span.anew and span.begin > stands.get(partition, span.begin) for partition, span in batch.spans.items())


def folds_by_topic(slots: Mapping[str, Slot], make: Callable[[Slot], Fold]) -> dict[str, dict[str, Fold]]:
    """Topic → the folds of the slots that read it: one consumer per topic, however many slots."""
    grouped: dict[str, dict[str, Fold]] = {}
    for slot in slots.values():
        grouped.setdefault(slot.source.topic, {})[slot.slot] = make(slot)
    return grouped
