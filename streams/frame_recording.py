"""CSV and Parquet files: records as a table of plain columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from streams.recording import Format, RecordingError

_NUMBER = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"
_CODE = r"^[-+]?0\d"


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


def read_csv(path: Path, content: bytes, nulls: Sequence[str]) -> FrameRecording:
    """A CSV file with a header, as recording_file.load describes it. Raises RecordingError with the line."""
    _check_cells(path, content)
    try:
        texts = pl.read_csv(io.BytesIO(content), infer_schema=False, null_values=["", *nulls])
    except pl.exceptions.PolarsError as error:
        raise RecordingError(f"{path}: is no CSV file: {error}") from error
    return FrameRecording(texts.select(_typed(column) for column in texts))


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


def read_parquet(path: Path) -> FrameRecording:
    """A Parquet file with its columns as JSON can carry them. Raises OSError or PolarsError."""
    return FrameRecording(pl.DataFrame([_plain_column(column) for column in pl.read_parquet(path)]))


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
