"""Long work in the process that holds the ledger: recomputing a slot, counting its dead letters again."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

import structlog

from streams.clock import Clock, system_clock

HISTORY: Final = 100
"""Jobs remembered at most; of those that have ended the oldest go first."""
AT_ONCE: Final = 4

Progress = Callable[[int, int], None]
"""Told how much is done and of how much; raises JobsClosed when the process ends, and then the work gives up."""
Work = Callable[[Progress], str]
"""Does it all and answers one sentence on what was done. Blocks; nothing may be changed if it raises."""
State = Literal["running", "done", "failed"]

_LOG = structlog.get_logger("jobs")


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work as it stands. `message`: what was done, or why it failed."""

    id: str
    kind: str
    slot: str
    started_at: datetime
    state: State = "running"
    done: int = 0
    total: int = 0
    message: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: a slot and, where the kind needs one, the moment (with a zone) from which."""

    slot: str
    since: datetime | None = None


Kind = Callable[[Order], Work]
"""Prepares the work of an order without doing it. Raises ValueError (with what is allowed) for an order that cannot be done."""


class JobsBusy(RuntimeError):
    """A slot has a job already, or too many run at once; the message says which."""


class JobsClosed(RuntimeError):
    """The process ends: the work is given up."""


class Jobs:
    """The jobs of one process, each in a thread of its own; any thread may ask.

    One job per slot and AT_ONCE in all at a time. The last HISTORY are remembered, for as long as the process lives.
    """

    def __init__(self, kinds: Mapping[str, Kind] | None = None, clock: Clock = system_clock) -> None:
        self.kinds: Mapping[str, Kind] = kinds or {}
        self._clock = clock
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._threads: dict[str, threading.Thread] = {}
        self._closed = threading.Event()

    def order(self, kind: str, order: Order) -> Job:
        """Starts work of a known kind. Raises KeyError for an unknown kind, ValueError (the kind's) and JobsBusy."""
        return self.start(kind, order.slot, self.kinds[kind](order))

    def start(self, kind: str, slot: str, work: Work) -> Job:
        """Starts the work in a thread and answers at once. Raises JobsBusy."""
        with self._lock:
            self._refuse(slot)
            job = Job(secrets.token_hex(8), kind, slot, self._clock())
            self._jobs[job.id] = job
            self._forget()
            thread = threading.Thread(target=self._run, args=(job.id, work), name=f"job-{kind}-{slot}", daemon=True)
            self._threads[job.id] = thread
        thread.start()
        return job

    def get(self, id: str) -> Job | None:
        """The job as it stands now, None where it is unknown or forgotten."""
        with self._lock:
            return self._jobs.get(id)

    def latest(self) -> Sequence[Job]:
        """All that are remembered, the newest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def close(self, timeout_s: float = 10.0) -> None:
        """Tells all work to give up at its next progress and waits for it. Nothing can be started any more."""
        self._closed.set()
        with self._lock:
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(timeout_s)

    def _refuse(self, slot: str) -> None:
        running = [job for job in self._jobs.values() if job.state == "running"]
        if self._closed.is_set():
            raise JobsBusy("this cockpit is ending; it takes no more jobs")
        if same := next((job for job in running if job.slot == slot), None):
            raise JobsBusy(f"slot {slot!r} has a job already: {same.kind} {same.id}. Hint: wait until it has ended.")
        if len(running) >= AT_ONCE:
            raise JobsBusy(f"{AT_ONCE} jobs run already, and no more than that do at once. Hint: wait until one has ended.")

    def _forget(self) -> None:
        ended = [job.id for job in self._jobs.values() if job.state != "running"]
        for id in ended[: max(0, len(self._jobs) - HISTORY)]:
            del self._jobs[id]

    def _run(self, id: str, work: Work) -> None:
        try:
            message = work(lambda done, total: self._progress(id, done, total))
        except Exception as error:  # whatever the work does, the job says so and the process lives
            _LOG.warning("a job failed", id=id, error=f"{type(error).__name__}: {error}", exc_info=not _expected(error))
            self._change(id, state="failed", message=str(error) or type(error).__name__, ended_at=self._clock())
        else:
            self._change(id, state="done", message=message, ended_at=self._clock())
        finally:
            with self._lock:
                self._threads.pop(id, None)

    def _progress(self, id: str, done: int, total: int) -> None:
        if self._closed.is_set():
            raise JobsClosed("given up: this cockpit ended")
        self._change(id, done=done, total=total)

    def _change(self, id: str, **changes: object) -> None:
        with self._lock:
            if id in self._jobs:
                self._jobs[id] = replace(self._jobs[id], **changes)  # type: ignore[arg-type]


def _expected(error: Exception) -> bool:
    """Whether it says itself all there is to know."""
    return isinstance(error, ValueError | JobsClosed)
