"""Dead letters of a slot: setting records aside so that each is told once, and counting them once after a fix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import msgspec
import numpy as np

from slots.fold import Fold, Folded, in_log_order
from slots.ledger import Commit, Ledger, LedgerError, OffsetConflict, SlotState
from streams.clock import Clock
from streams.codecs import Rejected
from streams.letter import DeadLetter, Replayed, Trial, Withdrawn, letters_of
from streams.letter_contract import COUNTED, OPEN, PENDING, Letters, Placed
from streams.record import Batch

AT_ONCE = 5_000
BYTES_AT_ONCE = 16 << 20
PATIENCE = 50
"""Times in a row that others may be first before a replay gives up."""


class Aside:
    """The SetAside of a worker: what a slot rejects is on the letters' topic before its batch is committed.

    Records that are read again (after a crash, when a partition changes hands, from a ledger that went back) are compared
    with the letters there are: a record that is used now has its letter withdrawn, so that a replay does not count it again.
    """

    def __init__(self, letters: Letters, clock: Clock) -> None:
        self._letters = letters
        self._clock = clock
        self._ends: dict[tuple[str, str, int], int] = {}
        self._peaks: dict[tuple[str, str, int], int] = {}

    def __call__(self, slot: str, batch: Batch, rejected: Sequence[Rejected]) -> None:
        """Returns when the letters are durable. Raises StreamError; then nothing of the batch may be committed."""
        keys = {partition: (slot, batch.topic, partition) for partition in batch.spans}
        strange = [key for p, key in keys.items() if self._ends.get(key) != batch.spans[p].begin]
        if strange:
            self._letters.catch_up(slot)
            self._peaks |= {key: self._letters.view.peak(*key) for key in strange}
        again = [p for p, key in keys.items() if batch.spans[p].begin < self._peaks.get(key, 0)]
        if again:
            self._settle(slot, batch, rejected, again)
        elif rejected:
            self._letters.write(letters_of(slot, batch, rejected, self._clock()))
        self._ends |= {key: batch.spans[p].end for p, key in keys.items()}

    def _settle(self, slot: str, batch: Batch, rejected: Sequence[Rejected], partitions: Iterable[int]) -> None:
        standing = {
            (p, offset): state
            for p in partitions
            for offset, state in self._letters.view.standing(slot, batch.topic, p, _offsets(batch, p)).items()
        }
        letters = list(letters_of(slot, batch, rejected, self._clock()))
        refused = {(letter.partition, letter.offset) for letter in letters}
        new = [one for one in letters if standing.get((one.partition, one.offset)) not in (OPEN, PENDING, COUNTED)]
        back = [one for one in letters if standing.get((one.partition, one.offset)) == COUNTED]
        used = [at for at, state in standing.items() if state in (OPEN, PENDING) and at not in refused]
        self._letters.write([*new, *(Withdrawn(slot, batch.topic, *at) for at in used)])
        if back:  # a replay had counted them into a ledger that has forgotten it
            _, number = self._letters.catch_up(slot)
            self._letters.write([*(_with(one, replay=number) for one in back), Replayed(slot, number, 0)])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a replay did: letters counted, refused once more, cut (never replayed), and not yet committed by their worker."""

    counted: int = 0
    refused: int = 0
    truncated: int = 0
    unsettled: int = 0

    def __str__(self) -> str:
        said = [f"{self.counted:,} counted", f"{self.refused:,} refused again"]
        said += [f"{self.truncated:,} cut at 64 KiB and never replayed"] if self.truncated else []
        said += [f"{self.unsettled:,} wait for their worker"] if self.unsettled else []
        return ", ".join(said)


class Folder(Protocol):
    """Makes a slot's fold as its file is now; a new one, since a fold serves one thread."""

    def __call__(self, slot: str) -> Fold: ...


class Replay:
    """Counts the dead letters of one slot with the slot as it is now; other slots on the topic see nothing of it.

    The ledger's offset of the letters' partition is the fence: a replay commits it from what it found to behind a mark of
    its own on the topic. So of two replays at once one is counted, a crash at any point counts a letter once, and what
    was refused again is open only if its replay did commit. `durable` returns when the ledger would survive a crash.
    """

    def __init__(
        self, letters: Letters, fold: Folder, ledger: Ledger, clock: Clock, durable: Callable[[], None] = lambda: None
    ) -> None:
        self._letters = letters
        self._fold = fold
        self._ledger = ledger
        self._clock = clock
        self._durable = durable

    def run(self, slot: str, progress: Callable[[int, int], None] = lambda done, total: None) -> Outcome:
        """Blocks until every letter there was at the beginning was tried once. Raises StreamError or LedgerError."""
        fold = self._fold(slot)
        _, stop = self._letters.catch_up(slot)
        total, done = self._letters.view.count(slot) - self._letters.view.truncated(slot), Outcome()
        idle = 0
        while (step := self._step(slot, fold, stop)) is not None:
            idle = 0 if step.counted + step.refused else idle + 1
            if idle > PATIENCE:
                raise LedgerError(f"slot '{slot}' moves on faster than its letters can be counted. Hint: try again later")
            done = Outcome(done.counted + step.counted, done.refused + step.refused, 0, step.unsettled)
            progress(min(total, done.counted + done.refused), total)
            if step.unsettled:
                break
        return replace(done, truncated=self._letters.view.truncated(slot))

    def _step(self, slot: str, fold: Fold, stop: int) -> Outcome | None:
        """One commit's worth of letters before the place `stop`; None when there are none left."""
        state = self._ledger.state(slot)  # before the view catches up: what made this state is in the view then
        lane, number = self._letters.catch_up(slot)
        fence = f"{self._letters.topic}/{lane}"
        begin = state.offsets.get(fence)
        if begin is not None and (upto := self._letters.view.trial(slot, lane, begin - 1)) is not None:
            self._durable()
            self._letters.write([Replayed(slot, begin - 1, upto)])  # it ended between its commit and saying so
            return Outcome()
        found = self._letters.view.waiting(slot, lane, min(stop, number), AT_ONCE, BYTES_AT_ONCE)
        taken = _settled(found, state)
        if not taken:
            return Outcome(unsettled=len(found)) if found else None
        folded = fold.fold(_batch(self._letters.topic, taken), state, self._clock())
        upto = taken[-1].place + 1
        self._letters.write([*self._again(taken, folded, number), Trial(slot, number, upto)])
        try:
            self._ledger.commit(_fenced(folded.commit, fence, begin, number + 1))
        except OffsetConflict:
            return Outcome()  # another replay was first, or the state has moved: look again
        self._durable()
        self._letters.write([Replayed(slot, number, upto)])
        return Outcome(len(taken) - len(folded.rejected), len(folded.rejected), 0, len(found) - len(taken))

    def _again(self, taken: Sequence[Placed], folded: Folded, number: int) -> list[DeadLetter]:
        now = self._clock()
        return [
            _with(taken[one.row].letter, at=now, stage=one.stage, reason=one.reason, field=one.field, replay=number)
            for one in in_log_order(folded.rejected)
        ]


def _settled(found: Sequence[Placed], state: SlotState) -> list[Placed]:
    """Those before the first one whose batch its worker has not committed: it may yet read that record again and use it."""
    waits = (i for i, one in enumerate(found) if not _committed(one.letter, state))
    return list(found[: next(waits, len(found))])


def _committed(letter: DeadLetter, state: SlotState) -> bool:
    return letter.offset < state.offsets.get(f"{letter.topic}/{letter.partition}", 0)


def _batch(topic: str, taken: Sequence[Placed]) -> Batch:
    """The letters as a batch without spans, of a topic without watermarks: none is late for what came after it."""
    letters = [one.letter for one in taken]
    carried = [letter.headers for letter in letters]
    return Batch(
        topic=topic,
        values=[letter.raw for letter in letters],
        keys=[None] * len(letters),
        partitions=np.array([letter.partition for letter in letters], dtype=np.int32),
        offsets=np.array([letter.offset for letter in letters], dtype=np.int64),
        timestamps_ms=np.array([int(letter.at.timestamp() * 1000) for letter in letters], dtype=np.int64),
        spans={},
        headers=carried if any(carried) else None,
    )


def _fenced(commit: Commit, fence: str, begin: int | None, end: int) -> Commit:
    """The same deltas behind the fence. The letters are counted as rejected already; watermarks belong to the worker."""
    counters = {name: n for name, n in commit.counters.items() if name not in ("rejected", "lost")}
    if accepted := counters.get("accepted", 0):
        counters["replayed"] = accepted
    return replace(commit, begin={fence: begin}, end={fence: end}, watermarks={}, counters=counters)


def _offsets(batch: Batch, partition: int) -> range:
    """The offsets of a span; all there are where the topic was made anew."""
    span = batch.spans[partition]
    return range(0, span.end) if span.anew else range(span.begin, span.end)


def _with(letter: DeadLetter, **changes: object) -> DeadLetter:
    return msgspec.structs.replace(letter, **changes)
