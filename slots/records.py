"""The records behind a number, read back from the log with their addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl

from slots.admission import FUTURE_S, placed, timed
from slots.expression import condition
from slots.places import Places
from slots.reading import QuestionError
from slots.rollup import Tree
from slots.slot import Slot, SlotSource
from streams.codecs import Codec
from streams.record import Batch
from streams.source import Log

SCANNED = 200_000


class Records:
    """Reads a slot's records back by time and region. Blocks; safe to use from several threads."""

    def __init__(self, slots: Mapping[str, Slot], log: Log, places: Places, codec_for: Callable[[SlotSource], Codec]) -> None:
        self._slots = slots
        self._log = log
        self._places = places
        self._tree = Tree(places)
        self._codec_for = codec_for

    def behind(
        self,
        slot: str,
        region: str,
        window_from: datetime,
        window_to: datetime,
        limit: int = 100,
        skip: int = 0,
        only: tuple[str, str] | None = None,
    ) -> list[dict[str, Any]]:
        """The newest `limit` records (but for `skip`) with an event time in the window and a place in the region, newest first.

        `only`: a dimension and its value, empty where records do not say it.

        Each is `{topic, partition, offset, time, region, fields}`: where it lies in the log, its event time and region, and
        what it says. What the slot sets aside is none: times that lay ahead when they were logged, region codes the city does
        not have. At most the newest 200,000 records of the log are searched. Raises QuestionError and SourceLost.
        """
        known = self._slots.get(slot)
        if known is None:
            raise QuestionError(f"there is no slot {slot!r}; slots: {', '.join(self._slots)}")
        batch, frame = self._decoded(known, window_from)
        utc = (window_from.astimezone(UTC), window_to.astimezone(UTC))
        inside = pl.col(known.time).is_between(*utc, closed="left")
        frame = frame.filter(inside & condition(known.where, known.types) if known.where else inside)
        frame = frame.filter(self._tree.within(frame["_region"], region))
        if only is not None:
            frame = frame.filter(pl.col(_dimension(known, only[0])).cast(pl.String).fill_null("") == only[1])
        newest = frame.sort(known.time, descending=True, maintain_order=True).slice(skip, limit)
        return [_shown(row, batch.topic, known) for row in newest.to_dicts()]

    def _decoded(self, slot: Slot, window_from: datetime) -> tuple[Batch, pl.DataFrame]:
        """Everything the log holds since the window began; nothing is logged before it happened, give or take the clocks."""
        from_ms = int((window_from.timestamp() - 300) * 1000)
        batch = self._log.read(slot.source.topic, max(0, from_ms), 1 << 60, SCANNED)
        frame = self._codec_for(slot.source).decode(batch.values, slot.columns, batch.headers).frame
        limits_us = (batch.timestamps_ms + FUTURE_S * 1000) * 1000  # what it was counted by was hardly later than that
        frame, _ = timed(frame, slot, pl.lit(pl.Series(limits_us)).gather(pl.col("_row")))
        frame, _, _ = placed(frame, slot.region, self._places)
        rows, codes = frame["_row"].to_numpy(), np.array(self._places.codes, dtype=object)
        addressed = frame.with_columns(
            pl.Series("_partition", batch.partitions[rows]),
            pl.Series("_offset", batch.offsets[rows]),
            pl.Series("_region", codes[frame["_r"].to_numpy()], dtype=pl.String),
        )
        return batch, addressed


def _dimension(slot: Slot, name: str) -> str:
    if name not in slot.dimensions:
        raise QuestionError(f"slot {slot.slot!r} has no dimension {name!r}; it has: {', '.join(slot.dimensions) or 'none'}")
    return name


def _shown(row: dict[str, Any], topic: str, slot: Slot) -> dict[str, Any]:
    address = {"topic": topic, "partition": row["_partition"], "offset": row["_offset"]}
    return {**address, "time": row[slot.time], "region": row["_region"], "fields": {name: row[name] for name in slot.fields}}
