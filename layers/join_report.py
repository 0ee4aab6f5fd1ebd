"""What became of codes that were matched with the region tree: how many fit, which do not, and why perhaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from .chinese_codes import MUNICIPALITIES
from .regions import Regions

_SHOWN: Final = 3


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
        shown = ", ".join(f"{code!r} ({count})" for code, count in list(self.unknown.items())[:_SHOWN])
        more = f": {shown}{', …' if len(self.unknown) > _SHOWN else ''}. Hint: {self.hint}" if lost else ""
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
    for hint, explains in _CAUSES:
        if 2 * sum(explains(regions, code) for code in unknown) >= len(unknown):
            return hint
    return "the codes are of another year or another city; compare them with the region file"


def _variants(made: Callable[[str], set[str]]) -> Callable[[Regions, str], bool]:
    return lambda regions, code: any(one in regions for one in made(code))


def _filled(code: str) -> set[str]:
    return {code.ljust(end, "0") for end in (6, 9, 12)}


def _cut(code: str) -> set[str]:
    return {code[:end] for end in (2, 4, 6, 9) if set(code[end:]) <= {"0"}}


def _as_text(code: str) -> set[str]:
    whole = code.removesuffix(".0")
    return {whole, whole.zfill(6), whole.zfill(len(code) + 1)}


def _municipal(code: str) -> set[str]:
    """Of 110100 (市辖区 of Beijing) the codes of Beijing itself: such a placeholder stands for no place of its own."""
    if code[:2] not in MUNICIPALITIES or code[2:4] not in ("01", "02") or not set(code[4:]) <= {"0"}:
        return set()
    return {code[:2].ljust(end, "0") for end in (2, 6, 12)}


def _of_another_day(regions: Regions, code: str) -> bool:
    return code in regions.elsewhen


def _neighbour(regions: Regions, code: str) -> bool:
    """Whether the tree has other counties of the city of a code: then it is of another year."""
    return len(code) >= 6 and code.isdigit() and code[4:6] != "00" and any(known.startswith(code[:4]) for known in regions.codes)


_CAUSES: Final[tuple[tuple[str, Callable[[Regions, str], bool]], ...]] = (
    ("they are shorter than the tree's: fill them with zeros", _variants(_filled)),
    ("they are longer than the tree's: cut the zeros", _variants(_cut)),
    ("they were read as numbers: read them as text", _variants(_as_text)),
    ("they hold blanks", _variants(lambda code: {code.strip()})),
    ("capitals and small letters differ", _variants(lambda code: {code.upper(), code.lower()})),
    ("they are the placeholder of a municipality (市辖区): write the municipality's own code", _variants(_municipal)),
    (
        "they are codes of another day, as valid_from and valid_to say; choose it with `on`",
        lambda regions, code: code in regions.elsewhen,
    ),
    ("they are of another year: the tree has other districts of the same city (merged or renamed since?)", _neighbour),
)
