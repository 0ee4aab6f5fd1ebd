"""confluent-kafka's producer as a Producer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka import Producer as ConfluentProducer

from streams.kafka_cluster import Record
from streams.source import SinkLost

_FLUSH_S = 30.0
_ROOM_S = 0.1


class FastProducer:
    """As Producer."""

    def __init__(self, address: str, producer: ConfluentProducer) -> None:
        self._address = address
        self._producer = producer

    def send(self, topic: str, records: Sequence[Record]) -> None:
        """As Producer.send."""
        failed: list[Any] = []
        acknowledged: list[None] = []

        def told(error: Any, _: Any) -> None:
            failed.append(error) if error is not None else acknowledged.append(None)

        try:
            for value, key, time_ms, headers in records:
                self._enqueue(topic, value, key, time_ms, headers, told)
            self._producer.flush(_FLUSH_S)
        except (KafkaException, BufferError) as error:
            failed.append(error)
        if failed or len(acknowledged) < len(records):
            why = failed[0] if failed else "no acknowledgement came"
            raise SinkLost(f"{self._address} did not acknowledge {len(records)} records of '{topic}': {why}")

    def close(self, timeout_s: float) -> None:
        """As Producer.close."""
        if timeout_s <= 0:
            self._producer.purge()
        self._producer.flush(timeout_s)

    def _enqueue(self, topic: str, value: bytes, key: bytes | None, time_ms: int | None, headers: Any, told: Any) -> None:
        options: dict[str, Any] = {"headers": list(headers)} if headers else {}
        if time_ms is not None:
            options["timestamp"] = time_ms
        while True:
            try:
                return self._producer.produce(topic, value, key, on_delivery=told, **options)
            except BufferError:
                self._producer.poll(_ROOM_S)  # as full as it may be: what was acknowledged makes room
