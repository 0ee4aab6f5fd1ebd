"""Reading one Kafka topic: all its partitions, positions kept by the caller."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from kafka.errors import KafkaError, LogTruncationError, OffsetOutOfRangeError

from streams.kafka_client import KafkaCluster, KafkaReader
from streams.record import Batch, Span
from streams.source import Positions, SourceLost, at

_QUIET_S = 1.0  # after this long without a record we ask whether the cluster is still there
_SLICE_S = 0.5


class KafkaSource:
    """A Source on a Kafka topic; partitions are assigned by us, no consumer group, no offset is stored in Kafka.

    A topic that does not exist yet is a topic without records. Uncommitted and aborted transactions are not read.
    """

    def __init__(self, topic: str, cluster: KafkaCluster) -> None:
        self.topic = topic
        self._cluster = cluster
        self._reader: KafkaReader | None = None
        self._ask: Positions = at({})
        self._positions: dict[int, int] = {}
        self._skipped: dict[int, int] = {}
        self._anew: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        self._heard_s = 0.0
        self._topic_id: object = None

    def open(self, positions: Positions) -> None:
        """As Source.open."""
        self.close()
        self._ask = positions
        self._positions = {}
        self._skipped = {}
        self._anew = {}

    def poll(self, timeout_s: float, max_records: int = 20_000) -> Batch | None:
        """As Source.poll. A lost cluster is noticed within 5 s, and the call may last that long then."""
        until = time.monotonic() + timeout_s
        try:
            while True:
                left_s = max(0.0, until - time.monotonic())
                batch = self._poll_once(min(left_s, _SLICE_S), max_records)
                if batch is not None or left_s <= 0:
                    return batch
        except SourceLost:
            # A fresh connection from our own positions is the one state we can be sure of.
            self.close()
            raise

    def ends(self) -> Mapping[int, int]:
        """As Source.ends: what the last fetches said."""
        if self._reader is not None:
            for part in self._reader.consumer.assignment():
                highwater = self._reader.consumer.highwater(part)
                self._ends[part.partition] = max(highwater or 0, self._ends.get(part.partition, 0))
        return dict(self._ends)

    def close(self) -> None:
        """As Source.close."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def _poll_once(self, timeout_s: float, max_records: int) -> Batch | None:
        if self._reader is None:
            self._reader = self._cluster.consumer(self.topic)
            self._heard_s = time.monotonic()
        reader = self._reader
        self._assign(reader)
        try:
            found = reader.consumer.poll(timeout_ms=int(timeout_s * 1000), max_records=max_records)
        except (OffsetOutOfRangeError, LogTruncationError) as error:
            self._go_on(reader, error)
            return None
        except KafkaError as error:
            raise reader.lost(error) from error
        if found:
            self._heard_s = time.monotonic()
            return self._batch(reader, found)
        self._ask_whether_alive(reader)
        return None

    def _assign(self, reader: KafkaReader) -> None:
        """Takes all partitions the topic has by now; the known ones keep their positions."""
        assigned = {part.partition for part in reader.consumer.assignment()}
        fresh = not assigned and time.monotonic() - self._heard_s > _QUIET_S
        wanted = reader.partitions(fresh)
        if fresh:
            self._heard_s = time.monotonic()
        self._notice_new_topic(reader, wanted, assigned)
        if wanted <= assigned:
            return
        if unknown := sorted(wanted - set(self._positions)):
            self._positions |= reader.earliest(unknown) | dict(self._ask(unknown))
        reader.consumer.assign([reader.part(partition) for partition in sorted(wanted | assigned)])
        for partition in wanted - assigned:
            reader.consumer.seek(reader.part(partition), self._anew.get(partition, self._positions[partition]))

    def _notice_new_topic(self, reader: KafkaReader, wanted: set[int], assigned: set[int]) -> None:
        """Offsets of a topic that was deleted and made anew mean other records: all of it is read, from its beginning."""
        topic_id = reader.topic_id()
        known, self._topic_id = self._topic_id, topic_id or self._topic_id
        if known is None or topic_id is None or topic_id == known:
            return
        for partition, earliest in reader.earliest(sorted(wanted & set(self._positions))).items():
            unread = max(0, self._ends.get(partition, 0) - self._positions[partition])
            self._skipped[partition] = unread + earliest
            self._anew[partition] = earliest
            if partition in assigned:
                reader.consumer.seek(reader.part(partition), earliest)
        self._ends = {}

    def _go_on(self, reader: KafkaReader, error: Exception) -> None:
        """Retention (or a new topic of the same name) overran a position: on at the earliest record, the gap noted."""
        assigned = {part.partition for part in reader.consumer.assignment()}
        wanted = reader.partitions(fresh=True)
        self._notice_new_topic(reader, wanted, assigned)
        partitions = sorted(wanted & assigned)
        earliest, latest = reader.earliest(partitions), reader.latest(partitions)
        for partition in partitions:
            position = self._positions[partition]
            if partition in self._anew:
                target = self._anew[partition]
            elif isinstance(error, LogTruncationError):
                target = min(position, latest[partition])
            elif earliest[partition] <= position <= latest[partition]:
                continue
            else:
                target = earliest[partition]
                self._skipped[partition] = max(0, target - position)
            reader.consumer.seek(reader.part(partition), target)

    def _ask_whether_alive(self, reader: KafkaReader) -> None:
        """Silence may be a quiet topic or a dead cluster: the ends tell. Raises SourceLost."""
        assigned = [part.partition for part in reader.consumer.assignment()]
        if assigned and time.monotonic() - self._heard_s > _QUIET_S:
            self._ends |= reader.latest(assigned)
            self._heard_s = time.monotonic()

    def _batch(self, reader: KafkaReader, found: Mapping[Any, list[Any]]) -> Batch:
        records = [record for part in found.values() for record in part] if len(found) > 1 else next(iter(found.values()))
        count = len(records)
        sizes = [len(part) for part in found.values()]
        return Batch(
            self.topic,
            [record.value or b"" for record in records],
            [record.key for record in records],
            np.repeat(np.array([part.partition for part in found], dtype=np.int32), sizes),
            np.fromiter([record.offset for record in records], np.int64, count),
            np.fromiter([record.timestamp for record in records], np.int64, count),
            {part.partition: self._advance(reader, part, rows[-1].offset + 1) for part, rows in found.items()},
        )

    def _advance(self, reader: KafkaReader, part: Any, after_last: int) -> Span:
        begin = self._positions[part.partition]
        self._anew.pop(part.partition, None)
        # The consumer stands behind markers and compacted records, too, that follow the last one it gave out.
        position = reader.consumer.position(part, timeout_ms=0)
        self._positions[part.partition] = max(position or 0, after_last)
        return Span(begin, self._positions[part.partition], self._skipped.pop(part.partition, 0))
