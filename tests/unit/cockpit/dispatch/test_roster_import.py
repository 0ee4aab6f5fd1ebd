"""A new roster: what it changes and what is wrong with it is said before it counts; the last one can be had back."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.dispatch.roster_import import RosterImport, tables_of
from tests.unit.cockpit.dispatch.test_spreadsheet import workbook

UNITS = "id,name,kind,skills,region,phone\nU1,东区抢修队,patrol,water,77,\nU2,西区抢修队,patrol,,77,\n".encode()
DUTY = b"who,days,from,to\nU1,daily,08:30,20:00\n"


@pytest.fixture
def importing(tmp_path: Path) -> RosterImport:
    folder = tmp_path / "roster"
    folder.mkdir()
    (folder / "units.csv").write_bytes(UNITS)
    return RosterImport(folder, tmp_path / "former", "Asia/Shanghai", {"77"})


def test_a_preview_says_what_is_new_changed_and_gone_and_changes_nothing(importing: RosterImport) -> None:
    new = "id,name,kind,skills,region,phone\nU1,东区一队,patrol,water,77,\nU3,北区抢修队,patrol,,77,\n".encode()
    (change,) = importing.preview({"units.csv": new}).changes
    assert (change.file, change.rows, change.added, change.changed, change.removed) == ("units.csv", 2, ("U3",), ("U1",), ("U2",))
    assert importing.rows() == {"units.csv": 2} and importing.kept_at() is None


def test_every_mistake_is_named_with_its_line(importing: RosterImport) -> None:
    bad = b"who,days,from,to\nU9,daily,08:30,20:00\nU1,someday,08:30,20:00\nU1,daily,25:00,20:00\n"
    problems = importing.preview({"duty.csv": bad}).problems
    assert [(one.file, one.line) for one in problems] == [("duty.csv", 2), ("duty.csv", 3), ("duty.csv", 4)]
    assert "'U9' is neither in people.csv nor in units.csv" in problems[0].message


def test_what_is_applied_counts_and_can_be_taken_back_and_forth(importing: RosterImport) -> None:
    one = b"id,name\nU7,new\n"
    assert [unit.id for unit in importing.apply({"units.csv": one, "duty.csv": b"who,days,from,to\n"}).units] == ["U7"]
    assert importing.kept_at() is not None
    assert [unit.id for unit in importing.undo().units] == ["U1", "U2"]
    assert importing.rows() == {"units.csv": 2}  # duty.csv was not there before
    assert [unit.id for unit in importing.undo().units] == ["U7"]
    assert importing.rows() == {"units.csv": 1, "duty.csv": 0}


def test_a_workbook_is_taken_apart_by_titles_or_by_columns_times_and_days_written_out(importing: RosterImport) -> None:
    duty: list[list[object]] = [
        ["who", "days", "from", "to", "first"],
        ["U1", "mon-fri", 8.5 / 24, "20:00", 46348],
        [None, None, None, None, None],
    ]
    found = tables_of("roster.xlsx", workbook(单位=[["id", "name"], ["U1", "东区"]], Sheet2=duty))
    assert sorted(found) == ["duty.csv", "units.csv"]
    assert found["duty.csv"].decode().splitlines()[1] == "U1,mon-fri,08:30,20:00,2026-11-22"
    assert importing.preview(found).problems == ()


def test_a_csv_file_is_known_by_its_name_or_its_columns() -> None:
    assert sorted(tables_of("值班表.csv", DUTY)) == sorted(tables_of("export.csv", DUTY)) == ["duty.csv"]
    assert sorted(tables_of("Units.CSV", UNITS)) == ["units.csv"]
    with pytest.raises(ValueError, match=r"is none of people\.csv, units\.csv, duty\.csv"):
        tables_of("other.csv", b"a,b\n1,2\n")
