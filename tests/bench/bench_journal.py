"""The toolbox: how long verifying a million rows of the journal takes, and how long an order."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from sqlalchemy import insert

from cockpit.dispatch.actor import DEMONSTRATION
from cockpit.dispatch.database import Database
from cockpit.dispatch.idempotency import Request
from cockpit.dispatch.journal import Row, verify
from cockpit.dispatch.said import Draft
from cockpit.dispatch.tables import JOURNAL
from cockpit.dispatch.writing import Writing
from tests.bench.row import Aim, spread
from tests.bench.row import Row as Line
from tests.desk import Desk

ROWS = 1_000_000
ORDERS = 500
_AT_ONCE = 50_000


def measure(rounds: int) -> list[Line]:
    """Seconds for the rows of an SQLite file; milliseconds until an order is drafted durably, with its journal row."""
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as folder:
        verified = verifying(Path(folder))
    p50, p99 = zip(*(ordering() for _ in range(rounds)), strict=True)
    return [
        Line("journal", "verify 1,000,000 rows", verified, "s", aim=Aim("at most", 60)),
        Line("journal", "order drafted, p50", median(p50), "ms", spread=spread(p50)),
        Line("journal", "order drafted, p99", median(p99), "ms", aim=Aim("at most", 500), spread=spread(p99)),
    ]


def verifying(folder: Path) -> float:
    """Seconds."""
    url = f"sqlite:///{folder / 'journal.sqlite'}"
    desk = Desk(url)
    desk.receive()
    database = Database(url)
    before = desk.heads[-1].seal
    for first in range(2, ROWS + 1, _AT_ONCE):
        rows = []
        for seq in range(first, min(first + _AT_ONCE, ROWS + 1)):
            place = (
                "li",
                "chief",
                "",
                f"I20261122-{seq % 50_000:05d}",
                "",
                "note",
                '{"opinion":"seen","from":"FILED","to":"FILED"}',
            )
            row = Row(seq, 1_700_000_000_000_000 + seq, *place, desk.sealer.name, "")
            rows.append(row._replace(seal=(before := desk.sealer.seal(before, row))))
        with database.writing() as connection:
            connection.execute(insert(JOURNAL), [{"city": desk.city, **row._asdict()} for row in rows])
    began = time.perf_counter()
    verdict = verify(desk.store.rows(), desk.sealer, desk.city, {ROWS: before})
    took_s = time.perf_counter() - began
    if verdict.bad is not None or verdict.rows != ROWS:
        raise RuntimeError(f"the journal does not hold: {verdict}")
    database.close()
    desk.toolbox.close()
    return took_s


def ordering() -> tuple[float, float]:
    """Milliseconds, the median and the 99th of a hundred."""
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as folder:
        desk, took = Desk(f"sqlite:///{Path(folder) / 'orders.sqlite'}"), []

        def work(writing: Writing) -> tuple[int, bytes]:
            return 201, desk.toolbox.orders.draft(writing, Draft(unit="u1", text="go"), DEMONSTRATION).number.encode()

        for n in range(ORDERS):
            began = time.perf_counter()
            desk.toolbox.once(Request(f"k{n}", "f"), work)
            took.append((time.perf_counter() - began) * 1000)
        desk.toolbox.close()
    return float(np.percentile(took, 50)), float(np.percentile(took, 99))
