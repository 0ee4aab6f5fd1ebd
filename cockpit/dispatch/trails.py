"""Where the units of a city were at a moment, and the way they came, read back from the log."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import polars as pl

from layers import Regions
from slots.expression import condition
from slots.slot import Slot, SlotSource
from streams.codecs import Codec
from streams.source import Log

REACH: Final = timedelta(minutes=15)
POINTS: Final = 40
"""Of each trail at most, its last one always."""
_LATE: Final = timedelta(minutes=1)
"""A position is in the log so soon after it was taken."""
_RECORDS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Trail:
    """A unit and its places, the oldest first: lon, lat (WGS84 degrees) and when (UTC)."""

    unit: str
    places: tuple[tuple[float, float, datetime], ...]


class Trails:
    """Reads the positions of one slot, whose entities are the units. Any thread; blocks on the log."""

    def __init__(self, slot: Slot, log: Log, regions: Regions, codec_for: Callable[[SlotSource], Codec]) -> None:
        self._slot = slot
        self._log = log
        self._regions = regions
        self._codec_for = codec_for

    def before(self, at: datetime, units: Collection[str]) -> list[Trail] | None:
        """The trails of these units up to `at`; who said nothing has none. None: the log holds nothing of that time.

        At most the last 100,000 records are read. Raises SourceLost.
        """
        slot = self._slot
        if slot.entities is None or slot.region.point is None:
            return []
        since_ms, until_ms = (round(moment.timestamp() * 1000) for moment in (at - REACH, at + _LATE))
        batch = self._log.read(slot.source.topic, since_ms, until_ms, _RECORDS)
        if not len(batch):
            return None
        frame = self._codec_for(slot.source).decode(batch.values, slot.columns, batch.headers).frame
        lon, lat = slot.region.point
        wanted = [pl.col(slot.time).is_between(at - REACH, at), pl.col(slot.entities.key).cast(pl.String).is_in(list(units))]
        wanted += [condition(slot.where, slot.types)] if slot.where else []
        kept = frame.filter(*wanted, pl.col(lon).is_not_null(), pl.col(lat).is_not_null()).sort(slot.time, maintain_order=True)
        x, y = (kept[name].cast(pl.Float64).to_numpy() for name in (lon, lat))
        x, y = self._regions.wgs84(x, y, slot.region.datum)
        places = kept.select(pl.col(slot.entities.key).cast(pl.String).alias("unit"), pl.col(slot.time).alias("at")).with_columns(
            pl.Series("lon", np.round(x, 6)), pl.Series("lat", np.round(y, 6))
        )
        return [_trail(str(key[0]), rows) for key, rows in places.group_by("unit", maintain_order=True)]


def _trail(unit: str, rows: pl.DataFrame) -> Trail:
    """Thinned from its end, so that the last place is always there."""
    step = -(-len(rows) // POINTS)
    thinned = rows.reverse().gather_every(step).reverse()
    return Trail(unit, tuple(thinned.select("lon", "lat", "at").iter_rows()))
