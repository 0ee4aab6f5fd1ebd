"""From event to pixel: records that carry their time go in over HTTP, a real browser shows the newest of them.

Beside it the same board as one usually builds it with Dash (dash_board.py).
"""

from __future__ import annotations

import bisect
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import httpx
import yaml
from playwright.sync_api import Page, sync_playwright

from tests.bench.row import Aim, Row, spread
from tests.broker.process import free_port
from tests.running import ROOT, Cockpit, cockpit, ready

RATES = (2_000, 20_000)
WAYS = {"cockpit": "", "interval": " · dcc.Interval, 1 s", "socket": " · Dash's persistent WebSocket callback"}
"""Ours, and the usual ways; what each is called behind the figure."""
BATCHES_A_SECOND = 50
REFRESH = 10
WARM_S = 5.0
SPAN_S = 15.0
PATIENCE_S = 5.0
SLOT = {
    "slot": "pulse",
    "family": "operations",
    "source": {"topic": "city.pulse", "format": "json"},
    "time": "at",
    "fields": {"at": "datetime", "district": "string", "sent_s": "float"},
    "region": {"code": "district"},
    "indicators": [
        {"name": "newest", "title": {"en": "Newest"}, "unit": "s", "decimals": 3, "measure": {"agg": "max", "of": "sent_s"}},
        {"name": "count", "title": {"en": "Count"}, "measure": {"agg": "count"}},
    ],
}
BOARD = {
    "board": "pulse",
    "title": {"en": "Pulse"},
    "refresh": REFRESH,
    "layouts": {
        "wall": {"columns": 3, "rows": 1, "at": {"newest": [1, 1, 1, 1], "trend": [2, 1, 1, 1], "ranking": [3, 1, 1, 1]}},
    },
    "panels": {
        "newest": {"panel": "number", "indicator": "pulse.newest", "window": "today", "compare": "none", "spark": False},
        "trend": {"panel": "trend", "indicator": "pulse.count", "window": "1h", "step": "1m"},
        "ranking": {"panel": "ranking", "indicator": "pulse.count", "window": "today", "order": "value"},
    },
}
WATCH = """(() => {
  window.seen = [];
  new MutationObserver(() => {
    const node = document.querySelector("#panel-newest .number-value");
    const value = node && parseFloat(node.textContent);
    if (Number.isFinite(value)) requestAnimationFrame(() => window.seen.push([Date.now() / 1000, value]));
  }).observe(document, {subtree: true, childList: true, characterData: true});
})()"""


def measure(rounds: int) -> list[Row]:
    """p50 and p99 over all events of the span, each from when it was made to the frame that shows it or a later one."""
    found: dict[tuple[str, int], list[list[float]]] = {}
    for _ in range(rounds):
        for rate in RATES:
            for kind in WAYS:
                found.setdefault((kind, rate), []).append(one_round(rate, kind))
    return [row for (kind, rate), rounds_of in found.items() for row in rows(kind, rate, rounds_of)]


def rows(kind: str, rate: int, found: Sequence[Sequence[float]]) -> Iterator[Row]:
    """The medians of the rounds, in milliseconds."""
    note = (
        f"pixel: records over HTTP into the embedded log in {BATCHES_A_SECOND} batches a second, one process, a board of three "
        f"panels at {REFRESH} frames a second at most, headless Chromium; to the animation frame that shows the number"
    )
    aims = {50: Aim("at most", 120), 99: Aim("at most", 250)} if kind == "cockpit" else {}
    for percent in (50, 99):
        values = sorted(quantiles(latencies, n=100)[percent - 1] * 1000 for latencies in found)
        middle = values[len(values) // 2]
        name = f"event to pixel at {rate:,}/s, p{percent}{WAYS[kind]}"
        yield Row(
            "pixel", name, middle, "ms", aim=aims.get(percent), spread=spread(values), note=note if kind == "cockpit" else ""
        )


def one_round(rate: int, kind: str) -> list[float]:
    """Seconds from event to pixel, for events 1 ms apart."""
    with (
        tempfile.TemporaryDirectory(prefix="cockpit-bench-") as folder,
        sync_playwright() as playwright,
        board(kind, Path(folder)) as address,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
        page.add_init_script(WATCH)
        page.goto(f"{address}/board/pulse?lang=en", wait_until="commit")
        began_s = time.time()
        with feeding(address, rate, began_s):
            page.wait_for_timeout(1000 * (WARM_S + SPAN_S))
        page.wait_for_timeout(1000 * PATIENCE_S)
        seen = painted(page)
        browser.close()
    if kind != "cockpit":  # what it never came to show counts as shown now
        seen = [*seen, (time.time(), WARM_S + SPAN_S)]
    return latencies(seen, began_s)


@contextmanager
def board(kind: str, folder: Path) -> Iterator[str]:
    """The address of ours, or of the same board in plain Dash."""
    port = free_port()
    if kind == "cockpit":
        with cockpit("serve", str(bench_city(folder)), state=folder / "state", port=port) as running:
            yield running.address
        return
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.dash_board", kind, str(port)], cwd=ROOT)
    running = Cockpit(process, f"http://127.0.0.1:{port}", folder / "nothing")
    try:
        running.wait(lambda: ready(running), 60, "the Dash board is ready")
        yield running.address
    finally:
        running.kill()


def painted(page: Page) -> list[tuple[float, float]]:
    """When which number was shown, in Unix seconds and seconds since the feed began."""
    found: list[tuple[float, float]] = [(at_s, value) for at_s, value in page.evaluate("window.seen")]
    return found


def latencies(seen: Sequence[tuple[float, float]], began_s: float) -> list[float]:
    """For an event of each millisecond: how long until a number at least as new was shown. Raises RuntimeError where none was."""
    values = [value for _, value in seen]
    if not values or values[-1] < WARM_S + SPAN_S - 1:
        raise RuntimeError(f"the screen stood still: {len(values)} numbers, the last {values[-1] if values else None}")
    events = [WARM_S + n / 1000 for n in range(int((SPAN_S - 1) * 1000))]
    return [max(0.0, seen[bisect.bisect_left(values, event)][0] - began_s - event) for event in events]


@contextmanager
def feeding(address: str, rate: int, began_s: float) -> Iterator[None]:
    """Posts records at this rate until the end, each with the moment it was made; a batch that is late is made late."""
    stop = threading.Event()
    thread = threading.Thread(target=_feed, args=(address, rate // BATCHES_A_SECOND, began_s, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)


def _feed(address: str, size: int, began_s: float, stop: threading.Event) -> None:
    with httpx.Client(base_url=address, timeout=30) as client:
        for batch in range(1 << 30):
            if stop.wait(max(0.0, began_s + batch / BATCHES_A_SECOND - time.time())):
                return
            body = _records(size, time.time() - began_s)
            client.post("/api/v1/topics/city.pulse/records", content=body).raise_for_status()


def _records(size: int, sent_s: float) -> bytes:
    at = datetime.now(UTC).isoformat()
    lines = (json.dumps({"at": at, "district": "770101" if n % 2 else "770201", "sent_s": round(sent_s, 3)}) for n in range(size))
    return "\n".join(lines).encode()


def bench_city(folder: Path) -> Path:
    """The tiny city with a slot and a board of this bench."""
    city = folder / "city"
    shutil.copytree(ROOT / "tests" / "cities" / "tiny", city)
    (city / "slots" / "pulse.yaml").write_text(yaml.safe_dump(SLOT), "utf-8")
    (city / "boards" / "pulse.yaml").write_text(yaml.safe_dump(BOARD, allow_unicode=True), "utf-8")
    return city
