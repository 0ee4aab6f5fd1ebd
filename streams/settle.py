"""The last step of every codec: raw columns become declared columns, and rows that do not fit become reasons."""

from collections.abc import Mapping, Sequence

import polars as pl

from streams.columns import Column, Decoded, Reason, Rejected
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
    """Decoded of raw columns, whose rows are `rows` (uint32) of the batch. Datetimes may still be String or Float64.

    Times are read; floats that are no numbers, numbers out of range and missing required fields turn their rows into
    Rejected, at stage `decode`; those found earlier come in `rejected`. One reason per row: that of the first field.
    """
    reasons: dict[int, Reason] = {}
    settled = [rows.alias("_row"), *(_settle_column(raw[column.name], rows, column, reasons) for column in columns)]
    frame = pl.DataFrame(settled)
    if reasons:
        frame = frame.filter(~pl.col("_row").is_in(list(reasons)))
    found = rejections(reasons)
    return Decoded(frame, sorted([*rejected, *found], key=lambda one: one.row))


def rejections(reasons: Mapping[int, Reason]) -> list[Rejected]:
    """The rows that cannot be decoded, with why."""
    return [Rejected(row, "decode", *reason) for row, reason in reasons.items()]


def show(value: object) -> str:
    """The value as messages show it: short, on one line."""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"


def _settle_column(raw: pl.Series, rows: pl.Series, column: Column, reasons: dict[int, Reason]) -> pl.Series:
    values = _convert(raw, column)
    if not column.optional and values.null_count():
        for row in rows.filter(raw.is_null()):
            reasons.setdefault(row, Reason(f"field '{column.name}' is missing", column.name, "missing"))
    if values.null_count() > raw.null_count():
        _explain_lost(raw, rows, values, column, reasons)
    if column.least is not None or column.most is not None:
        _explain_beyond(rows, values, column, reasons)
    return values


def _convert(raw: pl.Series, column: Column) -> pl.Series:
    if column.type == "datetime":
        if raw.dtype == MOMENT:
            return raw
        return parse_epochs(raw, column.epoch) if column.epoch else parse_times(raw, column.zone)
    if column.type == "float":
        return raw if raw.is_finite().all() else raw.set(~raw.is_finite(), None)
    return raw.cast(dict(DTYPES)[column.type])


def _explain_lost(raw: pl.Series, rows: pl.Series, values: pl.Series, column: Column, reasons: dict[int, Reason]) -> None:
    lost = values.is_null() & raw.is_not_null()
    expected = expected_time(column) if column.type == "datetime" else "a finite number"
    for row, given in zip(rows.filter(lost), raw.filter(lost), strict=True):
        reasons.setdefault(row, Reason(f"field '{column.name}' must be {expected}, got {show(given)}", column.name))


def _explain_beyond(rows: pl.Series, values: pl.Series, column: Column, reasons: dict[int, Reason]) -> None:
    """A number out of its declared range was most likely sent in another unit."""
    low, high = column.least, column.most
    beyond = pl.Series([False]).new_from_index(0, len(values))
    beyond = beyond if low is None else beyond | (values < low)
    beyond = (beyond if high is None else beyond | (values > high)).fill_null(False)
    if not beyond.any():
        return
    allowed = f"between {low:g} and {high:g}" if low is not None and high is not None else _one_sided(low, high)
    for row, given in zip(rows.filter(beyond), values.filter(beyond), strict=True):
        text = f"field '{column.name}' must be {allowed}, got {show(given)}. Hint: has its unit changed?"
        reasons.setdefault(row, Reason(text, column.name, "range"))


def _one_sided(low: float | None, high: float | None) -> str:
    return f"at least {low:g}" if low is not None else f"at most {high:g}"
