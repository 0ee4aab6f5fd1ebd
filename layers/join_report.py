"""What became of codes that were matched with the region tree: how many fit, which do not, and why perhaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from .regions import Regions


@dataclass(frozen=True, slots=True)
class JoinReport:
    """`matched` rows found their region; `unknown`: code → rows, the most frequent first; `missing`: rows without a code.

    `unused`: regions no row named (of the levels that rows do name). `hint` is the likely cause, "" when all fits.
    """

    matched: int
    missing: int
    unknown: Mapping[str, int]
    unused: tuple[str, ...]
    hint: str

    def __str__(self) -> str:
        lost = sum(self.unknown.values())
        rows = self.matched + lost + self.missing
        shown = ", ".join(f"{code!r} ({count})" for code, count in list(self.unknown.items())[:5])
        more = f": {shown}{', …' if len(self.unknown) > 5 else ''}. Hint: {self.hint}" if lost else ""
        return f"{self.matched} of {rows} rows found their region; {self.missing} have no code, {lost} an unknown one{more}"


def join_report(regions: Regions, codes: pl.Series) -> JoinReport:
    """How a column of codes fits a tree. About 5 ms for 100,000 codes."""
    counted = codes.cast(pl.String).to_frame("code").group_by("code").len().sort("len", "code", descending=[True, False])
    found = regions.find(counted["code"]) >= 0
    known, lost = counted.filter(pl.Series(found)), counted.filter(~pl.Series(found) & pl.col("code").is_not_null())
    unknown = dict(zip(lost["code"].to_list(), lost["len"].to_list(), strict=True))
    named = set(known["code"].to_list())
    levels = {regions.region(code).level for code in named}
    unused = tuple(code for code in regions.codes if code not in named and regions.region(code).level in levels)
    missing = int(counted.filter(pl.col("code").is_null())["len"].sum())
    return JoinReport(int(known["len"].sum()), missing, unknown, unused, _hint(regions, unknown))


def _hint(regions: Regions, unknown: Mapping[str, int]) -> str:
    """The first explanation that holds for at least half of the unknown codes."""
    if not unknown:
        return ""
    for hint, variants in _CAUSES:
        if 2 * sum(any(one in regions for one in variants(code)) for code in unknown) >= len(unknown):
            return hint
    return "the codes are of another year or another city; compare them with the region file"


def _filled(code: str) -> set[str]:
    return {code.ljust(end, "0") for end in (6, 9, 12)}


def _cut(code: str) -> set[str]:
    return {code[:end] for end in (2, 4, 6, 9) if set(code[end:]) <= {"0"}}


def _as_text(code: str) -> set[str]:
    whole = code.removesuffix(".0")
    return {whole, whole.zfill(6), whole.zfill(len(code) + 1)}


_CAUSES: Final[tuple[tuple[str, Callable[[str], set[str]]], ...]] = (
    ("they are shorter than the tree's: fill them with zeros", _filled),
    ("they are longer than the tree's: cut the zeros", _cut),
    ("they were read as numbers: read them as text", _as_text),
    ("they hold blanks", lambda code: {code.strip()}),
    ("capitals and small letters differ", lambda code: {code.upper(), code.lower()}),
)
