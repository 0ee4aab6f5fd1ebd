"""A file as a stream: its records into a sink, as fast as possible or at the pace of their own times."""

from __future__ import annotations

import gzip
import time as machine
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from streams.clock import Clock, system_clock
from streams.columns import Epoch
from streams.recording import Format, Recording, RecordingError, shifted
from streams.recording_file import load
from streams.source import Sink
from streams.times import parse_epochs, parse_times

Progress = Callable[[int, int], None]
"""Told how many records of how many are sent."""

_BATCH = 5_000
_PROBE_ROWS = 1_000
_STEP_S = 0.02


@dataclass(frozen=True, slots=True)
class Pace:
    """How a recording is replayed.

    `speed`: event time runs this many times as fast as the clock; None = as fast as possible. `time`: the field of the event
    time (None: the first field that parses as one). `shift_to_now` moves that field and every other time by the same
    delta, so that the first record is now (with a speed) or the last one is (without). `zone`: of times that name none.
    """

    speed: float | None = None
    time: str | None = None
    shift_to_now: bool = False
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.speed is not None and not self.speed > 0:
            raise ValueError(f"speed must be greater than 0, got {self.speed}")


class Replay:
    """One file, ready to be sent. Raises RecordingError when the file, or a field named for it, is wrong.

    `key`: the field whose text is the record's key. `nulls`: what a CSV cell may hold for "nothing" besides being empty.
    `form`: values as JSON objects, or as CSV lines without header.
    """

    def __init__(
        self,
        path: Path,
        pace: Pace | None = None,
        key: str | None = None,
        nulls: Sequence[str] = ("NA",),
        form: Format = "json",
        clock: Clock = system_clock,
    ) -> None:
        self._path = path
        self._pace = pace or Pace()
        self._form = form
        self._clock = clock
        self._recording = load(path, nulls)
        self._keys = self._key_column(key)
        timed = self._pace.speed is not None or self._pace.shift_to_now
        self._time_field = self._find_time() if timed or self._pace.time else None

    def __len__(self) -> int:
        return len(self._recording)

    @property
    def time_field(self) -> str | None:
        """The field of the event time, where the pace asks for one."""
        return self._time_field

    def values(self) -> list[bytes]:
        """All records at once, as `run` would send them."""
        recording, _ = self._scheduled()
        return recording.values(0, len(recording), self._form)

    def run(self, sink: Sink, sleep: Callable[[float], None] = machine.sleep, progress: Progress | None = None) -> int:
        """How many records were sent and acknowledged. Blocks until all are. Raises what the sink raises."""
        recording, due_s = self._scheduled()
        begun = self._clock()
        sent = 0
        while sent < len(recording):
            stop = min(sent + _BATCH, len(recording))
            if due_s is not None:
                elapsed_s = (self._clock() - begun).total_seconds()
                stop = min(stop, int(due_s.search_sorted(elapsed_s, side="right")))
                if stop <= sent:
                    sleep(max(due_s[sent] - elapsed_s, _STEP_S))
                    continue
            keys = None if self._keys is None else self._keys[sent:stop].to_list()
            sink.emit(recording.values(sent, stop, self._form), keys)
            sent = stop
            if progress is not None:
                progress(sent, len(recording))
        return sent

    def _scheduled(self) -> tuple[Recording, pl.Series | None]:
        """The records with their times shifted, and the second at which each is due, never falling."""
        if self._time_field is None or not len(self._recording):
            return self._recording, None
        moments = _moments(self._recording.texts(self._time_field), self._pace.zone)
        recording = self._shift(moments) if self._pace.shift_to_now else self._recording
        if self._pace.speed is None:
            return recording, None
        since_s = (moments - moments.drop_nulls()[0]).dt.total_microseconds() / 1e6 / self._pace.speed
        return recording, since_s.fill_null(strategy="forward").fill_null(0.0).cum_max()

    def _shift(self, moments: pl.Series) -> Recording:
        latest: object = moments.max() if self._pace.speed is None else moments.drop_nulls()[0]
        if not isinstance(latest, datetime):
            return self._recording
        delta = self._clock().astimezone(UTC) - latest
        return self._recording.replace([self._moved(field, delta) for field in self._time_fields()])

    def _moved(self, field: str, delta: timedelta) -> pl.Series:
        texts = self._recording.texts(field)
        if texts.dtype.is_numeric():
            step = delta / timedelta(seconds=1) * {"s": 1, "ms": 1e3, "us": 1e6}[_epoch_of(texts)]
            return texts + (round(step) if texts.dtype.is_integer() else step)
        return shifted(texts, parse_times(texts, self._pace.zone), delta, self._pace.zone)

    def _time_fields(self) -> list[str]:
        others = [field for field in self._recording.fields if field != self._time_field and self._is_time(field)]
        return [*([self._time_field] if self._time_field else []), *others]

    def _find_time(self) -> str:
        named, fields = self._pace.time, self._recording.fields
        if named is None:
            found = next((field for field in fields if self._is_time(field)), None)
            if found is None:
                raise RecordingError(f"{self._path}: no field holds times; name one of: {', '.join(fields)}")
            return found
        texts = self._recording.texts(self._known(named, "time"))
        moments = _moments(texts, self._pace.zone)
        wrong = texts.filter(moments.is_null() & texts.is_not_null())
        if wrong.len() or (moments.null_count() == len(moments) and len(moments)):
            given = repr(wrong[0]) if wrong.len() else "nothing"
            raise RecordingError(f"{self._path}: field '{named}' must hold times in ISO 8601 or since 1970, got {given}")
        return named

    def _is_time(self, field: str) -> bool:
        """Whether all of the first texts of the field are times; plain numbers are never taken for times."""
        texts = self._recording.texts(field)
        probe = texts.head(_PROBE_ROWS).drop_nulls() if texts.dtype == pl.String else texts.clear()
        return probe.len() > 0 and parse_times(probe, self._pace.zone).null_count() == 0

    def _key_column(self, key: str | None) -> pl.Series | None:
        return None if key is None else self._recording.texts(self._known(key, "key")).cast(pl.String).cast(pl.Binary)

    def _known(self, field: str, role: str) -> str:
        if field not in self._recording.fields:
            fields = ", ".join(self._recording.fields)
            raise RecordingError(f"{self._path}: the {role} field '{field}' is not there; the fields are: {fields}")
        return field


def _moments(texts: pl.Series, zone: str) -> pl.Series:
    return parse_epochs(texts.cast(pl.Float64), _epoch_of(texts)) if texts.dtype.is_numeric() else parse_times(texts, zone)


def _epoch_of(numbers: pl.Series) -> Epoch:
    """The unit that puts the largest number nearest to our days: seconds until the year 5138, and so on."""
    largest = numbers.cast(pl.Float64).max()
    size = float(largest) if isinstance(largest, int | float) else 0.0
    return "s" if size < 1e11 else "ms" if size < 1e14 else "us"


def values_of(file: Path) -> list[bytes]:
    """The records of a file for somebody to judge: JSON lines as they stand, bad ones included. Raises RecordingError."""
    if not {".jsonl", ".ndjson"} & set(file.suffixes):
        return Replay(file).values()
    opened = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rb") as lines:
            return [line for raw in lines if (line := raw.strip())]
    except OSError as error:
        raise RecordingError(f"{file}: cannot be read: {error.strerror or error}") from error
