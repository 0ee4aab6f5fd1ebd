"""Offsets of a topic that was made anew mean other records: each is counted once, whoever of the workers notices first."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
import pytest

from slots.fold import Fold
from slots.ledger_memory import MemoryLedger
from slots.pipeline import Pipeline
from slots.standing import identities, standing
from streams.json_codec import JsonCodec
from streams.kafka_source import KafkaSource
from streams.record import Batch
from streams.source import Positions
from tests.kafka_table import Table
from tests.line import NOON, ZONE, ago, small_slot, small_tree


def record(offset: int) -> bytes:
    return msgspec.json.encode({"at": ago(minutes=1), "region": "a1", "wait_s": float(offset)})


class Held:
    """A source that can do something while a batch is on its way from it to the ledger."""

    def __init__(self, source: KafkaSource) -> None:
        self.topic = source.topic
        self.inner = source
        self.meanwhile: Callable[[], None] = lambda: None

    def open(self, positions: Positions) -> None:
        self.inner.open(positions)

    def poll(self, timeout_s: float, max_records: int = 20_000) -> Batch | None:
        batch = self.inner.poll(0, 40)
        if batch is not None:
            self.meanwhile()
        return batch

    def ends(self) -> Mapping[int, int]:
        return self.inner.ends()

    def close(self) -> None:
        self.inner.close()


class Place:
    """A topic of one partition, a ledger, and as many workers as are asked for."""

    def __init__(self, held: int = 100) -> None:
        self.table = Table(record, p0=(0, held))
        self.ledger = MemoryLedger()

    def worker(self) -> tuple[Held, Pipeline]:
        source = Held(KafkaSource("city.desk", self.table))
        fold = Fold(small_slot(), JsonCodec(), small_tree(), ZONE)
        return source, Pipeline(source, {"desk": fold}, self.ledger, lambda *_: None, lambda: NOON)

    def make_anew(self, held: int) -> None:
        self.table.extents, self.table.identity = {0: (0, held)}, self.table.identity + 1
        self.table.next_identity = self.table.identity

    def counted(self) -> int:
        return self.ledger.state("desk").counters["accepted"]

    def stands(self) -> dict[int, int]:
        return standing(self.ledger.state("desk"), "city.desk")


def run(pipeline: Pipeline, steps: int = 14) -> None:
    for _ in range(steps):
        pipeline.step(0)


@pytest.mark.parametrize("held", [30, 300])
def test_made_anew_while_nobody_read(held: int) -> None:
    place = Place()
    run(place.worker()[1])
    place.make_anew(held)
    run(place.worker()[1])
    assert (place.counted(), place.stands()) == (100 + held, {0: held})


@pytest.mark.parametrize("ahead", [1, 2, 14], ids=["not yet as far", "the first records", "all"])
def test_another_worker_has_counted_of_the_new_one_before_this_one_notices(ahead: int) -> None:
    place = Place()
    _, first = place.worker()
    run(first)
    place.make_anew(300)
    run(place.worker()[1], ahead)
    run(first)
    assert (place.counted(), place.stands()) == (400, {0: 300})
    assert place.ledger.state("desk").counters.get("lost", 0) == 0


@pytest.mark.parametrize("steps", [3, 14], ids=["fewer than the old", "more than the old"])
def test_a_batch_of_the_old_one_comes_too_late(steps: int) -> None:
    """It is of a worker that held it while another one began with the new topic: what is kept there is not put back."""
    place = Place()
    source, first = place.worker()
    first.step(0)

    def others() -> None:
        source.meanwhile = lambda: None
        place.make_anew(300)
        run(place.worker()[1], steps)

    source.meanwhile = others
    run(first)
    assert (place.counted(), place.stands()) == (40 + 300, {0: 300})


def test_what_the_old_one_still_held_is_lost_once() -> None:
    place = Place(200)
    (source, first), (other, second) = place.worker(), place.worker()
    first.step(0)
    second.step(0)
    assert source.ends() == other.ends() == {0: 200}
    place.make_anew(300)
    for _ in range(14):
        second.step(0)
        first.step(0)
    assert (place.counted(), place.ledger.state("desk").counters["lost"]) == (80 + 300, 120)
    assert place.stands() == {0: 300}


def test_a_slot_that_does_not_know_which_topic_it_stands_in_learns_it() -> None:
    """What was kept before that was noted goes on from its offset."""
    place = Place()
    place.table.anonymous = True
    run(place.worker()[1])
    assert identities(place.ledger.state("desk"), "city.desk") == {}
    place.table.anonymous = False
    place.table.extents = {0: (0, 120)}
    run(place.worker()[1])
    assert place.counted() == 120
    assert identities(place.ledger.state("desk"), "city.desk").keys() == {0}
