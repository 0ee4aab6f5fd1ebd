"""kafka-python's place in a group, where kafka-python itself would lose it."""

from __future__ import annotations

from kafka import TopicPartition

from streams.kafka_seat import PythonSeat


class Coordinator:
    """Has sent for a join because the topic's metadata changed, and holds what it assigned for new metadata by now."""

    rejoining = True
    rejoin_needed = False

    def request_rejoin(self) -> None:
        self.rejoin_needed = True


class Consumer:
    """As kafka-python 3.0.12: a poll looks at the answer of a join only where it thinks that it needs one."""

    def __init__(self) -> None:
        self._coordinator = Coordinator()

    def subscribe(self, topics: list[str], listener: object) -> None:
        self.listener = listener

    def poll(self, timeout_ms: int) -> None:
        if self._coordinator.rejoin_needed:
            self._coordinator.rejoining = self._coordinator.rejoin_needed = False
            self.listener.on_partitions_assigned([TopicPartition("t", 0), TopicPartition("t", 1)])  # type: ignore[attr-defined]

    def pause(self, *parts: TopicPartition) -> None: ...

    def seek(self, part: TopicPartition, offset: int) -> None: ...


def test_a_join_that_was_answered_between_two_polls_is_not_forgotten() -> None:
    given: list[list[int]] = []
    consumer = Consumer()
    seat = PythonSeat("t", "kafka://here:9092", consumer, None, lambda partitions: given.append(list(partitions)), print)
    seat.serve(0.2)
    seat.serve(0.2)
    assert given == [[0, 1]]  # and is not asked for again
    assert not consumer._coordinator.rejoin_needed
