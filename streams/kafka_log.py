"""A log on a Kafka cluster, whichever client library speaks to it."""

from __future__ import annotations

from collections.abc import Mapping

from streams.kafka_cluster import Cluster
from streams.kafka_history import read_history, read_reach
from streams.kafka_sink import KafkaSink, SharedProducer
from streams.kafka_source import KafkaSource
from streams.read_ahead import ReadAhead
from streams.record import Batch
from streams.source import Reach


class ClusterLog:
    """A Log on this cluster. Topics that are written to and do not exist are created with `partitions` partitions."""

    def __init__(self, cluster: Cluster, partitions: int) -> None:
        self.cluster = cluster
        self.address = cluster.address
        self._producer = SharedProducer(cluster, partitions)

    def source(self, topic: str, group: str | None = None) -> ReadAhead:
        """As Log.source; reads ahead in a thread: what the client does in the interpreter, counting need not wait for."""
        return ReadAhead(KafkaSource(topic, self.cluster, group))

    def sink(self, topic: str) -> KafkaSink:
        return KafkaSink(topic, self._producer)

    def read(self, topic: str, from_ms: int, to_ms: int, limit: int) -> Batch:
        """As Log.read, by a reader of its own that lives as long as the call; at most about 10 s.

        Where producers set times out of order, a record that arrived after the first one later than `to_ms` is not found.
        """
        return read_history(self.cluster, topic, from_ms, to_ms, limit)

    def reach(self, topic: str, since_ms: int) -> Mapping[int, Reach]:
        """As Log.reach, by a reader of its own; at most about 10 s."""
        return read_reach(self.cluster, topic, since_ms)

    def close(self) -> None:
        self._producer.close()
        self.cluster.close()
