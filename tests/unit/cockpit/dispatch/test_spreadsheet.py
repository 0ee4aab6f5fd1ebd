"""Workbooks as texts: shared and inline strings, gaps, numbers, and what is no workbook or a bomb."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest
import xlsxwriter

from cockpit.dispatch.spreadsheet import PART_BYTES_MAX, SheetRefused, sheets


def workbook(**titled: Sequence[Sequence[object]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for title, rows in titled.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, [cell if cell is not None else "" for cell in row])
    return out.getvalue()


def test_every_sheet_with_its_texts_and_numbers() -> None:
    found = sheets(workbook(units=[["id", "name"], ["U1", "东区抢修队"]], duty=[["who", "from"], ["U1", 0.354166666667]]))
    assert [list(row) for row in found["units"]] == [["id", "name"], ["U1", "东区抢修队"]]
    assert float(found["duty"][1][1]) == pytest.approx(0.354166666667)


def test_an_empty_cell_keeps_its_place() -> None:
    assert [list(row) for row in sheets(workbook(one=[["a", None, "c"]]))["one"]] == [["a", "", "c"]]


@pytest.mark.parametrize("raw", [b"id,name\n", b"PK\x03\x04 and nothing more", b""])
def test_what_is_no_workbook_is_refused(raw: bytes) -> None:
    with pytest.raises(SheetRefused, match="CSV UTF-8"):
        sheets(raw)


def test_a_bomb_is_not_unpacked() -> None:
    out = io.BytesIO(workbook(one=[["a"]]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings2.xml", b"")
    bomb = io.BytesIO()
    with zipfile.ZipFile(out) as book, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        for name in book.namelist():
            content = b" " * (PART_BYTES_MAX + 1) if name == "xl/sharedStrings.xml" else book.read(name)
            made.writestr(name, content)
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(SheetRefused, match="holds more than 16 MiB"):
        sheets(bomb.getvalue())
