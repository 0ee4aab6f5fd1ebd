"""What the client library leaves unsaid when a question about offsets ran out of time."""

from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, ListOffsetsResultInfo, OffsetSpec  # type: ignore[attr-defined]

from streams.confluent_client import ConfluentCluster
from streams.confluent_reader import FastReader
from streams.source import SourceLost


def told(monkeypatch: pytest.MonkeyPatch, offset: int) -> dict[int, int]:
    answer: Future[ListOffsetsResultInfo] = Future()
    answer.set_result(ListOffsetsResultInfo(offset, -1, -1))
    monkeypatch.setattr(AdminClient, "list_offsets", lambda *_, **__: {TopicPartition("calls", 0): answer})
    return ConfluentCluster(("localhost:9",), "tests").offsets("calls", [0], OffsetSpec.latest())  # type: ignore[no-untyped-call]


def test_an_offset_is_given_as_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, 0) == {0: 0}


def test_an_invalid_offset_is_no_offset_but_a_cluster_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KafkaException, match="no offset was told"):
        told(monkeypatch, OFFSET_INVALID)


def first_at(*found: tuple[int, int, int | None]) -> dict[int, int]:
    """What a reader makes of partition, offset and error code, as the library tells them."""
    told = [SimpleNamespace(partition=p, offset=offset, error=code and KafkaError(code)) for p, offset, code in found]
    consumer = SimpleNamespace(offsets_for_times=lambda asked, timeout: told)
    cluster = ConfluentCluster(("localhost:9",), "tests")
    return FastReader("calls", "kafka://localhost:9", cast(Consumer, cast(Any, consumer)), cluster).first_at([0, 1], 1)


def test_a_partition_without_an_answer_is_not_one_that_has_nothing_so_late() -> None:
    assert first_at((0, 7, None), (1, -1, None)) == {0: 7}
    assert first_at((0, 7, None), (1, OFFSET_INVALID, KafkaError.UNKNOWN_TOPIC_OR_PART)) == {0: 7}
    with pytest.raises(SourceLost, match="does not answer"):
        first_at((0, 7, None), (1, OFFSET_INVALID, KafkaError._TIMED_OUT))
