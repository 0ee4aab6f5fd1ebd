"""Taking over a new address book and roster: looked at first, then put in place of the old files, which can be had back once."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from cockpit.city_files import ROSTER_FILES
from cockpit.dispatch.roster import Roster
from cockpit.dispatch.roster_files import RosterProblem, read_roster
from cockpit.dispatch.spreadsheet import Rows, sheets

_DAY_ONE: Final = date(1899, 12, 30)
"""Spreadsheets count days from here."""
_TIMES: Final = ("from", "to")
_DAYS: Final = ("first", "last")
_NAMED: Final = {
    "people": "people.csv",
    "units": "units.csv",
    "duty": "duty.csv",
    "通讯录": "people.csv",
    "单位": "units.csv",
    "值班表": "duty.csv",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What a new file does to the one in force: the keys of its rows (of duty: the whole row)."""

    file: str
    rows: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would come of it; with a problem it cannot be applied."""

    changes: tuple[Change, ...]
    problems: tuple[RosterProblem, ...]


class RosterImport:
    """The files of a city's roster. Blocks on the disk. `former`: a folder for what was there before the last change."""

    def __init__(self, folder: Path, former: Path, zone: str, regions: Collection[str]) -> None:
        self._folder = folder
        self._former = former
        self._zone = zone
        self._regions = regions

    def rows(self) -> dict[str, int]:
        """How many rows each file in force has."""
        return {name: len(_keyed(name, content)) for name, content in self._files(self._folder).items()}

    def preview(self, given: Mapping[str, bytes]) -> Preview:
        """What the files would change, and every mistake in them. `given`: name → CSV; a file that is not given stays."""
        there = self._files(self._folder)
        with tempfile.TemporaryDirectory() as folder:
            for name, content in {**there, **given}.items():
                (Path(folder) / name).write_bytes(content)
            _, problems = read_roster(Path(folder), self._zone, self._regions)
        return Preview(tuple(_change(name, there.get(name, b""), content) for name, content in given.items()), problems)

    def apply(self, given: Mapping[str, bytes]) -> Roster:
        """Puts the files in place, keeps those that were there, and answers the roster that is now in force. Raises OSError."""
        self._former.mkdir(parents=True, exist_ok=True)
        for name in ROSTER_FILES:
            _copy(self._folder / name, self._former / name)
        self._folder.mkdir(exist_ok=True)
        for name, content in given.items():
            _write(self._folder / name, content)
        return self._read()

    def undo(self) -> Roster:
        """Puts back what was there before; what is there now can be had back in the same way. Raises OSError."""
        now, before = self._files(self._folder), self._files(self._former)
        for folder, files in ((self._folder, before), (self._former, now)):
            for name in ROSTER_FILES:
                if name in files:
                    _write(folder / name, files[name])
                else:
                    (folder / name).unlink(missing_ok=True)
        return self._read()

    def kept_at(self) -> datetime | None:
        """When there was a change that can be taken back; None: there was none."""
        return datetime.fromtimestamp(self._former.stat().st_mtime, UTC) if self._former.is_dir() else None

    def _read(self) -> Roster:
        return read_roster(self._folder, self._zone, self._regions)[0]

    @staticmethod
    def _files(folder: Path) -> dict[str, bytes]:
        return {name: (folder / name).read_bytes() for name in ROSTER_FILES if (folder / name).is_file()}


def tables_of(name: str, raw: bytes) -> dict[str, bytes]:
    """The CSV files in what somebody sent: itself, or the sheets of a workbook, named by their titles or by their columns.

    Raises ValueError: it is none of the three.
    """
    if not raw.startswith(b"PK"):
        return {_file(Path(name).stem, _header(raw)): raw}
    found = {_file(title, [cell.strip() for cell in rows[0]]): _as_csv(rows) for title, rows in sheets(raw).items() if rows}
    if not found:
        raise ValueError("the workbook is empty")
    return found


def _file(title: str, header: Sequence[str]) -> str:
    """By its name, else by the columns only it has."""
    if (known := _NAMED.get(title.strip().lower())) is not None:
        return known
    if "who" in header:
        return "duty.csv"
    if "role" in header:
        return "people.csv"
    if {"id", "name"} <= set(header):
        return "units.csv"
    raise ValueError(f"{title!r:.60} is none of {', '.join(ROSTER_FILES)}, by neither its name nor its columns")


def _header(raw: bytes) -> list[str]:
    first = raw.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace")
    return [cell.strip() for cell in next(csv.reader([first]), [])]


def _as_csv(rows: Rows) -> bytes:
    """As long as its header, times and days written out."""
    header = [cell.strip() for cell in rows[0]]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows[1:]:
        if any(cell.strip() for cell in row):
            padded = [*row, *[""] * (len(header) - len(row))]
            writer.writerow([_written(name, cell) for name, cell in zip(header, padded, strict=False)])
    return out.getvalue().encode()


def _written(column: str, cell: str) -> str:
    """Spreadsheets keep 08:30 as 0.354166… and a day as a count of days."""
    try:
        number = float(cell)
    except ValueError:
        return cell
    if column in _TIMES and 0 <= number <= 1:
        minutes = round(number * 1440)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if column in _DAYS and 0 < number < 100_000:
        return (_DAY_ONE + timedelta(days=int(number))).isoformat()
    return cell


def _change(name: str, before: bytes, after: bytes) -> Change:
    old, new = _keyed(name, before), _keyed(name, after)
    changed = tuple(key for key, row in new.items() if key in old and old[key] != row)
    return Change(name, len(new), tuple(new.keys() - old.keys()), changed, tuple(old.keys() - new.keys()))


def _keyed(name: str, content: bytes) -> dict[str, tuple[str, ...]]:
    """The rows by their id, or by all they say; what cannot be read has none."""
    return dict(_pairs(name, content.decode("utf-8-sig", "replace")))


def _pairs(name: str, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    rows: Iterable[list[str]] = csv.reader(io.StringIO(text, newline=""))
    try:
        for number, row in enumerate(rows):
            if number and any(row):
                cells = tuple(cell.strip() for cell in row)
                yield (" ".join(cells) if name == "duty.csv" else cells[0]), cells
    except csv.Error:
        return


def _copy(source: Path, target: Path) -> None:
    if source.is_file():
        shutil.copyfile(source, target)
    else:
        target.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
