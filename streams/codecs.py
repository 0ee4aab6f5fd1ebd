"""From bytes to columns, a whole batch in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from streams.columns import Column, ColumnType, Decoded, Epoch, Rejected
from streams.csv_codec import CsvCodec
from streams.json_codec import JsonCodec

__all__ = ["Codec", "Column", "ColumnType", "Decoded", "Epoch", "Rejected", "codec_for"]


class Codec(Protocol):
    """Turns the values of a batch into columns. Holds no state; safe to use from several threads."""

    def decode(self, values: Sequence[bytes], columns: Sequence[Column]) -> Decoded:
        """Never raises for what a record contains: a bad record is data and comes back as Rejected.

        Refused: what cannot be parsed, a missing or null field that is not optional, a value of another type (an
        int is a float, too; a number is not a text unless the codec is textual), NaN and infinity,
        a time without a zone where none is declared. Undeclared fields are ignored.
        """


def codec_for(format: str) -> Codec:
    """The codec of a slot file's `source.format`. Raises ValueError for one that is not built."""
    if format == "json":
        return JsonCodec()
    if format == "csv":
        return CsvCodec()
    raise ValueError(f"format {format!r} is not built yet; allowed: json, csv")
