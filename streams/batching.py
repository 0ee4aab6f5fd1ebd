"""Rows of a log that keeps them singly, put together to a Batch."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from streams.record import Batch, Headers, Span


class Row(NamedTuple):
    """One record as it lies in the log."""

    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes
    headers: Headers = ()


def make_batch(topic: str, rows: Sequence[Row], spans: Mapping[int, Span]) -> Batch:
    """A Batch of these rows, in their order. Takes plain tuples of the same six parts, too."""
    partitions, offsets, timestamps_ms, keys, values, headers = zip(*rows, strict=True) if rows else ((),) * 6
    return Batch(
        topic,
        list(values),
        list(keys),
        np.array(partitions, dtype=np.int32),
        np.array(offsets, dtype=np.int64),
        np.array(timestamps_ms, dtype=np.int64),
        spans,
        list(headers) if any(headers) else None,
    )
