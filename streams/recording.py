"""What a file of records holds: its fields, its times, and its records ready to be sent, slice by slice."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal, Protocol

import polars as pl

Format = Literal["json", "csv"]
SUFFIXES = (".jsonl", ".ndjson", ".csv", ".parquet", ".jsonl.gz", ".ndjson.gz", ".csv.gz")
_NUMBER = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"
_CODE = r"^[-+]?0\d"


class RecordingError(ValueError):
    """The file cannot be replayed; the message says where (file:line), what was found and what is allowed."""


class Recording(Protocol):
    """Records in the order of the file. Holds them in memory; immutable."""

    @property
    def fields(self) -> Sequence[str]: ...

    def __len__(self) -> int: ...

    def texts(self, field: str) -> pl.Series:
        """The field as String or a number; null where it is missing."""

    def replace(self, columns: Sequence[pl.Series]) -> Recording:
        """The same records with other values in the fields that the series are named after; null leaves what was there."""

    def values(self, start: int, stop: int, form: Format) -> list[bytes]:
        """Records `[start, stop)` as JSON objects, or as CSV lines without header."""


def load(path: Path, nulls: Sequence[str] = ("NA",)) -> Recording:
    """The recording in a .jsonl, .ndjson, .csv (both also .gz) or .parquet file. Raises RecordingError.

    CSV: UTF-8 with a header; an empty (or blank) cell and each of `nulls` is null; a column in which all is numbers becomes numbers
    (not where they begin with a zero, as codes do), ints where all are ints; everything else stays text.
    """
    name = path.name.lower()
    if not name.endswith(SUFFIXES):
        raise RecordingError(f"{path}: a recording must end in {', '.join(SUFFIXES)}")
    try:
        if name.endswith(".parquet"):
            return FrameRecording(_plain(pl.read_parquet(path)))
        content = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    except (OSError, EOFError, pl.exceptions.PolarsError) as error:
        raise RecordingError(f"{path}: cannot be read: {error}") from error
    content = content.removeprefix(b"\xef\xbb\xbf")
    _check_utf8(path, content)
    if ".csv" in name:
        return FrameRecording(_read_csv(path, content, nulls))
    from streams.json_recording import JsonRecording

    return JsonRecording.parse(path, content)


class FrameRecording:
    """Records as a frame of plain columns (texts, numbers, truth values, lists and structs)."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame
        self.fields = tuple(frame.columns)

    def __len__(self) -> int:
        return self._frame.height

    def texts(self, field: str) -> pl.Series:
        """As Recording.texts."""
        column = self._frame[field]
        return column if column.dtype.is_numeric() else column.cast(pl.String)

    def replace(self, columns: Sequence[pl.Series]) -> FrameRecording:
        """As Recording.replace."""
        return FrameRecording(self._frame.with_columns(pl.coalesce(column, pl.col(column.name)) for column in columns))

    def values(self, start: int, stop: int, form: Format) -> list[bytes]:
        """As Recording.values."""
        part = self._frame.slice(start, stop - start)
        if form == "json":
            texts = part.select(pl.struct(pl.all()).struct.json_encode()).to_series()
            return texts.cast(pl.Binary).to_list()
        return _csv_lines(part)


def shifted(texts: pl.Series, moments: pl.Series, delta: timedelta, zone: str) -> pl.Series:
    """The texts' moments (Datetime UTC) moved by `delta`, written as they were: with `Z`, or in `zone` without a zone."""
    moved = moments + delta
    local = moved.dt.convert_time_zone(zone).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    world = moved.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    has_zone = texts.str.contains(r"(?i)(Z|[+-]\d\d(:?\d\d)?)$") & texts.str.contains(":", literal=True)
    written = pl.DataFrame([world.alias("world"), local.alias("local"), has_zone.alias("zoned")])
    return written.select(pl.when("zoned").then("world").otherwise("local")).to_series().alias(texts.name)


def _check_utf8(path: Path, content: bytes) -> None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        given = f"byte {content[error.start]:#04x}"
        raise RecordingError(f"{path}:{line}: must be UTF-8, got {given}. Hint: iconv -f GB18030 -t UTF-8") from error


def _read_csv(path: Path, content: bytes, nulls: Sequence[str]) -> pl.DataFrame:
    _check_cells(path, content)
    try:
        texts = pl.read_csv(io.BytesIO(content), infer_schema=False, null_values=["", *nulls])
    except pl.exceptions.PolarsError as error:
        raise RecordingError(f"{path}: is no CSV file: {error}") from error
    return texts.select(_typed(column) for column in texts)


def _check_cells(path: Path, content: bytes) -> None:
    """Every line must have as many cells as the header; a line that is short would silently be filled up."""
    reader = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    try:
        header = next(reader, [])
        twice = sorted({name for name in header if header.count(name) > 1})
        if not header or twice:
            raise RecordingError(
                f"{path}:1: must be a header of unique names, got {', '.join(twice) + ' twice' if twice else 'nothing'}"
            )
        for row in reader:
            if len(row) != len(header) and row:
                raise RecordingError(f"{path}:{reader.line_num}: must have {len(header)} cells as the header, got {len(row)}")
    except csv.Error as error:
        raise RecordingError(f"{path}:{reader.line_num}: is no CSV: {error}") from error


def _check_plain_cells(path: Path, text: str, wanted: int) -> None:
    """The same for a file without quotes, all lines at once."""
    lines = pl.Series(text.split("\n")).str.strip_chars_end("\r")
    cells = lines.str.count_matches(",", literal=True) + 1
    wrong = ((cells != wanted) & (lines != "")).arg_true()
    if wrong.len():
        raise RecordingError(f"{path}:{wrong[0] + 1}: must have {wanted} cells as the header, got {cells[wrong[0]]}")


def _typed(column: pl.Series) -> pl.Series:
    bare = column.str.strip_chars()
    column = column.set(bare == "", None)
    given = bare.filter(column.is_not_null())
    if given.is_empty() or not given.str.contains(_NUMBER).all() or given.str.contains(_CODE).any():
        return column
    bare = bare.set(bare == "", None)
    ints = bare.cast(pl.Int64, strict=False)
    return ints if ints.null_count() == bare.null_count() else bare.cast(pl.Float64)


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """A Parquet file's columns as JSON can carry them."""
    return frame.select(_plain_column(column) for column in frame)


def _plain_column(column: pl.Series) -> pl.Series:
    kind = column.dtype
    if isinstance(kind, pl.Datetime):
        world = column.dt.convert_time_zone("UTC") if kind.time_zone else column
        return world.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f" + ("Z" if kind.time_zone else ""))
    if kind.is_float():
        numbers = column.cast(pl.Float64)
        return numbers.set(~numbers.is_finite(), None)
    if kind.is_integer() or kind.is_nested() or kind in (pl.Boolean(), pl.Null()):
        return column
    return column.cast(pl.Float64 if isinstance(kind, pl.Decimal) else pl.String)


def _csv_lines(frame: pl.DataFrame) -> list[bytes]:
    text = frame.write_csv(include_header=False)
    lines = text.encode().splitlines() if text.count("\n") == frame.height else []
    if len(lines) == frame.height:
        return lines
    return [_csv_line(row) for row in frame.iter_rows()]


def _csv_line(row: Sequence[object]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(row)
    return out.getvalue().encode()
