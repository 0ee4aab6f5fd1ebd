"""A topic of hotline requests to be read in several ways, and slots of one, five and twenty indicators over it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from layers.regions import Regions
from slots.slot import Slot, parse_slot
from streams.codecs import Rejected
from streams.kafka import KafkaLog
from streams.record import Batch

ROOT: Final = Path(__file__).resolve().parents[2]
TOPIC: Final = "bench.hotline"
PARTITIONS: Final = 4
CHUNK: Final = 20_000
BEGAN: Final = datetime(2026, 5, 6, 0, 0, tzinfo=UTC)
SPACING_MS: Final = 10
SWITCH_S: Final = 0.0005
"""How soon a thread lets another have the interpreter, as in app.py."""
CHANNELS: Final = ("phone", "app", "wechat", "hall")

FIVE: Final[Sequence[dict[str, Any]]] = (
    {"name": "requests", "measure": {"agg": "count"}},
    {"name": "wait_mean", "unit": "s", "measure": {"agg": "mean", "of": "wait_s"}},
    {"name": "satisfaction", "unit": "%", "measure": {"ratio": [{"agg": "count", "where": "stars >= 4"}, {"agg": "count"}]}},
    {"name": "wait_max", "unit": "s", "measure": {"agg": "max", "of": "wait_s"}},
    {"name": "wait_p90", "unit": "s", "measure": {"agg": "quantile", "of": "wait_s", "q": 0.9}},
)
MORE: Final[Sequence[dict[str, Any]]] = (
    *({"name": f"by_{one}", "measure": {"agg": "count", "where": f"channel = '{one}'"}} for one in CHANNELS),
    *({"name": f"wait_{one}", "measure": {"agg": "mean", "of": "wait_s", "where": f"channel = '{one}'"}} for one in CHANNELS),
    {"name": "wait_sum", "unit": "s", "measure": {"agg": "sum", "of": "wait_s"}},
    {"name": "wait_min", "unit": "s", "measure": {"agg": "min", "of": "wait_s"}},
    {"name": "stars_mean", "measure": {"agg": "mean", "of": "stars"}},
    {"name": "stars_last", "measure": {"agg": "last", "of": "stars"}},
    {"name": "long_waits", "measure": {"agg": "count", "where": "wait_s > 30"}},
    {"name": "wait_min_mean", "unit": "min", "measure": {"agg": "mean", "of": "wait_s / 60"}},
    {"name": "wait_p50", "unit": "s", "measure": {"agg": "quantile", "of": "wait_s", "q": 0.5}},
)


def tree() -> Regions:
    """The regions of the demonstration's city."""
    return Regions.load(ROOT / "cockpit" / "demo" / "yunzhou" / "regions.geojson")


def slot(indicators: int, dimensions: bool = True) -> Slot:
    """A slot over the topic with that many indicators, at most twenty; by region and time only, or by its dimensions, too."""
    fields = dict.fromkeys(("id", "region", "category", "channel"), "string")
    return parse_slot(
        {
            "slot": "hotline",
            "family": "operations",
            "source": {"topic": TOPIC, "format": "json"},
            "time": "created_at",
            "fields": {**fields, "created_at": "datetime", "wait_s": "float", "stars": "int"},
            "region": {"code": "region"},
            "dimensions": ["category", "channel"] if dimensions else [],
            "indicators": [*FIVE, *MORE][:indicators],
        }
    )


def records(regions: Regions, count: int) -> Iterator[dict[str, Any]]:
    """Seeded requests at the communities of the city, in order of time."""
    chance = random.Random(7)
    codes = [code for code in regions.codes if not regions.children(code)]
    categories = [f"category {n}" for n in range(12)]
    for number in range(count):
        created = BEGAN + timedelta(milliseconds=number * SPACING_MS)
        yield {
            "id": f"HX{number:012d}",
            "created_at": created.isoformat(timespec="milliseconds"),
            "region": chance.choice(codes),
            "category": chance.choice(categories),
            "channel": chance.choice(CHANNELS),
            "wait_s": round(chance.expovariate(1 / 15), 1),
            "stars": chance.choice((5, 5, 5, 4, 4, 3, 2, 1)),
        }


def fill(servers: str, regions: Regions, count: int, topic: str = TOPIC) -> int:
    """Bytes written to the topic, keyed by region, which is what a windowed aggregation by region asks for."""
    log = KafkaLog(servers, partitions=PARTITIONS)
    sink = log.sink(topic)
    written = 0
    values: list[bytes] = []
    keys: list[bytes | None] = []
    for number, record in enumerate(records(regions, count), 1):
        values.append(json.dumps(record).encode())
        keys.append(record["region"].encode())
        if number % CHUNK == 0 or number == count:
            sink.emit(values, keys)
            written += sum(map(len, values))
            values, keys = [], []
    sink.close()
    log.close()
    return written


def ended(count: int) -> datetime:
    """A moment by which all records have happened."""
    return BEGAN + timedelta(milliseconds=count * SPACING_MS)


def refuse(slot: str, batch: Batch, rejected: Sequence[Rejected]) -> None:
    """There is nothing wrong with these records; raises RuntimeError where the line thinks so."""
    if rejected:
        raise RuntimeError(f"{batch.address(rejected[0].row)}: {rejected[0].reason}")
