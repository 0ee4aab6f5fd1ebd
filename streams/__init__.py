"""The log and everything that reads it or writes to it. Kafka is in `streams.kafka` and loaded only from there."""

from streams.clock import Clock, ManualClock, system_clock
from streams.codecs import Codec, codec_for
from streams.columns import Column, Decoded, Rejected
from streams.dead_letters import DeadLetter, DeadLetters
from streams.embedded import EmbeddedLog
from streams.record import Batch, Span
from streams.recording import RecordingError
from streams.replay import Pace, Replay
from streams.sinks import open_sink
from streams.source import Log, Sink, SinkFull, SinkLost, Source, SourceLost, StreamError

__all__ = [
    "Batch",
    "Clock",
    "Codec",
    "Column",
    "DeadLetter",
    "DeadLetters",
    "Decoded",
    "EmbeddedLog",
    "Log",
    "ManualClock",
    "Pace",
    "RecordingError",
    "Rejected",
    "Replay",
    "Sink",
    "SinkFull",
    "SinkLost",
    "Source",
    "SourceLost",
    "Span",
    "StreamError",
    "codec_for",
    "open_sink",
    "system_clock",
]
