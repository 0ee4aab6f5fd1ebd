"""A five-level drill over 50,000 regions: our ledger's readings against DuckDB over the raw records, in one process, in turn."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from statistics import quantiles

import duckdb
import numpy as np
import polars as pl
import yaml

from slots.fold import Fold
from slots.ledger import Ledger
from slots.ledger_memory import MemoryLedger
from slots.reading import Question
from slots.readings import Readings
from slots.retention import Retention
from slots.slot import Slot, parse_slot
from streams.clock import ManualClock
from streams.columns import Column, Decoded
from streams.record import Batch, Span
from tests.bench.row import Aim, Row
from tests.bench.village_tree import BEGAN, DAYS, VillageTree, happenings

RECORDS = 6_000_000
CHUNK = 100_000
DRILLS = 40
ENDED = BEGAN + timedelta(days=DAYS)
WINDOW = (BEGAN + timedelta(days=10), BEGAN + timedelta(days=24))
SLOT = """
slot: visits
family: operations
source: {topic: visits, format: json}
time: at
fields: {at: datetime, region: string, wait_s: float, stars: int}
region: {code: region}
indicators:
  - {name: visits, measure: {agg: count}}
  - {name: wait, unit: s, measure: {agg: mean, of: wait_s}}
  - {name: satisfaction, unit: "%", measure: {ratio: [{agg: count, where: "stars >= 4"}, {agg: count}], scale: 100}}
"""
Drill = Sequence[str]
"""The regions opened one after the other, from the city to a village."""


class Given:
    """A codec for records that are columns already: what is timed here is reading, not decoding."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    @property
    def fields(self) -> None:
        return None

    def names(self, value: bytes, headers: object = ()) -> frozenset[str]:
        return frozenset()

    def decode(self, values: Sequence[bytes], columns: Sequence[Column], headers: object = None) -> Decoded:
        rows = pl.Series("_row", np.arange(len(values)), dtype=pl.UInt32)
        return Decoded(self.frame.with_columns(rows), [])


def measure(rounds: int) -> list[Row]:
    """Each drill asks all children's values at each of its levels; first ours, then DuckDB's, checked to be equal."""
    tree, slot = VillageTree(), parse_slot(yaml.safe_load(SLOT))
    frame = happenings(tree, RECORDS)
    readings = Readings({slot.slot: slot}, counted(frame, slot, tree), tree, "UTC", ManualClock(ENDED))
    table = RawTable(frame)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        for drill in drills(tree, DRILLS):
            for region in drill:
                mine, took_s = timed(lambda region=region: asked(readings, region))  # type: ignore[misc]
                ours.append(took_s)
                other, took_s = timed(lambda region=region: table.ask(region))  # type: ignore[misc]
                theirs.append(took_s)
                agree(mine, other, region)
    return rows(ours, theirs, rounds, len(tree.codes))


def rows(ours: Sequence[float], theirs: Sequence[float], rounds: int, regions: int) -> list[Row]:
    note = (
        f"drill: {RECORDS:,} records in {regions:,} regions of five levels; {DRILLS} random drills, {rounds} rounds, "
        f"a window of {(WINDOW[1] - WINDOW[0]).days} days; DuckDB {duckdb.__version__} over a table in memory, "
        "sorted by time, with the ancestors of each record in columns; both answers are compared"
    )
    p95 = {name: quantiles(found, n=20)[18] * 1000 for name, found in (("ours", ours), ("theirs", theirs))}
    return [
        Row("drill", "children of a region, p95", p95["ours"], "ms", aim=Aim("at most", 30), note=note),
        Row("drill", "the same from the raw records, p95", p95["theirs"], "ms"),
        Row("drill", "DuckDB takes", p95["theirs"], "ms", "our readings", p95["theirs"] / p95["ours"], Aim("at least", 10)),
    ]


def counted(frame: pl.DataFrame, slot: Slot, tree: VillageTree) -> Ledger:
    """A ledger with all records folded in, chunk by chunk."""
    ledger = MemoryLedger()
    ahead = Given(frame)
    fold = Fold(slot, ahead, tree, "UTC", Retention())
    for start in range(0, frame.height, CHUNK):
        ahead.frame = frame[start : start + CHUNK]
        ledger.commit(fold.fold(_batch(start, ahead.frame.height), ledger.state(slot.slot), ENDED).commit)
    if ledger.state(slot.slot).counters["accepted"] != frame.height:
        raise RuntimeError("the ledger has not counted every record")
    return ledger


def _batch(start: int, count: int) -> Batch:
    offsets = np.arange(start, start + count, dtype=np.int64)
    nothing: list[bytes | None] = [None] * count
    zeros = np.zeros(count, dtype=np.int32)
    return Batch("visits", [b""] * count, nothing, zeros, offsets, offsets, {0: Span(start, start + count)})


class RawTable:
    """The raw records in DuckDB as a careful user lays them out: in order of time, each with its ancestors in columns."""

    def __init__(self, frame: pl.DataFrame) -> None:
        levels = [pl.col("region").str.head(1 + 3 * level).alias(f"level{level}") for level in range(5)]
        self._connection = duckdb.connect()
        self._connection.register("given", frame.select(pl.col("at").alias("happened"), "wait_s", "stars", *levels).to_arrow())
        self._connection.execute("CREATE TABLE visits AS SELECT * FROM given ORDER BY happened")

    def ask(self, region: str) -> dict[str, tuple[int, float, float]]:
        """Child → count, mean wait, share of good stars, of those with records."""
        level = region.count(".")
        question = f"""
            SELECT level{level + 1}, count(*), avg(wait_s), 100.0 * count(*) FILTER (stars >= 4) / count(*)
            FROM visits WHERE happened >= ? AND happened < ? AND level{level} = ? GROUP BY 1"""
        found = self._connection.execute(question, [*WINDOW, region]).fetchall()
        return {name: (count, wait, good) for name, count, wait, good in found}


def asked(readings: Readings, region: str) -> dict[str, tuple[int, float, float]]:
    """The same from the ledger, by three questions."""
    questions = [Question(f"visits.{name}", region, *WINDOW, by="region") for name in ("visits", "wait", "satisfaction")]
    counts, waits, goods = (readings.ask(question) for question in questions)
    return {
        count.region: (count.count, wait.value or 0.0, good.value or 0.0)
        for count, wait, good in zip(counts, waits, goods, strict=True)
        if count.count
    }


def drills(tree: VillageTree, count: int) -> list[Drill]:
    """Paths from the city to a village that has grids below it: as many regions as there are levels but one, and the city."""
    chance = random.Random(11)
    grids = chance.choices(tree.leaves.tolist(), k=count)
    return [["c", *(code[: 1 + 3 * level] for level in (1, 2, 3))] for code in (tree.codes[grid] for grid in grids)]


def timed(ask: Callable[[], dict[str, tuple[int, float, float]]]) -> tuple[dict[str, tuple[int, float, float]], float]:
    began = time.perf_counter()
    return ask(), time.perf_counter() - began


def agree(mine: dict[str, tuple[int, float, float]], other: dict[str, tuple[int, float, float]], region: str) -> None:
    """Raises when the two answers differ."""
    close = all(np.allclose(mine[child], other[child], rtol=1e-9) for child in other) if mine.keys() == other.keys() else False
    if not close:
        raise RuntimeError(f"our readings and DuckDB differ below {region}")
