"""From process start to `/readyz` 200: the built-in city, started for the first time and again."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from tests.bench.row import Aim, Row, spread
from tests.broker.process import free_port

ROOT = Path(__file__).resolve().parents[2]
GIVE_UP_S = 60.0


def measure(rounds: int) -> list[Row]:
    """Seconds from the start of the process until it says it can serve, and the processor time that took."""
    first, again, busy = [], [], []
    for _ in range(max(rounds, 5)):
        with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as state:
            first.append(seconds_to_ready(Path(state))[0])
            took_s, cpu_s = seconds_to_ready(Path(state))
            again.append(took_s)
            busy.append(cpu_s)
    aim = Aim("at most", 3.0)
    return [
        Row("start", "start to ready, the first time", median(first), "s", spread=spread(first)),
        Row("start", "start to ready", median(again), "s", aim=aim, spread=spread(again)),
        Row("start", "processor time until ready", median(busy), "s", spread=spread(busy)),
    ]


def seconds_to_ready(state: Path) -> tuple[float, float]:
    """One start by the clock, and its processor time; ended with SIGTERM. Raises RuntimeError when it never gets ready."""
    port = free_port()
    environment = {**os.environ, "COCKPIT_STATE": str(state), "COCKPIT_PORT": str(port)}
    began = time.perf_counter()
    command = [sys.executable, "app.py", "demo"]
    with (state / "start.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        tick = threading.Event()
        while not ready(port):
            if process.poll() is not None or time.perf_counter() - began > GIVE_UP_S:
                said = (state / "start.log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"app.py demo did not get ready (exit code {process.returncode}):\n{said}")
            tick.wait(0.02)
        return time.perf_counter() - began, processor_s(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def processor_s(pid: int) -> float:
    """User and system time of a process so far, all its threads together."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def ready(port: int) -> bool:
    """Whether the cockpit answers 200 on `/readyz` now."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
