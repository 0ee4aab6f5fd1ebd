"""What a message costs a screen: its bytes and milliseconds of the main thread, for each board of the demonstration."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.bench.row import Row, spread
from tests.broker.process import free_port
from tests.running import cockpit

BOARDS = ("city", "hotline", "business")
SETTLE_S = 8.0
SPAN_S = 15.0
ALIVE = """() => document.querySelector('#app .panel[data-status=live]') && !document.getElementById('skeleton')
  && [...document.querySelectorAll('#app .trend-chart')].every((chart) => chart.querySelector('.main-svg'))
  && [...document.querySelectorAll('#app .panel[data-panel=map]')].every((map) => map.querySelector('.city-map-canvas canvas'))"""
"""Numbers, charts and maps stand: what runs their scripts is no part of a span."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one span: `messages` are what came over the line, heartbeats among them; `task_ms` all the main thread did meanwhile."""

    messages: int
    size: int
    task_ms: float


def measure(rounds: int) -> list[Row]:
    """Per message over a span of a wall that lives; the animation between two messages is part of the time."""
    found: dict[str, list[Cost]] = {board: [] for board in BOARDS}
    with (
        tempfile.TemporaryDirectory(prefix="cockpit-bench-") as state,
        sync_playwright() as playwright,
        cockpit("demo", "--fresh", state=Path(state), port=free_port()) as running,
    ):
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        for _ in range(rounds):
            for board in BOARDS:
                found[board].append(cost(browser, f"{running.address}/board/{board}?screen=wall&lang=zh"))
        browser.close()
    return [row for board, costs in found.items() for row in rows(board, costs)]


def rows(board: str, costs: list[Cost]) -> Iterator[Row]:
    """Bytes and milliseconds a message, and what share of the main thread that is in all."""
    sizes = [cost.size / max(1, cost.messages) for cost in costs]
    times = [cost.task_ms / max(1, cost.messages) for cost in costs]
    shares = [cost.task_ms / SPAN_S / 10 for cost in costs]
    note = "frames: a wall of 1920 × 1080 in headless Chromium without a graphics card; tasks of its main thread over 15 s"
    yield Row("frames", f"board {board}: bytes a message", median(sizes), "B", spread=spread(sizes), note=note)
    yield Row("frames", f"board {board}: main thread a message", median(times), "ms", spread=spread(times))
    yield Row("frames", f"board {board}: main thread busy", median(shares), "%", spread=spread(shares))


def cost(browser: Browser, address: str) -> Cost:
    """What came and what it took, over one span of a page that has settled."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.goto(address, wait_until="commit")
    page.wait_for_function(ALIVE, timeout=60_000)
    page.wait_for_timeout(1000 * SETTLE_S)
    line = page.context.new_cdp_session(page)
    sizes: list[int] = []
    line.on("Network.webSocketFrameReceived", lambda event: sizes.append(_size(event["response"])))
    line.send("Performance.enable")
    line.send("Network.enable")
    before_ms = _task_ms(line)
    page.wait_for_timeout(1000 * SPAN_S)
    took_ms = _task_ms(line) - before_ms
    page.close()
    return Cost(len(sizes), sum(sizes), took_ms)


def _size(response: dict[str, Any]) -> int:
    """Bytes of a text, or of a binary message, which comes as base64."""
    data: str = response["payloadData"]
    return len(data.encode()) if response["opcode"] == 1 else len(data) * 3 // 4


def _task_ms(line: Any) -> float:
    told = {one["name"]: one["value"] for one in line.send("Performance.getMetrics")["metrics"]}
    return float(told["TaskDuration"]) * 1000
