"""The lines of CSV as records, where a header may stand above them."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence

Lines = Sequence[bytes]


def lines_of(text: bytes) -> list[bytes]:
    """The lines that are not blank, without their ends and a byte order mark."""
    return [line for raw in text.removeprefix(b"\xef\xbb\xbf").split(b"\n") if (line := raw.rstrip(b"\r")).strip()]


def below_header(lines: Lines, fields: Collection[Sequence[str]], delimiter: str = ",") -> Lines:
    """The records below a header: without it, or each with it above; all lines where the first one is no header.

    A header names every declared field of one of the readers, `fields`. Where it names just those of every reader, in
    their order, the lines below it stand for themselves.
    """
    header = _cells(lines[0], delimiter) if lines else []
    if len(set(header)) < len(header) or not any(one and set(one) <= set(header) for one in fields):
        return lines
    if all(list(one) == header for one in fields):
        return lines[1:]
    return [lines[0] + b"\n" + line for line in lines[1:]]


def _cells(line: bytes, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.decode("utf-8")], delimiter=delimiter, strict=True), [])
    except (csv.Error, UnicodeDecodeError):
        return []
