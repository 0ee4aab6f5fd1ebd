"""Records per second of the whole slot line over real Kafka, for both clients and 1, 5 and 20 indicators.

Against a poll loop of the same client that does nothing – the physical limit – and against a loop as users write it.

What bounds it, in processor time per record, two dimensions, 5 indicators (measured on a machine that was busy otherwise, so
in proportion rather than to the digit): confluent-kafka handing the record out 2.1 µs, its JSON 2.1 µs (1.5 of it the
parser), cells and bins 2.0 µs – one of its minutes, hours and days for itself and for each dimension are 9 cells and 9 bins,
and hardly two records share a bin –, the rest 0.7 µs. A page that nobody reads is merged when it has doubled, 0.12 µs a row.
300,000 records a second are 3.3 µs: with what the client takes, 1.2 µs would be left for JSON and all counting.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as Part
from kafka import KafkaConsumer, TopicPartition

from layers.regions import Regions
from slots.fold import Fold
from slots.ledger_memory import MemoryLedger
from slots.pipeline import Pipeline
from streams.clock import ManualClock
from streams.codecs import codec_for
from streams.confluent import ConfluentLog
from streams.kafka import KafkaLog
from streams.kafka_cluster import FETCH_BYTES
from streams.source import Log
from tests.bench import hotline
from tests.bench.row import Aim, Row, spread
from tests.broker.kafka_server import kafka_server

RECORDS = 500_000
TOPIC = hotline.TOPIC
CLIENTS: dict[str, Callable[[str], Log]] = {"kafka-python": KafkaLog, "confluent": ConfluentLog}
AIMS = {"kafka-python": {1: 0.85, 5: 0.75, 20: 0.5}, "confluent": {5: 0.5}}


class Took(NamedTuple):
    """Seconds by the clock and of processor time, all threads."""

    wall_s: float
    cpu_s: float


def measure(rounds: int) -> list[Row]:
    """All ways to read the same topic in turn, round after round."""
    regions = hotline.tree()
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as folder:
        server = kafka_server(Path(folder))
        try:
            written = hotline.fill(server.address, regions, RECORDS)
            ways = ways_of(server.address, regions)
            rates: dict[str, list[Took]] = {name: [] for name in ways}
            for _ in range(rounds):
                for name, way in ways.items():
                    rates[name].append(timed(way))
        finally:
            server.stop()
    size = written // RECORDS
    return rows(
        rates, f"ingest: {RECORDS:,} records of {size} B in {hotline.PARTITIONS} partitions; {server.name} on the same cores"
    )


def ways_of(servers: str, regions: Regions) -> dict[str, Callable[[], None]]:
    """What is timed, by name."""
    ways: dict[str, Callable[[], None]] = {
        "kafka-python": lambda: bare_poll(servers),
        "confluent": lambda: bare_consume(servers),
        "user": lambda: user_loop(servers),
    }
    for client, log in CLIENTS.items():
        for indicators in (1, 5, 20):
            ways[f"{client} {indicators}"] = lambda log=log, n=indicators: whole_line(log(servers), n, regions)  # type: ignore[misc]
    return ways


def timed(way: Callable[[], None]) -> Took:
    began = time.perf_counter(), time.process_time()
    way()
    return Took(time.perf_counter() - began[0], time.process_time() - began[1])


def rows(rates: dict[str, list[Took]], note: str) -> list[Row]:
    """The medians in records a second, ours in relation to the bare loop of the same client."""
    per_s = {name: [RECORDS / one.wall_s for one in found] for name, found in rates.items()}
    told: list[Row] = []
    for client in CLIENTS:
        bare = median(per_s[client])
        told.append(Row("ingest", f"{client}: bare poll loop", bare, "records/s", spread=spread(per_s[client]), note=note))
        for n in (1, 5, 20):
            ours = per_s[f"{client} {n}"]
            aim = Aim("at least", AIMS[client][n]) if n in AIMS[client] else None
            name = f"{client}: whole line, {n} indicator{'s' * (n > 1)}"
            told.append(Row("ingest", name, median(ours), "records/s", "bare poll", median(ours) / bare, aim, spread(ours)))
    per_core = [RECORDS / one.cpu_s for one in rates["confluent 5"]]
    told.append(
        Row(
            "ingest",
            "confluent, 5 indicators, per core",
            median(per_core),
            "records/s",
            aim=Aim("at least", 300_000),
            spread=spread(per_core),
        )
    )
    user, five = median(per_s["user"]), median(per_s["kafka-python 5"])
    told.append(Row("ingest", "user's loop: poll, json.loads, dicts", user, "records/s", spread=spread(per_s["user"])))
    told.append(Row("ingest", "kafka-python: whole line, 5 indicators", five, "records/s", "user's loop", five / user))
    return told


def bare_poll(servers: str) -> None:
    """Is handed every record and does nothing, with a consumer set up as ours."""
    consumer = KafkaConsumer(
        bootstrap_servers=servers,
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_partition_fetch_bytes=FETCH_BYTES,
        metrics_enabled=False,
    )
    from_the_beginning(consumer)
    seen = 0
    while seen < RECORDS:
        seen += sum(map(len, consumer.poll(timeout_ms=1000, max_records=hotline.CHUNK).values()))
    consumer.close()


def bare_consume(servers: str) -> None:
    """The same with confluent-kafka."""
    reader = Consumer({"bootstrap.servers": servers, "group.id": "bare", "enable.auto.commit": False})
    reader.assign([Part(TOPIC, number, 0) for number in range(hotline.PARTITIONS)])
    seen = 0
    while seen < RECORDS:
        seen += len(reader.consume(hotline.CHUNK, 1.0))
    reader.close()


def from_the_beginning(consumer: KafkaConsumer) -> None:
    """Takes all partitions of the topic."""
    parts = [TopicPartition(TOPIC, number) for number in sorted(consumer.partitions_for_topic(TOPIC) or ())]
    consumer.assign(parts)
    consumer.seek_to_beginning(*parts)


def user_loop(servers: str) -> None:
    """Counts requests, waits and good stars by region, minute and both dimensions with dicts."""
    reader = KafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, auto_offset_reset="earliest")
    from_the_beginning(reader)
    requests: dict[tuple[str, ...], int] = defaultdict(int)
    waits: dict[tuple[str, ...], float] = defaultdict(float)
    good: dict[tuple[str, ...], int] = defaultdict(int)
    seen = 0
    while seen < RECORDS:
        for batch in reader.poll(timeout_ms=1000).values():
            for message in batch:
                record: dict[str, Any] = json.loads(message.value)
                place = (record["region"], record["created_at"][:16])
                for key in ((*place, ""), (*place, record["category"]), (*place, record["channel"])):
                    requests[key] += 1
                    waits[key] += record["wait_s"]
                    good[key] += record["stars"] >= 4
                seen += 1
    reader.close()
    if sum(count for key, count in requests.items() if not key[2]) != RECORDS:
        raise RuntimeError("the user's loop has miscounted")


def whole_line(log: Log, indicators: int, regions: Regions) -> None:
    """Poll, decode, fold and commit into the memory ledger, until every record is counted."""
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(hotline.SWITCH_S)
    slot, ledger = hotline.slot(indicators), MemoryLedger()
    fold = Fold(slot, codec_for(slot.source), regions, "Asia/Shanghai")
    source = log.source(TOPIC)
    line = Pipeline(source, {slot.slot: fold}, ledger, hotline.refuse, ManualClock(hotline.ended(RECORDS)))
    while ledger.state(slot.slot).counters.get("accepted", 0) < RECORDS:
        line.step(1.0)
    source.close()
    log.close()
    sys.setswitchinterval(before_s)
