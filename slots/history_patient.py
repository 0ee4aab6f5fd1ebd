"""A history that is given up on after a while: a frozen database must not freeze who asks."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, TypeVar

import polars as pl

from slots.history import Buckets, Held, History, HistoryLost, Replacement
from slots.ledger import PageKey, Size
from slots.slot import Slot

T = TypeVar("T")
READ_S: Final = 5.0
WRITE_S: Final = 60.0
REST_S: Final = 2.0
AT_ONCE: Final = 4


class PatientHistory:
    """The same history, which raises HistoryLost when an answer takes too long; then readers are told so at once for a while.

    What was given up goes on in its own thread, at most AT_ONCE of them: a write may still be done later, which does no harm.
    """

    def __init__(self, history: History, read_s: float = READ_S, write_s: float = WRITE_S, rest_s: float = REST_S) -> None:
        self._history = history
        self._read_s = read_s
        self._write_s = write_s
        self._rest_s = rest_s
        self._readers = threading.BoundedSemaphore(AT_ONCE)
        self._writers = threading.BoundedSemaphore(AT_ONCE)
        self._lost: tuple[float, str] | None = None

    def held(self, slot: str) -> Held:
        return self._read(lambda: self._history.held(slot))

    def read(self, slot: str, key: PageKey, starts: Collection[int], dimension: str, value: str | None) -> pl.DataFrame:
        return self._read(lambda: self._history.read(slot, key, starts, dimension, value))

    def announced(self, slot: str) -> Replacement | None:
        return self._write(lambda: self._history.announced(slot))

    def write(self, slot: str, key: PageKey, version: int, frame: pl.DataFrame, digests: Mapping[int, int], seen: Buckets) -> int:
        return self._write(lambda: self._history.write(slot, key, version, frame, digests, seen))

    def drop(self, slot: str, size: Size, before_s: int) -> None:
        self._write(lambda: self._history.drop(slot, size, before_s))

    def forget(self, slot: str, from_s: int | None = None) -> None:
        self._write(lambda: self._history.forget(slot, from_s))

    def announce(self, slot: str, replacement: Replacement) -> None:
        self._write(lambda: self._history.announce(slot, replacement))

    def describe(self, slots: Iterable[Slot]) -> None:
        self._write(lambda: self._history.describe(slots))

    def close(self) -> None:
        self._history.close()

    def _read(self, work: Callable[[], T]) -> T:
        lost = self._lost
        if lost is not None and time.monotonic() < lost[0]:
            raise HistoryLost(lost[1])
        try:
            answer = _within(self._read_s, self._readers, work)
        except HistoryLost as error:
            self._lost = (time.monotonic() + self._rest_s, str(error))
            raise
        self._lost = None
        return answer

    def _write(self, work: Callable[[], T]) -> T:
        return _within(self._write_s, self._writers, work)


def _within(seconds: float, free: threading.BoundedSemaphore, work: Callable[[], T]) -> T:
    """What the work answers or raises. Raises HistoryLost when that takes longer."""
    until = time.monotonic() + seconds
    said: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            said.put((work(), None))
        except BaseException as error:
            said.put((None, error))
        finally:
            free.release()

    if not free.acquire(timeout=seconds):
        raise HistoryLost(f"the history's database has not answered for {seconds:g} s")
    threading.Thread(target=run, name="history", daemon=True).start()
    try:
        answer, error = said.get(timeout=max(0.0, until - time.monotonic()))
    except queue.Empty:
        raise HistoryLost(f"the history's database does not answer within {seconds:g} s") from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]
