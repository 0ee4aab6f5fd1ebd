"""Slot files added, changed and removed while records keep coming: what is counted meanwhile equals the truth."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from cockpit.city import load_city
from cockpit.reload import Changed, Reload
from slots import Fold, MemoryLedger, Pipeline, Question, Readings, Slot, Workers
from streams import Batch, EmbeddedLog, Rejected, codec_for
from streams.clock import system_clock
from tests.cities.line import TINY, kinds

CHANGE = "a change"


class RunningCity:
    """The tiny city in a folder of its own, counting in threads, watched for changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.city = load_city(folder, kinds())
        self.log = EmbeddedLog(":memory:", partitions=2)
        self.ledger = MemoryLedger()
        self.readings = Readings(self.city.slots, self.ledger, self.city.regions, self.city.zone, system_clock)
        self.committed = threading.Condition()
        self.happened: list[str] = []  # a slot's name for each of its commits, CHANGE for each change taken over
        self.changes: list[Changed] = []
        self.workers = Workers(self.city.slots, self._fold, self._build, self.ledger)
        self.reload = Reload(self.city, kinds(), [lambda _: self.workers.change(), self._changed])
        self.pipelines: dict[str, Pipeline] = {}
        self.sent = 0

    def start(self) -> None:
        self.workers.start()
        self.reload.start()

    def close(self) -> None:
        self.reload.stop()
        self.workers.stop()
        self.log.close()

    def send(self, count: int = 10) -> None:
        """Some requests of this moment."""
        at = datetime.now(UTC).isoformat()
        records = [
            {"id": str(self.sent + n), "created_at": at, "district": "770101", "category": "noise", "wait_s": 2.0, "stars": 5}
            for n in range(count)
        ]
        self.log.sink("city.hotline").emit([json.dumps(record).encode() for record in records])
        self.sent += count

    def accepted(self, slot: str) -> int:
        return self.ledger.state(slot).counters.get("accepted", 0)

    def value(self, indicator: str) -> float | None:
        now = system_clock()
        return self.readings.ask(Question(indicator, "77", now - timedelta(hours=1), now + timedelta(minutes=2)))[0].value

    def write(self, slot: str, **changes: object) -> None:
        """The hotline's file under another name, with these changes."""
        document = yaml.safe_load((TINY / "slots" / "hotline.yaml").read_text("utf-8"))
        written = yaml.safe_dump({**document, "slot": slot, **changes}, allow_unicode=True)
        partial = self.folder / "slots" / f".{slot}"
        partial.write_text(written, "utf-8")
        partial.rename(self.folder / "slots" / f"{slot}.yaml")

    def moves(self) -> bool:
        """Whether the hotline has committed since the last change."""
        since = next((back for back, what in enumerate(reversed(self.happened)) if what == CHANGE), 0)
        return "hotline" in self.happened[len(self.happened) - since :]

    def wait(self, holds: Callable[[], bool], timeout_s: float = 60.0) -> None:
        """Until it holds; looked at after each commit and each change."""
        begun_s = time.monotonic()
        with self.committed:
            while not holds():
                left_s = begun_s + timeout_s - time.monotonic()
                if left_s <= 0:
                    raise TimeoutError(f"not within {timeout_s} s")
                self.committed.wait(min(left_s, 0.5))

    def _fold(self, slot: Slot) -> Fold:
        return Fold(slot, codec_for(slot.source), self.city.regions, self.city.zone)

    def _build(self, topic: str, folds: Mapping[str, Fold], apart: str = "") -> Pipeline:
        made = Pipeline(self.log.source(topic), folds, self.ledger, _none_expected, system_clock, self._note)
        if not apart:
            self.pipelines[topic] = made
        return made

    def _note(self, slot: str) -> None:
        with self.committed:
            self.happened.append(slot)
            self.committed.notify_all()

    def _changed(self, change: Changed) -> None:
        with self.committed:
            self.changes.append(change)
            self.happened.append(CHANGE)
            self.committed.notify_all()


def _none_expected(slot: str, batch: Batch, rejected: Sequence[Rejected]) -> None:
    assert not rejected, f"{slot} rejected {rejected}"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[RunningCity]:
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    made = RunningCity(folder)
    made.start()
    yield made
    made.close()


def test_a_new_slot_counts_the_past_of_its_topic_and_then_joins(city: RunningCity) -> None:
    city.send(5000)
    city.wait(lambda: city.accepted("hotline") == 5000)
    city.write("second")
    city.wait(lambda: city.accepted("second") == 5000)
    assert city.value("second.requests") == city.value("hotline.requests") == 5000
    city.send(100)
    city.wait(lambda: city.accepted("second") == 5100 and city.accepted("hotline") == 5100)
    city.wait(lambda: not [thread for thread in threading.enumerate() if thread.name == "newcomer-second"])
    city.send(100)
    city.wait(lambda: city.accepted("second") == 5200 and city.accepted("hotline") == 5200)
    assert city.ledger.state("hotline").counters.get("refused", 0) == 0


def test_a_changed_slot_counts_on_as_it_now_is(city: RunningCity) -> None:
    city.send(10)
    city.wait(lambda: city.accepted("hotline") == 10)
    measures = [{"name": "requests", "measure": {"agg": "count"}}, {"name": "wait", "measure": {"agg": "sum", "of": "wait_s"}},
                {"name": "satisfaction", "measure": {"agg": "count", "where": "stars >= 4"}}]  # fmt: skip
    city.write("hotline", indicators=measures)
    city.wait(lambda: bool(city.changes))
    assert city.changes[0].slots == {"hotline"}
    city.send(10)
    city.wait(lambda: city.accepted("hotline") == 20)
    assert city.value("hotline.wait") == 40.0


def test_a_removed_slot_ends_and_goes_on_where_it_stood_when_it_comes_back(city: RunningCity) -> None:
    city.write("second")
    city.send(10)
    city.wait(lambda: city.accepted("second") == 10)
    (city.folder / "slots" / "second.yaml").unlink()
    city.wait(lambda: "second" not in city.city.slots and "second" not in city.pipelines["city.hotline"].slots)
    city.send(10)
    city.wait(lambda: city.accepted("hotline") == 20)
    assert city.accepted("second") == 10
    city.write("second")
    city.wait(lambda: "second" in city.city.slots and city.accepted("second") == 20)
    assert city.value("second.requests") == 20


def test_a_folder_with_a_mistake_changes_nothing_until_it_is_mended(city: RunningCity) -> None:
    city.write("second", lateness="soon")
    city.wait(lambda: bool(city.reload.problems()))
    assert "slots/second.yaml" in str(city.reload.problems()[0]) and "second" not in city.city.slots
    city.send(10)
    city.wait(lambda: city.accepted("hotline") == 10)
    city.write("second")
    city.wait(lambda: city.accepted("second") == 10)
    assert city.reload.problems() == ()


def test_a_slot_on_a_topic_nobody_reads_yet(city: RunningCity) -> None:
    city.write("elsewhere", source={"topic": "city.elsewhere", "format": "json"})
    city.wait(lambda: "city.elsewhere" in city.workers.alive())
    (city.folder / "slots" / "elsewhere.yaml").unlink()
    city.wait(lambda: "city.elsewhere" not in city.workers.alive())


EDITS = 100 if os.environ.get("COCKPIT_TEST_LONG") else 6


@pytest.mark.timeout(60 + 5 * EDITS)
def test_edits_under_load_cost_the_others_nothing(city: RunningCity) -> None:
    stop = threading.Event()

    def load() -> None:
        while not stop.wait(0.02):
            city.send(20)

    sender = threading.Thread(target=load)
    sender.start()
    try:
        city.wait(lambda: city.accepted("hotline") > 0)
        for n in range(EDITS):
            seen = len(city.changes)
            edit(city, n)
            city.wait(lambda seen=seen: len(city.changes) > seen)  # type: ignore[misc]
            city.wait(city.moves)  # what is edited lets nothing stand
    finally:
        stop.set()
        sender.join()
    city.wait(lambda: city.accepted("hotline") == city.sent)
    assert city.value("hotline.requests") == city.sent
    state = city.ledger.state("hotline")
    assert sum(offset for part, offset in state.offsets.items()) == city.sent and state.counters.get("refused", 0) == 0
    for slot in ("extra0", "extra1"):
        city.wait(lambda slot=slot: city.accepted(slot) == city.sent)  # type: ignore[misc]
        assert city.value(f"{slot}.requests") == city.sent


def edit(city: RunningCity, n: int) -> None:
    """Adds, changes or removes one of two slots on the topic of the one that is watched."""
    slot, turn = f"extra{n % 2}", n // 2 % 5
    if turn in (0, 2, 4):
        city.write(slot, owner=f"edit {n}")
    elif turn == 1:
        city.write(slot, lateness="20m", owner=f"edit {n}")
    else:
        (city.folder / "slots" / f"{slot}.yaml").unlink()
