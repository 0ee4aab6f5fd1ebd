"""The connectors to Kafka, so that each test over a real broker runs over all of them."""

from __future__ import annotations

from streams.kafka_log import ClusterLog

CONNECTORS = ["kafka-python"]


def connect(client: str, servers: str, partitions: int = 4) -> ClusterLog:
    """A log by the client library of this name, as COCKPIT_KAFKA_CLIENT takes it."""
    if client == "confluent":
        from streams.confluent import ConfluentLog

        return ConfluentLog(servers, partitions=partitions)
    from streams.kafka import KafkaLog

    return KafkaLog(servers, partitions=partitions)
