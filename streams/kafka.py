"""Apache Kafka behind the contract, by kafka-python: one KafkaLog per cluster."""

from __future__ import annotations

import kafka

from streams.kafka_client import KafkaCluster
from streams.kafka_cluster import server_list
from streams.kafka_log import ClusterLog

__all__ = ["KafkaLog", "check_version", "server_list"]

_OLDEST = (3, 0, 12)


class KafkaLog(ClusterLog):
    """A Log on a Kafka cluster: `servers` is `host:9092,host2:9092` or `kafka://host:9092,…`.

    Nothing is connected before it is needed. Topics that are written to and do not exist are created with `partitions`
    partitions and the cluster's own replication. Raises ValueError for unusable servers, RuntimeError for a
    kafka-python that is too old.
    """

    def __init__(self, servers: str, client_id: str = "city-cockpit", partitions: int = 4) -> None:
        check_version(kafka.__version__)
        super().__init__(KafkaCluster(server_list(servers), client_id), partitions)


def check_version(version: str) -> None:
    """Raises RuntimeError for a kafka-python older than 3.0.12: it stalls and loses records in ways the newer one does not."""
    parts = tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
    if parts < _OLDEST:
        raise RuntimeError(
            f"kafka-python must be 3.0.12 or newer, got {version}. Hint: pip install 'kafka-python[crc32c]>=3.0.12'"
        )
