"""A member of a consumer group: which partitions the group leaves to it, kept up to date in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection

import structlog

from streams.kafka_cluster import Cluster
from streams.source import SourceLost

SILENCE_S = 60.0
"""A member nobody asks for so long is stuck: it leaves the group, and comes back when it is asked again."""
_SERVE_S = 0.2
_AGAIN_S = 1.0


class Member:
    """Joins when it is first asked what it holds, leaves when closed. Safe to use from several threads.

    Reading goes on beside it on a connection of its own, so that no reader ever waits for the group to agree; what two
    readers of one partition count in such a moment, the ledger's offsets settle.
    """

    def __init__(self, topic: str, group: str, cluster: Cluster, silence_s: float = SILENCE_S) -> None:
        self._topic = topic
        self._group = group
        self._cluster = cluster
        self._silence_s = silence_s
        self._log = structlog.get_logger("group").bind(topic=topic, group=group)
        self._changed = threading.Condition()
        self._turns: dict[int, int] = {}
        self._turn = 0
        self._asked_s = 0.0
        self._trouble: SourceLost | None = None
        self._thread: threading.Thread | None = None
        self._leaving = False

    def held(self) -> dict[int, int]:
        """Partition → a number that is another one each time it was handed over. Raises SourceLost. Does not block."""
        with self._changed:
            self._asked_s = time.monotonic()
            if self._thread is None:
                self._leaving = False
                self._thread = threading.Thread(target=self._run, name=f"group-{self._topic}", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            trouble, self._trouble = self._trouble, None
            if trouble is not None:
                raise trouble
            return dict(self._turns)

    def wait(self, held: dict[int, int], timeout_s: float) -> None:
        """Returns once it holds others than these, or after `timeout_s`."""
        with self._changed:
            self._changed.wait_for(lambda: self._turns != held, timeout_s)

    def close(self) -> None:
        """Leaves the group; blocks until the others may take over."""
        with self._changed:
            self._leaving = True
            self._changed.notify_all()
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while not self._leaving:
            try:
                self._sit()
            except SourceLost as error:
                with self._changed:
                    self._trouble = error
                    self._changed.wait_for(lambda: self._leaving, _AGAIN_S)
            with self._changed:
                self._changed.wait_for(lambda: self._leaving or not self._silent())

    def _sit(self) -> None:
        seat = self._cluster.seat(self._topic, self._group, self._given, self._taken)
        try:
            while not self._leaving and not self._silent():
                seat.serve(_SERVE_S)
        finally:
            self._taken(list(self._turns))
            seat.leave()

    def _silent(self) -> bool:
        return time.monotonic() - self._asked_s > self._silence_s

    def _given(self, partitions: Collection[int]) -> None:
        with self._changed:
            before = sorted(self._turns)
            self._turn += 1
            self._turns.update(dict.fromkeys(partitions, self._turn))
            held = sorted(self._turns)
            self._changed.notify_all()
        self._tell(before, held)

    def _taken(self, partitions: Collection[int]) -> None:
        with self._changed:
            before = sorted(self._turns)
            for partition in partitions:
                self._turns.pop(partition, None)
            held = sorted(self._turns)
            self._changed.notify_all()
        self._tell(before, held)

    def _tell(self, before: list[int], held: list[int]) -> None:
        """One line per change; outside the lock, for a log may be slow."""
        if held != before:
            self._log.info("partitions", partitions=held)
