"""The same windowed aggregation in Quix Streams and in our line, over one topic of one broker."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from slots.fold import Fold
from slots.ledger_memory import MemoryLedger
from slots.pipeline import Pipeline
from streams.clock import ManualClock
from streams.codecs import codec_for
from streams.source import Log
from tests.bench import hotline
from tests.bench.row import Aim, Row, spread
from tests.broker.kafka_server import SERVERS, kafka_server

RECORDS = 200_000
QUIX = "3.28.1"
INDICATORS = 4
"""Of hotline.FIVE, what the other side counts: requests, mean wait, good stars, longest wait."""


def measure(rounds: int) -> list[Row]:
    """Theirs and ours in turn."""
    python = environment()
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as folder:
        server = kafka_server(Path(folder))
        try:
            hotline.fill(server.address, hotline.tree(), RECORDS)
            theirs: list[float] = []
            ours: list[float] = []
            for number in range(rounds):
                theirs.append(RECORDS / quix(python, server.address, Path(folder) / f"state-{number}"))
                ours.append(RECORDS / line(server.address))
        finally:
            server.stop()
    return rows(theirs, ours, server.name)


def rows(theirs: Sequence[float], ours: Sequence[float], broker: str) -> list[Row]:
    note = (
        f"quix: {RECORDS:,} records in {hotline.PARTITIONS} partitions, counted by region and minute – ours also by hour, "
        f"day and two dimensions; from the first record to the last, one process each; {broker} on the same cores"
    )
    ratio = median(ours) / median(theirs)
    unit = "records/s"
    return [
        Row("quix", f"Quix Streams {QUIX}", median(theirs), unit, spread=spread(theirs), note=note),
        Row("quix", "our line on kafka-python", median(ours), unit, "Quix Streams", ratio, Aim("at least", 10), spread(ours)),
    ]


def environment() -> Path:
    """The interpreter of an environment with Quix Streams, made once: it asks for older libraries than ours."""
    home = SERVERS / f"quix-{QUIX}"
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True, timeout=120)
        subprocess.run([str(python), "-m", "pip", "install", "-q", f"quixstreams=={QUIX}"], check=True, timeout=600)
        (home / "ready").touch()
    return python


def quix(python: Path, servers: str, state: Path) -> float:
    """Seconds from its first record to its last."""
    command = [str(python), str(Path(__file__).with_name("quix_app.py")), servers, hotline.TOPIC, str(RECORDS), str(state)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode or not done.stdout.strip():
        raise RuntimeError(f"Quix Streams ended with {done.returncode}: {done.stderr[-500:]}")
    return float(done.stdout.split()[-1])


def line(servers: str) -> float:
    """Seconds from our first batch to the last commit."""
    from streams.kafka import KafkaLog  # as app.py: only where Kafka is asked for

    log: Log = KafkaLog(servers)
    ledger, shape = MemoryLedger(), hotline.slot(INDICATORS)
    fold = Fold(shape, codec_for(shape.source), hotline.tree(), "Asia/Shanghai")
    source = log.source(hotline.TOPIC)
    pipeline = Pipeline(source, {shape.slot: fold}, ledger, hotline.refuse, ManualClock(hotline.ended(RECORDS)))
    began_s = time.perf_counter()
    while ledger.state(shape.slot).counters.get("accepted", 0) < RECORDS:
        pipeline.step(1.0)
    took_s = time.perf_counter() - began_s
    source.close()
    log.close()
    return took_s
