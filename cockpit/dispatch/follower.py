"""Reads a topic for the toolbox: what its records do and how far it has read are one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from typing import Final

import structlog

from cockpit.dispatch.database import StoreLost
from cockpit.dispatch.toolbox import Toolbox
from cockpit.dispatch.writing import Writing
from streams.record import Batch
from streams.source import Source, StreamError

Take = Callable[[Writing, Batch], int]
"""Does what the records say, inside the transaction; how many did something. It may not raise for a bad record."""

Ahead = Callable[[Batch], None]
"""Does what the records say, in transactions of its own, before it is noted how far was read: again, where that fails. For what
takes effect once however often it is done."""

_POLL_S: Final = 0.5
AT_ONCE: Final = 50
"""Records that are one transaction: others wait for it."""
READ_AHEAD: Final = 500
_PAUSE_S: Final = 2.0


class Follower:
    """`step` takes the next records, `start` makes a thread of it. Several processes may follow: each record counts once."""

    def __init__(
        self, toolbox: Toolbox, source: Source, reader: str, take: Take | None = None, ahead: Ahead | None = None
    ) -> None:
        self._toolbox = toolbox
        self._source = source
        self._reader = reader
        self._take = take
        self._ahead = ahead
        self._opened = False
        self._lost = False
        self._log = structlog.get_logger("dispatch.follower")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"dispatch-{reader}", daemon=True)

    def step(self, timeout_s: float) -> bool:
        """Whether there were records. Raises StoreLost and StreamError; what was not taken is read again."""
        if not self._opened:
            self._source.open(self._positions)
            self._opened = True
        batch = self._source.poll(timeout_s, READ_AHEAD if self._take is None else AT_ONCE)
        if batch is None:
            return False
        try:
            self._commit(batch)
        except Exception:
            self._opened = False
            raise
        return True

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Waits for the step it is in."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(15)
        self._source.close()

    def _positions(self, partitions: Collection[int]) -> Mapping[int, int]:
        return self._toolbox.store.positions(self._reader)

    def _commit(self, batch: Batch) -> None:
        """Another process may have taken some of them, or all: only what follows what is stored is taken."""
        if self._ahead is not None:
            self._ahead(batch)
        with self._toolbox.store.writing() as writing:
            rest = batch.since(writing.positions(self._reader))
            if self._take is not None and self._take(writing, rest):
                self._toolbox.stirred.set()
            for partition, span in rest.spans.items():
                writing.keep_position(self._reader, partition, span.end)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.step(_POLL_S)
            except (StoreLost, StreamError) as error:
                if not self._lost:
                    self._log.warning("lost", reader=self._reader, reason=str(error))
                self._lost = True
                self._stop.wait(_PAUSE_S)
            except Exception:
                self._log.exception("failed", reader=self._reader)
                self._stop.wait(_PAUSE_S)
            else:
                if self._lost:
                    self._log.info("back", reader=self._reader)
                self._lost = False
