"""One at a time, in the order they came: who writes a lot must not keep an order waiting by being quicker each time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class TurnTimeout(Exception):
    """It was nobody's fault but it took too long."""


class Turns:
    """A lock of one process that is fair; SQLite's own lets in whoever happens to ask when it is free. Any thread."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return len(self._waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits until all who came before have gone. Raises TurnTimeout. Not for one who has the turn already."""
        self._come()
        try:
            yield
        finally:
            self._go()

    def _come(self) -> None:
        mine = threading.Event()
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            self._waiting.append(mine)
        if mine.wait(self._patience_s):
            return
        with self._lock:
            if mine.is_set():  # it was given to us just now
                return
            self._waiting.remove(mine)
        raise TurnTimeout(f"no turn within {self._patience_s:g} s")

    def _go(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
