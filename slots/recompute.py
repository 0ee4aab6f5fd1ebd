"""Counting a slot again from the log, from a day on, beside what it shows; the outcome takes its place in one step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import numpy as np

from slots.aspects import counts_since
from slots.fold import Anew, Fold
from slots.history import History, swapped
from slots.ledger import Ledger, SlotState, shadow_of
from slots.pipeline import Pipeline, SetAside
from slots.slot import Slot
from slots.standing import standing
from slots.windows import day_ceiling, day_floor
from streams.clock import Clock
from streams.codecs import Rejected
from streams.record import Batch, Span
from streams.source import Log, Reach

EARLY_S: Final = 300
"""So much earlier than the day the log is read: clocks differ, and nothing is logged before it happened but for that."""
NEAR: Final = 5_000
"""Records behind the slot at which its place may be taken: its workers read on from there, and count them once."""
IDLE: Final = 8
"""Polls without a record after which there are none left to count."""
KEPT_LETTERS: Final = 200_000
KEPT_BYTES: Final = 256 << 20
"""Of what is refused: more than that says that the slot is wrong, and nothing is changed."""

Progress = Callable[[int, int], None]


class Refold(Protocol):
    """Makes the fold that counts a slot anew, as its file is now."""

    def __call__(self, slot: Slot, anew: Anew | None = None) -> Fold: ...


class Overtaken(ValueError):
    """Another process that shares the ledger has begun to count the same slot anew; what is counted beside it is that one's."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A recomputation that can be done. `start`: the beginning of the day it begins with, in the city's zone."""

    slot: Slot
    start: datetime
    reach: Mapping[int, Reach]

    @property
    def total(self) -> int:
        """How many offsets of the log are to be read."""
        return sum(one.end - one.begin for one in self.reach.values())


class Recompute:
    """Recomputes slots. Nothing is changed before the swap: whatever ends it earlier leaves the old numbers.

    `durable` returns when the ledger would survive a crash. `set_aside`: told of what the slot rejects now, after the swap.
    """

    def __init__(
        self,
        slots: Mapping[str, Slot],
        fold: Refold,
        log: Log,
        ledger: Ledger,
        history: History | None,
        set_aside: SetAside,
        zone: str,
        clock: Clock,
        durable: Callable[[], None] = lambda: None,
    ) -> None:
        self._slots = slots
        self._fold = fold
        self._log = log
        self._ledger = ledger
        self._history = history
        self._set_aside = set_aside
        self._zone = ZoneInfo(zone)
        self._clock = clock
        self._durable = durable

    def plan(self, name: str, since: datetime) -> Plan:
        """What is to be done, with `since` cut down to its day's beginning. Blocks. Raises SourceLost.

        Raises ValueError where the log does not reach back so far, with what it reaches and from when on it could be done.
        """
        slot, now_s = self._slots[name], int(self._clock().timestamp())
        start_s = day_floor(int(since.timestamp()), self._zone)
        if start_s > now_s:
            raise ValueError(f"{since.isoformat()} lies ahead. Hint: the day from which slot {name!r} is to be counted anew")
        reach = self._log.reach(slot.source.topic, (start_s - EARLY_S) * 1000)
        short = [one.from_ms for one in reach.values() if one.from_ms is not None]
        if short:
            self._refuse(slot, start_s, max(short) // 1000)
        return Plan(slot, datetime.fromtimestamp(start_s, self._zone), reach)

    def run(self, plan: Plan, progress: Progress = lambda done, total: None) -> str:
        """One sentence on what was done. Blocks until it is. Raises SourceLost, LedgerLost, ValueError."""
        name, shadow = plan.slot.slot, shadow_of(plan.slot.slot)
        self._ledger.clear(shadow)  # what one that was ended has left
        refused = _Refused(self._set_aside)
        try:
            state = self._counted(plan, shadow, refused, progress)
            if self._slots.get(name) is not plan.slot:
                raise ValueError(f"slot {name!r} was changed meanwhile. Hint: start again")
            _check_same(state, self._ledger.state(shadow), name)
            self._swap(name, shadow, int(plan.start.timestamp()))
        except Overtaken:
            raise
        except BaseException:
            self._ledger.clear(shadow)
            raise
        refused.tell(name, plan, standing(state, plan.slot.source.topic))
        counters = state.counters
        said = f"{counters.get('accepted', 0):,} records counted anew from {plan.start.isoformat(timespec='minutes')} on"
        return said + (f", {counters['rejected']:,} rejected" if counters.get("rejected") else "")

    def _refuse(self, slot: Slot, start_s: int, oldest_s: int) -> None:
        first_s = day_ceiling(oldest_s + EARLY_S, self._zone)
        start, oldest, first = (datetime.fromtimestamp(one, self._zone).isoformat()[:16] for one in (start_s, oldest_s, first_s))
        possible = first_s <= int(self._clock().timestamp())
        hint = f"--from {first[:10]}" if possible else "no day lies in it whole, so nothing can be counted anew"
        raise ValueError(f"the log of {slot.source.topic!r} does not reach back to {start}: it begins at {oldest}. Hint: {hint}")

    def _anew(self, plan: Plan, shadow: str) -> Anew:
        state, start_us = self._ledger.state(plan.slot.slot), int(plan.start.timestamp()) * 1_000_000
        begun = {aspect: counts_since([aspect], state) for aspect in self._fold(plan.slot).aspects}
        since = {aspect: start_us if at_us is None else min(at_us, start_us) for aspect, at_us in begun.items()}
        if state.first_event_us is None or state.first_event_us >= start_us:
            since = {}
        return Anew(shadow, start_us, since, state.last_event_us or 0)

    def _counted(self, plan: Plan, shadow: str, refused: SetAside, progress: Progress) -> SlotState:
        """The shadow's state once it stands about where the slot does."""
        topic = plan.slot.source.topic
        source = _From(self._log, topic, plan.reach)
        fold = self._fold(plan.slot, self._anew(plan, shadow))
        pipeline = Pipeline(source, {shadow: fold}, self._ledger, refused, self._clock)
        idle, before = 0, SlotState()
        try:
            while True:
                idle = 0 if pipeline.step(0.25) else idle + 1
                state, live = self._ledger.state(shadow), standing(self._ledger.state(plan.slot.slot), topic)
                _check_same(before, state, plan.slot.slot)
                before = state
                stands = standing(state, topic)
                here = {p: stands.get(p, one.begin) for p, one in plan.reach.items()}
                progress(min(plan.total, sum(here[p] - one.begin for p, one in plan.reach.items())), plan.total)
                read = all(offset >= plan.reach[p].end for p, offset in here.items())
                behind = sum(max(0, offset - here.get(p, 0)) for p, offset in live.items())
                if (read and behind <= NEAR) or idle >= IDLE:
                    return state
        finally:
            source.close()

    def _swap(self, name: str, shadow: str, start_s: int) -> None:
        if self._history is not None:
            swapped(self._ledger, self._history, name, shadow, start_s)
        else:
            self._ledger.swap(name, shadow, start_s)
        self._durable()


def _check_same(before: SlotState, now: SlotState, slot: str) -> None:
    if before.epoch not in (0, now.epoch):
        raise Overtaken(f"another recomputation of slot {slot!r} has begun since; this one has given up")


class _From:
    """A Source of a topic that begins where the plan says, wherever no position is known."""

    def __init__(self, log: Log, topic: str, reach: Mapping[int, Reach]) -> None:
        self.topic = topic
        self._source = log.source(topic)
        self._reach = reach

    def open(self, positions: Callable[[Collection[int]], Mapping[int, int]]) -> None:
        def ask(partitions: Collection[int]) -> dict[int, int]:
            begins = {p: self._reach[p].begin for p in partitions if p in self._reach}
            return begins | dict(positions(partitions))

        self._source.open(ask)

    def poll(self, timeout_s: float, max_records: int = 20_000) -> Batch | None:
        return self._source.poll(timeout_s, max_records)

    def ends(self) -> Mapping[int, int]:
        return self._source.ends()

    def close(self) -> None:
        self._source.close()


class _Refused:
    """Keeps what is rejected until the outcome is in force; what was told earlier would be told of numbers nobody sees yet."""

    def __init__(self, set_aside: SetAside) -> None:
        self._set_aside = set_aside
        self._rows: dict[tuple[int, int], tuple[bytes, bytes | None, int, Rejected]] = {}
        self._bytes = 0

    def __call__(self, slot: str, batch: Batch, rejected: Sequence[Rejected]) -> None:
        for one in rejected:
            at = int(batch.partitions[one.row]), int(batch.offsets[one.row])
            self._rows[at] = (batch.values[one.row], batch.keys[one.row], int(batch.timestamps_ms[one.row]), one)
            self._bytes += len(batch.values[one.row])
        if len(self._rows) > KEPT_LETTERS or self._bytes > KEPT_BYTES:
            raise ValueError(
                f"more than {KEPT_LETTERS:,} records would be refused; the last: {rejected[-1].reason}. Hint: is the slot right?"
            )

    def tell(self, slot: str, plan: Plan, ends: Mapping[int, int]) -> None:
        """All of it, as one batch over everything that was read."""
        found = sorted(self._rows.items())
        batch = Batch(
            topic=plan.slot.source.topic,
            values=[row[0] for _, row in found],
            keys=[row[1] for _, row in found],
            partitions=np.array([at[0] for at, _ in found], dtype=np.int32),
            offsets=np.array([at[1] for at, _ in found], dtype=np.int64),
            timestamps_ms=np.array([row[2] for _, row in found], dtype=np.int64),
            spans={p: Span(one.begin, ends[p]) for p, one in plan.reach.items() if ends.get(p, one.begin) > one.begin},
        )
        reasons = [replace(row[3], row=n) for n, (_, row) in enumerate(found)]
        if batch.spans:
            self._set_aside(slot, batch, reasons)
