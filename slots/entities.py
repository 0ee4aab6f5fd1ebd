"""The latest state of each thing: kept by event time, asked by region, box or nearness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
import polars as pl

from slots.entity_index import Box, EntityIndex, index_of
from slots.ledger import Ledger, PageKey
from slots.pages import ENTITIES
from slots.places import Places
from slots.reading import QuestionError
from slots.rollup import Tree
from slots.slot import Entities as EntityRule
from slots.slot import Slot
from streams.clock import Clock


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
        (pl.col("_t") + slot.entities.expires * 1_000_000).alias("until_us"),
        *(pl.col(name).alias(f"a:{name}") for name in slot.entities.attributes),
    )
    return {ENTITIES: kept} if kept.height else {}


def _positions(slot: Slot, frame: pl.DataFrame, places: Places) -> tuple[np.ndarray, np.ndarray]:
    if slot.region.point is None:
        nowhere = np.full(frame.height, np.nan)
        return nowhere, nowhere
    lon, lat = (frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in slot.region.point)
    return places.wgs84(lon, lat, slot.region.datum)


class Entities:
    """Answers where things are now, from the ledger's entities page. Safe to use from several threads."""

    def __init__(self, slots: Mapping[str, Slot], ledger: Ledger, places: Places, clock: Clock) -> None:
        self._slots = slots
        self._ledger = ledger
        self._tree = Tree(places)
        self._clock = clock
        self._kept: dict[str, tuple[int, EntityIndex]] = {}

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

        `bbox`: west, south, east, north; west > east crosses the date line. Newest first, nearest first when `near` is given.
        Expired states are left out. Raises QuestionError for a slot without entities or an unknown region.
        """
        kept, index = self._current(slot)
        oldest_us = int((self._clock() - timedelta(seconds=kept.expires)).timestamp() * 1e6)
        rows = index.chosen(oldest_us, None if region is None else self._tree.range(region), bbox)
        found = index.newest(rows, limit) if near is None else index.nearest(rows, near, radius_m, limit)
        return _told(found)

    def _current(self, name: str) -> tuple[EntityRule, EntityIndex]:
        slot = self._slots.get(name)
        if slot is None or slot.entities is None:
            able = [one.slot for one in self._slots.values() if one.entities]
            raise QuestionError(f"slot {name!r} keeps no entities; slots that do: {', '.join(able) or 'none'}")
        version = self._ledger.versions(name).get(ENTITIES, 0)
        held = self._kept.get(name)
        if held is None or held[0] != version:
            version, frame = self._ledger.read(name, ENTITIES)
            frame = _empty(slot.entities.attributes) if frame is None else frame
            held = version, index_of(frame, self._tree) if held is None else held[1].moved_on(frame, self._tree)
            self._kept = {**{other: index for other, index in self._kept.items() if other in self._slots}, name: held}
        return slot.entities, held[1]


def _empty(attributes: Sequence[str]) -> pl.DataFrame:
    kinds = {"key": pl.String, "time_us": pl.Int64, "lon": pl.Float64, "lat": pl.Float64, "r": pl.String}
    return pl.DataFrame(schema=kinds | {f"a:{attribute}": pl.String for attribute in attributes})


def _told(states: pl.DataFrame) -> pl.DataFrame:
    """The states under the names people read."""
    names = {column: column.removeprefix("a:") for column in states.columns if column != "until_us"}
    return states.select(pl.col(column).alias("region" if column == "r" else name) for column, name in names.items())
