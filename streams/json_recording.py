"""A file of JSON lines; what is not asked for is sent as it stands, byte for byte."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import msgspec
import polars as pl

from streams.recording import Format, RecordingError

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


class JsonRecording:
    """One JSON object per line; blank lines are skipped."""

    def __init__(self, lines: Sequence[bytes], fields: Sequence[str]) -> None:
        self._lines = lines
        self.fields = fields

    @classmethod
    def parse(cls, path: Path, content: bytes) -> JsonRecording:
        """Raises RecordingError for the first line that is not a JSON object."""
        fields: dict[str, None] = {}
        lines: list[bytes] = []
        for number, line in enumerate(content.split(b"\n"), start=1):
            if line.strip():
                try:
                    fields.update(dict.fromkeys(_OBJECT.decode(line)))
                except (msgspec.MsgspecError, RecursionError) as error:
                    raise RecordingError(f"{path}:{number}: must be a JSON object: {error}, got {line[:80]!r}") from error
                lines.append(line)
        return cls(lines, tuple(fields))

    def __len__(self) -> int:
        return len(self._lines)

    def texts(self, field: str) -> pl.Series:
        """As Recording.texts."""
        found = [_scalar(_OBJECT.decode(line).get(field)) for line in self._lines]
        if all(one is None or (isinstance(one, int | float) and not isinstance(one, bool)) for one in found):
            return pl.Series(field, found, dtype=pl.Float64 if any(isinstance(one, float) for one in found) else pl.Int64)
        return pl.Series(field, [one if one is None or isinstance(one, str) else str(one) for one in found], dtype=pl.String)

    def replace(self, columns: Sequence[pl.Series]) -> JsonRecording:
        """As Recording.replace."""
        names = [column.name for column in columns]
        lines = [_patched(line, names, row) for line, row in zip(self._lines, zip(*columns, strict=True), strict=True)]
        return JsonRecording(lines, self.fields)

    def values(self, start: int, stop: int, form: Format) -> list[bytes]:
        """As Recording.values."""
        lines = self._lines[start:stop]
        return list(lines) if form == "json" else [self._csv_line(line) for line in lines]

    def _csv_line(self, line: bytes) -> bytes:
        record = _OBJECT.decode(line)
        out = io.StringIO()
        csv.writer(out, lineterminator="").writerow(_scalar(record.get(field)) for field in self.fields)
        return out.getvalue().encode()


def _scalar(raw: msgspec.Raw | None) -> str | int | float | bool | None:
    """The value; what is no scalar as its JSON text."""
    if raw is None:
        return None
    value = msgspec.json.decode(raw)
    return value if value is None or isinstance(value, str | int | float | bool) else bytes(raw).decode()


def _patched(line: bytes, names: Sequence[str], row: Sequence[object]) -> bytes:
    record = _OBJECT.decode(line)
    record |= {name: msgspec.Raw(msgspec.json.encode(new)) for name, new in zip(names, row, strict=True) if new is not None}
    return msgspec.json.encode(record)
