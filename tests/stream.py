"""Random disordered streams of one slot, counted in random batches, and what they must come to: the same records in one frame."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import polars as pl

from slots.fold import Fold
from slots.ledger import Ledger
from slots.ledger_memory import MemoryLedger
from slots.readings import Readings
from slots.retention import Retention
from slots.slot import Slot, parse_slot
from streams.clock import ManualClock
from streams.json_codec import JsonCodec
from streams.record import Batch, Span
from tests.line import small_tree

KEPT = Retention(minutes_s=400 * 86400, hours_s=400 * 86400)
REGIONS = ("c", "a", "b", "a1", "a2")
KINDS = ("water", "road", "noise", None)
Record = dict[str, Any]


def _count(of: str) -> dict[str, Any]:
    return {"agg": "count", "where": of}


def _last(rows: pl.DataFrame, of: str) -> float | None:
    """Of several at the latest time, the greatest."""
    known = rows.filter(pl.col(of).is_not_null())
    latest = known.filter(pl.col("at") == pl.col("at").max())[of].max()
    return None if latest is None else float(latest)  # type: ignore[arg-type]


def _share(top: float | None, bottom: float | None, scale: float = 1) -> float | None:
    return None if top is None or not bottom else top * scale / bottom


def _total(values: pl.Series) -> float | None:
    values = values.drop_nulls()
    return float(values.sum()) if len(values) else None


def _quantile(values: pl.Series, q: float) -> float | None:
    values = values.drop_nulls().sort()
    return float(values[int(q * (len(values) - 1))]) if len(values) else None


@dataclass(frozen=True)
class Told:
    """A measure, what it must say of the rows of a window, and how far it may lie off, relative to that."""

    measure: dict[str, Any]
    of: Callable[[pl.DataFrame], float | None]
    error: float = 1e-12


def _per_star(rows: pl.DataFrame) -> float | None:
    return rows.filter(pl.col("stars") > 0).select((pl.col("wait_s") / pl.col("stars")).mean()).item()  # type: ignore[no-any-return]


TOLD: Mapping[str, Told] = {
    "requests": Told({"agg": "count"}, lambda rows: float(rows.height)),
    "waits": Told({"agg": "count", "of": "wait_s", "where": "stars >= 3"},
                  lambda rows: float(rows.filter(pl.col("stars") >= 3)["wait_s"].count())),
    "total": Told({"agg": "sum", "of": "wait_s"}, lambda rows: _total(rows["wait_s"])),
    "sunny": Told({"agg": "sum", "of": "-stars * 2 + 0.1", "where": "kind IN ('road', 'noise')"},
                  lambda rows: _total(rows.filter(pl.col("kind").is_in(["road", "noise"]))["stars"] * -2 + 0.1)),
    "mean": Told({"agg": "mean", "of": "wait_s"}, lambda rows: rows["wait_s"].mean()),  # type: ignore[return-value,arg-type]
    "per_star": Told({"agg": "mean", "of": "wait_s / stars"}, _per_star),
    "least": Told({"agg": "min", "of": "wait_s"}, lambda rows: rows["wait_s"].min()),  # type: ignore[return-value,arg-type]
    "most": Told({"agg": "max", "of": "abs(wait_s)"}, lambda rows: rows["wait_s"].abs().max()),  # type: ignore[return-value,arg-type]
    "newest": Told({"agg": "last", "of": "wait_s"}, lambda rows: _last(rows, "wait_s")),
    "stars": Told({"agg": "last", "of": "stars", "where": "kind = 'water'"},
                  lambda rows: _last(rows.filter(pl.col("kind") == "water"), "stars")),
    "median": Told({"agg": "quantile", "of": "wait_s", "q": 0.5}, lambda rows: _quantile(rows["wait_s"], 0.5), 0.0099),
    "p90": Told({"agg": "quantile", "of": "wait_s", "q": 0.9}, lambda rows: _quantile(rows["wait_s"], 0.9), 0.0099),
    "people": Told({"agg": "distinct", "of": "who"}, lambda rows: float(rows["who"].drop_nulls().n_unique()), 0.02),
    "good": Told({"ratio": [_count("stars >= 4"), {"agg": "count", "of": "stars"}], "scale": 100},
                 lambda rows: _share(float((rows["stars"] >= 4).sum()), float(rows["stars"].count()), 100)),
    "skew": Told({"ratio": [{"agg": "quantile", "of": "wait_s", "q": 0.9}, {"agg": "quantile", "of": "wait_s", "q": 0.5}]},
                 lambda rows: _share(_quantile(rows["wait_s"], 0.9), _quantile(rows["wait_s"], 0.5)), 0.02),
    "each": Told({"ratio": [{"agg": "mean", "of": "wait_s"}, {"agg": "mean", "of": "stars"}]},
                 lambda rows: _share(rows["wait_s"].mean(), rows["stars"].mean())),  # type: ignore[arg-type]
    "load": Told({"ratio": [{"agg": "sum", "of": "wait_s"}, {"agg": "distinct", "of": "who"}]},
                 lambda rows: _share(_total(rows["wait_s"]), float(rows["who"].drop_nulls().n_unique())), 0.02),
    "jump": Told({"ratio": [{"agg": "last", "of": "wait_s"}, {"agg": "max", "of": "wait_s"}]},
                 lambda rows: _share(_last(rows, "wait_s"), rows["wait_s"].max())),  # type: ignore[arg-type]
}  # fmt: skip
"""Name of an indicator → its measure and the batch recomputation in Polars, which shares nothing with ours."""


def stream_slot(lateness: str = "2h", names: Sequence[str] = tuple(TOLD)) -> Slot:
    """A slot with these measures of TOLD."""
    types = {"at": "datetime", "region": "string", "kind": "string?", "who": "string?", "wait_s": "float?", "stars": "int?"}
    return parse_slot(
        {
            "slot": "desk",
            "family": "operations",
            "source": {"topic": "city.desk"},
            "time": "at",
            "fields": types,
            "region": {"code": "region"},
            "dimensions": ["kind"],
            "lateness": lateness,
            "indicators": [{"name": name, "measure": told.measure} for name, told in TOLD.items() if name in names],
        }
    )


def random_records(rng: random.Random, around: datetime, reach: timedelta, count: int) -> list[Record]:
    """Records around a moment, in the order of their time; some at one and the same time, some on the very minute."""
    seconds = reach.total_seconds()
    moments = sorted(
        around + timedelta(seconds=round(rng.uniform(-seconds, seconds), rng.choice([-2, 0, 3]))) for _ in range(count)
    )
    return [
        {
            "at": moment.astimezone(UTC).isoformat(),
            "region": rng.choice(REGIONS),
            "kind": rng.choice(KINDS),
            "who": rng.choice([None, f"p{rng.randrange(40)}"]),
            "wait_s": rng.choice([None, 0.0, round(rng.uniform(-5, 500), 3), round(rng.lognormvariate(3, 2), 2)]),
            "stars": rng.choice([None, 0, 1, 2, 3, 4, 5]),
        }
        for moment in moments
    ]


def shuffled(rng: random.Random, records: Sequence[Record], share: float, lateness_s: float) -> list[Record]:
    """The records as they arrive: this share of them up to `lateness_s` after their time."""
    arrivals = [(_moment(one) + (rng.uniform(0, lateness_s) if rng.random() < share else 0), i) for i, one in enumerate(records)]
    return [records[i] for _, i in sorted(arrivals)]


def _moment(record: Record) -> float:
    return datetime.fromisoformat(record["at"]).timestamp()


def frame_of(records: Sequence[Record]) -> pl.DataFrame:
    """The records as one frame, `at` in Unix microseconds."""
    schema = {"region": pl.String, "kind": pl.String, "who": pl.String, "wait_s": pl.Float64, "stars": pl.Int64}
    rows = pl.DataFrame(records, schema={"at": pl.String, **schema})
    return rows.with_columns(pl.col("at").str.to_datetime("%+", time_unit="us").dt.epoch("us"))


class Counted:
    """Partitioned records, counted in random batches by as many workers as there are partitions, in any order."""

    def __init__(self, slot: Slot, zone: str, now: datetime, ledger: Ledger | None = None) -> None:
        self.slot = slot
        self.clock = ManualClock(now)
        self.ledger = ledger or MemoryLedger()
        self.regions = small_tree()
        self.readings = Readings({slot.slot: slot}, self.ledger, self.regions, zone, self.clock, KEPT)
        self._fold = Fold(slot, JsonCodec(), self.regions, zone, KEPT)
        self.rejected: list[str] = []

    def count(self, rng: random.Random, partitions: Sequence[Sequence[Record | bytes]], largest: int) -> None:
        """Counts all of it: each partition in its order, in batches of up to `largest` records."""
        at = [0] * len(partitions)
        while waiting := [p for p, records in enumerate(partitions) if at[p] < len(records)]:
            partition = rng.choice(waiting)
            records = partitions[partition][at[partition] : at[partition] + rng.randint(1, largest)]
            self._commit(partition, at[partition], records)
            at[partition] += len(records)

    def _commit(self, partition: int, begin: int, records: Sequence[Record | bytes]) -> None:
        folded = self._fold.fold(batch_of(self.slot.source.topic, partition, begin, records), self.state(), self.clock())
        self.rejected += [one.reason for one in folded.rejected]
        self.ledger.commit(folded.commit)

    def state(self) -> Any:
        """What the ledger knows of the slot."""
        return self.ledger.state(self.slot.slot)


def batch_of(topic: str, partition: int, begin: int, records: Sequence[Record | bytes]) -> Batch:
    """One poll of one partition."""
    count = len(records)
    values = [one if isinstance(one, bytes) else msgspec.json.encode(one) for one in records]
    return Batch(
        topic,
        values,
        [None] * count,
        np.full(count, partition, dtype=np.int32),
        np.arange(begin, begin + count, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
        {partition: Span(begin, begin + count)},
    )


def dealt(rng: random.Random, records: Sequence[Record], partitions: int) -> list[list[Record]]:
    """The records over so many partitions, each keeping the order."""
    hands: list[list[Record]] = [[] for _ in range(partitions)]
    for record in records:
        rng.choice(hands).append(record)
    return hands
