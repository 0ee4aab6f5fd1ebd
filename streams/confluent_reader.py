"""confluent-kafka's consumer as a Reader: whole columns in one call each."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Protocol
from uuid import UUID

import numpy as np
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]
from numpy.typing import NDArray

from streams.kafka_cluster import ANSWER_S, Overrun, Taken
from streams.record import Headers
from streams.source import SourceLost

_LOOK_S = 2.0  # how often we look whether the topic has new partitions, or is another one
_STUCK_S = 1.0
_SURE_S = 0.1
_TRUNCATED = "truncat"
_GONE = frozenset({
    KafkaError._AUTO_OFFSET_RESET,
    KafkaError._UNKNOWN_PARTITION,
    KafkaError._UNKNOWN_TOPIC,
    KafkaError.OFFSET_OUT_OF_RANGE,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.UNKNOWN_TOPIC_ID,
})  # fmt: skip
_DENIED = frozenset({KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED, KafkaError._FATAL})


@dataclass(frozen=True, slots=True)
class Described:
    """What a cluster says of a topic: which one of that name it is, and its partitions."""

    topic_id: UUID | None
    partitions: frozenset[int]


class Answers(Protocol):
    """Who answers questions about the topic; both raise KafkaException."""

    def describe(self, topic: str) -> Described | None: ...

    def offsets(self, topic: str, partitions: Collection[int], spec: OffsetSpec) -> dict[int, int]: ...


class FastReader:
    """As Reader. What the consumer cannot be asked is asked of the cluster, on the connection all its readers share."""

    def __init__(self, topic: str, address: str, consumer: Consumer, cluster: Answers) -> None:
        self.topic = topic
        self.address = address
        self._consumer = consumer
        self._cluster = cluster
        self._known: Described | None = None
        self._looked_s = -_LOOK_S
        self._stands: dict[int, int] = {}
        self._stuck: dict[int, str] = {}
        self._told_s = 0.0

    def partitions(self, fresh: bool = False) -> set[int]:
        """As Reader.partitions."""
        if fresh or self._age_s() > _LOOK_S:
            self._look()
        return set(self._known.partitions) if self._known is not None else set()

    def topic_id(self) -> UUID | None:
        """As Reader.topic_id."""
        return self._known.topic_id if self._known is not None else None

    def earliest(self, partitions: Collection[int]) -> dict[int, int]:
        return self._offsets(partitions, OffsetSpec.earliest())  # type: ignore[no-untyped-call]

    def latest(self, partitions: Collection[int]) -> dict[int, int]:
        return self._offsets(partitions, OffsetSpec.latest())  # type: ignore[no-untyped-call]

    def first_at(self, partitions: Collection[int], moment_ms: int) -> dict[int, int]:
        """As Reader.first_at."""
        asked = [TopicPartition(self.topic, partition, max(0, moment_ms)) for partition in partitions]
        try:
            found = self._consumer.offsets_for_times(asked, timeout=ANSWER_S)
        except KafkaException as error:
            raise self._lost(error) from error
        unanswered = [one.error for one in found if one.error is not None and one.error.code() not in _GONE]
        if unanswered:  # unlike a partition that has nothing so late, or is no more
            raise self._lost(KafkaException(unanswered[0]))
        return {one.partition: one.offset for one in found if one.offset >= 0 and one.error is None}

    def read(self, positions: Mapping[int, int]) -> None:
        """As Reader.read."""
        self._stands |= positions
        self._consumer.incremental_assign([TopicPartition(self.topic, *place) for place in positions.items()])

    def drop(self, partitions: Collection[int]) -> None:
        """As Reader.drop."""
        for partition in partitions:
            self._stands.pop(partition, None)
            self._stuck.pop(partition, None)
        self._consumer.incremental_unassign([TopicPartition(self.topic, partition) for partition in partitions])

    def seek(self, partition: int, offset: int) -> None:
        """As Reader.seek; by taking it up anew, which also brings back a partition that gave up with an error."""
        self.drop([partition])
        self.read({partition: offset})

    def take(self, timeout_s: float, max_records: int) -> Taken | None:
        """As Reader.take."""
        if self._stuck and time.monotonic() - self._told_s > _STUCK_S:
            self._told_s = time.monotonic()
            reason = "; ".join(f"partition {partition}: {text}" for partition, text in sorted(self._stuck.items()))
            raise Overrun(reason, _TRUNCATED in reason.lower())
        try:
            found = self._consume(timeout_s, max_records)
        except (KafkaException, RuntimeError) as error:
            raise self._lost(error) from error
        passed: dict[int, int] = {}
        if any(map(Message.error, found)):
            passed = self._note([message for message in found if message.error() is not None])
            found = [message for message in found if message.error() is None]
        if not found:
            return None
        # The client reads on at the old offset when the topic is made anew. Asked after they were fetched, the cluster tells
        # which topic these records are from: whoever takes them compares `topic_id` with the one they expect.
        self._look()
        return self._taken(found, passed)

    def _consume(self, timeout_s: float, max_records: int) -> list[Message]:
        """Returns as soon as there is something, but more at a time when little comes often: each batch costs a question."""
        found = self._consumer.consume(1, timeout_s)
        if found:
            found += self._consumer.consume(max_records - 1, 0)
        room = max_records - len(found)
        if found and room > 0 and self._age_s() < _SURE_S:
            found += self._consumer.consume(room, _SURE_S - self._age_s())
        return found

    def stands(self, partition: int) -> int:
        """As Reader.stands."""
        return self._stands[partition]

    def highs(self) -> Mapping[int, int]:
        """As Reader.highs."""
        return {partition: self._high(partition) for partition in self._stands}

    def close(self) -> None:
        try:
            self._consumer.close()
        except (KafkaException, RuntimeError):
            return

    def _taken(self, found: list[Message], passed: Mapping[int, int]) -> Taken:
        count = len(found)
        partitions = np.fromiter(map(Message.partition, found), np.int32, count)
        offsets = np.fromiter(map(Message.offset, found), np.int64, count)
        ends = {
            partition: max(passed.get(partition, 0), int(offsets[partitions == partition][-1]) + 1)
            for partition in np.unique(partitions).tolist()
        }
        self._stands |= ends
        headers = list(map(Message.headers, found))
        return Taken(
            [value or b"" for value in map(Message.value, found)],
            list(map(Message.key, found)),
            partitions,
            offsets,
            _times(found),
            [_plain(one) for one in headers] if any(headers) else None,
            ends,
        )

    def _note(self, errors: list[Message]) -> dict[int, int]:
        """Partition → where its end was reached. Remembers those that cannot be read on. Raises SourceLost."""
        passed = {}
        for message in errors:
            error, partition, offset = message.error(), message.partition(), message.offset()
            if error is None or partition is None:
                continue
            if error.code() == KafkaError._PARTITION_EOF:
                if partition in self._stands:
                    passed[partition] = self._stands[partition] = max(offset or 0, self._stands[partition])
            elif error.code() in _GONE:
                self._stuck |= {partition: error.str()} if partition in self._stands else {}
            elif error.code() in _DENIED or error.fatal():
                raise SourceLost(f"{self.address} does not answer: {error.str()}")
        return passed

    def _look(self) -> None:
        try:
            self._known = self._cluster.describe(self.topic)
        except KafkaException as error:
            raise self._lost(error) from error
        self._looked_s = time.monotonic()

    def _age_s(self) -> float:
        """How old is what we know of the topic."""
        return time.monotonic() - self._looked_s

    def _offsets(self, partitions: Collection[int], spec: OffsetSpec) -> dict[int, int]:
        try:
            return self._cluster.offsets(self.topic, partitions, spec)
        except KafkaException as error:
            raise self._lost(error) from error

    def _high(self, partition: int) -> int:
        extent = self._consumer.get_watermark_offsets(TopicPartition(self.topic, partition), cached=True)
        return max(0, extent[1]) if extent else 0

    def _lost(self, error: Exception) -> SourceLost:
        return SourceLost(f"{self.address} does not answer: {error}")


def _times(found: list[Message]) -> NDArray[np.int64]:
    return np.fromiter(map(itemgetter(1), map(Message.timestamp, found)), np.int64, len(found))


def _plain(headers: object) -> Headers:
    return tuple((name, value or b"") for name, value in headers) if headers else ()  # type: ignore[attr-defined]
