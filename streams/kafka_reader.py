"""kafka-python's consumer as a Reader: questions that always end in time, and records as columns."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import numpy as np
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, LogTruncationError, OffsetOutOfRangeError

from streams.kafka_cluster import ANSWER_S, Overrun, Taken
from streams.source import SourceLost

_ANSWER_MS = int(ANSWER_S * 1000)


class PythonReader:
    """As Reader. `client`: the consumer's network client, which knows the cluster."""

    def __init__(self, topic: str, address: str, consumer: KafkaConsumer, client: Any) -> None:
        self.topic = topic
        self.address = address
        self._consumer = consumer
        self._client = client

    def partitions(self, fresh: bool = False) -> set[int]:
        """As Reader.partitions; kafka-python asks again every few seconds by itself."""
        metadata = self._client.cluster
        metadata.add_topic(self.topic)
        if fresh or not metadata.partitions_for_topic(self.topic):
            answered = threading.Event()
            metadata.request_update().add_both(lambda _: answered.set())
            if not answered.wait(ANSWER_S):
                raise SourceLost(f"{self.address} does not answer which partitions '{self.topic}' has")
        return set(metadata.partitions_for_topic(self.topic) or ())

    def topic_id(self) -> UUID | None:
        """As Reader.topic_id; None, too, where the cluster is too old to say."""
        found: UUID | None = self._client.cluster.topic_id(self.topic)
        return found if found is not None and found.int else None

    def earliest(self, partitions: Collection[int]) -> dict[int, int]:
        return self._offsets(self._consumer.beginning_offsets, partitions)

    def latest(self, partitions: Collection[int]) -> dict[int, int]:
        return self._offsets(self._consumer.end_offsets, partitions)

    def first_at(self, partitions: Collection[int], moment_ms: int) -> dict[int, int]:
        """As Reader.first_at."""
        asked = {self._part(partition): max(0, moment_ms) for partition in partitions}
        try:
            found = self._consumer.offsets_for_times(asked, timeout_ms=_ANSWER_MS)
        except KafkaError as error:
            raise self._lost(error) from error
        return {part.partition: one.offset for part, one in found.items() if one is not None and one.offset >= 0}

    def read(self, positions: Mapping[int, int]) -> None:
        """As Reader.read; those that are read already keep their place."""
        self._consumer.assign(sorted(self._consumer.assignment() | {self._part(partition) for partition in positions}))
        for partition, position in positions.items():
            self._consumer.seek(self._part(partition), position)

    def drop(self, partitions: Collection[int]) -> None:
        """As Reader.drop."""
        self._consumer.assign(sorted(self._consumer.assignment() - {self._part(partition) for partition in partitions}))

    def seek(self, partition: int, offset: int) -> None:
        """As Reader.seek."""
        self._consumer.seek(self._part(partition), offset)

    def take(self, timeout_s: float, max_records: int) -> Taken | None:
        """As Reader.take."""
        try:
            found = self._consumer.poll(timeout_ms=int(timeout_s * 1000), max_records=max_records)
        except (OffsetOutOfRangeError, LogTruncationError) as error:
            raise Overrun(str(error), isinstance(error, LogTruncationError)) from error
        except KafkaError as error:
            raise self._lost(error) from error
        return self._taken(found) if found else None

    def stands(self, partition: int) -> int:
        """As Reader.stands."""
        return int(self._consumer.position(self._part(partition), timeout_ms=0) or 0)

    def highs(self) -> Mapping[int, int]:
        """As Reader.highs."""
        return {part.partition: self._consumer.highwater(part) or 0 for part in self._consumer.assignment()}

    def close(self) -> None:
        try:
            self._consumer.close(autocommit=False, timeout_ms=_ANSWER_MS)
        except KafkaError:
            self._client.close()

    def _taken(self, found: Mapping[Any, list[Any]]) -> Taken:
        records = [record for part in found.values() for record in part] if len(found) > 1 else next(iter(found.values()))
        count = len(records)
        headers = [record.headers for record in records]
        return Taken(
            [record.value or b"" for record in records],
            [record.key for record in records],
            np.repeat(np.array([part.partition for part in found], dtype=np.int32), [len(part) for part in found.values()]),
            np.fromiter([record.offset for record in records], np.int64, count),
            np.fromiter([record.timestamp for record in records], np.int64, count),
            [tuple((name, value or b"") for name, value in one) for one in headers] if any(headers) else None,
            # The consumer stands behind markers and compacted records, too, that follow the last one it gave out.
            {part.partition: max(self.stands(part.partition), rows[-1].offset + 1) for part, rows in found.items()},
        )

    def _part(self, partition: int) -> TopicPartition:
        return TopicPartition(self.topic, partition)

    def _offsets(self, ask: Any, partitions: Collection[int]) -> dict[int, int]:
        try:
            found = ask([self._part(partition) for partition in partitions], timeout_ms=_ANSWER_MS)
        except KafkaError as error:
            raise self._lost(error) from error
        return {part.partition: offset for part, offset in found.items()}

    def _lost(self, error: Exception) -> SourceLost:
        return SourceLost(f"{self.address} does not answer: {type(error).__name__}: {error}")
