"""Apache Kafka behind the contract: one KafkaLog per cluster; nothing else in the house knows kafka-python."""

from __future__ import annotations

import kafka

from streams.kafka_client import KafkaCluster
from streams.kafka_history import read_history
from streams.kafka_sink import KafkaSink, SharedProducer
from streams.kafka_source import KafkaSource
from streams.read_ahead import ReadAhead
from streams.record import Batch

_OLDEST = (3, 0, 12)


class KafkaLog:
    """A Log on a Kafka cluster: `servers` is `host:9092,host2:9092` or `kafka://host:9092,…`.

    Nothing is connected before it is needed. Topics that are written to and do not exist are created with `partitions`
    partitions and the cluster's own replication. Raises ValueError for unusable servers, RuntimeError for a
    kafka-python that is too old.
    """

    def __init__(self, servers: str, client_id: str = "city-cockpit", partitions: int = 4) -> None:
        check_version(kafka.__version__)
        self._cluster = KafkaCluster(server_list(servers), client_id)
        self.address = "kafka://" + ",".join(self._cluster.servers)
        self._producer = SharedProducer(self._cluster, partitions)

    def source(self, topic: str) -> ReadAhead:
        """Reads ahead in a thread: two thirds of a line's time are kafka-python's, in the interpreter."""
        return ReadAhead(KafkaSource(topic, self._cluster))

    def sink(self, topic: str) -> KafkaSink:
        return KafkaSink(topic, self._producer)

    def read(self, topic: str, from_ms: int, to_ms: int, limit: int) -> Batch:
        """As Log.read, by a consumer of its own that lives as long as the call; at most about 10 s.

        Where producers set times out of order, a record that arrived after the first one later than `to_ms` is not found.
        """
        return read_history(self._cluster, topic, from_ms, to_ms, limit)

    def close(self) -> None:
        self._producer.close()


def server_list(servers: str) -> tuple[str, ...]:
    """The `host:port` pairs of `[kafka://]host:port,host:port`. Raises ValueError."""
    plain = servers.removeprefix("kafka://").rstrip("/")
    found = tuple(one.strip() for one in plain.split(",") if one.strip())
    wrong = [one for one in found if not one.rpartition(":")[0] or not one.rpartition(":")[2].isdigit()]
    if wrong or not found or "://" in plain:
        raise ValueError(f"Kafka servers must be 'host:port' or 'kafka://host:port,host:port', got {servers!r}")
    return found


def check_version(version: str) -> None:
    """Raises RuntimeError for a kafka-python older than 3.0.12: it stalls and loses records in ways the newer one does not."""
    parts = tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
    if parts < _OLDEST:
        raise RuntimeError(
            f"kafka-python must be 3.0.12 or newer, got {version}. Hint: pip install 'kafka-python[crc32c]>=3.0.12'"
        )
