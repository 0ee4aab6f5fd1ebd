"""What a slot would make of some records, without a ledger, a screen or a trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from slots.fold import Fold, in_log_order
from slots.ledger_memory import MemoryLedger
from slots.places import Places
from slots.reading import Question, Reading
from slots.readings import Readings
from slots.slot import Slot
from slots.windows import day_floor, next_day
from streams.clock import Clock
from streams.codecs import Codec
from streams.record import Batch, Span


@dataclass(frozen=True, slots=True)
class DryRun:
    """The counters, each refused record as `(number from 1, stage, reason)`, and every indicator over the records' days."""

    counters: dict[str, int]
    refused: list[tuple[int, str, str]]
    readings: list[Reading]


def dry_run(slot: Slot, records: Batch, codec: Codec, places: Places, zone: str, clock: Clock) -> DryRun:
    """Folds the records, each partition's in the log's order, into an empty ledger. Raises nothing for what they contain."""
    batch = replace(records, topic=slot.source.topic, spans=_spans(records))
    ledger = MemoryLedger()
    folded = Fold(slot, codec, places, zone).fold(batch, ledger.state(slot.slot), clock())
    state = ledger.commit(folded.commit)
    readings = Readings({slot.slot: slot}, ledger, places, zone, clock)
    refused = [(one.row + 1, one.stage, one.reason) for one in in_log_order(folded.rejected)]
    if state.first_event_us is None or state.last_event_us is None:
        return DryRun(dict(state.counters), refused, [])
    window = _days(state.first_event_us, state.last_event_us, ZoneInfo(zone))
    asked = [Question(f"{slot.slot}.{one.name}", places.codes[0], *window) for one in slot.indicators]
    return DryRun(dict(state.counters), refused, [reading for question in asked for reading in readings.ask(question)])


def as_batch(slot: Slot, values: Sequence[bytes]) -> Batch:
    """The values as if they were the topic's first records, without keys, headers and log times."""
    n = len(values)
    return Batch(
        topic=slot.source.topic,
        values=list(values),
        keys=[None] * n,
        partitions=np.zeros(n, dtype=np.int32),
        offsets=np.arange(n, dtype=np.int64),
        timestamps_ms=np.zeros(n, dtype=np.int64),
        spans={0: Span(0, n)},
    )


def _spans(records: Batch) -> dict[int, Span]:
    """The offsets the records lie in, without what was not asked for or is lost between them."""
    offsets = {int(p): records.offsets[records.partitions == p] for p in np.unique(records.partitions)}
    return {p: Span(int(found.min()), int(found.max()) + 1) for p, found in offsets.items()}


def _days(first_us: int, last_us: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    start = day_floor(first_us // 1_000_000, zone)
    end = next_day(day_floor(last_us // 1_000_000, zone), zone)
    return datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)
