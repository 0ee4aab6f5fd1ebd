"""A Kafka cluster that is a table: one topic, whose extents, identity and hand-overs a test sets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

import numpy as np

from streams.kafka_cluster import Handing, Overrun, Producer, Taken


class Table:
    """A cluster with one topic: partition → the offsets `[first, next)` it holds. A group's one member is given what is set."""

    address = "kafka://table"

    def __init__(self, value: Callable[[int], bytes] = lambda offset: str(offset).encode(), **extents: tuple[int, int]) -> None:
        self.value = value
        self.extents = {int(name[1:]): extent for name, extent in extents.items()}
        self.identity = 1
        self.anonymous = False
        """Whether it is too old to say which topic of a name it is."""
        self.next_identity = 1
        """Which topic it is from the next `take` on."""
        self.refused: Exception | None = None
        self.seats: list[TableSeat] = []

    def reader(self, topic: str) -> TableReader:
        return TableReader(topic, self)

    def seat(self, topic: str, group: str, given: Handing, taken: Handing) -> TableSeat:
        self.seats.append(TableSeat(given, taken))
        return self.seats[-1]

    def producer(self) -> Producer:
        raise NotImplementedError

    def create_topic(self, topic: str, partitions: int) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing to let go of."""


class TableSeat:
    def __init__(self, given: Handing, taken: Handing) -> None:
        self.give, self.take_away = given, taken
        self.left = False

    def serve(self, timeout_s: float) -> None:
        """The test hands over."""

    def leave(self) -> None:
        self.left = True


class TableReader:
    address = "kafka://table"

    def __init__(self, topic: str, table: Table) -> None:
        self.topic = topic
        self._table = table
        self._at: dict[int, int] = {}

    def partitions(self, fresh: bool = False) -> set[int]:
        return set(self._table.extents)

    def topic_id(self) -> UUID | None:
        return None if self._table.anonymous else UUID(int=self._table.identity)

    def earliest(self, partitions: Collection[int]) -> dict[int, int]:
        return {partition: self._table.extents[partition][0] for partition in partitions}

    def latest(self, partitions: Collection[int]) -> dict[int, int]:
        return {partition: self._table.extents[partition][1] for partition in partitions}

    def first_at(self, partitions: Collection[int], moment_ms: int) -> dict[int, int]:
        return self.earliest(partitions)

    def read(self, positions: Mapping[int, int]) -> None:
        self._at |= positions

    def drop(self, partitions: Collection[int]) -> None:
        for partition in partitions:
            del self._at[partition]

    def seek(self, partition: int, offset: int) -> None:
        self._at[partition] = offset

    def take(self, timeout_s: float, max_records: int) -> Taken | None:
        self._table.identity = max(self._table.identity, self._table.next_identity)
        if self._table.refused is not None:
            raise self._table.refused
        for partition, position in sorted(self._at.items()):
            first, end = self._table.extents[partition]
            if not first <= position <= end:
                raise Overrun("out of range")
            if position < end:
                return self._given(partition, list(range(position, min(end, position + max_records))))
        return None

    def stands(self, partition: int) -> int:
        return self._at[partition]

    def highs(self) -> Mapping[int, int]:
        return self.latest(self._at)

    def close(self) -> None:
        self._at = {}

    def _given(self, partition: int, offsets: Sequence[int]) -> Taken:
        self._at[partition] = offsets[-1] + 1
        numbers = np.array(offsets, dtype=np.int64)
        count = len(offsets)
        values = [self._table.value(offset) for offset in offsets]
        return Taken(
            values, [None] * count, np.full(count, partition, np.int32), numbers, numbers, None, {partition: offsets[-1] + 1}
        )
