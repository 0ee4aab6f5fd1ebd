"""What the source makes of what a client tells it: hand-overs, gaps, topics made anew; the broker is a table here."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from streams.connectors import kafka_log
from streams.kafka_cluster import Overrun
from streams.kafka_source import KafkaSource
from streams.record import Span
from streams.source import SourceLost, at
from tests.kafka_table import Table


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
