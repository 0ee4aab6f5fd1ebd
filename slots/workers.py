"""The threads of this process that keep the line running: one per topic, one per slot that catches up, one for snapshots."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import structlog

from slots.fold import Fold
from slots.ledger import Ledger, LedgerLost, shadow_of
from slots.pipeline import Pipeline, Stop, folds_by_topic
from slots.slot import Slot

SNAPSHOT_S = 5.0
PATIENCE_S = 0.5
"""How long a newcomer waits for its topic's pipeline to find that it need not catch up."""
APART = 50_000
"""Records a slot may stand behind its topic's other slots and still start together with them."""


class Build(Protocol):
    """Makes the pipeline of a topic; `apart`: the slot that has it to itself, "" where it is everybody's."""

    def __call__(self, topic: str, folds: Mapping[str, Fold], apart: str = "") -> Pipeline: ...


@dataclass(frozen=True, slots=True)
class _Running:
    """A pipeline, its thread and what ends it."""

    pipeline: Pipeline
    thread: threading.Thread
    stop: threading.Event

    def join(self, timeout_s: float) -> None:
        if self.thread.is_alive():
            self.thread.join(timeout_s)


class _Until:
    """A Stop that is also set once the slot has joined the pipeline of its topic."""

    def __init__(self, stop: threading.Event, slot: str, joined: Pipeline) -> None:
        self._stop = stop
        self._slot = slot
        self._joined = joined

    def is_set(self) -> bool:
        return self._stop.is_set() or self._slot in self._joined.slots

    def wait(self, timeout: float | None = None) -> bool:
        self._stop.wait(timeout)
        return self.is_set()


class Workers:
    """Starts, changes and ends the pipelines of all topics. `save`: written every few seconds and once more at the end.

    `slots` are looked at when it starts and at each `change`. A slot that is new to a topic that is read already catches up
    in a thread of its own and then joins; one that is gone ends, what it has counted stays in the ledger.
    """

    def __init__(
        self,
        slots: Mapping[str, Slot],
        fold: Callable[[Slot], Fold],
        build: Build,
        ledger: Ledger,
        save: Callable[[], None] = lambda: None,
    ) -> None:
        self._slots = slots
        self._fold = fold
        self._build = build
        self._ledger = ledger
        self._save = save
        self._changing = threading.Lock()
        self._started = False
        self._stop = threading.Event()
        self._known: dict[str, tuple[Slot, Fold]] = {}
        self._topics: dict[str, _Running] = {}
        self._apart: dict[tuple[str, str], _Running] = {}
        self._saver = threading.Thread(target=self._saving, name="snapshot", daemon=True)

    def start(self) -> None:
        """Returns at once; the threads run until `stop`."""
        self._saver.start()
        self._started = True
        with suppress(LedgerLost):
            for slot in self._slots:
                self._ledger.clear(shadow_of(slot))  # what a recomputation that was killed has left
        self.change()

    def change(self) -> None:
        """Makes the threads those of the slots there are now. Any thread; waits for none of them. Nothing before `start`."""
        with self._changing:
            if self._stop.is_set() or not self._started:
                return
            wanted = folds_by_topic(dict(self._slots), self._kept)
            self._end_unwanted(wanted)
            for topic, folds in wanted.items():
                self._turn(topic, folds)

    def stop(self, timeout_s: float = 10.0) -> None:
        """Lets every thread that was started finish its batch. Blocks."""
        with self._changing:
            self._stop.set()
            running = [*self._topics.values(), *self._apart.values()]
        for one in running:
            one.stop.set()
        for one in running:
            one.join(timeout_s)
        if self._saver.is_alive():
            self._saver.join(timeout_s)

    def alive(self) -> Mapping[str, bool]:
        """Topic → whether its thread lives."""
        return {topic: one.thread.is_alive() for topic, one in dict(self._topics).items()}

    def _kept(self, slot: Slot) -> Fold:
        """The fold of a slot; the same one as long as the slot is the same."""
        known = self._known.get(slot.slot)
        if known is None or known[0] is not slot:
            known = self._known[slot.slot] = (slot, self._fold(slot))
        return known[1]

    def _end_unwanted(self, wanted: Mapping[str, Mapping[str, Fold]]) -> None:
        for topic in self._topics.keys() - wanted.keys():
            self._topics.pop(topic).stop.set()
        for (topic, slot), one in list(self._apart.items()):
            if slot not in wanted.get(topic, {}):
                one.stop.set()
            if one.stop.is_set() or not one.thread.is_alive():
                del self._apart[topic, slot]

    def _turn(self, topic: str, folds: Mapping[str, Fold]) -> None:
        running = self._topics.get(topic)
        if running is None:
            together = self._together(topic, folds)
            running = self._topics[topic] = self._running(self._build(topic, together), f"pipeline-{topic}")
        newcomers = folds.keys() - running.pipeline.slots
        running.pipeline.take(folds)
        for slot in newcomers:
            alone = {slot: folds[slot]}
            if (topic, slot) in self._apart:
                self._apart[topic, slot].pipeline.take(alone)
            else:
                pipeline = self._build(topic, alone, slot)
                self._apart[topic, slot] = self._running(pipeline, f"newcomer-{slot}", slot, running.pipeline)

    def _together(self, topic: str, folds: Mapping[str, Fold]) -> Mapping[str, Fold]:
        """The slots that stand about where the foremost does; all, where the ledger cannot be asked now."""
        try:
            stand = {slot: self._stands(slot, topic) for slot in folds}
        except LedgerLost:
            return folds
        foremost = max(stand.values())
        return {slot: fold for slot, fold in folds.items() if foremost - stand[slot] <= APART}

    def _stands(self, slot: str, topic: str) -> int:
        offsets = self._ledger.state(slot).offsets
        return sum(offset for part, offset in offsets.items() if part.rpartition("/")[0] == topic)

    def _running(self, pipeline: Pipeline, name: str, slot: str = "", joins: Pipeline | None = None) -> _Running:
        """The pipeline in a thread; where it `joins` another one, until its slot has."""
        stop = threading.Event()
        target = partial(_catch_up, pipeline, _Until(stop, slot, joins)) if joins else partial(pipeline.run, stop)
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        return _Running(pipeline, thread, stop)

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


def _catch_up(pipeline: Pipeline, until: Stop) -> None:
    """Brings a newcomer to where its topic is read, unless it is there already."""
    until.wait(PATIENCE_S)
    if not until.is_set():
        pipeline.run(until)
