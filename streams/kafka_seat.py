"""kafka-python's group membership as a Seat: it takes part in the group and reads nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer
from kafka.errors import KafkaError

from streams.kafka_cluster import ANSWER_S, Handing
from streams.source import SourceLost


class PythonSeat:
    """As Seat. The partitions handed over stay paused in this consumer: a reader of its own reads them."""

    def __init__(self, topic: str, address: str, consumer: KafkaConsumer, client: Any, given: Handing, taken: Handing) -> None:
        self._address = address
        self._consumer = consumer
        self._client = client
        self._coordinator = consumer._coordinator
        consumer.subscribe([topic], listener=_Listener(consumer, given, taken))

    def serve(self, timeout_s: float) -> None:
        """As Seat.serve."""
        if self._coordinator.rejoining:
            # kafka-python 3.0.12 forgets a join that changed metadata began when its answer comes between two polls: it holds
            # nothing from then on, sends no heartbeat, and never joins again.
            self._coordinator.request_rejoin()
        try:
            self._consumer.poll(timeout_ms=int(timeout_s * 1000))
        except KafkaError as error:
            raise SourceLost(f"{self._address} does not let us into the group: {type(error).__name__}: {error}") from error

    def leave(self) -> None:
        """As Seat.leave."""
        try:
            self._consumer.close(autocommit=False, timeout_ms=int(ANSWER_S * 1000))
        except KafkaError:
            self._client.close()


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Passes on what the group decides. Runs in the thread that serves the seat."""

    def __init__(self, consumer: KafkaConsumer, given: Handing, taken: Handing) -> None:
        self._consumer = consumer
        self._given = given
        self._taken = taken

    def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        parts = list(assigned)
        self._consumer.pause(*parts)
        for part in parts:
            self._consumer.seek(part, 0)  # anywhere: without a position the group would be asked for one
        self._given([part.partition for part in parts])

    def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        self._taken([part.partition for part in revoked])

    def on_partitions_lost(self, lost: Iterable[Any]) -> None:
        self._taken([part.partition for part in lost])
