"""Writing to Kafka: one producer for all topics, and an emit that returns only when everything is acknowledged."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from streams.kafka_cluster import Cluster, Producer, Record
from streams.record import Headers
from streams.source import SinkLost


class KafkaSink:
    """A Sink on one topic; the producer is shared and closed by the log."""

    def __init__(self, topic: str, producer: SharedProducer) -> None:
        self.topic = topic
        self._producer = producer

    def emit(
        self,
        values: Sequence[bytes],
        keys: Sequence[bytes | None] | None = None,
        timestamps_ms: Sequence[int] | None = None,
        headers: Sequence[Headers] | None = None,
    ) -> int:
        """As Sink.emit: acknowledged by all in-sync replicas."""
        count = len(values)
        if count:
            times: Sequence[int | None] = [None] * count if timestamps_ms is None else timestamps_ms
            self._producer.send(
                self.topic, list(zip(values, keys or [None] * count, times, headers or [()] * count, strict=True))
            )
        return count

    def close(self) -> None:
        """Nothing to let go of: the producer belongs to the log."""


class SharedProducer:
    """A producer made when it is first needed, dropped when it failed. Safe to use from several threads."""

    def __init__(self, cluster: Cluster, partitions: int) -> None:
        self._cluster = cluster
        self._partitions = partitions
        self._lock = threading.Lock()
        self._producer: Producer | None = None
        self._topics: set[str] = set()

    def send(self, topic: str, records: Sequence[Record]) -> None:
        """Returns once all are acknowledged. Raises SinkLost."""
        try:
            producer = self._ready(topic)
        except SinkLost as error:
            raise SinkLost(f"{self._cluster.address} did not acknowledge {len(records)} records of '{topic}': {error}") from error
        try:
            producer.send(topic, records)
        except SinkLost:
            self._drop(producer)
            raise

    def close(self) -> None:
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(5)

    def _ready(self, topic: str) -> Producer:
        with self._lock:
            if topic not in self._topics:
                self._cluster.create_topic(topic, self._partitions)
                self._topics.add(topic)
            if self._producer is None:
                self._producer = self._cluster.producer()
            return self._producer

    def _drop(self, producer: Producer) -> None:
        """After a failure nobody knows what the old producer still holds: it goes, and its topics are looked up anew."""
        with self._lock:
            if self._producer is producer:
                self._producer = None
                self._topics.clear()
        producer.close(0)
