"""CSV records to columns: plain lines all at once, lines with quotes one by one."""

from __future__ import annotations

import csv
from collections.abc import Sequence

import polars as pl

from streams.columns import Column, Decoded, Reason, Rejected
from streams.record import Headers
from streams.settle import rejections, settle, show

Cells = dict[int, list[str | None]]


class CsvCodec:
    """One CSV line per record, cells in the order the fields are declared; or a header line and a line.

    A header must name every declared field, in any order. An empty cell is a missing value. Bools are
    `true`/`false` in any case, or `1`/`0`. Holds no state.
    """

    def __init__(self, delimiter: str = ",") -> None:
        if len(delimiter) != 1 or delimiter in '"\r\n':
            raise ValueError(f"the delimiter must be one character other than a quote or a line end, got {delimiter!r}")
        self._delimiter = delimiter

    def names(self, value: bytes, headers: Headers = ()) -> frozenset[str]:
        """As Codec.names; only a record with a header line says any."""
        try:
            lines = value.decode("utf-8").strip("\r\n").splitlines(keepends=True)
            found = list(csv.reader(lines, delimiter=self._delimiter, strict=True))
        except (csv.Error, UnicodeDecodeError):
            return frozenset()
        return frozenset(found[0]) if len(found) == 2 and len(found[0]) == len(found[1]) else frozenset()

    @property
    def fields(self) -> None:
        """Nobody says beforehand what the records hold."""
        return None

    def decode(self, values: Sequence[bytes], columns: Sequence[Column], headers: Sequence[Headers] | None = None) -> Decoded:
        """As Codec.decode; a number is a text, too, where a text is declared: CSV cannot tell them apart."""
        lines = _texts(values).str.strip_chars_end("\r\n")
        wanted = len(columns) - 1
        special = lines.str.contains('"', literal=True) | lines.str.contains("\n", literal=True)
        plain = ~special & (lines.str.count_matches(self._delimiter, literal=True) == wanted)
        plain = (plain & (lines != "")).fill_null(False)
        cells, rejected = self._read_others(lines, values, (~plain).arg_true().to_list(), columns)
        texts = pl.concat([self._split(lines.filter(plain), columns), _as_frame(list(cells.values()), columns)])
        rows = pl.concat([plain.arg_true().cast(pl.UInt32), pl.Series(list(cells), dtype=pl.UInt32)]).alias("_row")
        order = rows.arg_sort()
        return _settle_texts(texts[order], rows.gather(order), columns, rejected)

    def _split(self, lines: pl.Series, columns: Sequence[Column]) -> pl.DataFrame:
        names = [column.name for column in columns]
        parts = lines.to_frame().select(pl.col(lines.name).str.splitn(self._delimiter, len(names)).struct.rename_fields(names))
        cells = parts.unnest(lines.name) if lines.len() else _as_frame([], columns)
        return cells.select(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in names)

    def _read_others(
        self, lines: pl.Series, values: Sequence[bytes], rows: list[int], columns: Sequence[Column]
    ) -> tuple[Cells, list[Rejected]]:
        cells: Cells = {}
        rejected: list[Rejected] = []
        for row in rows:
            try:
                cells[row] = self._read_one(lines[row], columns)
            except (ValueError, csv.Error) as error:
                rejected.append(Rejected(row, "decode", _reason(error)))
        return cells, rejected

    def _read_one(self, line: str | None, columns: Sequence[Column]) -> list[str | None]:
        if line is None:
            raise ValueError("the value is not UTF-8")
        found = list(csv.reader(line.splitlines(keepends=True), delimiter=self._delimiter, strict=True))
        if not found:
            raise ValueError("the value is empty")
        names = [column.name for column in columns]
        given = dict(zip(found[0], found[1], strict=False)) if len(found) == 2 and set(names) <= set(found[0]) else None
        if given is not None and len(found[0]) == len(found[1]):
            return [given[name] or None for name in names]
        if len(found) != 1 or len(found[0]) != len(names):
            raise ValueError(f"a line must have {len(names)} cells ({', '.join(names)}), got {len(found[-1])}: {show(line)}")
        return [cell or None for cell in found[0]]


def _reason(error: Exception) -> str:
    return f"the value is no CSV line: {error}" if isinstance(error, csv.Error) else str(error)


def _texts(values: Sequence[bytes]) -> pl.Series:
    """The values as texts, null where one is not UTF-8."""
    try:
        return pl.Series("line", values, dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        return pl.Series("line", [_text(value) for value in values], dtype=pl.String)


def _text(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _as_frame(cells: list[list[str | None]], columns: Sequence[Column]) -> pl.DataFrame:
    return pl.DataFrame(cells, schema={column.name: pl.String() for column in columns}, orient="row")


def _settle_texts(texts: pl.DataFrame, rows: pl.Series, columns: Sequence[Column], rejected: list[Rejected]) -> Decoded:
    """Cells become numbers and truth values; what does not fit its type is a reason, not a null."""
    reasons: dict[int, Reason] = {}
    typed = []
    for column in columns:
        cells = texts[column.name]
        values = _convert(cells, column)
        lost = values.is_null() & cells.is_not_null()
        for row, given in zip(rows.filter(lost), cells.filter(lost), strict=True):
            text = f"field '{column.name}' must be {_expected(column)}, got {show(given)}"
            reasons.setdefault(row, Reason(text, column.name))
        typed.append(values.alias(column.name))
    good = ~rows.is_in(list(reasons)) if reasons else pl.Series([True]).new_from_index(0, len(rows))
    return settle(pl.DataFrame(typed).filter(good), rows.filter(good), columns, [*rejected, *rejections(reasons)])


def _convert(cells: pl.Series, column: Column) -> pl.Series:
    if column.type == "bool":
        lower = cells.str.to_lowercase()
        return lower.replace_strict({"true": True, "1": True, "false": False, "0": False}, default=None, return_dtype=pl.Boolean)
    if column.type == "int":
        return cells.cast(pl.Int64, strict=False)
    if column.type == "float" or column.epoch:
        numbers = cells.cast(pl.Float64, strict=False)
        return numbers.set(~numbers.is_finite(), None)
    return cells


def _expected(column: Column) -> str:
    if column.type == "bool":
        return "true or false"
    return "a finite number" if column.type != "int" else "int"
