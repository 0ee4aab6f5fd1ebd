"""The address book and the roster as CSV files, as an office program saves them: people.csv, units.csv, duty.csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Final, TypeVar

from cockpit.city_files import ROSTER_FILES
from cockpit.dispatch.roster import Person, Roster, Shift
from cockpit.dispatch.unit import Unit
from slots.problem import nearest

BYTES_MAX: Final = 8 * 1024 * 1024
ROWS_MAX: Final = 50_000
_CELL_MAX: Final = 300
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COLUMNS: Final = {
    "people.csv": (("id", "name", "role"), ("region", "unit", "groups", "phone", "email", "address")),
    "units.csv": (("id", "name"), ("kind", "skills", "region", "phone", "address")),
    "duty.csv": (("who", "days", "from", "to"), ("first", "last")),
}
Row = Mapping[str, str]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, order=True)
class RosterProblem:
    """A mistake in a file: its line from 1, and what is wrong."""

    file: str
    line: int
    message: str


def read_roster(folder: Path, zone: str, regions: Collection[str] | None = None) -> tuple[Roster, tuple[RosterProblem, ...]]:
    """The roster of the files in a folder, and every mistake in them; a row with a mistake is left out. Blocks.

    A file that is not there is an empty one. `regions`: the codes that may be named; None: any.
    """
    problems: list[RosterProblem] = []
    reading = _Reading(regions, problems)
    tables = {name: [*_rows(folder / name, problems)] for name in ROSTER_FILES if (folder / name).is_file()}
    units = reading.values("units.csv", tables, reading.unit, lambda unit: unit.id)
    reading.unit_ids = {unit.id for unit in units}
    people = reading.values("people.csv", tables, reading.person, lambda person: person.id)
    reading.known = reading.unit_ids | {person.id for person in people}
    shifts = reading.values("duty.csv", tables, reading.shift, None)
    return Roster(zone, tuple(people), tuple(units), tuple(shifts)), tuple(sorted(problems))


class _Reading:
    """Makes values of rows; notes what is wrong with them."""

    def __init__(self, regions: Collection[str] | None, problems: list[RosterProblem]) -> None:
        self._regions = regions
        self._problems = problems
        self.unit_ids: set[str] = set()
        self.known: set[str] = set()

    def values(
        self,
        file: str,
        tables: Mapping[str, list[tuple[int, Row]]],
        make: Callable[[Row], Value],
        key: Callable[[Value], str] | None,
    ) -> list[Value]:
        found: list[Value] = []
        seen: dict[str, int] = {}
        for line, row in tables.get(file, ()):
            try:
                value = make(row)
                if key and (first := seen.setdefault(key(value), line)) != line:
                    raise ValueError(f"id: {key(value)!r} is there already, in line {first}")
            except ValueError as error:
                self._problems.append(RosterProblem(file, line, str(error)))
                continue
            found.append(value)
        return found

    def unit(self, row: Row) -> Unit:
        return Unit(
            id=_given(row, "id"), name=_given(row, "name"), kind=row["kind"], skills=_listed(row["skills"]),
            region=self._region(row), phone=row["phone"], address=row["address"],
        )  # fmt: skip

    def person(self, row: Row) -> Person:
        if row["unit"] and row["unit"] not in self.unit_ids:
            raise ValueError(f"unit: {row['unit']!r} is not in units.csv.{nearest(row['unit'], self.unit_ids)}")
        return Person(
            _given(row, "id"), _given(row, "name"), _given(row, "role"), self._region(row),
            row["unit"], _listed(row["groups"]), row["phone"], row["email"], row["address"],
        )  # fmt: skip

    def shift(self, row: Row) -> Shift:
        who = _given(row, "who")
        if who not in self.known:
            raise ValueError(f"who: {who!r} is neither in people.csv nor in units.csv.{nearest(who, self.known)}")
        first, last = _day(row, "first"), _day(row, "last")
        if first and last and first > last:
            raise ValueError(f"last: {last} lies before first, {first}")
        return Shift(who, _days(row["days"]), _time(row, "from"), _time(row, "to"), first, last)

    def _region(self, row: Row) -> str | None:
        code = row["region"]
        if code and self._regions is not None and code not in self._regions:
            raise ValueError(f"region: there is no region {code!r} in the tree.{nearest(code, list(self._regions)[:2000])}")
        return code or None


def _rows(path: Path, problems: list[RosterProblem]) -> Iterator[tuple[int, Row]]:
    """The rows of a file with their lines; columns that are left out are empty."""
    try:
        reader = csv.DictReader(io.StringIO(_text(path), newline=""), strict=True)
        names = [name.strip() for name in reader.fieldnames or ()]
        if faults := [*_header_faults(path.name, names)]:
            problems += [RosterProblem(path.name, 1, fault) for fault in faults]
            return
        reader.fieldnames = names
        empty = dict.fromkeys(name for part in _COLUMNS[path.name] for name in part)
        for row in reader:
            if fault := _row_fault(row, reader.line_num):
                problems.append(RosterProblem(path.name, reader.line_num, fault))
            else:
                yield reader.line_num, {name: (row.get(name) or "").strip() for name in empty}
    except (ValueError, csv.Error) as error:
        problems.append(RosterProblem(path.name, 1, str(error)))


def _row_fault(row: Mapping[str | None, object], line: int) -> str:
    if None in row or None in row.values():
        return f"it has not as many cells as there are columns, {len([name for name in row if name])}"
    if line > ROWS_MAX:
        return f"more than {ROWS_MAX:,} rows are not read"
    if any(len(str(cell)) > _CELL_MAX for cell in row.values()):
        return f"a cell holds at most {_CELL_MAX} characters"
    return ""


def _header_faults(file: str, names: list[str]) -> Iterator[str]:
    needed, allowed = _COLUMNS[file][0], [name for part in _COLUMNS[file] for name in part]
    if missing := [name for name in needed if name not in names]:
        yield f"the columns {', '.join(missing)} are missing; allowed: {', '.join(allowed)}"
    for name in names:
        if name not in allowed:
            yield f"unknown column {name!r}; allowed: {', '.join(allowed)}.{nearest(name, allowed)}"
    if len(set(names)) < len(names):
        yield "a column stands there twice"


def _text(path: Path) -> str:
    if path.stat().st_size > BYTES_MAX:
        raise ValueError(f"the file is larger than {BYTES_MAX // 1024**2} MiB")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8: byte 0x{error.object[error.start]:02x}. Hint: save it as “CSV UTF-8”.") from None


def _given(row: Row, name: str) -> str:
    if not row[name]:
        raise ValueError(f"{name}: must be given")
    return row[name]


def _listed(cell: str) -> frozenset[str]:
    return frozenset(part.strip() for part in cell.replace("；", ";").split(";") if part.strip())


def _days(cell: str) -> frozenset[int]:
    """`daily`, or days of the week with blanks between them; `mon-fri` is a span of them."""
    if cell.strip() == "daily":
        return frozenset(range(7))
    found: set[int] = set()
    for word in cell.split():
        first, _, last = word.partition("-")
        if first not in _DAYS or (last and last not in _DAYS):
            raise ValueError(f"days: 'daily', or {' '.join(_DAYS)}, or a span as mon-fri; got {cell!r:.60}")
        begin, end = _DAYS.index(first), _DAYS.index(last or first)
        found |= {number % 7 for number in range(begin, (end if end >= begin else end + 7) + 1)}
    if not found:
        raise ValueError("days: must be given, as 'daily' or 'mon-fri'")
    return frozenset(found)


def _time(row: Row, name: str) -> time:
    try:
        found = time.fromisoformat("00:00" if row[name] == "24:00" else row[name].zfill(5))
    except ValueError:
        raise ValueError(f"{name}: a time of day is written 08:30, got {row[name]!r:.40}") from None
    return found.replace(tzinfo=None)


def _day(row: Row, name: str) -> date | None:
    try:
        return date.fromisoformat(row[name]) if row[name] else None
    except ValueError:
        raise ValueError(f"{name}: a day is written 2026-11-20, got {row[name]!r:.40}") from None
