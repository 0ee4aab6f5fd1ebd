"""From process start to a living wall: the first number on the screen, and the first change that came over the socket."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.bench_start import ROOT, ready
from tests.bench.row import Aim, Row, spread
from tests.broker.process import free_port

GIVE_UP_S = 90.0
FILL_S = 20.0
"""How long the first run may count what the generator made, so that the second begins as one does in the morning."""

FLAGS = (
    "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
    "--disable-background-networking",
)  # fmt: skip
NOTED = """(() => {
  const seen = window.firsts = {};
  const note = (name) => { seen[name] = seen[name] || Date.now() };
  window.WebSocket = class extends WebSocket {
    constructor(address) {
      super(address);
      this.addEventListener("message", ({data}) => typeof data === "string" && note(JSON.parse(data).type));
    }
  };
  new MutationObserver(() => {
    if ([...document.querySelectorAll("#app .number-value")].some((node) => /[0-9]/.test(node.textContent))) note("value");
  }).observe(document, {subtree: true, childList: true, characterData: true});
})()"""


def measure(rounds: int) -> list[Row]:
    """Seconds on this machine's clock from the start of `demo` for the second time."""
    firsts: dict[str, list[float]] = {"ready": [], "snapshot": [], "value": [], "alive": []}
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as state, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        with running(Path(state)) as (_, port):
            wait_for(lambda: ready(port))
            threading.Event().wait(FILL_S)
        for _ in range(max(rounds, 3)):
            for name, took_s in one_start(browser, Path(state)).items():
                firsts[name].append(took_s)
        browser.close()
    names = {
        "ready": "start to ready",
        "snapshot": "start to the first picture on the socket",
        "value": "start to the first number on the screen",
        "alive": "start to a number and a change",
    }
    aims = {"alive": Aim("at most", 5.0)}
    return [
        Row("first_pixel", words, median(firsts[key]), "s", aim=aims.get(key), spread=spread(firsts[key]))
        for key, words in names.items()
    ]


def one_start(browser: Browser, state: Path) -> dict[str, float]:
    """When a browser that stands open sees what, in seconds from the start of the process."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.add_init_script(NOTED)
    began_s = time.time()
    with running(state) as (_, port):
        wait_for(lambda: ready(port))
        ready_s = time.time() - began_s
        page.goto(f"http://127.0.0.1:{port}/", wait_until="commit")
        wait_for(lambda: {"value", "delta"} <= set(seen(page)))
        firsts = {name: at_ms / 1000 - began_s for name, at_ms in seen(page).items()}
    page.close()
    alive_s = max(firsts["value"], firsts["delta"])
    return {"ready": ready_s, "snapshot": firsts["snapshot"], "value": firsts["value"], "alive": alive_s}


def seen(page: Page) -> dict[str, float]:
    """What the page has noted so far: name → Unix milliseconds."""
    page.wait_for_timeout(20)
    found: dict[str, float] = page.evaluate("window.firsts || {}")
    return found


def wait_for(holds: Any) -> None:
    """Returns as soon as it holds. Raises TimeoutError."""
    end_s = time.monotonic() + GIVE_UP_S
    pause = threading.Event()
    while not holds():
        if time.monotonic() > end_s:
            raise TimeoutError(f"the wall did not live within {GIVE_UP_S:.0f} s")
        pause.wait(0.02)


@contextmanager
def running(state: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`demo` on a free port, ended in order."""
    port = free_port()
    environment = {**os.environ, "COCKPIT_STATE": str(state), "COCKPIT_PORT": str(port)}
    with (state / "start.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "app.py", "demo"], cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield process, port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
