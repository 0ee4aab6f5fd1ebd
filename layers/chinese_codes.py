"""China's division codes: 12 digits = 2 province, 2 city, 2 county (GB/T 2260), 3 township, 3 village; grids behind them.

Nothing else in the house knows of these digits: regions are trees of opaque codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .features import Features

MUNICIPALITIES: Final = frozenset({"11", "12", "31", "50"})
LEVELS: Final = ("country", "province", "city", "county", "township", "village", "grid")
"""The name of each level number; 0 is not a code."""

_ENDS: Final = (0, 2, 4, 6, 9, 12)
_TOWNSHIPS: Final = ("subdistrict", "town", "township", "township", "enterprise", "enterprise")


class CodeError(ValueError):
    """A code that is none of China's."""


@dataclass(frozen=True, slots=True)
class ChineseCodes:
    """The rules. `grid_digits`: how many a grid has behind its village's twelve; standards differ, 2 or 3."""

    grid_digits: int = 3

    def padded(self, code: str) -> str:
        """The full code: short ones filled with zeros to 12 digits, a grid's as it is. Raises CodeError.

        Ends of 2, 4, 6, 9 and 12 digits mean something, others were cut: `33010` is an error.
        """
        code = code.strip()
        if not (code.isascii() and code.isdigit()):
            raise CodeError(f"code must be digits, got {code[:20]!r}. Hint: was it read as a number?")
        if len(code) == 12 + self.grid_digits:
            if code[9:12] == "000":
                raise CodeError(f"grid {code!r} hangs under no village. Hint: grids lie in villages and communities only")
            return code
        if len(code) not in _ENDS[1:]:
            grid = 12 + self.grid_digits
            raise CodeError(f"code {code!r} has {len(code)} digits, allowed are 2, 4, 6, 9, 12 and {grid} for a grid")
        full = code.ljust(12, "0")
        if full[:2] == "00" or self._gap(full):
            raise CodeError(f"code {code!r} names a part of nothing: zeros stand before other digits")
        return full

    def level(self, code: str) -> int:
        """1 province … 5 village, 6 grid. Raises CodeError."""
        full = self.padded(code)
        if len(full) > 12:
            return 6
        return max(number for number in range(1, 6) if int(full[_ENDS[number - 1] : _ENDS[number]]))

    def parent(self, code: str) -> str:
        """The full code one level up, placeholders included; "" for a province. Raises CodeError.

        Under a municipality's county there stands its placeholder (110101 → 110100); `above` skips it.
        """
        full, level = self.padded(code), self.level(code)
        if level == 6:
            return full[:12]
        if level == 1:
            return ""
        up = level - 1
        while up > 1 and not int(full[_ENDS[up - 1] : _ENDS[up]]):  # a township right under a city (东莞) has no county
            up -= 1
        return full[: _ENDS[up]].ljust(12, "0")

    def above(self, code: str) -> list[str]:
        """The way down to a code, the province first, itself not among them, without placeholders. Raises CodeError."""
        way: list[str] = []
        at = self.parent(code)
        while at:
            if not self.is_placeholder(at):
                way.append(at)
            at = self.parent(at)
        return way[::-1]

    def is_placeholder(self, code: str) -> bool:
        """Whether a code stands for no place of its own: 市辖区 and 县 of municipalities (110100, 500200), 市辖区 of a city
        (330101), directly administered counties (419000). Raises CodeError."""
        full, level = self.padded(code), self.level(code)
        if level == 2:
            return self.is_municipality(full) or full[2:4] == "90"
        return level == 3 and full[4:6] == "01" and full[2:4] != "90" and not self.is_municipality(full)

    def is_municipality(self, code: str) -> bool:
        """Whether it lies in (or is) one of the four 直辖市, which have no real city level."""
        return code[:2] in MUNICIPALITIES

    def township_kind(self, code: str) -> str | None:
        """subdistrict (街道), town (镇), township (乡) or enterprise, by the first digit; None above the township."""
        full = self.padded(code)
        if self.level(full) < 4:
            return None
        kind = int(full[6])
        return _TOWNSHIPS[kind] if kind < len(_TOWNSHIPS) else None

    def tree(self, features: Features) -> Features:
        """The features with full codes, and `parent`, `level` and `placeholder` where they are missing or of no use (a level
        that is a word): the parent is the nearest one above that is in the file. Rows whose code is none keep it, and the
        region tree will say so."""
        codes = [self._full(row.get("code")) for row in features.properties]
        there = {code for code in codes if code}
        rows = [self._row(row, code, there) for row, code in zip(features.properties, codes, strict=True)]
        return Features(features.geometries, rows)

    def _row(self, row: Mapping[str, Any], code: str, there: set[str]) -> Mapping[str, Any]:
        if not code:
            return row
        parent = self.parent(code)
        while parent and parent not in there:
            parent = self.parent(parent)
        found = {"parent": parent, "level": self.level(code), "placeholder": self.is_placeholder(code)}
        given = {key: value for key, value in row.items() if _means_something(key, value)}
        given |= {"parent": self._full(given["parent"]) or given["parent"]} if "parent" in given else {}
        return found | given | {"code": code}

    def _full(self, code: object) -> str:
        try:
            return self.padded(str(code))
        except CodeError:
            return ""

    def _gap(self, full: str) -> bool:
        """Whether digits follow an empty province, or an empty township before a village."""
        return int(full[9:12]) > 0 and int(full[6:9]) == 0


def _means_something(key: str, value: object) -> bool:
    """Whether a property may stay: some files write 'district' for a level, and a whole object for a parent."""
    if key in ("parent", "level") and not isinstance(value, str | int | float if key == "parent" else int | float):
        return False
    return value is not None and value != ""
