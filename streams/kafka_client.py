"""Connections of kafka-python that fail within seconds and leave nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import KafkaError, TopicAlreadyExistsError

from streams.kafka_cluster import ANSWER_S, FETCH_BYTES, HEARTBEAT_S, SESSION_S, Handing
from streams.kafka_producer import PythonProducer
from streams.kafka_reader import PythonReader
from streams.kafka_seat import PythonSeat
from streams.source import SinkLost, SourceLost


@dataclass(frozen=True, slots=True)
class KafkaCluster:
    """Which cluster, and under which name we appear there. A Cluster."""

    servers: tuple[str, ...]
    client_id: str

    @property
    def address(self) -> str:
        return "kafka://" + ",".join(self.servers)

    def reader(self, topic: str) -> PythonReader:
        """As Cluster.reader, connected. Blocks up to ANSWER_S."""
        consumer, client = self._consumer({"group_id": None, "auto_offset_reset": "none"})
        return PythonReader(topic, self.address, consumer, client)

    def seat(self, topic: str, group: str, given: Handing, taken: Handing) -> PythonSeat:
        """As Cluster.seat."""
        joining = {
            "group_id": group,
            "auto_offset_reset": "latest",
            "partition_assignment_strategy": [CooperativeStickyAssignor],
            "session_timeout_ms": int(SESSION_S * 1000),
            "heartbeat_interval_ms": int(HEARTBEAT_S * 1000),
            "max_poll_interval_ms": int(3 * SESSION_S * 1000),
        }
        consumer, client = self._consumer(joining)
        return PythonSeat(topic, self.address, consumer, client, given, taken)

    def producer(self) -> PythonProducer:
        """As Cluster.producer. Blocks up to ANSWER_S."""
        made: list[Any] = []
        try:
            return PythonProducer(self.address, KafkaProducer(**self._writing(), kafka_client=_recorded("producer", made)))
        except (KafkaError, OSError) as error:
            _close(made)
            raise SinkLost(f"{self.address} does not answer: {why(error)}") from error

    def create_topic(self, topic: str, partitions: int) -> None:
        """As Cluster.create_topic, with the cluster's own replication."""
        try:
            with self.admin() as admin:
                if topic not in admin.list_topics():
                    admin.create_topics([NewTopic(topic, partitions, -1)])
        except TopicAlreadyExistsError:
            return
        except (KafkaError, OSError) as error:
            raise SinkLost(f"{self.address} does not answer: {why(error)}") from error

    def close(self) -> None:
        """Nothing to let go of: each connection is closed by who asked for it."""

    @contextmanager
    def admin(self) -> Iterator[KafkaAdminClient]:
        """An administrator's connection for a moment. Raises KafkaError."""
        made: list[Any] = []
        try:
            admin = KafkaAdminClient(**self._asking(), kafka_client=_recorded("admin", made))
        except (KafkaError, OSError):
            _close(made)
            raise
        try:
            yield admin
        finally:
            admin.close()

    def _consumer(self, settings: dict[str, Any]) -> tuple[KafkaConsumer, Any]:
        """A connected consumer and its network client. Raises SourceLost."""
        made: list[Any] = []
        try:
            return KafkaConsumer(**self._reading(), **settings, kafka_client=_recorded("consumer", made)), made[0]
        except (KafkaError, OSError) as error:
            _close(made)
            raise SourceLost(f"{self.address} does not answer: {why(error)}") from error

    def _asking(self) -> dict[str, Any]:
        return {
            "bootstrap_servers": list(self.servers),
            "client_id": self.client_id,
            "bootstrap_timeout_ms": int(ANSWER_S * 1000),
            "reconnect_backoff_max_ms": 1_000,
            "request_timeout_ms": int(2 * ANSWER_S * 1000),
        }

    def _reading(self) -> dict[str, Any]:
        return self._asking() | {
            "enable_auto_commit": False,
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
            "max_block_ms": int(2 * ANSWER_S * 1000),
            "delivery_timeout_ms": 10_000,
            "linger_ms": 0,
            "batch_size": 256 << 10,
            "metrics_enabled": False,
        }


def why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _close(made: list[Any]) -> None:
    for client in made:
        client.close()


def _recorded(kind: str, made: list[Any]) -> Any:
    """A maker of kafka-python's network client that notes what it made: a constructor that fails leaves its thread running."""
    makers = {"consumer": KafkaConsumer, "producer": KafkaProducer, "admin": KafkaAdminClient}
    make = makers[kind].DEFAULT_CONFIG["kafka_client"]

    def recording(**settings: Any) -> Any:
        made.append(make(**settings))
        return made[-1]

    return recording
