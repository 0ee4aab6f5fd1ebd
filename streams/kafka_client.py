"""Connections to a Kafka cluster that fail within seconds and leave nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from streams.source import SourceLost

ANSWER_MS = 2_500  # how long a healthy cluster may take for one answer; within two of these a loss is reported
FETCH_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class KafkaCluster:
    """Which cluster, and under which name we appear there."""

    servers: tuple[str, ...]
    client_id: str

    def consumer(self, topic: str) -> KafkaReader:
        """A connected reader without an assignment. Blocks up to ANSWER_MS. Raises SourceLost."""
        made: list[Any] = []
        try:
            consumer = KafkaConsumer(**self._reading(), kafka_client=_recorded("consumer", made))
        except (KafkaError, OSError) as error:
            for client in made:
                client.close()
            raise SourceLost(f"kafka://{','.join(self.servers)} does not answer: {_why(error)}") from error
        return KafkaReader(topic, consumer, made[0], self)

    def producer(self) -> KafkaProducer:
        """Acknowledged by all replicas, idempotent. Blocks up to ANSWER_MS. Raises KafkaError."""
        made: list[Any] = []
        try:
            return KafkaProducer(**self._writing(), kafka_client=_recorded("producer", made))
        except (KafkaError, OSError):
            for client in made:
                client.close()
            raise

    @contextmanager
    def admin(self) -> Iterator[KafkaAdminClient]:
        """An administrator's connection for a moment. Raises KafkaError."""
        made: list[Any] = []
        try:
            admin = KafkaAdminClient(**self._asking(), kafka_client=_recorded("admin", made))
        except (KafkaError, OSError):
            for client in made:
                client.close()
            raise
        try:
            yield admin
        finally:
            admin.close()

    def _asking(self) -> dict[str, Any]:
        return {
            "bootstrap_servers": list(self.servers),
            "client_id": self.client_id,
            "bootstrap_timeout_ms": ANSWER_MS,
            "reconnect_backoff_max_ms": 1_000,
            "request_timeout_ms": 2 * ANSWER_MS,
        }

    def _reading(self) -> dict[str, Any]:
        return self._asking() | {
            "group_id": None,
            "enable_auto_commit": False,
            "auto_offset_reset": "none",
            "allow_auto_create_topics": False,
            "isolation_level": "read_committed",
            "metadata_max_age_ms": 5_000,
            "max_partition_fetch_bytes": FETCH_BYTES,
            "metrics_enabled": False,
        }

    def _writing(self) -> dict[str, Any]:
        return self._asking() | {
            "acks": "all",
            "enable_idempotence": True,
            "max_block_ms": 2 * ANSWER_MS,
            "delivery_timeout_ms": 10_000,
            "linger_ms": 0,
            "batch_size": 256 << 10,
            "metrics_enabled": False,
        }


@dataclass(frozen=True, slots=True)
class KafkaReader:
    """One consumer of one topic with questions that always end in time. Every method raises SourceLost."""

    topic: str
    consumer: KafkaConsumer
    client: Any
    cluster: KafkaCluster

    def partitions(self, fresh: bool = False) -> set[int]:
        """The topic's partitions as known; asks the cluster when `fresh` or when none are known. Empty: no such topic."""
        metadata = self.client.cluster
        metadata.add_topic(self.topic)
        if fresh or not metadata.partitions_for_topic(self.topic):
            answered = threading.Event()
            metadata.request_update().add_both(lambda _: answered.set())
            if not answered.wait(ANSWER_MS / 1000):
                raise SourceLost(f"{self.address} does not say which partitions '{self.topic}' has")
        return set(metadata.partitions_for_topic(self.topic) or ())

    def topic_id(self) -> object:
        """Which topic of this name it is: another one once it was deleted and made anew; None while there is none."""
        return self.client.cluster.topic_id(self.topic)

    def earliest(self, partitions: Sequence[int]) -> dict[int, int]:
        return self._offsets(self.consumer.beginning_offsets, partitions)

    def latest(self, partitions: Sequence[int]) -> dict[int, int]:
        return self._offsets(self.consumer.end_offsets, partitions)

    @property
    def address(self) -> str:
        return "kafka://" + ",".join(self.cluster.servers)

    def part(self, partition: int) -> TopicPartition:
        return TopicPartition(self.topic, partition)

    def lost(self, error: Exception) -> SourceLost:
        return SourceLost(f"{self.address} does not answer: {_why(error)}")

    def close(self) -> None:
        try:
            self.consumer.close(autocommit=False, timeout_ms=ANSWER_MS)
        except KafkaError:
            self.client.close()

    def _offsets(self, ask: Any, partitions: Sequence[int]) -> dict[int, int]:
        try:
            found = ask([self.part(partition) for partition in partitions], timeout_ms=ANSWER_MS)
        except KafkaError as error:
            raise self.lost(error) from error
        return {part.partition: offset for part, offset in found.items()}


def _recorded(kind: str, made: list[Any]) -> Any:
    """A maker of kafka-python's network client that notes what it made: a constructor that fails leaves its thread running."""
    makers = {"consumer": KafkaConsumer, "producer": KafkaProducer, "admin": KafkaAdminClient}
    make = makers[kind].DEFAULT_CONFIG["kafka_client"]

    def recording(**settings: Any) -> Any:
        made.append(make(**settings))
        return made[-1]

    return recording


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
