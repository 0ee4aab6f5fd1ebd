"""A slot that is new to a topic which is read already: it joins where it has counted all that was read, and not before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from slots.fold import Fold
from slots.pipeline import STUCK_S, Pipeline
from streams.embedded import EmbeddedLog
from streams.json_codec import JsonCodec
from streams.source import Positions
from tests.line import ZONE, Line, ago, small_slot


class Counting:
    """A source of the log that knows how often it was opened."""

    def __init__(self, log: EmbeddedLog) -> None:
        self.topic = "city.desk"
        self.opened = 0
        self._inner = log.source(self.topic)
        self.poll, self.ends, self.close = self._inner.poll, self._inner.ends, self._inner.close

    def open(self, positions: Positions) -> None:
        self.opened += 1
        self._inner.open(positions)


class Topic(Line):
    """A line whose pipeline may take other slots; `apart` brings one of them to where it reads."""

    def __init__(self, log: EmbeddedLog | None = None) -> None:
        super().__init__(log=log)
        self.source = Counting(self.log)
        self.folds = {"desk": self.fold("desk")}
        self.pipeline = Pipeline(self.source, self.folds, self.ledger, lambda *_: None, self.clock)

    def fold(self, name: str) -> Fold:
        return Fold(small_slot(slot=name), JsonCodec(), self.regions, ZONE)

    def take(self, *names: str) -> None:
        self.folds = {name: self.folds.get(name) or self.fold(name) for name in names}
        self.pipeline.take(self.folds)

    def apart(self, name: str) -> Pipeline:
        return Pipeline(self.log.source("city.desk"), {name: self.fold(name)}, self.ledger, lambda *_: None, self.clock)

    def requests(self, count: int) -> None:
        self.send(*[{"at": ago(minutes=1), "region": "a1"}] * count)

    def accepted(self, name: str) -> int:
        return self.ledger.state(name).counters.get("accepted", 0)


@pytest.fixture
def topic() -> Topic:
    made = Topic()
    made.requests(10)
    made.run()
    return made


def test_it_joins_once_it_stands_where_the_topic_is_read(topic: Topic) -> None:
    topic.take("desk", "second")
    topic.requests(5)
    topic.run()
    assert topic.pipeline.slots == {"desk"} and topic.accepted("second") == 0
    apart = topic.apart("second")
    while apart.step(0.0):
        pass
    topic.requests(5)
    topic.run()
    assert topic.pipeline.slots == {"desk", "second"}
    assert (topic.accepted("desk"), topic.accepted("second"), topic.source.opened) == (20, 20, 1)
    while apart.step(0.0):  # the one that brought it here finds that others have counted
        pass
    assert topic.accepted("second") == 20


def test_it_joins_a_quiet_topic_too(topic: Topic) -> None:
    topic.take("desk", "second")
    apart = topic.apart("second")
    while apart.step(0.0):
        pass
    topic.pipeline.step(0.0)
    assert topic.pipeline.slots == {"desk", "second"} and topic.source.opened == 1


def test_one_that_comes_back_and_stands_there_already_needs_nobody(topic: Topic) -> None:
    topic.take("desk", "second")
    apart = topic.apart("second")
    while apart.step(0.0):
        pass
    topic.pipeline.step(0.0)
    topic.take("desk")
    topic.pipeline.step(0.0)
    assert topic.pipeline.slots == {"desk"}
    topic.take("desk", "second")
    topic.pipeline.step(0.0)
    assert topic.pipeline.slots == {"desk", "second"} and topic.source.opened == 1


def test_one_that_does_not_move_is_taken_from_where_it_stands(topic: Topic) -> None:
    topic.take("desk", "second")
    topic.pipeline.step(0.0)
    topic.clock.advance(timedelta(seconds=STUCK_S + 1))
    topic.requests(1)
    topic.run()
    topic.run()
    assert (topic.accepted("desk"), topic.accepted("second"), topic.source.opened) == (11, 11, 2)


def test_where_nobody_stays_the_newcomers_read_from_where_they_stand(topic: Topic) -> None:
    topic.take("second")
    topic.run()
    assert topic.pipeline.slots == {"second"} and (topic.accepted("desk"), topic.accepted("second")) == (10, 10)
    assert topic.ledger.state("desk").offsets == topic.ledger.state("second").offsets


def test_a_partition_of_which_nothing_is_left_does_not_keep_it_out() -> None:
    """Retention has deleted what the others have read: there is nothing to stand behind."""
    topic = Topic(EmbeddedLog(":memory:", partitions=1, max_records_per_topic=4))
    topic.requests(3)
    topic.run()
    topic.requests(4)
    topic.run()
    topic.take("desk", "second")
    apart = topic.apart("second")
    while apart.step(0.0):
        pass
    topic.requests(2)
    topic.run()
    assert topic.pipeline.slots == {"desk", "second"}
    assert topic.ledger.state("second").offsets == topic.ledger.state("desk").offsets
