"""Several `cockpit ingest` processes of one group, and every way to treat them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.fault.moments import PATIENCE_S, wait
from tests.running import ROOT, environment


class Worker:
    """One `cockpit ingest` with a state folder of its own."""

    def __init__(self, city: Path, state: Path, settings: Mapping[str, str]) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self._printed = state / "printed.txt"
        self._from = self._printed.stat().st_size if self._printed.exists() else 0
        command = [sys.executable, str(ROOT / "app.py"), "ingest", str(city)]
        with self._printed.open("ab") as out:
            self._process = subprocess.Popen(command, env=environment(state, settings), stdout=out, stderr=out, cwd=ROOT)

    @property
    def reads(self) -> bool:
        """Whether it has come to reading. Raises where it has ended."""
        if self._process.poll() is not None:
            raise RuntimeError(f"a worker ended with {self._process.returncode}:\n{self.printed()}")
        return "Ctrl-C stops" in self.printed()

    def printed(self) -> str:
        """What this process has printed; what those before it in the same folder did stands before it in the file."""
        return self._printed.read_bytes()[self._from :].decode("utf-8", "replace")

    def ready(self) -> None:
        """Blocks until it reads."""
        wait(lambda: self.reads, PATIENCE_S, "a worker reads")

    def freeze(self) -> None:
        os.kill(self._process.pid, signal.SIGSTOP)

    def wake(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """As a power cut would (SIGKILL)."""
        self._process.kill()
        self._process.wait()

    def leave(self) -> None:
        """In order (SIGTERM); says what it printed where that never ended."""
        if self._process.poll() is not None:
            return
        self._process.terminate()
        self.wake()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise TimeoutError(f"a worker did not end:\n{self.printed()}") from None


class Fleet:
    """Workers by number; a killed one is replaced by another with the same state folder."""

    def __init__(self, city: Path, folder: Path, settings: Mapping[str, str]) -> None:
        self.workers: dict[int, Worker] = {}
        self._city = city
        self._folder = folder
        self._settings = settings

    def start(self, number: int) -> Worker:
        """Starts it; does not wait until it reads."""
        self.workers[number] = Worker(self._city, self._folder / f"worker-{number}", self._settings)
        return self.workers[number]

    def stop(self) -> None:
        """Ends all of them, in order."""
        for worker in self.workers.values():
            worker.leave()
