"""kafka-python's producer as a Producer."""

from __future__ import annotations

from collections.abc import Sequence

from kafka import KafkaProducer
from kafka.errors import KafkaError

from streams.kafka_cluster import Record
from streams.source import SinkLost

_FLUSH_S = 30.0


class PythonProducer:
    """As Producer."""

    def __init__(self, address: str, producer: KafkaProducer) -> None:
        self._address = address
        self._producer = producer

    def send(self, topic: str, records: Sequence[Record]) -> None:
        """As Producer.send."""
        try:
            sent = [
                self._producer.send(topic, value, key, headers=list(headers) or None, timestamp_ms=time_ms)
                for value, key, time_ms, headers in records
            ]
            self._producer.flush(timeout=_FLUSH_S)
            for future in sent:
                if not future.succeeded():
                    raise future.exception or KafkaError("no acknowledgement came")
        except (KafkaError, OSError) as error:
            raise SinkLost(
                f"{self._address} did not acknowledge {len(records)} records of '{topic}': {type(error).__name__}: {error}"
            ) from error

    def close(self, timeout_s: float) -> None:
        """As Producer.close."""
        try:
            self._producer.close(timeout=timeout_s)
        except KafkaError:
            return
