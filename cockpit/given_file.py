"""The records in a file for a slot to be tried on, as its topic would have them."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

from slots.slot import Slot
from streams.csv_lines import below_header, lines_of
from streams.recording import RecordingError
from streams.recording_file import load
from streams.replay import values_of

_BINARY = ("avro", "protobuf")


def records_of(file: Path, slot: Slot) -> list[bytes]:
    """The values: JSON for a slot of JSON or CloudEvents, lines for one of CSV, bad ones included. Raises RecordingError."""
    if slot.source.format in _BINARY:
        told = f"slot {slot.slot!r} reads {slot.source.format}. Hint: --last, for what its topic holds"
        raise RecordingError(f"{file}: is read as JSON lines, CSV or Parquet, for slots of json, csv and cloudevents; {told}")
    if slot.source.format != "csv":
        return values_of(file)
    return list(below_header(_csv_lines(file), [tuple(slot.fields)]))


def _csv_lines(file: Path) -> list[bytes]:
    """The lines of a CSV file as they stand; the rows of another one below the names of its fields."""
    if ".csv" not in file.suffixes:
        recording = load(file)
        header = io.StringIO()
        csv.writer(header, lineterminator="").writerow(recording.fields)
        return [header.getvalue().encode(), *recording.values(0, len(recording), "csv")]
    try:
        content = file.read_bytes()
        return lines_of(gzip.decompress(content) if file.suffix == ".gz" else content)
    except (OSError, EOFError) as error:
        raise RecordingError(f"{file}: cannot be read: {error}") from error
