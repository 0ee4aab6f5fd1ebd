"""A server the tests start themselves, and every way a fault test may treat it."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

START_TIMEOUT_S = 300.0


class ServerError(Exception):
    """The server did not start or did not answer; the message ends with the last lines of its log."""


class ServerProcess:
    """One operating system process that serves at `address`; start, stop, kill, pause and resume it at will.

    `name` is what the summary of the run calls it, with its version. `ready` says whether it answers.
    """

    def __init__(
        self,
        name: str,
        address: str,
        command: Sequence[str],
        log: Path,
        ready: Callable[[], bool],
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.address = address
        self._command = list(command)
        self._log = log
        self._ready = ready
        self._env = {**os.environ, **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ServerError(f"{self.name} is not running")
        return self._process.pid

    def start(self) -> None:
        """Returns once the server answers; nothing to do when it runs. Raises ServerError."""
        if self._process is not None and self._process.poll() is None:
            return
        with self._log.open("ab") as out:
            self._process = subprocess.Popen(
                self._command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=self._env, start_new_session=True
            )
        self._wait(lambda: self._ready(), START_TIMEOUT_S)

    def stop(self) -> None:
        """Ends it in order (SIGTERM), and with SIGKILL when that takes longer than 20 s."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once, as a power cut would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Freezes it: connections stay open, nothing is answered (SIGSTOP)."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(how)
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _wait(self, done: Callable[[], bool], timeout_s: float) -> None:
        until = time.monotonic() + timeout_s
        tick = threading.Event()
        while not done():
            if self._process is None or self._process.poll() is not None or time.monotonic() > until:
                self._end(signal.SIGKILL)
                raise ServerError(f"{self.name} did not start:\n{self._tail()}")
            tick.wait(0.05)

    def _tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-25:])


class ForeignServer:
    """A server that was already there (named by an environment variable): used, never stopped."""

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self.address = address

    def start(self) -> None:
        """It runs already."""

    def stop(self) -> None:
        """It is not ours to stop."""

    def kill(self) -> None:
        raise ServerError(f"{self.name} at {self.address} is not ours: faults cannot be tried on it")

    pause = resume = kill


def free_port() -> int:
    """A port on which nobody listens.

    None of those that the system hands to whoever takes any: before its server has started, another test's would get it, and
    answer in its place.
    """
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("of a hundred ports none is free")


def answers(address: str) -> bool:
    """Whether something accepts connections at `host:port`."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True
