"""The last step of every codec: raw columns become declared columns, and rows that do not fit become reasons."""

from collections.abc import Sequence

import polars as pl

from streams.columns import Column, Decoded, Rejected
from streams.times import MOMENT, expected_time, parse_epochs, parse_times

DTYPES: tuple[tuple[str, pl.DataType], ...] = (
    ("string", pl.String()),
    ("int", pl.Int64()),
    ("float", pl.Float64()),
    ("bool", pl.Boolean()),
    ("datetime", MOMENT),
)
_SHOWN_CHARS = 80


def settle(raw: pl.DataFrame, rows: pl.Series, columns: Sequence[Column], rejected: list[Rejected]) -> Decoded:
    """Decoded of raw columns (datetimes still String or Float64), whose rows are `rows` (uint32) of the batch.

    Times are read, floats that are no numbers and missing required fields turn their rows into Rejected, at
    stage `decode`; those found earlier come in `rejected`. One reason per row: that of the first field.
    """
    reasons: dict[int, str] = {}
    settled = [rows.alias("_row"), *(_settle_column(raw[column.name], rows, column, reasons) for column in columns)]
    frame = pl.DataFrame(settled)
    if reasons:
        frame = frame.filter(~pl.col("_row").is_in(list(reasons)))
    found = [Rejected(row, "decode", reason) for row, reason in reasons.items()]
    return Decoded(frame, sorted([*rejected, *found], key=lambda one: one.row))


def show(value: object) -> str:
    """The value as messages show it: short, on one line."""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"


def _settle_column(raw: pl.Series, rows: pl.Series, column: Column, reasons: dict[int, str]) -> pl.Series:
    values = _convert(raw, column)
    if not column.optional and values.null_count():
        for row in rows.filter(raw.is_null()):
            reasons.setdefault(row, f"field '{column.name}' is missing")
    if values.null_count() > raw.null_count():
        _explain_lost(raw, rows, values, column, reasons)
    return values


def _convert(raw: pl.Series, column: Column) -> pl.Series:
    if column.type == "datetime":
        return parse_epochs(raw, column.epoch) if column.epoch else parse_times(raw, column.zone)
    if column.type == "float":
        return raw if raw.is_finite().all() else raw.set(~raw.is_finite(), None)
    return raw.cast(dict(DTYPES)[column.type])


def _explain_lost(raw: pl.Series, rows: pl.Series, values: pl.Series, column: Column, reasons: dict[int, str]) -> None:
    lost = values.is_null() & raw.is_not_null()
    expected = expected_time(column) if column.type == "datetime" else "a finite number"
    for row, given in zip(rows.filter(lost), raw.filter(lost), strict=True):
        reasons.setdefault(row, f"field '{column.name}' must be {expected}, got {show(given)}")
