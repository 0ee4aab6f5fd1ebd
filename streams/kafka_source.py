"""Reading one Kafka topic, or a group's share of it: positions kept by the caller."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from uuid import UUID

import numpy as np

from streams.kafka_cluster import Cluster, Overrun, Reader, Taken
from streams.kafka_member import SILENCE_S, Member
from streams.record import Batch, Span
from streams.source import Positions, SourceLost, at

_QUIET_S = 1.0  # after this long without a record we ask whether the cluster is still there
_SLICE_S = 0.5
_LOOK_S = 2.0  # how often a member looks how far the log has grown that others read


@dataclass(frozen=True, slots=True)
class _Left:
    """Where a partition stood when the group took it away, and in which topic of that name."""

    topic_id: UUID | None
    position: int
    unread: int


class KafkaSource:
    """A Source on a Kafka topic; no offset is stored in Kafka. Without a `group` it reads all partitions.

    In a group it reads those the group leaves to it: it asks for the position of each that is handed over, and forgets each
    that is taken away. A member that was not polled for `silence_s` leaves the group until it is polled again.
    A topic that does not exist yet is a topic without records. Uncommitted and aborted transactions are not read.
    """

    def __init__(self, topic: str, cluster: Cluster, group: str | None = None, silence_s: float = SILENCE_S) -> None:
        self.topic = topic
        self._cluster = cluster
        self._member = Member(topic, group, cluster, silence_s) if group is not None else None
        self._reader: Reader | None = None
        self._reading: set[int] = set()
        self._held: dict[int, int] = {}
        self._left: dict[int, _Left] = {}
        self._ask: Positions = at({})
        self._positions: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        self._others: dict[int, int] = {}
        self._others_s = 0.0
        self._heard_s = 0.0
        self._topic_id: UUID | None = None

    def open(self, positions: Positions) -> None:
        """As Source.open; a member of a group stays one."""
        self._disconnect()
        self._ask = positions
        self._positions = {}

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
            self._disconnect()
            raise

    def ends(self) -> Mapping[int, int]:
        """As Source.ends: what the last fetches said, and of what others of the group read, what was asked lately."""
        if self._reader is not None:
            self._note_ends(self._reader.highs())
        return self._others | self._ends

    def close(self) -> None:
        """As Source.close; leaves the group at once."""
        if self._member is not None:
            self._member.close()
        self._disconnect()

    def _disconnect(self) -> None:
        reader, self._reader = self._reader, None
        self._reading = set()
        if reader is not None:
            reader.close()

    def _poll_once(self, timeout_s: float, max_records: int) -> Batch | None:
        if self._reader is None:
            self._reader = self._cluster.reader(self.topic)
            self._heard_s = time.monotonic()
        reader = self._reader
        gap = self._assign(reader)
        if gap is not None:
            return gap
        if not self._reading:
            self._wait(timeout_s)
            return None
        try:
            taken = reader.take(timeout_s, max_records)
        except Overrun as overrun:
            return self._go_on(reader, overrun.truncated)
        if taken is None:
            self._ask_whether_alive(reader)
            return None
        self._heard_s = time.monotonic()
        return None if self._is_new(reader.topic_id()) else self._batch(taken)

    def _wait(self, timeout_s: float) -> None:
        """There is nothing to read: until the group hands something over, or somebody makes the topic."""
        if self._member is not None:
            self._member.wait(self._held, timeout_s)
        else:
            threading.Event().wait(timeout_s)

    def _assign(self, reader: Reader) -> Batch | None:
        """Reads what there is to read by now; the known partitions keep their positions. The gap of a topic made anew."""
        fresh = not self._reading and time.monotonic() - self._heard_s > _QUIET_S
        wanted = reader.partitions(fresh)
        if fresh:
            self._heard_s = time.monotonic()
        if self._member is not None:
            held = self._shared(reader, self._member.held())
            self._look_at(reader, wanted - held)
            wanted &= held
        gap = self._notice_new_topic(reader, wanted)
        if added := wanted - self._reading:
            missed = self._locate(reader, sorted(added - self._positions.keys()))
            reader.read({partition: self._positions[partition] for partition in sorted(added)})
            self._reading |= added
            gap = missed if gap is None else replace(gap, spans={**gap.spans, **(missed.spans if missed else {})})
        return gap

    def _locate(self, reader: Reader, unknown: list[int]) -> Batch | None:
        """Finds the positions of partitions handed over; the gap of those whose topic was made anew while nobody read them.

        Deleting a topic takes its partitions from the group: the offset that comes back with them is still one of the old topic
        where it is the one that was left here.
        """
        if not unknown:
            return None
        earliest = reader.earliest(unknown)
        self._positions |= earliest | dict(self._ask(unknown))
        left = {partition: self._left.pop(partition) for partition in unknown if partition in self._left}
        old = {p: one for p, one in left.items() if self._is_new(one.topic_id) and one.position == self._positions[p]}
        return self._jump(reader, {p: (earliest[p], one.unread + earliest[p]) for p, one in old.items()}, self._identity())

    def _shared(self, reader: Reader, held: dict[int, int]) -> set[int]:
        """What the group leaves to us; what it took away, if only for a moment, is forgotten."""
        gone = {partition for partition, turn in self._held.items() if held.get(partition) != turn}
        if gone & self._reading:
            reader.drop(sorted(gone & self._reading))
        for partition in gone:
            self._reading.discard(partition)
            end = self._ends.pop(partition, 0)
            if (position := self._positions.pop(partition, None)) is not None:
                self._left[partition] = _Left(self._topic_id, position, max(0, end - position))
        self._held = held
        return set(held)

    def _look_at(self, reader: Reader, others: set[int]) -> None:
        """Each member knows the ends of the whole topic, so that each can say how far the group is behind."""
        if time.monotonic() - self._others_s > _LOOK_S or others != self._others.keys():
            self._others, self._others_s = reader.latest(sorted(others)), time.monotonic()

    def _notice_new_topic(self, reader: Reader, partitions: Collection[int]) -> Batch | None:
        """Offsets of a topic that was deleted and made anew mean other records: all of it is read, from its beginning."""
        topic_id = reader.topic_id()
        new = self._is_new(topic_id)
        self._topic_id = topic_id or self._topic_id
        if not new:
            return None
        earliest = reader.earliest(sorted(self._positions.keys() & set(partitions)))
        unread = {partition: max(0, self._ends.get(partition, 0) - self._positions[partition]) for partition in earliest}
        self._ends = {}
        return self._jump(reader, {p: (target, unread[p] + target) for p, target in earliest.items()}, self._identity())

    def _is_new(self, topic_id: UUID | None) -> bool:
        """Whether it is another topic: what was read at the old offsets, before that was known, must not count."""
        return self._topic_id is not None and topic_id is not None and topic_id != self._topic_id

    def _go_on(self, reader: Reader, truncated: bool) -> Batch | None:
        """Retention (or a new topic of the same name) overran a position: on at the earliest record, with the gap."""
        partitions = sorted(reader.partitions(fresh=True) & self._reading)
        gap = self._notice_new_topic(reader, partitions)
        if gap is not None:
            return gap
        earliest, latest = reader.earliest(partitions), reader.latest(partitions)
        targets = {}
        if truncated:
            self._ends = {}
        for partition in partitions:
            position, first, last = self._positions[partition], earliest[partition], latest[partition]
            if truncated:
                targets[partition] = (min(position, last), 0)
            else:
                target = position if first <= position <= last else first
                targets[partition] = (target, max(0, target - position))
        return self._jump(reader, targets)

    def _identity(self) -> int:
        """Which topic of that name is read, as Batch.identity: 48 bits of it."""
        return int.from_bytes(blake2b(self._topic_id.bytes, digest_size=6).digest()) if self._topic_id is not None else 0

    def _jump(self, reader: Reader, targets: Mapping[int, tuple[int, int]], identity: int = 0) -> Batch | None:
        """Reads on at the targets (partition → offset, lost); the gaps as a batch without records, or None.

        `identity`: that of the topic, where it is sure that it was made anew.
        """
        spans = {}
        for partition, (target, lost) in targets.items():
            span = Span(self._positions[partition], target, lost)
            self._positions[partition] = target
            if partition in self._reading:
                reader.seek(partition, target)
            if span.lost or span.begin != span.end:
                spans[partition] = span
        nothing = np.array([], dtype=np.int64)
        places = (nothing.astype(np.int32), nothing, nothing)
        return Batch(self.topic, [], [], *places, spans, identity=identity) if spans else None

    def _ask_whether_alive(self, reader: Reader) -> None:
        """Silence may be a quiet topic or a dead cluster: the ends tell. Raises SourceLost."""
        if time.monotonic() - self._heard_s > _QUIET_S:
            self._note_ends(reader.latest(sorted(self._reading)))
            self._heard_s = time.monotonic()

    def _note_ends(self, ends: Mapping[int, int]) -> None:
        """They only grow: what a new topic of the same name holds must not hide what the old one still held."""
        self._ends |= {partition: max(end, self._ends.get(partition, 0)) for partition, end in ends.items()}

    def _batch(self, taken: Taken) -> Batch:
        spans = {partition: Span(self._positions[partition], end) for partition, end in taken.ends.items()}
        self._positions |= taken.ends
        return Batch(
            self.topic,
            taken.values,
            taken.keys,
            taken.partitions,
            taken.offsets,
            taken.timestamps_ms,
            spans,
            taken.headers,
            self._identity(),
        )
