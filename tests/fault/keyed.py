"""A city that counts and adds up numbers by key, the records it counts, and what the log says it must have counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import polars as pl

from slots.ledger import Ledger, Size
from slots.standing import positions
from streams.source import Log, Sink, SinkLost, at
from tests.fault.moments import pause

KEYS = 97
SLOT = "keyed"
_CITY = "name: {name}\ntitle: {{zh: 计数, en: Counts}}\ntimezone: Asia/Shanghai\nlanguages: [zh, en]\nregions: regions.geojson\n"
_REGIONS = """{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"code": "c", "parent": null, "name": "C", "level": 0}, "geometry": null},
{"type": "Feature", "properties": {"code": "a", "parent": "c", "name": "A", "level": 1}, "geometry": null},
{"type": "Feature", "properties": {"code": "b", "parent": "c", "name": "B", "level": 1}, "geometry": null}]}
"""
_BOARD = """board: city
title: {zh: 计数, en: Counts}
layouts:
  wall: {columns: 24, rows: 12, at: {records: [1, 1, 24, 12]}}
panels:
  records: {panel: number, indicator: keyed.records, window: today}
"""
_SLOT = """slot: keyed
title: {{zh: 计数, en: Counts}}
family: operations
source: {{topic: {topic}, format: json}}
time: at
fields: {{at: datetime, region: string, key: string, n: int}}
region: {{code: region}}
dimensions: [key]
lateness: 3h
freshness: {{late: 1m, stale: 5m, dead: 1h}}
indicators:
  - {{name: records, unit: "1", direction: none, measure: {{agg: count}}}}
  - {{name: total, unit: "1", direction: none, measure: {{agg: sum, of: n}}}}
"""


def keyed_city(folder: Path, name: str, topic: str) -> Path:
    """The folder of the city that counts this topic."""
    for part in ("slots", "boards"):
        (folder / part).mkdir(parents=True)
    (folder / "boards" / "city.yaml").write_text(_BOARD, "utf-8")
    (folder / "city.yaml").write_text(_CITY.format(name=name), "utf-8")
    (folder / "regions.geojson").write_text(_REGIONS, "utf-8")
    (folder / "slots" / f"{SLOT}.yaml").write_text(_SLOT.format(topic=topic), "utf-8")
    return folder


class Sender:
    """Sends records that count up. What a broker that was away took twice, the log holds twice: the log is the truth."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._sent = 0

    def send(self, count: int, chunk: int = 250, pause_s: float = 0.0) -> None:
        """So many more, in chunks, each until it is acknowledged. Blocks."""
        goal = self._sent + count
        while self._sent < goal:
            numbers = range(self._sent, min(goal, self._sent + chunk))
            keys: list[bytes | None] = [str(n % KEYS).encode() for n in numbers]
            self._emit([_record(n) for n in numbers], keys)
            self._sent = numbers.stop
            pause(pause_s)

    def _emit(self, values: list[bytes], keys: list[bytes | None]) -> None:
        while True:
            try:
                self._sink.emit(values, keys)
                return
            except SinkLost:
                pause(0.2)


def _record(n: int) -> bytes:
    moment = datetime.now(UTC) - timedelta(seconds=n % 90)
    return msgspec.json.encode({"at": moment.isoformat(), "region": "ab"[n % 2], "key": f"k{n % KEYS}", "n": n})


@dataclass(frozen=True)
class Counts:
    """By key: how many records, and the sum of their numbers. `offsets`: `topic/partition` → where the log ends."""

    records: Mapping[str, int]
    sums: Mapping[str, int]
    offsets: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.records.values())


def logged(log: Log, topic: str, partitions: int) -> Counts:
    """What the log holds, read from its beginning to where it ends now, by a reader of our own. Blocks."""
    source = log.source(topic)
    source.open(at({}))
    records: dict[str, int] = {}
    sums: dict[str, int] = {}
    offsets: dict[str, int] = {}
    while len(offsets) < partitions or any(offsets[f"{topic}/{p}"] < end for p, end in source.ends().items()):
        batch = source.poll(1.0)
        for value in batch.values if batch else ():
            one = msgspec.json.decode(value)
            records[one["key"]] = records.get(one["key"], 0) + 1
            sums[one["key"]] = sums.get(one["key"], 0) + one["n"]
        offsets |= {f"{topic}/{p}": span.end for p, span in batch.spans.items()} if batch else {}
    source.close()
    return Counts(records, sums, offsets)


def counted(ledger: Ledger, size: Size, dimension: str = "key") -> Counts:
    """What the slot's cells of one size say, by key (by "" where all records together are asked)."""
    frames = [frame for key in ledger.pages(SLOT, "cells", size) if (frame := ledger.read(SLOT, key)[1]) is not None]
    rows = pl.concat(frames, how="diagonal_relaxed").filter(pl.col("d") == dimension)
    numbers = [column for column in rows.columns if column.startswith(("n:", "s:"))]
    sums = {row["k"]: row for row in rows.group_by("k").agg(pl.col(numbers).sum()).to_dicts()}
    records = {key: {row[column] for column in numbers if column[0] == "n"} for key, row in sums.items()}
    assert all(len(values) == 1 for values in records.values()), f"the parts of a cell count differently: {records}"
    (summed,) = (column for column in numbers if column[0] == "s")
    return Counts({key: values.pop() for key, values in records.items()}, {key: int(row[summed]) for key, row in sums.items()})


def wrong(truth: Counts, ledger: Ledger) -> list[str]:
    """Every way in which the ledger differs from the log; nothing where each record counted exactly once."""
    state = ledger.state(SLOT)
    stands = positions(state)
    found = [f"offsets {stands} instead of {dict(truth.offsets)}"] if stands != truth.offsets else []
    sizes: tuple[Size, ...] = ("minute", "hour", "day")
    for size in sizes:
        by_key, whole = counted(ledger, size), counted(ledger, size, "")
        for key in sorted({*truth.records, *by_key.records}):
            told, true = (
                (by_key.records.get(key, 0), by_key.sums.get(key, 0)),
                (truth.records.get(key, 0), truth.sums.get(key, 0)),
            )
            if told != true:
                found.append(f"{size}s of {key}: {told[0]} records, sum {told[1]} instead of {true[0]}, {true[1]}")
        if (whole.records, whole.sums) != ({"": truth.total}, {"": sum(truth.sums.values())}):
            found.append(f"{size}s of all: {whole.records}, {whole.sums} instead of {truth.total}")
    kept = {name: state.counters.get(name, 0) for name in ("accepted", "rejected", "lost", "late", "coarsened")}
    if kept != {"accepted": truth.total, "rejected": 0, "lost": 0, "late": 0, "coarsened": 0}:
        found.append(f"counters {kept}, the log holds {truth.total}")
    return found
