"""From a frame of records to the bytes a department would send, with the few that go wrong on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cockpit.demo.feeds import Feed
from cockpit.demo.feeds.feed import TimeForm

LATE, BAD = 0.003, 0.001
_A_MONTH_US = 30 * 86_400_000_000
"""A wrong clock is wrong by so much that a filled past does not hide it."""
_FORMS: Final[dict[TimeForm, int]] = {"s": 1_000_000, "ms": 1_000}


@dataclass(frozen=True, slots=True)
class Emission:
    """Records of one topic in the order they are sent; `timestamps_ms` is when (Unix, UTC)."""

    topic: str
    values: list[bytes]
    keys: list[bytes | None]
    timestamps_ms: list[int]

    def __len__(self) -> int:
        return len(self.values)


def late(feed: Feed, frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A few records happened 20…60 minutes before they are sent."""
    name = next(iter(feed.times))
    delay = np.where(rng.random(len(frame)) < LATE, rng.uniform(20, 60, len(frame)) * 6e7, 0).astype(np.int64)
    return frame.with_columns(pl.col(name) - pl.Series("delay", delay))


def written(feed: Feed, frame: pl.DataFrame, rng: np.random.Generator, zone: str) -> list[bytes]:
    """One value per row; a few of them broken: cut off, of a wrong type or an unknown code, or from the future."""
    broken = np.flatnonzero(rng.random(len(frame)) < BAD)
    values = _encoded(feed, frame, zone)
    for row in broken:
        values[row] = _broken(feed, frame[int(row)], values[row], rng, zone)
    return values


def lines(frame: pl.DataFrame) -> list[bytes]:
    """Each row as JSON."""
    return frame.write_ndjson().encode().splitlines()


def _encoded(feed: Feed, frame: pl.DataFrame, zone: str) -> list[bytes]:
    ready = frame.drop("_due").with_columns(_time(name, form, zone) for name, form in feed.times.items())
    if feed.format == "json":
        return lines(ready)
    return ready.write_csv(include_header=False).encode().splitlines()


def _time(name: str, form: TimeForm, zone: str) -> pl.Expr:
    if form in _FORMS:
        return pl.col(name) // _FORMS[form]
    local = pl.col(name).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
    return local.dt.strftime("%Y-%m-%dT%H:%M:%S%:z" if form == "iso" else "%Y-%m-%d %H:%M:%S").alias(name)


def _broken(feed: Feed, row: pl.DataFrame, value: bytes, rng: np.random.Generator, zone: str) -> bytes:
    choice = rng.integers(4)
    if choice == 0:
        return value[: len(value) * 2 // 3]
    if choice == 1:
        name = next(iter(feed.times))
        return _encoded(feed, row.with_columns(pl.col(name) + _A_MONTH_US), zone)[0]
    names = list(feed.wrong)
    name = names[int(rng.integers(len(names)))]
    return _replaced(feed, row, value, name)


def _replaced(feed: Feed, row: pl.DataFrame, value: bytes, name: str) -> bytes:
    if feed.format == "csv":
        cells = value.split(b",")
        cells[row.columns.index(name) - 1] = str(feed.wrong[name]).encode()
        return b",".join(cells)
    return msgspec.json.encode(msgspec.json.decode(value) | {name: feed.wrong[name]})


def keys_of(column: Sequence[str]) -> list[bytes | None]:
    """The key of each record."""
    return [key.encode() for key in column]


def due_ms(frame: pl.DataFrame) -> NDArray[np.int64]:
    """When each record is sent, Unix milliseconds."""
    return frame["_due"].to_numpy() // 1000
