"""From an address to the sink behind it."""

from collections.abc import Sequence

from streams.record import Headers
from streams.source import Log, Sink


def open_sink(url: str, topic: str, key_field: str | None = None) -> Sink:
    """A Sink on `kafka://host:9092[,host2:9092]` or on a cockpit at `http(s)://host:port`; connects when first used.

    `key_field`: the field that is each record's key, where the sink cannot be given keys (HTTP). Raises ValueError.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or not rest.strip("/"):
        raise ValueError(f"a sink must be 'kafka://host:9092' or 'http://host:8050', got {url!r}")
    if scheme == "kafka":
        from streams.kafka import KafkaLog  # loading kafka-python takes a while that HTTP need not wait

        return _Owned(KafkaLog(url), topic)
    if scheme in ("http", "https"):
        from streams.http_sink import HttpSink

        return HttpSink(url, topic, key_field)
    raise ValueError(f"a sink must be kafka://… or http(s)://…, got {scheme!r} in {url!r}")


class _Owned:
    """A sink that is the only user of its log and closes it, too."""

    def __init__(self, log: Log, topic: str) -> None:
        self.topic = topic
        self._log = log
        self._sink = log.sink(topic)

    def emit(
        self,
        values: Sequence[bytes],
        keys: Sequence[bytes | None] | None = None,
        timestamps_ms: Sequence[int] | None = None,
        headers: Sequence[Headers] | None = None,
    ) -> int:
        """As Sink.emit."""
        return self._sink.emit(values, keys, timestamps_ms, headers)

    def close(self) -> None:
        """As Sink.close."""
        self._sink.close()
        self._log.close()
