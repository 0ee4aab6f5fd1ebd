"""What the source makes of what a client tells it: hand-overs, gaps, topics made anew; the broker is a table here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pytest

from streams.connectors import kafka_log
from streams.kafka_cluster import Handing, Overrun, Producer, Taken
from streams.kafka_source import KafkaSource
from streams.record import Span
from streams.source import SourceLost, at


class Table:
    """A cluster with one topic: partition → the offsets `[first, next)` it holds. A group's one member is given what is set."""

    address = "kafka://table"

    def __init__(self, **extents: tuple[int, int]) -> None:
        self.extents = {int(name[1:]): extent for name, extent in extents.items()}
        self.identity = 1
        self.next_identity = 1
        """Which topic it is from the next `take` on."""
        self.refused: Exception | None = None
        self.seats: list[TableSeat] = []

    def reader(self, topic: str) -> TableReader:
        return TableReader(topic, self)

    def seat(self, topic: str, group: str, given: Handing, taken: Handing) -> TableSeat:
        self.seats.append(TableSeat(given, taken))
        return self.seats[-1]

    def producer(self) -> Producer:
        raise NotImplementedError

    def create_topic(self, topic: str, partitions: int) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing to let go of."""


class TableSeat:
    def __init__(self, given: Handing, taken: Handing) -> None:
        self.give, self.take_away = given, taken
        self.left = False

    def serve(self, timeout_s: float) -> None:
        """The test hands over."""

    def leave(self) -> None:
        self.left = True


class TableReader:
    address = "kafka://table"

    def __init__(self, topic: str, table: Table) -> None:
        self.topic = topic
        self._table = table
        self._at: dict[int, int] = {}

    def partitions(self, fresh: bool = False) -> set[int]:
        return set(self._table.extents)

    def topic_id(self) -> object:
        return self._table.identity

    def earliest(self, partitions: Collection[int]) -> dict[int, int]:
        return {partition: self._table.extents[partition][0] for partition in partitions}

    def latest(self, partitions: Collection[int]) -> dict[int, int]:
        return {partition: self._table.extents[partition][1] for partition in partitions}

    def first_at(self, partitions: Collection[int], moment_ms: int) -> dict[int, int]:
        return self.earliest(partitions)

    def read(self, positions: Mapping[int, int]) -> None:
        self._at |= positions

    def drop(self, partitions: Collection[int]) -> None:
        for partition in partitions:
            del self._at[partition]

    def seek(self, partition: int, offset: int) -> None:
        self._at[partition] = offset

    def take(self, timeout_s: float, max_records: int) -> Taken | None:
        self._table.identity = max(self._table.identity, self._table.next_identity)
        if self._table.refused is not None:
            raise self._table.refused
        for partition, position in sorted(self._at.items()):
            first, end = self._table.extents[partition]
            if not first <= position <= end:
                raise Overrun("out of range")
            if position < end:
                return self._given(partition, list(range(position, min(end, position + max_records))))
        return None

    def stands(self, partition: int) -> int:
        return self._at[partition]

    def highs(self) -> Mapping[int, int]:
        return self.latest(self._at)

    def close(self) -> None:
        self._at = {}

    def _given(self, partition: int, offsets: Sequence[int]) -> Taken:
        self._at[partition] = offsets[-1] + 1
        numbers = np.array(offsets, dtype=np.int64)
        count = len(offsets)
        values = [str(offset).encode() for offset in offsets]
        return Taken(
            values, [None] * count, np.full(count, partition, np.int32), numbers, numbers, None, {partition: offsets[-1] + 1}
        )


def spans(source: KafkaSource, polls: int = 6, max_records: int = 100) -> list[tuple[int, Span]]:
    """What some polls give, span by span."""
    found = [source.poll(0, max_records) for _ in range(polls)]
    return [(partition, span) for batch in found if batch is not None for partition, span in batch.spans.items()]


def test_retention_that_overran_a_position_is_told_even_when_nothing_is_left() -> None:
    source = KafkaSource("t", Table(p0=(30, 50), p1=(40, 40)))
    source.open(at({0: 10, 1: 25}))
    assert spans(source) == [(0, Span(10, 30, 20)), (1, Span(25, 40, 15)), (0, Span(30, 50))]


def test_a_position_behind_the_end_is_one_in_a_log_made_anew() -> None:
    source = KafkaSource("t", Table(p0=(0, 5)))
    source.open(at({0: 90}))
    found = spans(source)
    assert found == [(0, Span(90, 0)), (0, Span(0, 5))]
    assert found[0][1].anew


@pytest.mark.parametrize("held", [3, 300])
def test_what_a_deleted_topic_still_held_is_lost_and_the_new_one_is_read_whole(held: int) -> None:
    table = Table(p0=(0, 100))
    source = KafkaSource("t", table)
    source.open(at({}))
    assert spans(source, 1, max_records=20) == [(0, Span(0, 20))]
    assert source.ends() == {0: 100}
    table.extents, table.identity = {0: (0, held)}, 2
    assert spans(source, 2, max_records=500) == [(0, Span(20, 0, lost=80)), (0, Span(0, held))]
    assert source.ends() == {0: held}


def test_what_was_read_of_a_new_topic_at_the_old_offsets_does_not_count_twice() -> None:
    table = Table(p0=(0, 100))
    source = KafkaSource("t", table)
    source.open(at({}))
    spans(source)
    table.extents, table.next_identity = {0: (0, 300)}, 2
    assert spans(source, max_records=500) == [(0, Span(100, 0)), (0, Span(0, 300))]


def test_a_cut_log_is_read_on_from_its_end() -> None:
    table = Table(p0=(0, 100))
    source = KafkaSource("t", table)
    source.open(at({}))
    spans(source)
    table.extents, table.refused = {0: (0, 90)}, Overrun("truncated", truncated=True)
    assert spans(source, 1) == [(0, Span(100, 90))]
    table.refused, table.extents = None, {0: (0, 95)}
    assert spans(source) == [(0, Span(90, 95))]


def test_a_group_hands_over_and_takes_away() -> None:
    table = Table(p0=(0, 10), p1=(0, 10))
    asked: list[list[int]] = []
    stored = {0: 4, 1: 4}

    def positions(partitions: Collection[int]) -> Mapping[int, int]:
        asked.append(sorted(partitions))
        return {partition: stored[partition] for partition in partitions}

    source = KafkaSource("t", table, "g")
    source.open(positions)
    while not table.seats:
        assert source.poll(0.01) is None
    (seat,) = table.seats
    seat.give([0])
    assert spans(source) == [(0, Span(4, 10))]
    seat.give([1])
    assert spans(source) == [(1, Span(4, 10))]
    seat.take_away([0])
    table.extents = {0: (0, 12), 1: (0, 11)}
    assert spans(source) == [(1, Span(10, 11))]
    assert source.ends() == {0: 12, 1: 11}
    stored[0] = 11
    seat.give([0])
    assert spans(source) == [(0, Span(11, 12))]
    seat.take_away([0])
    seat.give([0])  # between two polls: somebody else may have counted it in the meantime
    assert spans(source) == [(0, Span(11, 12))]
    assert asked == [[0], [1], [0], [0]]
    source.close()
    assert seat.left


def test_a_topic_made_anew_while_the_group_held_it_back_is_read_whole() -> None:
    """Deleting a topic takes its partitions from every member; the new one's come with the offsets of the old."""
    table = Table(p0=(0, 100), p1=(0, 50))
    stored = {0: 0, 1: 0}
    source = KafkaSource("t", table, "g")
    source.open(lambda partitions: {partition: stored[partition] for partition in partitions})
    while not table.seats:
        assert source.poll(0.01) is None
    (seat,) = table.seats
    seat.give([0, 1])
    spans(source, 3)
    stored |= {0: 100, 1: 50}
    seat.take_away([0, 1])
    assert spans(source, 2) == []
    table.extents, table.identity = {0: (0, 300), 1: (0, 70)}, 2
    assert spans(source, 2) == []
    stored[1] = 60  # another member has begun with the new topic's
    seat.give([0, 1])
    assert spans(source, 8, max_records=500) == [(0, Span(100, 0)), (0, Span(0, 300)), (1, Span(60, 70))]
    source.close()


def test_a_lost_cluster_is_read_on_from_where_it_stood() -> None:
    table = Table(p0=(0, 10))
    source = KafkaSource("t", table)
    source.open(at({}))
    spans(source)
    table.refused = SourceLost("away")
    with pytest.raises(SourceLost, match="away"):
        source.poll(0)
    table.refused, table.extents = None, {0: (0, 12)}
    assert spans(source) == [(0, Span(10, 12))]


def test_an_unknown_client_is_refused() -> None:
    with pytest.raises(ValueError, match="one of kafka-python, confluent, got 'pulsar'"):
        kafka_log("a:1", "pulsar")
