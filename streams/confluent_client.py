"""Connections of confluent-kafka, set up so that a loss is noticed within seconds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from concurrent.futures import Future
from typing import Any
from uuid import UUID

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka import Producer as ConfluentProducer
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]
from confluent_kafka.cimpl import NewTopic

from streams.confluent_producer import FastProducer
from streams.confluent_reader import Described, FastReader
from streams.confluent_seat import FastSeat
from streams.kafka_cluster import ANSWER_S, FETCH_BYTES, HEARTBEAT_S, SESSION_S, Handing
from streams.source import SinkLost

_ANSWER_MS = int(ANSWER_S * 1000)
_LOGGER = logging.getLogger("confluent_kafka")
_BITS = (1 << 64) - 1
_ABSENT = (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.UNKNOWN_TOPIC_ID)

Settings = dict[str, str | int | float | bool]


class ConfluentCluster:
    """Which cluster, and under which name we appear there. A Cluster; safe to use from several threads."""

    def __init__(self, servers: tuple[str, ...], client_id: str) -> None:
        self.address = "kafka://" + ",".join(servers)
        self._servers = servers
        self._client_id = client_id
        self._lock = threading.Lock()
        self._admin: AdminClient | None = None

    def reader(self, topic: str) -> FastReader:
        """As Cluster.reader; connects when it is first asked something."""
        return FastReader(topic, self.address, Consumer(self._reading(), logger=_LOGGER), self)

    def seat(self, topic: str, group: str, given: Handing, taken: Handing) -> FastSeat:
        """As Cluster.seat."""
        joining: Settings = {
            "group.id": group,
            "auto.offset.reset": "latest",
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": int(SESSION_S * 1000),
            "heartbeat.interval.ms": int(HEARTBEAT_S * 1000),
            "max.poll.interval.ms": int(3 * SESSION_S * 1000),
        }
        return FastSeat(topic, self.address, Consumer(self._reading() | joining, logger=_LOGGER), given, taken)

    def producer(self) -> FastProducer:
        """As Cluster.producer."""
        return FastProducer(self.address, ConfluentProducer(self._writing(), logger=_LOGGER))

    def create_topic(self, topic: str, partitions: int) -> None:
        """As Cluster.create_topic, with the cluster's own replication."""
        try:
            if self.describe(topic) is None:
                made = self._asked().create_topics([NewTopic(topic, partitions)], request_timeout=2 * ANSWER_S)
                _answer(made[topic], 2 * ANSWER_S)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise SinkLost(f"{self.address} does not answer: {error}") from error

    def describe(self, topic: str) -> Described | None:
        """None: there is no such topic. Blocks up to ANSWER_S. Raises KafkaException."""
        asked = self._asked().describe_topics(TopicCollection([topic]), request_timeout=ANSWER_S)
        try:
            found = _answer(asked[topic], ANSWER_S)
        except KafkaException as error:
            if error.args[0].code() in _ABSENT:
                return None
            raise
        return Described(_uuid(found.topic_id), frozenset(one.id for one in found.partitions))

    def offsets(self, topic: str, partitions: Collection[int], spec: OffsetSpec) -> dict[int, int]:
        """Partition → its offset of that kind, of committed records, in one question. Raises KafkaException."""
        asked = {TopicPartition(topic, partition): spec for partition in partitions}
        if not asked:
            return {}
        committed = IsolationLevel.READ_COMMITTED
        found = self._asked().list_offsets(asked, isolation_level=committed, request_timeout=ANSWER_S)
        return {part.partition: _offset(_answer(one, ANSWER_S).offset) for part, one in found.items()}

    def close(self) -> None:
        """Lets go of the connection that answers questions; may be called twice."""
        with self._lock:
            self._admin = None

    def _asked(self) -> AdminClient:
        with self._lock:
            if self._admin is None:
                self._admin = AdminClient(self._asking(), logger=_LOGGER)
            return self._admin

    def _asking(self) -> Settings:
        return {
            "bootstrap.servers": ",".join(self._servers),
            "client.id": self._client_id,
            "reconnect.backoff.max.ms": 1_000,
            "socket.timeout.ms": 2 * _ANSWER_MS,
            "socket.connection.setup.timeout.ms": _ANSWER_MS,
            "log.connection.close": False,
            "log_level": 2,  # a lost connection is said once, by SourceLost and SinkLost, not every second
        }

    def _reading(self) -> Settings:
        return self._asking() | {
            "group.id": self._client_id,  # must be there; nothing joins it and nothing is stored in it
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "error",
            "allow.auto.create.topics": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "topic.metadata.refresh.interval.ms": 5_000,
            "max.partition.fetch.bytes": FETCH_BYTES,
            "queued.max.messages.kbytes": 16 << 10,
            "fetch.queue.backoff.ms": 20,  # how soon it goes on fetching after we took records; 1 s by default
        }

    def _writing(self) -> Settings:
        return self._asking() | {
            "acks": "all",
            "enable.idempotence": True,
            "delivery.timeout.ms": 10_000,
            "linger.ms": 1,
            "batch.size": 256 << 10,
            "partitioner": "murmur2_random",  # as all other clients do: equal keys share a partition whoever writes
        }


def _uuid(found: Any) -> UUID | None:
    """As other clients write it; a cluster that is too old to say gives zero."""
    number = (found.get_most_significant_bits() & _BITS) << 64 | found.get_least_significant_bits() & _BITS
    return UUID(int=number) if number else None


def _offset(told: int) -> int:
    """The library tells a question that timed out as OFFSET_INVALID as often as by an error. Raises KafkaException."""
    if told < 0:
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT, f"no offset was told, only {told}"))
    return told


def _answer(future: Future[Any], within_s: float) -> Any:
    """What was asked for; the library's own limit holds for each of several requests. Raises KafkaException."""
    try:
        return future.result(within_s)
    except TimeoutError:
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT, f"no answer within {within_s} s")) from None
