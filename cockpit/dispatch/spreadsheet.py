"""The sheets of a workbook (.xlsx) as texts: what people import. Formulas are not reckoned, nothing in it is run or fetched."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element

from cockpit.dispatch.safe_xml import XmlRefused, parse

PART_BYTES_MAX: Final = 16 * 1024 * 1024
"""Of one part, unpacked: more is a bomb, or better sent as CSV."""
_ELEMENTS: Final = 1_000_000
_PARTS: Final = 1000
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LINK: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_COLUMN: Final = re.compile(r"([A-Z]{1,3})[0-9]+$")

Rows = Sequence[Sequence[str]]


class SheetRefused(ValueError):
    """It is no workbook, or larger than what is read."""


def sheets(raw: bytes) -> Mapping[str, Rows]:
    """Sheet → its rows, each as long as its last cell; an empty cell is "". Numbers as the file has them. Raises SheetRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as book:
            if len(book.namelist()) > _PARTS:
                raise SheetRefused(f"a workbook of more than {_PARTS} parts is not read")
            links = {one.get("Id"): one.get("Target", "") for one in _part(book, "xl/_rels/workbook.xml.rels").iter(_LINK)}
            strings = [_text(one) for one in _part(book, "xl/sharedStrings.xml", Element("none")).iter(f"{_MAIN}si")]
            named = {
                one.get("name", ""): links.get(one.get(_ID), "") for one in _part(book, "xl/workbook.xml").iter(f"{_MAIN}sheet")
            }
            return {name: _rows(_part(book, _path(target)), strings) for name, target in named.items() if target}
    except (zipfile.BadZipFile, KeyError, IndexError, NotImplementedError, RuntimeError, EOFError) as error:
        raise SheetRefused(
            f"this is no workbook that can be read: {type(error).__name__}. Hint: save it as “CSV UTF-8”."
        ) from None
    except XmlRefused as error:
        raise SheetRefused(f"{error}. Hint: save it as “CSV UTF-8”.") from None


def _path(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _part(book: zipfile.ZipFile, name: str, missing: Element | None = None) -> Element:
    """Never more of it is unpacked than may be, whatever its header says."""
    if missing is not None and name not in book.namelist():
        return missing
    with book.open(name) as part:
        raw = part.read(PART_BYTES_MAX + 1)
    if len(raw) > PART_BYTES_MAX:
        raise SheetRefused(f"{name} holds more than {PART_BYTES_MAX // 1024**2} MiB. Hint: save it as “CSV UTF-8”.")
    return parse(raw, PART_BYTES_MAX, _ELEMENTS)


def _text(holder: Element) -> str:
    return "".join(one.text or "" for one in holder.iter(f"{_MAIN}t"))


def _rows(sheet: Element, strings: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = []
    for row in sheet.iter(f"{_MAIN}row"):
        cells: list[str] = []
        for cell in row.iter(f"{_MAIN}c"):
            place = _place(cell.get("r", ""), len(cells))
            cells.extend([""] * (place - len(cells)))
            cells.append(_said(cell, strings))
        found.append(cells)
    return found


def _place(reference: str, otherwise: int) -> int:
    """The column of a cell, from 0: `C7` is 2."""
    letters = _COLUMN.match(reference)
    if letters is None:
        return otherwise
    number = 0
    for letter in letters[1]:
        number = 26 * number + ord(letter) - 64
    return max(number - 1, otherwise)


def _said(cell: Element, strings: Sequence[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text(cell)
    value = cell.find(f"{_MAIN}v")
    text = (value.text or "") if value is not None else ""
    return strings[int(text)] if kind == "s" and text.isdecimal() else text
