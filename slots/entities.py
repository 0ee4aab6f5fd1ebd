"""The latest state of each thing: kept by event time, asked by region, box or nearness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from slots.ledger import Ledger, PageKey
from slots.pagecache import Kept
from slots.pages import ENTITIES
from slots.places import Places
from slots.reading import QuestionError
from slots.rollup import Tree
from slots.slot import Slot
from streams.clock import Clock

EARTH_M = 6_371_008.8
MAX_SLOTS = 64

Box = tuple[float, float, float, float]


def entity_frame(slot: Slot, frame: pl.DataFrame, codes: np.ndarray, places: Places) -> dict[PageKey, pl.DataFrame]:
    """The newest state of each key in a batch, as the delta of the entities' page; positions in WGS84."""
    if slot.entities is None:
        return {}
    newest = frame.filter(pl.col(slot.entities.key).is_not_null()).sort("_t", maintain_order=True)
    newest = newest.unique(slot.entities.key, keep="last", maintain_order=True)
    lon, lat = _positions(slot, newest, places)
    kept = newest.select(
        pl.col(slot.entities.key).cast(pl.String).alias("key"),
        pl.col("_t").alias("time_us"),
        pl.Series("lon", lon, dtype=pl.Float64),
        pl.Series("lat", lat, dtype=pl.Float64),
        pl.Series("r", codes[newest["_r"].to_numpy()], dtype=pl.String),
        *(pl.col(name).alias(f"a:{name}") for name in slot.entities.attributes),
    )
    return {ENTITIES: kept} if kept.height else {}


def _positions(slot: Slot, frame: pl.DataFrame, places: Places) -> tuple[np.ndarray, np.ndarray]:
    if slot.region.point is None:
        nowhere = np.full(frame.height, np.nan)
        return nowhere, nowhere
    lon, lat = (frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in slot.region.point)
    return places.wgs84(lon, lat, slot.region.datum)


@dataclass(frozen=True, slots=True)
class _Latest:
    """A slot's entities at one version of their page, newest first: as they are told, when, and their region's number."""

    frame: pl.DataFrame
    time_us: NDArray[np.int64]
    numbers: NDArray[np.int32]

    def since(self, oldest_us: int) -> _Latest:
        """Those heard of at that moment or later."""
        count = len(self.time_us) - int(np.searchsorted(self.time_us[::-1], oldest_us))
        return _Latest(self.frame.head(count), self.time_us[:count], self.numbers[:count])

    def within(self, low: int, high: int) -> _Latest:
        """Those whose region's number lies in `[low, high)`."""
        inside = (self.numbers >= low) & (self.numbers < high)
        if inside.all():
            return self
        return _Latest(self.frame.filter(pl.Series(inside)), self.time_us[inside], self.numbers[inside])


class Entities:
    """Answers where things are now, from the ledger's entities page. Safe to use from several threads.

    The entities of at most MAX_SLOTS slots are kept as they are told; see Kept for what goes.
    """

    def __init__(self, slots: Mapping[str, Slot], ledger: Ledger, places: Places, clock: Clock) -> None:
        self._slots = slots
        self._ledger = ledger
        self._tree = Tree(places)
        self._clock = clock
        self._kept: Kept[_Latest] = Kept(MAX_SLOTS)

    def latest(
        self,
        slot: str,
        region: str | None = None,
        bbox: Box | None = None,
        near: tuple[float, float] | None = None,
        radius_m: float | None = None,
        limit: int = 1000,
    ) -> pl.DataFrame:
        """key, time_us, lon, lat (WGS84; NaN: no position), region, the attributes, and distance_m when `near` is given.

        `bbox`: west, south, east, north. Newest first, nearest first when `near` is given. Expired states are left
        out. Raises QuestionError for a slot without entities or an unknown region.
        """
        latest = self._current(slot)
        if region is not None:
            latest = latest.within(*self._tree.range(region))
        found = latest.frame
        if bbox is not None:
            west, south, east, north = bbox
            found = found.filter(pl.col("lon").is_between(west, east) & pl.col("lat").is_between(south, north))
        if near is None:
            return found.head(limit)
        found = found.filter(pl.col("lon").is_not_nan()).with_columns(_distance_m(*near).alias("distance_m"))
        found = found.filter(pl.col("distance_m") <= radius_m) if radius_m is not None else found
        return found.sort("distance_m", "key").head(limit)

    def _current(self, name: str) -> _Latest:
        slot = self._slots.get(name)
        if slot is None or slot.entities is None:
            able = [one.slot for one in self._slots.values() if one.entities]
            raise QuestionError(f"slot {name!r} keeps no entities; slots that do: {', '.join(able) or 'none'}")
        attributes = slot.entities.attributes
        version = self._ledger.versions(name).get(ENTITIES, 0)
        latest = self._kept.get((name, attributes), version, lambda: self._read(name, attributes))
        oldest = self._clock() - timedelta(seconds=slot.entities.expires)
        return latest.since(int(oldest.timestamp() * 1e6))

    def _read(self, name: str, attributes: Sequence[str]) -> _Latest:
        _, frame = self._ledger.read(name, ENTITIES)
        if frame is None:
            kinds = {"key": pl.String, "time_us": pl.Int64, "lon": pl.Float64, "lat": pl.Float64, "r": pl.String}
            frame = pl.DataFrame(schema=kinds | {f"a:{attribute}": pl.String for attribute in attributes})
        wanted = [f"a:{attribute}" for attribute in attributes]  # what is stored may be of an earlier version of the slot
        frame = frame.with_columns(pl.lit(None, pl.String).alias(column) for column in wanted if column not in frame.columns)
        frame = frame.select("key", "time_us", "lon", "lat", "r", *wanted)
        renamed = {"r": "region"} | {column: column[2:] for column in frame.columns if column.startswith("a:")}
        found = frame.rename(renamed).sort("time_us", "key", descending=[True, False])
        return _Latest(found, found["time_us"].to_numpy(), self._tree.numbers(found["region"]).to_numpy())


def _distance_m(lon: float, lat: float) -> pl.Expr:
    """Great-circle metres to a point (haversine on the mean Earth radius; within 0.5 % of the ellipsoid)."""
    here, there = np.radians(lat), pl.col("lat").radians()
    east = pl.col("lon").radians() - float(np.radians(lon))
    half = ((there - float(here)) / 2).sin().pow(2) + there.cos() * float(np.cos(here)) * (east / 2).sin().pow(2)
    return half.sqrt().arcsin() * (2 * EARTH_M)
