"""Records per second of the whole slot line over real Kafka: against a poll loop that does nothing, and a user's loop."""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import yaml
from kafka import KafkaConsumer, TopicPartition

from layers.regions import Regions
from slots.fold import Fold
from slots.ledger_memory import MemoryLedger
from slots.pipeline import Pipeline
from slots.slot import Slot, parse_slot
from streams.clock import ManualClock
from streams.codecs import Rejected, codec_for
from streams.kafka import KafkaLog, server_list
from streams.kafka_client import KafkaCluster
from streams.record import Batch
from tests.bench.row import Aim, Row, spread
from tests.broker.kafka_server import kafka_server

ROOT = Path(__file__).resolve().parents[2]
RECORDS = 500_000
CHUNK = 20_000
PARTITIONS = 4
TOPIC = "bench.hotline"
BEGAN = datetime(2026, 5, 6, 0, 0, tzinfo=UTC)
SPACING_MS = 10

SLOT = """
slot: hotline
family: operations
source: {topic: bench.hotline, format: json}
time: created_at
fields: {id: string, created_at: datetime, region: string, category: string, channel: string, wait_s: float, stars: int}
region: {code: region}
dimensions: [category, channel]
indicators:
  - {name: requests, measure: {agg: count}}
  - {name: wait_mean, unit: s, direction: lower, measure: {agg: mean, of: wait_s}}
  - {name: satisfaction, unit: "%", measure: {ratio: [{agg: count, where: "stars >= 4"}, {agg: count}], scale: 100}}
"""


def measure(rounds: int) -> list[Row]:
    """Three ways to read the same topic, in turn, round after round."""
    regions = Regions.load(ROOT / "cockpit" / "demo" / "yunzhou" / "regions.geojson")
    slot = parse_slot(yaml.safe_load(SLOT))
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as folder:
        server = kafka_server(Path(folder))
        try:
            written = fill(server.address, regions)
            ways: dict[str, Callable[[], float]] = {
                "bare": lambda: bare_poll(server.address),
                "user": lambda: user_loop(server.address),
                "ours": lambda: whole_line(server.address, slot, regions),
            }
            rates: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(rounds):
                for name, way in ways.items():
                    rates[name].append(RECORDS / way())
        finally:
            server.stop()
    return rows(
        rates,
        f"ingest: {RECORDS:,} records of {written // RECORDS} B in {PARTITIONS} partitions; {server.name} on the same cores",
    )


def rows(rates: dict[str, list[float]], note: str) -> list[Row]:
    """The medians, and ours in relation to both loops."""
    middle = {name: median(found) for name, found in rates.items()}
    apart = {name: spread(found) for name, found in rates.items()}
    to_bare, to_user = middle["ours"] / middle["bare"], middle["ours"] / middle["user"]
    unit = "records/s"
    return [
        Row("ingest", "bare KafkaConsumer.poll loop", middle["bare"], unit, spread=apart["bare"], note=note),
        Row("ingest", "poll, json.loads, dict counters", middle["user"], unit, spread=apart["user"]),
        Row("ingest", "whole slot line", middle["ours"], unit, "bare poll", to_bare, Aim("at least", 0.75), apart["ours"]),
        Row("ingest", "whole slot line", middle["ours"], unit, "user's loop", to_user, Aim("at least", 3.0), apart["ours"]),
    ]


def records(regions: Regions) -> Iterator[bytes]:
    """Seeded hotline requests at the communities of the city, in order of time."""
    chance = random.Random(7)
    codes = [code for code in regions.codes if not regions.children(code)]
    categories = [f"category {n}" for n in range(12)]
    for number in range(RECORDS):
        created = BEGAN + timedelta(milliseconds=number * SPACING_MS)
        record = {
            "id": f"HX{number:012d}",
            "created_at": created.isoformat(timespec="milliseconds"),
            "region": chance.choice(codes),
            "category": chance.choice(categories),
            "channel": chance.choice(("phone", "app", "wechat", "hall")),
            "wait_s": round(chance.expovariate(1 / 15), 1),
            "stars": chance.choice((5, 5, 5, 4, 4, 3, 2, 1)),
        }
        yield json.dumps(record).encode()


def fill(servers: str, regions: Regions) -> int:
    """Bytes written to the topic."""
    log = KafkaLog(servers)
    sink = log.sink(TOPIC)
    written = 0
    chunk: list[bytes] = []
    for number, value in enumerate(records(regions), 1):
        chunk.append(value)
        if number % CHUNK == 0:
            sink.emit(chunk)
            written += sum(map(len, chunk))
            chunk = []
    sink.close()
    log.close()
    return written


def bare_poll(servers: str) -> float:
    """Seconds to be handed every record and do nothing, with a consumer set up exactly as ours: the limit."""
    began = time.perf_counter()
    reader = KafkaCluster(server_list(servers), "bench").consumer(TOPIC)
    seen = 0
    from_the_beginning(reader.consumer)
    while seen < RECORDS:
        seen += sum(map(len, reader.consumer.poll(timeout_ms=1000, max_records=CHUNK).values()))
    reader.close()
    return time.perf_counter() - began


def from_the_beginning(consumer: KafkaConsumer) -> None:
    """Takes all partitions of the topic."""
    parts = [TopicPartition(TOPIC, number) for number in sorted(consumer.partitions_for_topic(TOPIC) or ())]
    consumer.assign(parts)
    consumer.seek_to_beginning(*parts)


def user_loop(servers: str) -> float:
    """Seconds to count the three indicators by region, minute and both dimensions with dicts."""
    began = time.perf_counter()
    reader = KafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, auto_offset_reset="earliest")
    from_the_beginning(reader)
    requests: dict[tuple[str, ...], int] = defaultdict(int)
    waits: dict[tuple[str, ...], float] = defaultdict(float)
    good: dict[tuple[str, ...], int] = defaultdict(int)
    seen = 0
    while seen < RECORDS:
        for batch in reader.poll(timeout_ms=1000).values():
            for message in batch:
                record = json.loads(message.value)
                place = (record["region"], record["created_at"][:16])
                for key in ((*place, ""), (*place, record["category"]), (*place, record["channel"])):
                    requests[key] += 1
                    waits[key] += record["wait_s"]
                    good[key] += record["stars"] >= 4
                seen += 1
    reader.close()
    if sum(count for key, count in requests.items() if not key[2]) != RECORDS:
        raise RuntimeError("the user's loop has miscounted")
    return time.perf_counter() - began


def whole_line(servers: str, slot: Slot, regions: Regions) -> float:
    """Seconds for poll, decode, fold and commit into the memory ledger, with every record counted."""
    began = time.perf_counter()
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)  # as app.py does
    log = KafkaLog(servers)
    ledger = MemoryLedger()
    fold = Fold(slot, codec_for(slot.source.format), regions, "Asia/Shanghai")
    clock = ManualClock(BEGAN + timedelta(milliseconds=RECORDS * SPACING_MS))
    source = log.source(TOPIC)
    line = Pipeline(source, {slot.slot: fold}, ledger, refuse, clock)
    while ledger.state(slot.slot).counters.get("accepted", 0) < RECORDS:
        line.step(1.0)
    source.close()
    log.close()
    sys.setswitchinterval(before_s)
    return time.perf_counter() - began


def refuse(slot: str, batch: Batch, rejected: Sequence[Rejected]) -> None:
    raise RuntimeError(f"{batch.address(rejected[0].row)}: {rejected[0].reason}")
