"""The client libraries that can speak to Kafka, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streams.kafka_log import ClusterLog

KAFKA_CLIENTS = ("kafka-python", "confluent")


def kafka_log(servers: str, client: str = "kafka-python", partitions: int = 4) -> ClusterLog:
    """A Log on the cluster `host:9092,…` through this client; the library is loaded here, no earlier. Raises ValueError."""
    if client not in KAFKA_CLIENTS:
        raise ValueError(f"a Kafka client must be one of {', '.join(KAFKA_CLIENTS)}, got {client!r}")
    if client == "kafka-python":
        from streams.kafka import KafkaLog

        return KafkaLog(servers, partitions=partitions)
    try:
        from streams.confluent import ConfluentLog
    except ModuleNotFoundError as error:
        raise ValueError("confluent-kafka is not installed. Hint: pip install 'city-cockpit[fast]'") from error
    return ConfluentLog(servers, partitions=partitions)
