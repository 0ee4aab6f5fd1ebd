"""From a batch of records to what it changes: columns in, deltas and dead letters out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from slots.admission import FUTURE_S, placed, timed
from slots.aspects import of_dimension, turns
from slots.buckets import Buckets
from slots.dimensions import admit
from slots.drift import Sight, sight
from slots.entities import entity_frame
from slots.expression import condition
from slots.ledger import Commit, PageKey, SlotState
from slots.measures import distinct_parts, value_columns
from slots.page_codes import CODED
from slots.places import Places
from slots.retention import DEFAULT_RETENTION, Retention
from slots.slot import Slot
from slots.standing import begins, ends
from slots.watermarks import late_rows, partition_peaks
from slots.windows import day_ceiling, hour_ceiling
from streams.codecs import Codec, Rejected
from streams.record import Batch


@dataclass(frozen=True, slots=True)
class Folded:
    """What one batch means for one slot: the commit to make, the rows that could not be used, and what it shows of its schema."""

    commit: Commit
    rejected: list[Rejected]
    sight: Sight


@dataclass(frozen=True, slots=True)
class Anew:
    """A slot that is counted again beside itself (`name`), from an event time on (`start_us`, Unix µs).

    `since`: the aspects that do not begin with the slot, and when; `latest_us`: the slot's latest event so far, before which
    what is no longer kept need not be counted again.
    """

    name: str
    start_us: int
    since: Mapping[str, int]
    latest_us: int = 0


class Fold:
    """Turns batches into commits for one slot. Pure but for its compiled expressions; safe for one thread at a time."""

    def __init__(
        self,
        slot: Slot,
        codec: Codec,
        places: Places,
        zone: str,
        retention: Retention = DEFAULT_RETENTION,
        anew: Anew | None = None,
    ) -> None:
        self._slot = slot
        self._anew = anew
        self._codec = codec
        self._places = places
        self._parts = distinct_parts(slot)
        self._values = value_columns(self._parts, slot.types)
        self._where = condition(slot.where, slot.types) if slot.where is not None else None
        self._buckets = Buckets(self._parts, slot.dimensions, zone)
        self._aspects = (*dict.fromkeys(part.id for part in self._parts), *map(of_dimension, slot.dimensions))
        self._codes = np.array(places.codes, dtype=object)
        self._regions = pl.Series("r", places.codes, dtype=pl.String).cast(CODED["r"])
        self._retention = retention
        self._zone = ZoneInfo(zone)

    @property
    def aspects(self) -> tuple[str, ...]:
        """What it counts, as `slots.aspects` names it."""
        return self._aspects

    def fold(self, batch: Batch, state: SlotState, now: datetime) -> Folded:
        """The commit of this batch upon `state` (whose offsets it must follow) and the rows it sets aside."""
        decoded = self._codec.decode(batch.values, self._slot.columns, batch.headers)
        frame, rejected = self._timed(decoded.frame, now)
        frame = frame.filter(pl.col("_t") >= self._anew.start_us) if self._anew else frame
        frame, misplaced, unplaced = placed(frame, self._slot.region, self._places)
        rejected = [*decoded.rejected, *rejected, *misplaced]
        accepted = frame.height
        frame = frame.filter(self._where) if self._where is not None else frame
        partitions = batch.partitions[frame["_row"].to_numpy()]
        late = late_rows(frame["_t"], partitions, self._watermarks(batch, state), self._slot.lateness)
        late, beyond = self._gone(frame, late, state)
        frame, dimensions, other = admit(frame, self._slot.dimensions, state.dimensions)
        counters = {
            "accepted": accepted,
            "rejected": len(rejected),
            "late": int(late.sum()),
            "beyond": beyond,
            "unplaced": unplaced,
            "other": other,
            "filtered": accepted - frame.height,
            "lost": sum(span.lost for p, span in batch.spans.items() if f"{batch.topic}/{p}" in state.offsets),
        }
        commit = self._commit(batch, frame, late, partitions, counters, dimensions, now, state)
        return Folded(commit, rejected, sight(self._codec, self._slot.columns, batch, decoded))

    def _timed(self, frame: pl.DataFrame, now: datetime) -> tuple[pl.DataFrame, list[Rejected]]:
        frame, ahead = timed(frame, self._slot, int(now.timestamp() + FUTURE_S) * 1_000_000)
        reasons = [
            Rejected(
                row,
                "time",
                f"field '{self._slot.time}' is {_utc(stamp)}, more than {FUTURE_S} s ahead of {now:%Y-%m-%dT%H:%M:%SZ}",
                self._slot.time,
            )
            for row, stamp in zip(ahead["_row"], ahead[self._slot.time], strict=True)
        ]
        return frame, reasons

    def _gone(self, frame: pl.DataFrame, late: np.ndarray, state: SlotState) -> tuple[np.ndarray, int]:
        """With those that are late for hours that would still be kept, or for days; of the latter nothing is kept: how many."""
        if not state.floors:
            return late, 0
        times_s, kept_s = frame["_t"].to_numpy() // 1_000_000, self._retention.horizons(state.last_event_us or 0)["hour"]
        beyond = times_s < day_ceiling(state.floors["day"], self._zone) if "day" in state.floors else np.zeros_like(late)
        gone = times_s < hour_ceiling(state.floors["hour"], self._zone) if "hour" in state.floors else np.zeros_like(late)
        return late | beyond | (gone & (times_s >= kept_s)), int(beyond.sum())

    def _watermarks(self, batch: Batch, state: SlotState) -> Mapping[int, int]:
        return {p: state.watermarks[f"{batch.topic}/{p}"] for p in batch.spans if f"{batch.topic}/{p}" in state.watermarks}

    def _commit(
        self,
        batch: Batch,
        frame: pl.DataFrame,
        late: np.ndarray,
        partitions: np.ndarray,
        counters: Mapping[str, int],
        dimensions: Mapping[str, list[str]],
        now: datetime,
        state: SlotState,
    ) -> Commit:
        times = frame["_t"]
        return Commit(
            slot=self._anew.name if self._anew else self._slot.slot,
            begin=begins(batch, state),
            end=ends(batch),
            deltas=self._deltas(frame, late, state),
            counters={name: n for name, n in counters.items() if n},
            watermarks={f"{batch.topic}/{p}": peak for p, peak in partition_peaks(times, partitions).items()},
            dimensions=dimensions,
            first_event_us=times.min(),  # type: ignore[arg-type]
            last_event_us=times.max(),  # type: ignore[arg-type]
            committed_us=int(now.timestamp() * 1_000_000),
            epoch=state.epoch,
            since=turns(self._aspects, state, self._anew.since if self._anew else {}),
        )

    def _deltas(self, frame: pl.DataFrame, late: np.ndarray, state: SlotState) -> dict[PageKey, pl.DataFrame]:
        if frame.is_empty():
            return {}
        valued = frame.with_columns(*self._values, pl.Series("_late", late))
        seen_us = max(state.last_event_us or 0, self._anew.latest_us if self._anew else 0)
        last_us = max(int(frame["_t"].max()), seen_us)  # type: ignore[arg-type]
        deltas = self._buckets.pages(valued, self._regions, self._retention.horizons(last_us, state.floors))
        return {**deltas, **entity_frame(self._slot, frame, self._codes, self._places)}


def _utc(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def in_log_order(rejected: Sequence[Rejected]) -> list[Rejected]:
    """The rejected rows as they stood in the batch."""
    return sorted(rejected, key=lambda one: one.row)
