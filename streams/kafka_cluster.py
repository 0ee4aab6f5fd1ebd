"""What is asked of a client library, so that reading, writing and sharing a topic are written once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from streams.record import Headers

ANSWER_S = 2.5
"""How long a healthy cluster may take for one answer; within two of these a loss is reported."""
FETCH_BYTES = 4 << 20
SESSION_S = 10.0
"""A member of a group that is silent for so long has lost its partitions to the others."""
HEARTBEAT_S = 2.0

Record = tuple[bytes, bytes | None, int | None, Headers]
"""value, key, time in ms (None: the cluster's), headers"""


class Overrun(Exception):
    """A partition cannot be read on from where we stand: it must be told anew where to read, by `seek`.

    `truncated`: the cluster has lost the end of its log, and goes on before our position.
    """

    def __init__(self, reason: str, truncated: bool = False) -> None:
        super().__init__(reason)
        self.truncated = truncated


@dataclass(frozen=True, slots=True)
class Taken:
    """The records of one `take`, as in Batch; `ends`: partition → offset to go on from, for each that has records."""

    values: list[bytes]
    keys: list[bytes | None]
    partitions: NDArray[np.int32]
    offsets: NDArray[np.int64]
    timestamps_ms: NDArray[np.int64]
    headers: list[Headers] | None
    ends: dict[int, int]


class Reader(Protocol):
    """One connection that reads one topic from the positions it is told. One thread at a time.

    Every method ends within two ANSWER_S, and raises SourceLost when the cluster does not answer.
    """

    topic: str
    address: str

    def partitions(self, fresh: bool = False) -> set[int]:
        """The topic's partitions as known; asks the cluster when `fresh` or when none are known. Empty: no such topic."""

    def topic_id(self) -> UUID | None:
        """Which topic of this name it is: another one once it was deleted and made anew; None while there is none.

        Whichever client asks, the same: it is kept beside the offsets.
        """

    def earliest(self, partitions: Collection[int]) -> dict[int, int]: ...

    def latest(self, partitions: Collection[int]) -> dict[int, int]: ...

    def first_at(self, partitions: Collection[int], moment_ms: int) -> dict[int, int]:
        """Partition → the first offset at or after the moment; without the partitions that have none."""

    def read(self, positions: Mapping[int, int]) -> None:
        """Reads these partitions, too, from these offsets on."""

    def drop(self, partitions: Collection[int]) -> None:
        """Reads these no more; what was fetched of them is not given out."""

    def seek(self, partition: int, offset: int) -> None:
        """Reads a partition that is read already from here on."""

    def take(self, timeout_s: float, max_records: int) -> Taken | None:
        """The next records; None when there are none within the time. Raises Overrun, SourceLost.

        Afterwards `topic_id` says of which topic they are.
        """

    def stands(self, partition: int) -> int:
        """The offset it goes on from, behind what holds no records, too."""

    def highs(self) -> Mapping[int, int]:
        """Partition → the offset after its last record, as far as the last fetches said."""

    def close(self) -> None: ...


class Seat(Protocol):
    """A member's place in a group. One thread at a time, which is also the one that calls `given` and `taken`."""

    def serve(self, timeout_s: float) -> None:
        """Takes part in the group for so long. Raises SourceLost for what does not pass by itself."""

    def leave(self) -> None:
        """Gives its partitions to the others at once. Does not raise."""


class Producer(Protocol):
    """Writes, idempotent and acknowledged by all replicas. Safe to use from several threads."""

    def send(self, topic: str, records: Sequence[Record]) -> None:
        """Returns once all are acknowledged. Raises SinkLost; then the producer is good for nothing but `close`."""

    def close(self, timeout_s: float) -> None:
        """Lets go of connections; what is not sent by then is dropped. Does not raise."""


Handing = Callable[[Collection[int]], None]
"""Told of partitions that are handed to a member, or taken away from it."""


class Cluster(Protocol):
    """One cluster through one client library; makes what works on it. Safe to use from several threads."""

    @property
    def address(self) -> str:
        """`kafka://host:9092`."""

    def reader(self, topic: str) -> Reader:
        """A reader that reads nothing yet. Raises SourceLost."""

    def seat(self, topic: str, group: str, given: Handing, taken: Handing) -> Seat:
        """A seat in the group, which shares the topic cooperatively (`cooperative-sticky`). Raises SourceLost."""

    def producer(self) -> Producer:
        """Raises SinkLost."""

    def create_topic(self, topic: str, partitions: int) -> None:
        """Makes sure that there is one. Raises SinkLost."""

    def close(self) -> None: ...


def server_list(servers: str) -> tuple[str, ...]:
    """The `host:port` pairs of `[kafka://]host:port,host:port`. Raises ValueError."""
    plain = servers.removeprefix("kafka://").rstrip("/")
    found = tuple(one.strip() for one in plain.split(",") if one.strip())
    wrong = [one for one in found if not one.rpartition(":")[0] or not one.rpartition(":")[2].isdigit()]
    if wrong or not found or "://" in plain:
        raise ValueError(f"Kafka servers must be 'host:port' or 'kafka://host:port,host:port', got {servers!r}")
    return found
