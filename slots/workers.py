"""The threads of this process that keep the line running: one per topic, and one that writes snapshots."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping

import structlog

from slots.pipeline import Pipeline

SNAPSHOT_S = 5.0


class Workers:
    """Starts and ends the pipelines of all topics. `save`: written every few seconds and once more at the end."""

    def __init__(self, pipelines: Mapping[str, Pipeline], save: Callable[[], None] = lambda: None) -> None:
        self._stop = threading.Event()
        self._save = save
        self._threads = {topic: self._thread(topic, pipeline) for topic, pipeline in pipelines.items()}
        self._saver = threading.Thread(target=self._saving, name="snapshot", daemon=True)

    def start(self) -> None:
        """Returns at once; the threads run until `stop`."""
        for thread in [*self._threads.values(), self._saver]:
            thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Lets every thread that was started finish its batch. Blocks."""
        self._stop.set()
        for thread in [*self._threads.values(), self._saver]:
            if thread.is_alive():
                thread.join(timeout_s)

    def alive(self) -> Mapping[str, bool]:
        """Topic → whether its thread lives."""
        return {topic: thread.is_alive() for topic, thread in self._threads.items()}

    def _thread(self, topic: str, pipeline: Pipeline) -> threading.Thread:
        return threading.Thread(target=pipeline.run, args=(self._stop,), name=f"pipeline-{topic}", daemon=True)

    def _saving(self) -> None:
        log = structlog.get_logger("snapshot")
        failing = False
        while not self._stop.wait(SNAPSHOT_S):
            try:
                self._save()
            except (OSError, sqlite3.Error) as error:
                (log.debug if failing else log.error)("the snapshot cannot be written", reason=str(error))
                failing = True
                continue
            if failing:
                log.info("the snapshot is written again")
            failing = False
