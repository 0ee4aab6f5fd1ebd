"""What a million cells take: in the memory ledger, in its snapshot file, and in Redis; for a slot with five indicators.

A cell is one bucket of one region and one value of a dimension, with seven state columns.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl
import redis

from slots.ledger import Commit, Ledger, PageKey
from slots.ledger_memory import MemoryLedger
from slots.ledger_redis import RedisLedger
from tests.bench.row import Row, spread
from tests.broker.process import ForeignServer
from tests.broker.redis_server import redis_server

CELLS = 1_000_000
PAGES = 20
REGIONS, VALUES = 500, 20
COLUMNS = ("n:0a1b2c3d", "n:1a1b2c3d", "s:1a1b2c3d", "n:2a1b2c3d", "lo:2a1b2c3d", "hi:2a1b2c3d", "n:3a1b2c3d")
SLOT = "bench"


def measure(rounds: int) -> list[Row]:
    """Each in a process of its own, since what a process has freed it does not give back."""
    figures = {name: [_apart(way) for _ in range(rounds)] for name, way in WAYS.items()}
    note = f"{CELLS:,} cells on {PAGES} pages, {REGIONS} regions, {VALUES} values of a dimension, {len(COLUMNS)} state columns"
    return [
        Row("memory", name, median(found) / 1e6, "MB a million cells", spread=spread(found), note=note)
        for name, found in figures.items()
    ]


def _apart(way: Callable[[], int]) -> int:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(way)


def in_memory() -> int:
    """Bytes by which the process has grown, all pages merged, as they are when somebody looks."""
    before = _resident()
    ledger = MemoryLedger()
    _fill(ledger)
    for key in ledger.versions(SLOT):
        ledger.read(SLOT, key)
    gc.collect()
    return _resident() - before


def in_file() -> int:
    """Bytes of the snapshot."""
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as folder:
        ledger = MemoryLedger(Path(folder) / "ledger.sqlite")
        _fill(ledger)
        ledger.close()
        return (Path(folder) / "ledger.sqlite").stat().st_size


def in_redis() -> int:
    """Bytes by which the server says it has grown, all pages merged."""
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as folder:
        server = redis_server(Path(folder))
        try:
            with redis.Redis.from_url(server.address) as client:
                before = client.info("memory")["used_memory"]
                ledger = RedisLedger(server.address, "bench")
                _fill(ledger)
                for key in ledger.versions(SLOT):
                    ledger.read(SLOT, key)
                after = client.info("memory")["used_memory"]
                ledger.clear(SLOT)
                ledger.close()
        finally:
            if not isinstance(server, ForeignServer):
                server.kill()
        return int(after - before)


WAYS: dict[str, Callable[[], int]] = {"process": in_memory, "snapshot file": in_file, "Redis": in_redis}


def _fill(ledger: Ledger) -> None:
    """Each page in thirty commits, so that it was merged while it grew."""
    begin = 0
    for page in range(PAGES):
        cells = _page(page * 86_400, CELLS // PAGES)
        for part in range(30):
            delta = cells.gather_every(30, part)
            ledger.commit(
                Commit(
                    SLOT,
                    {"t/0": begin or None},
                    {"t/0": begin + 1},
                    {PageKey("cells", "hour", page * 86_400): delta},
                    {"accepted": delta.height},
                    {"t/0": begin},
                    {},
                    begin,
                    begin,
                    begin,
                )
            )
            begin += 1


def _page(start: int, count: int) -> pl.DataFrame:
    rows = pl.select(pl.int_range(count).alias("i"))
    return rows.select(
        (start + pl.col("i") // (REGIONS * VALUES) * 3600).alias("t"),
        pl.format("3301{}", pl.col("i") % REGIONS + 1000).alias("r"),
        pl.lit("category").alias("d"),
        pl.format("kind {}", pl.col("i") // REGIONS % VALUES).alias("k"),
        *(_numbers(name, np.random.default_rng([start, n]), count) for n, name in enumerate(COLUMNS)),
    )


def _numbers(name: str, chance: np.random.Generator, count: int) -> pl.Series:
    """Small counts, and waits in hundredths: without a pattern, for a pattern packs to nothing."""
    return pl.Series(name, chance.poisson(4, count) if name[0] == "n" else chance.exponential(300, count).round(2))


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
