"""One worker against two of one consumer group: how fast a topic that has piled up is counted into Redis."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import yaml

from slots.ledger_redis import RedisLedger
from tests.bench import hotline
from tests.bench.row import Aim, Row, spread
from tests.broker.kafka_server import kafka_server
from tests.broker.redis_server import redis_server

RECORDS = 1_200_000
MIDDLE = (0.4, 0.9)
"""By then both workers have started, joined the group and were given their partitions; and neither has come to its end."""
LIMIT_S = 600.0
TOPIC = "bench.workers"


def measure(rounds: int) -> list[Row]:
    """Rounds of one worker and of two, in turn, all over one topic, each round a city of its own, which is a group of its own."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as home, ExitStack() as stack:
        kafka = kafka_server(Path(home) / "kafka")
        stack.callback(kafka.stop)
        redis = redis_server(Path(home) / "redis")
        stack.callback(redis.stop)
        hotline.fill(kafka.address, hotline.tree(), RECORDS, TOPIC)
        for number in range(rounds):
            for workers in rates:
                folder = city(Path(home) / f"bench{number}of{workers}")
                rates[workers].append(RECORDS / counting_s(folder, kafka.address, redis.address, workers))
    return rows(rates, kafka.name)


def rows(rates: Mapping[int, Sequence[float]], broker: str) -> list[Row]:
    note = (
        f"workers: {RECORDS:,} records, 5 indicators, {hotline.PARTITIONS} partitions, `cockpit ingest` into Valkey; {broker}, "
        f"Valkey and the workers share {os.cpu_count()} cores, so that two workers cannot have a core each: this bounds the ratio"
    )
    one, two = (median(rates[workers]) for workers in (1, 2))
    return [
        Row("workers", "one worker", one, "records/s", spread=spread(rates[1]), note=note),
        Row("workers", "two workers", two, "records/s", "one worker", two / one, Aim("at least", 1.7), spread(rates[2])),
    ]


def city(folder: Path) -> Path:
    """A city folder of its own name with the hotline's slot over the topic."""
    name = folder.name
    (folder / "slots").mkdir(parents=True)
    demo = hotline.ROOT / "cockpit" / "demo" / "yunzhou"
    (folder / "regions.geojson").write_bytes((demo / "regions.geojson").read_bytes())
    (folder / "city.yaml").write_text(
        yaml.safe_dump(
            {"name": name, "title": {"en": name}, "timezone": "Asia/Shanghai", "languages": ["en"], "regions": "regions.geojson"}
        )
    )
    slot = hotline.slot(5).model_dump(mode="json", exclude_defaults=True)
    slot["source"] = {"topic": TOPIC, "format": "json"}
    (folder / "slots" / "hotline.yaml").write_text(yaml.safe_dump(slot))
    (folder / "boards").mkdir()
    shown = {"panel": "number", "title": {"en": "Requests"}, "indicator": "hotline.requests", "window": "today"}
    wall = {"columns": 1, "rows": 1, "at": {"requests": [1, 1, 1, 1]}}
    board = {"board": "city", "title": {"en": name}, "layouts": {"wall": wall}, "panels": {"requests": shown}}
    (folder / "boards" / "city.yaml").write_text(yaml.safe_dump(board))
    return folder


def counting_s(folder: Path, kafka: str, redis: str, workers: int) -> float:
    """Seconds it would take to count all at the pace of the middle of the run: their start and the last crumbs are left out."""
    ledger = RedisLedger(redis, prefix=f"cockpit:{folder.name}")
    environment = {**os.environ, "COCKPIT_KAFKA": kafka, "COCKPIT_REDIS": redis, "COCKPIT_STATE": f"{folder}-state"}
    with running(folder, environment, workers) as processes:
        began_s = reached(ledger, MIDDLE[0] * RECORDS, processes)
        before_s = [cpu_s(process) for process in processes]
        ended_s = reached(ledger, MIDDLE[1] * RECORDS, processes)
        worked_s = [cpu_s(process) - before for process, before in zip(processes, before_s, strict=True)]
        if min(worked_s) < 0.2 * max(worked_s):
            raise RuntimeError(f"the work was not shared: the workers took {worked_s} s of processor time")
        return (ended_s - began_s) / (MIDDLE[1] - MIDDLE[0])


@contextmanager
def running(folder: Path, environment: dict[str, str], workers: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """That many `cockpit ingest` processes, each with a state folder of its own."""
    command = [sys.executable, "-m", "app", "ingest", str(folder)]
    processes = []
    for number in range(workers):
        own = {**environment, "COCKPIT_STATE": f"{environment['COCKPIT_STATE']}-{number}"}
        log = Path(f"{folder}-{number}.log")  # beside the city: what nothing reads may not lie in it
        with log.open("wb") as out:
            processes.append(subprocess.Popen(command, env=own, stdout=out, stderr=out, cwd=hotline.ROOT))
    try:
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(20)


def reached(ledger: RedisLedger, count: float, processes: Sequence[subprocess.Popen[bytes]]) -> float:
    """The moment (performance counter) at which so many records were counted. Raises RuntimeError when nothing moves."""
    deadline = time.perf_counter() + LIMIT_S
    while ledger.state("hotline").counters.get("accepted", 0) < count:
        if ended := [process.args for process in processes if process.poll() is not None]:
            raise RuntimeError(f"a worker has ended: {ended}")
        if time.perf_counter() > deadline:
            raise RuntimeError(f"the workers stand at {ledger.state('hotline').counters}")
        time.sleep(0.02)
    return time.perf_counter()


def cpu_s(process: subprocess.Popen[bytes]) -> float:
    """Processor time a running process has taken."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
