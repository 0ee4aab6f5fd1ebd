"""confluent-kafka's group membership as a Seat: it takes part in the group and reads nothing."""

from __future__ import annotations

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, TopicPartition

from streams.kafka_cluster import Handing
from streams.source import SourceLost

_PASSING = frozenset({
    KafkaError._ALL_BROKERS_DOWN,
    KafkaError._PARTITION_EOF,
    KafkaError._RESOLVE,
    KafkaError._TIMED_OUT,
    KafkaError._TRANSPORT,
    KafkaError._UNKNOWN_PARTITION,
    KafkaError._UNKNOWN_TOPIC,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.UNKNOWN_TOPIC_ID,
})  # fmt: skip


class FastSeat:
    """As Seat. The partitions handed over stay paused in this consumer: a reader of its own reads them."""

    def __init__(self, topic: str, address: str, consumer: Consumer, given: Handing, taken: Handing) -> None:
        self._address = address
        self._consumer = consumer
        self._given = given
        self._taken = taken
        consumer.subscribe([topic], on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_revoke)

    def serve(self, timeout_s: float) -> None:
        """As Seat.serve."""
        try:
            message = self._consumer.poll(timeout_s)
        except (KafkaException, RuntimeError) as error:
            raise SourceLost(f"{self._address} does not let us into the group: {error}") from error
        error_ = message.error() if message is not None else None
        if error_ is not None and error_.code() not in _PASSING and not error_.retriable():
            raise SourceLost(f"{self._address} does not let us into the group: {error_.str()}")

    def leave(self) -> None:
        """As Seat.leave."""
        try:
            self._consumer.close()
        except (KafkaException, RuntimeError):
            return

    def _on_assign(self, consumer: Consumer, parts: list[TopicPartition]) -> None:
        consumer.incremental_assign([TopicPartition(part.topic, part.partition, OFFSET_END) for part in parts])
        consumer.pause(parts)
        self._given([part.partition for part in parts])

    def _on_revoke(self, consumer: Consumer, parts: list[TopicPartition]) -> None:
        self._taken([part.partition for part in parts])
        consumer.incremental_unassign(parts)
