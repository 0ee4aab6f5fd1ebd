"""JSON records to columns: one parse of the whole batch; only a batch with bad rows is looked at row by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import numpy as np
import polars as pl

from streams.columns import Column, Decoded, Reason, Rejected
from streams.json_reason import json_checker, json_reason
from streams.record import Headers
from streams.settle import rejections, settle

# The first half of a surrogate pair without its second: no text, yet the parser takes it for NUL.
_LONE_SURROGATE = re.compile(rb"(?<!\\)(?:\\\\)*\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")


_LINE_END: Final = b"\n"[0]
_BEGINNINGS: Final = b"{ \t\r\n"
"""Of an object, or white space: the parser would unpack what begins as something compressed does, however large it is then."""
_NAMES: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


class _Unreadable(Exception):
    """The batch holds at least one bad row."""


class JsonCodec:
    """One JSON object per record. Of a key given twice the first counts. Holds no state."""

    def names(self, value: bytes, headers: Headers = ()) -> frozenset[str]:
        """As Codec.names."""
        try:
            return frozenset(_NAMES.decode(value))
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return frozenset()

    @property
    def fields(self) -> None:
        """Nobody says beforehand what the records hold."""
        return None

    def decode(self, values: Sequence[bytes], columns: Sequence[Column], headers: Sequence[Headers] | None = None) -> Decoded:
        """As Codec.decode. About 1 µs per record of 200 B; up to ten times that for a batch with bad rows."""
        try:
            raw = _read(values, columns)
        except _Unreadable:
            return self.decode_carefully(values, columns)
        decoded = settle(raw, _row_numbers(range(len(values))), columns, [])
        if _holds_huge_numbers(decoded.frame, columns):
            return self.decode_carefully(values, columns)
        return _name_types(decoded, values, columns)

    def decode_carefully(self, values: Sequence[bytes], columns: Sequence[Column]) -> Decoded:
        """The same answer as `decode`, row by row: slower, and able to say which row is bad and why."""
        check = json_checker(tuple(columns))
        rows, rejected = _sort_out(
            values, range(len(values)), lambda value: None if check(value) else json_reason(value, columns)
        )
        try:
            raw = _read([values[row] for row in rows], columns)
        except _Unreadable:
            rows, found = _sort_out(values, rows, lambda value: json_reason(value, columns))
            raw, rows, stubborn = _narrow(values, rows, columns)
            rejected = [*rejected, *found, *stubborn]
        return settle(raw, _row_numbers(rows), columns, rejected)


def _read(values: Sequence[bytes], columns: Sequence[Column]) -> pl.DataFrame:
    """The raw columns of a batch in which every row is good. Raises _Unreadable."""
    schema = _schema(columns)
    if not values:
        return pl.DataFrame(schema=schema)
    lines = b"\n".join(values)
    if lines[:1] not in _BEGINNINGS:
        raise _Unreadable
    if _line_ends(lines) != len(values) - 1:
        # Within JSON a raw newline can only be white space, and must not look like the end of the record.
        lines = b"\n".join([value.replace(b"\n", b" ") for value in values])
    if b"\\" in lines and (b"\\ud" in lines or b"\\uD" in lines) and _LONE_SURROGATE.search(lines):  # one byte is found fastest
        raise _Unreadable
    try:
        frame = pl.read_ndjson(lines, schema=schema)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise _Unreadable from error
    if frame.height != len(values):
        raise _Unreadable
    return frame


def _line_ends(lines: bytes) -> int:
    """As `lines.count` says, eight times as fast."""
    return int(np.count_nonzero(np.frombuffer(lines, dtype=np.uint8) == _LINE_END))


def _holds_huge_numbers(frame: pl.DataFrame, columns: Sequence[Column]) -> bool:
    """Whether an integer beyond 64 bits stood where a text is declared: the parser makes `Static(U128(…))` of it."""
    return any(frame[column.name].str.starts_with("Static(").any() for column in columns if column.type == "string")


def _schema(columns: Sequence[Column]) -> dict[str, pl.DataType]:
    """What the parser is told. As String it would take numbers for texts; as Categorical it takes only texts.

    Each batch has categories of its own, which go with it: the shared ones would grow for ever.
    """
    texts = pl.Categorical(pl.Categories.random())
    dtypes: dict[str, pl.DataType] = {"string": texts, "int": pl.Int64(), "float": pl.Float64(), "bool": pl.Boolean()}
    numbers_or_texts = {column.name: pl.Float64() if column.epoch else pl.String() for column in columns}
    return {column.name: dtypes.get(column.type, numbers_or_texts[column.name]) for column in columns}


def _name_types(decoded: Decoded, values: Sequence[bytes], columns: Sequence[Column]) -> Decoded:
    """What is no text where a time is declared reached us as text: the reason shall say what was really given."""
    if not decoded.rejected:
        return decoded
    told = ((one, json_reason(values[one.row], columns) or Reason(one.reason, one.field, one.fault)) for one in decoded.rejected)
    return Decoded(decoded.frame, [Rejected(one.row, one.stage, *reason) for one, reason in told])


def _row_numbers(rows: Sequence[int]) -> pl.Series:
    return pl.Series("_row", rows, dtype=pl.UInt32)


def _sort_out(
    values: Sequence[bytes], rows: Sequence[int], reason_of: Callable[[bytes], Reason | None]
) -> tuple[list[int], list[Rejected]]:
    """The rows without a reason against them, and the others."""
    reasons = [reason_of(values[row]) for row in rows]
    good = [row for row, reason in zip(rows, reasons, strict=True) if reason is None]
    bad = {row: reason for row, reason in zip(rows, reasons, strict=True) if reason is not None}
    return good, rejections(bad)


def _narrow(
    values: Sequence[bytes], rows: Sequence[int], columns: Sequence[Column]
) -> tuple[pl.DataFrame, list[int], list[Rejected]]:
    """Halves what cannot be read until the bad rows stand alone: for rows that only the parser refuses."""
    try:
        return _read([values[row] for row in rows], columns), list(rows), []
    except _Unreadable:
        if len(rows) == 1:
            return _read([], columns), [], [Rejected(rows[0], "decode", "the value cannot be parsed as JSON")]
    half = len(rows) // 2
    first, first_rows, first_bad = _narrow(values, rows[:half], columns)
    second, second_rows, second_bad = _narrow(values, rows[half:], columns)
    return _stack(first, second, columns), [*first_rows, *second_rows], [*first_bad, *second_bad]


def _stack(first: pl.DataFrame, second: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Both frames' rows; the two parses have categories of their own, so texts become plain texts."""
    texts = [pl.col(column.name).cast(pl.String) for column in columns if column.type == "string"]
    return pl.concat([first.with_columns(texts), second.with_columns(texts)])
