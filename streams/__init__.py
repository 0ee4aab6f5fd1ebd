"""The log and everything that reads it or writes to it. Kafka is in `streams.kafka` and loaded only from there."""

from streams.clock import Clock, ManualClock, system_clock
from streams.codecs import Codec, Column, Decoded, Rejected, codec_for
from streams.embedded import EmbeddedLog
from streams.record import Batch, Span
from streams.source import Log, Sink, SinkFull, SinkLost, Source, SourceLost, StreamError

__all__ = [
    "Batch",
    "Clock",
    "Codec",
    "Column",
    "Decoded",
    "EmbeddedLog",
    "Log",
    "ManualClock",
    "Rejected",
    "Sink",
    "SinkFull",
    "SinkLost",
    "Source",
    "SourceLost",
    "Span",
    "StreamError",
    "codec_for",
    "system_clock",
]
