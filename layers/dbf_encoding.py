"""In which encoding the texts of a Shapefile are, where nothing beside it says so."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_LOOKED_AT: Final = 4 * 2**20
_LANGUAGE_BYTE: Final = 29
_GBK_LANGUAGES: Final = (0x4D, 0x7A)
_CUT_SHARE: Final = 0.02
"""Texts are cut to their field's width, sometimes in the middle of a character."""


def dbf_encoding(path: Path) -> str | None:
    """The encoding for GDAL: UTF-8 where the texts can be that, else GBK, else None; None too where .cpg or the file says it.

    Old software of China writes GBK and says nothing; GDAL would take it for Latin.
    """
    if any(path.with_suffix(ending).is_file() for ending in (".cpg", ".CPG")):
        return None
    table = next((one for ending in (".dbf", ".DBF") if (one := path.with_suffix(ending)).is_file()), None)
    if table is None:
        return None
    with table.open("rb") as file:
        head = file.read(32)
        if len(head) < 32 or head[_LANGUAGE_BYTE] in _GBK_LANGUAGES:
            return None
        file.seek(int.from_bytes(head[8:10], "little"))
        texts = file.read(_LOOKED_AT)
    if texts.isascii():
        return None
    return next((name for name in ("UTF-8", "GB18030") if _fits(texts, name)), None)


def _fits(texts: bytes, encoding: str) -> bool:
    """Whether all but a few cut characters can be read."""
    read = texts.decode(encoding, errors="replace")
    lost = read.count("\ufffd")
    return lost <= _CUT_SHARE * sum(not char.isascii() for char in read)
