"""Writing to Kafka: one producer for all topics, and an emit that returns only when everything is acknowledged."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from streams.kafka_client import KafkaCluster
from streams.source import SinkLost

_FLUSH_S = 30.0


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
    ) -> int:
        """As Sink.emit: acknowledged by all in-sync replicas."""
        count = len(values)
        if count:
            times: Sequence[int | None] = [None] * count if timestamps_ms is None else timestamps_ms
            self._producer.send(self.topic, list(zip(values, keys or [None] * count, times, strict=True)))
        return count

    def close(self) -> None:
        """Nothing to let go of: the producer belongs to the log."""


class SharedProducer:
    """A producer made when it is first needed, dropped when it failed. Safe to use from several threads."""

    def __init__(self, cluster: KafkaCluster, partitions: int) -> None:
        self._cluster = cluster
        self._partitions = partitions
        self._lock = threading.Lock()
        self._producer: KafkaProducer | None = None
        self._topics: set[str] = set()

    def send(self, topic: str, records: Sequence[tuple[bytes, bytes | None, int | None]]) -> None:
        """Returns once all are acknowledged. Raises SinkLost."""
        producer: KafkaProducer | None = None
        try:
            producer = self._ready(topic)
            sent = [producer.send(topic, value, key, timestamp_ms=time_ms) for value, key, time_ms in records]
            producer.flush(timeout=_FLUSH_S)
            for future in sent:
                if not future.succeeded():
                    raise future.exception or KafkaError("no acknowledgement came")
        except (KafkaError, OSError) as error:
            self._drop(producer)
            servers = ",".join(self._cluster.servers)
            name = type(error).__name__
            raise SinkLost(
                f"kafka://{servers} did not acknowledge {len(records)} records of '{topic}': {name}: {error}"
            ) from error

    def close(self) -> None:
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(timeout=5)

    def _ready(self, topic: str) -> KafkaProducer:
        with self._lock:
            if topic not in self._topics:
                self._create(topic)
                self._topics.add(topic)
            if self._producer is None:
                self._producer = self._cluster.producer()
            return self._producer

    def _create(self, topic: str) -> None:
        with self._cluster.admin() as admin:
            if topic in admin.list_topics():
                return
            try:
                admin.create_topics([NewTopic(topic, self._partitions, -1)])
            except TopicAlreadyExistsError:
                return

    def _drop(self, producer: Any) -> None:
        """After a failure nobody knows what the old producer still holds: it goes, and its topics are looked up anew."""
        with self._lock:
            if self._producer is producer:
                self._producer = None
                self._topics.clear()
        if producer is not None:
            try:
                producer.close(timeout=0)
            except KafkaError:
                return
