"""The cockpit as its users start it: a process of its own, spoken to over HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
REAL_DATA = ROOT.parent / "shared" / "data"
"""Real recordings beside the checkout; not part of it. A test that needs them says so where they are absent."""


class Cockpit:
    """A running `cockpit serve` or `cockpit demo`: `get` asks its HTTP interface, `wait` until something holds."""

    def __init__(self, process: subprocess.Popen[bytes], address: str, printed: Path) -> None:
        self.process = process
        self.address = address
        self._printed = printed

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of an answer; raises httpx.HTTPStatusError for any other than 2xx."""
        try:
            answer = httpx.get(f"{self.address}{path}", params=query, timeout=60)
        except httpx.TimeoutException as error:
            raise TimeoutError(f"no answer from {path} within 60 s\n{self.stacks()}") from error
        return answer.raise_for_status().json()

    def stacks(self) -> str:
        """What each thread of the process is doing."""
        self.process.send_signal(signal.SIGUSR1)
        signal.sigtimedwait((), 1.0)
        return self.printed()

    def slot(self, name: str) -> dict[str, Any]:
        """What `/api/v1/slots` says of one slot."""
        found: dict[str, Any] = next(slot for slot in self.get("/api/v1/slots")["slots"] if slot["slot"] == name)
        return found

    def wait(self, holds: Callable[[], bool], timeout_s: float, what: str) -> None:
        """Returns as soon as it holds; asks ten times a second. Raises TimeoutError."""
        end_s = time.monotonic() + timeout_s
        while time.monotonic() < end_s:
            if self.process.poll() is not None:
                raise RuntimeError(f"the cockpit ended with {self.process.returncode}:\n{self.printed()}")
            if holds():
                return
            signal.sigtimedwait((), 0.1)
        raise TimeoutError(f"{what}: not within {timeout_s} s\n{self.stacks()}")

    def printed(self) -> str:
        """The last of what the process has printed."""
        return self._printed.read_text("utf-8", "replace")[-12000:]

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait()


START_S = 300
"""Until it must be ready, on a machine that has much else to do; how long it takes is a bench."""


@contextmanager
def cockpit(*arguments: str, state: Path, settings: Mapping[str, str] = {}, port: int) -> Iterator[Cockpit]:
    """`cockpit ARGUMENTS --port PORT` with this state folder, ready to answer; ended at the end."""
    state.mkdir(parents=True, exist_ok=True)
    printed = state / f"printed-{port}.txt"
    command = [sys.executable, str(ROOT / "app.py"), *arguments, "--port", str(port)]
    with printed.open("ab") as out:
        process = subprocess.Popen(command, env=environment(state, settings), stdout=out, stderr=out, cwd=ROOT)
    running = Cockpit(process, f"http://127.0.0.1:{port}", printed)
    try:
        running.wait(lambda: ready(running), START_S, "the cockpit is ready")
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def ready(running: Cockpit) -> bool:
    """Whether `/readyz` answers 200."""
    try:
        return httpx.get(f"{running.address}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def command(
    *arguments: str, state: Path, settings: Mapping[str, str] = {}, timeout_s: float = 120
) -> subprocess.CompletedProcess[str]:
    """One command run to its end; its exit code and what it printed."""
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py"), *arguments],
        env=environment(state, settings),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        cwd=ROOT,
    )


def environment(state: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without its cockpit settings, with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COCKPIT_")}
    return {**kept, "COCKPIT_STATE": str(state), "COLUMNS": "200", "PYTHONUNBUFFERED": "1", **settings}
