"""From a file to the recording in it, by the file's name."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from streams.frame_recording import read_csv, read_parquet
from streams.json_recording import JsonRecording
from streams.recording import Recording, RecordingError

SUFFIXES = (".jsonl", ".ndjson", ".csv", ".parquet", ".jsonl.gz", ".ndjson.gz", ".csv.gz")


def load(path: Path, nulls: Sequence[str] = ("NA",)) -> Recording:
    """The recording in a .jsonl, .ndjson, .csv (both also .gz) or .parquet file. Raises RecordingError.

    CSV: UTF-8 with a header; an empty (or blank) cell and each of `nulls` is null; a column in which all is numbers becomes
    numbers (not where they begin with a zero, as codes do), ints where all are ints; everything else stays text.
    """
    name = path.name.lower()
    if not name.endswith(SUFFIXES):
        raise RecordingError(f"{path}: a recording must end in {', '.join(SUFFIXES)}")
    try:
        if name.endswith(".parquet"):
            return read_parquet(path)
        content = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    except (OSError, EOFError, pl.exceptions.PolarsError) as error:
        raise RecordingError(f"{path}: cannot be read: {error}") from error
    content = content.removeprefix(b"\xef\xbb\xbf")
    _check_utf8(path, content)
    if ".csv" in name:
        return read_csv(path, content, nulls)
    return JsonRecording.parse(path, content)


def _check_utf8(path: Path, content: bytes) -> None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        given = f"byte {content[error.start]:#04x}"
        raise RecordingError(f"{path}:{line}: must be UTF-8, got {given}. Hint: iconv -f GB18030 -t UTF-8") from error
