"""An order from its POST to its acknowledgement, journalled: in a city at rest, and under ten times its stream."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median

import httpx
import numpy as np

from tests.bench.orders_feed import YUNZHOU
from tests.bench.row import Aim, Row, spread
from tests.broker.process import free_port
from tests.running import ROOT, Cockpit, cockpit

ORDERS = 150
TIMES = 10


def measure(rounds: int) -> list[Row]:
    """Milliseconds per call, drafts and issues alike, in turn at rest and under load; the feed is a process of its own."""
    rest, load, sent = [], [], []
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as folder, city(Path(folder)) as running:
        ordering(running.address, "warm")
        for number in range(rounds):
            rest.append(ordering(running.address, f"rest-{number}"))
            with feeding(running.address) as feed:
                load.append(ordering(running.address, f"load-{number}"))
            sent.append(feed[0])
    (p50, p99), (p50_load, p99_load) = zip(*rest, strict=True), zip(*load, strict=True)
    note = f"orders: under {TIMES} times the demonstration's stream, {median(sent):,.0f} records/s over HTTP into its process."
    slower = median(p99_load) / median(p99)
    return [
        Row("orders", "a call at rest, p50", median(p50), "ms", spread=spread(p50)),
        Row("orders", "a call at rest, p99", median(p99), "ms", spread=spread(p99)),
        Row("orders", "under load, p50", median(p50_load), "ms", spread=spread(p50_load)),
        Row("orders", "under load, p99", median(p99_load), "ms", "", None, Aim("at most", 500), spread(p99_load), note),
        Row("orders", "the same against rest", median(p99_load), "ms", "at rest", slower),
    ]


def city(state: Path) -> AbstractContextManager[Cockpit]:
    """The demonstration's city without its stream and its desk."""
    return cockpit("serve", str(YUNZHOU), state=state, port=free_port())


def ordering(address: str, round_: str) -> tuple[float, float]:
    """The median and the 99th of a hundred of the calls that draft and issue orders one after the other."""
    took: list[float] = []
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        for n in range(ORDERS):
            draft = {"unit": f"P{117 + n % 7}", "text": f"order {n}", "ttl_s": 3600, "reason": "it has others as well"}
            number = _post(client, "/api/v1/orders", f"draft-{round_}-{n}", draft, took)["number"]
            _post(client, f"/api/v1/orders/{number}/issue", f"issue-{round_}-{n}", {}, took)
    return float(np.percentile(took, 50)), float(np.percentile(took, 99))


def _post(client: httpx.Client, path: str, key: str, body: dict[str, object], took: list[float]) -> dict[str, str]:
    began = time.perf_counter()
    answer = client.post(path, json=body, headers={"Idempotency-Key": key})
    took.append((time.perf_counter() - began) * 1000)
    found: dict[str, str] = answer.raise_for_status().json()
    return found


@contextmanager
def feeding(address: str) -> Iterator[list[float]]:
    """While it lasts the stream runs; afterwards the list holds the records a second."""
    pipe, rate = subprocess.PIPE, list[float]()
    command = [sys.executable, "-m", "tests.bench.orders_feed", address, str(TIMES)]
    feed = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    assert feed.stdin is not None and feed.stdout is not None
    try:
        if feed.stdout.readline().strip() != "sending":
            raise RuntimeError("the feed ended early")
        yield rate
        feed.stdin.close()
        sent, took_s = feed.stdout.readline().split()
        rate.append(int(sent) / float(took_s))
    finally:
        feed.kill()
        feed.wait(30)
        feed.stdout.close()
