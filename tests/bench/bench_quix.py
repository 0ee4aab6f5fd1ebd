"""The same windowed aggregation in Quix Streams and in our line, over one topic of one broker."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

from layers.regions import Regions
from slots.fold import Fold
from slots.ledger_memory import MemoryLedger
from slots.pipeline import Pipeline
from streams.clock import ManualClock
from streams.codecs import codec_for
from streams.confluent import ConfluentLog
from streams.kafka import KafkaLog
from streams.source import Log
from tests.bench import hotline
from tests.bench.hotline import SWITCH_S
from tests.bench.row import Aim, Row, spread
from tests.broker.kafka_server import SERVERS, kafka_server

RECORDS = 200_000
QUIX = "3.28.1"
INDICATORS = 4
"""Of hotline.FIVE, what the other side counts: requests, mean wait, good stars, longest wait."""
THEIRS = f"Quix Streams {QUIX}"
ALIKE = "our line on confluent-kafka, its windows"
OURS: dict[str, tuple[Callable[[str], Log], bool]] = {
    ALIKE: (ConfluentLog, False),
    "our line on confluent-kafka, all it counts": (ConfluentLog, True),
    "our line on kafka-python, all it counts": (KafkaLog, True),
}
"""Quix Streams reads with confluent-kafka, and so does the first of ours; that one counts by region and time, as it does."""


def measure(rounds: int) -> list[Row]:
    """Theirs and ours in turn."""
    python = environment()
    regions = hotline.tree()
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as folder:
        server = kafka_server(Path(folder))
        try:
            hotline.fill(server.address, regions, RECORDS)
            rates: dict[str, list[float]] = {name: [] for name in (THEIRS, *OURS)}
            for number in range(rounds):
                rates[THEIRS].append(RECORDS / quix(python, server.address, Path(folder) / f"state-{number}"))
                for name, (log, dimensions) in OURS.items():
                    rates[name].append(RECORDS / line(log(server.address), regions, dimensions))
        finally:
            server.stop()
    return rows(rates, server.name)


def rows(rates: Mapping[str, Sequence[float]], broker: str) -> list[Row]:
    note = (
        f"quix: {RECORDS:,} records in {hotline.PARTITIONS} partitions, four measures by region and minute – ours also by hour "
        f"and day, and where it says so by two dimensions; from the first record to the last, one process each; {broker} on the "
        "same cores"
    )
    theirs, unit = median(rates[THEIRS]), "records/s"
    told = [Row("quix", THEIRS, theirs, unit, spread=spread(rates[THEIRS]), note=note)]
    for name in OURS:
        ours, aim = median(rates[name]), Aim("at least", 10) if name == ALIKE else None
        told.append(Row("quix", name, ours, unit, "Quix Streams", ours / theirs, aim, spread(rates[name])))
    return told


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


def line(log: Log, regions: Regions, dimensions: bool) -> float:
    """Seconds from our first batch to the last commit."""
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    ledger, shape = MemoryLedger(), hotline.slot(INDICATORS, dimensions)
    fold = Fold(shape, codec_for(shape.source), regions, "Asia/Shanghai")
    source = log.source(hotline.TOPIC)
    pipeline = Pipeline(source, {shape.slot: fold}, ledger, hotline.refuse, ManualClock(hotline.ended(RECORDS)))
    began_s = time.perf_counter()
    while ledger.state(shape.slot).counters.get("accepted", 0) < RECORDS:
        pipeline.step(1.0)
    took_s = time.perf_counter() - began_s
    source.close()
    log.close()
    sys.setswitchinterval(before_s)
    return took_s
