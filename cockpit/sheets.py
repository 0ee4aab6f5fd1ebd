"""Tables as files that people open elsewhere: CSV for any program, XLSX for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from cockpit.tables import Cell, Column, Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NAME_LONGEST = 31


def as_csv(table: Table) -> bytes:
    """UTF-8 with the mark that makes spreadsheets read it as such; times are ISO 8601 with their zone."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_harmless(column.title) for column in table.columns])
    writer.writerows([[_written(cell) for cell in row] for row in table.rows])
    return ("\ufeff" + text.getvalue()).encode()


def as_xlsx(tables: Sequence[Table], facts: Iterable[tuple[str, str]], about_title: str = "About") -> bytes:
    """One sheet per table and a last one with the facts: what this is, of where, of when. Numbers stay numbers."""
    import xlsxwriter  # only an export needs it

    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(out, options) as book:
        looks = {
            "head": book.add_format({"bold": True, "bottom": 1}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        names: set[str] = set()
        for table in tables:
            _sheet(book.add_worksheet(_sheet_name(table.title, names)), table, looks)
        about = book.add_worksheet(_sheet_name(about_title, names))
        about.set_column(0, 0, 18)
        about.set_column(1, 1, 60)
        for at, pair in enumerate(facts):
            about.write_string(at, 0, pair[0], looks["head"])
            about.write_string(at, 1, pair[1])
    return out.getvalue()


def _sheet(sheet: Any, table: Table, looks: dict[str, Any]) -> None:
    """The heading stays in sight, the columns can be filtered."""
    for at, column in enumerate(table.columns):
        sheet.write_string(0, at, column.title, looks["head"])
        sheet.set_column(at, at, _width(at, column, table))
    for down, row in enumerate(table.rows, 1):
        for across, cell in enumerate(row):
            _put(sheet, down, across, cell, looks)
    sheet.freeze_panes(1, 0)
    if table.columns and table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _put(sheet: Any, row: int, column: int, cell: Cell, looks: dict[str, Any]) -> None:
    if cell is None:
        return
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell.replace(tzinfo=None), looks["time"])
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, str(cell)[:32_000])


def _width(at: int, column: Column, table: Table) -> int:
    """In letters; those of Chinese take two."""
    if column.kind == "time":
        return 18
    longest = max((_letters(str(row[at])) for row in table.rows if row[at] is not None), default=0)
    return min(60, max(longest, _letters(column.title) + 2, 8)) + 2


def _letters(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name a workbook takes: short, without signs, not used before."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:_NAME_LONGEST] or "Panel"
    name, count = plain, 1
    while name.lower() in taken:
        count += 1
        name = f"{plain[: _NAME_LONGEST - 4]} {count}"
    taken.add(name.lower())
    return name


def _written(cell: Cell) -> object:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return _harmless(cell) if isinstance(cell, str) else cell


def _harmless(text: str) -> str:
    """A text that a spreadsheet would run as a formula is quoted."""
    return f"'{text}" if text.startswith(_FORMULA) else text
