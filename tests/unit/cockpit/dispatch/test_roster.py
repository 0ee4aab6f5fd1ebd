"""The address book and the duty roster: reading them, and who is on duty."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cockpit.dispatch.limits import Escalation
from cockpit.dispatch.roster import Roster, Shift
from cockpit.dispatch.roster_files import RosterProblem, read_roster

SHANGHAI = ZoneInfo("Asia/Shanghai")
UNITS = "id,name,kind,skills,region\nP1,巡逻一组,patrol,water; gas,9901\nP2,巡逻二组,patrol,,9902\n"
PEOPLE = (
    "\ufeffid,name,role,region,unit,groups,phone\nw,王,grid_worker,9901,P1,,1\nl,李,grid_leader,99,,experts,2\n"
    "z,赵,grid_leader,9901,,experts,3\n"
)  # fmt: skip
DUTY = "who,days,from,to,first,last\nw,mon-fri,08:00,20:00,,\nl,daily,20:00,08:00,,\nz,sat sun,8:00,24:00,2026-11-01,2026-11-30\n"


def at(day: int, hour: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def read(folder: Path, **files: str) -> tuple[Roster, tuple[RosterProblem, ...]]:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return read_roster(folder, "Asia/Shanghai", ["99", "9901", "9902"])


@pytest.fixture
def roster(tmp_path: Path) -> Roster:
    found, problems = read(tmp_path, units=UNITS, people=PEOPLE, duty=DUTY)
    assert not problems
    return found


def test_the_files_are_read(roster: Roster) -> None:
    assert [(unit.id, unit.skills, unit.region) for unit in roster.units] == [
        ("P1", frozenset({"water", "gas"}), "9901"), ("P2", frozenset(), "9902"),
    ]  # fmt: skip
    assert [person.id for person in roster.people] == ["w", "l", "z"] and roster.groups == {"experts"}


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        (at(20, 8), ["w"]), (at(20, 7), ["l"]), (at(20, 20), ["l"]), (at(21, 7), ["l"]), (at(21, 8), ["z"]),
        (at(21, 23), ["l", "z"]),
        (at(22, 0), ["l"]), (at(5, 8, month=12), []),
    ],
)  # fmt: skip
def test_who_is_on_duty(roster: Roster, moment: datetime, who: list[str]) -> None:
    assert [person.id for person in roster.people_on_duty(moment.astimezone(UTC))] == who


def test_a_unit_is_on_duty_when_its_people_are(roster: Roster) -> None:
    assert [unit.on_duty for unit in roster.units_at(at(20, 9))] == [True, None]
    assert [unit.on_duty for unit in roster.units_at(at(20, 21))] == [False, None]


def test_an_escalation_reaches_the_nearest_on_duty_else_all(roster: Roster) -> None:
    rung = Escalation("HANDLING", "grid_leader", 1.0, at(20, 7))
    assert [one.id for one in roster.escalated(rung, at(21, 23), ["9901", "99"]).people] == ["z", "l"]
    woken = roster.escalated(rung, at(20, 9), ["9901", "99"])
    assert ([one.id for one in woken.people], woken.on_duty) == (["z", "l"], False)
    assert roster.told("supervisor", at(20, 9)).people == ()
    assert [one.id for one in roster.told("experts", at(20, 7)).people] == ["l"]


def test_a_night_shift_belongs_to_the_day_it_begins_on() -> None:
    night = Shift("n", frozenset({4}), time(22), time(6))
    friday, saturday = datetime(2026, 11, 20, 23), datetime(2026, 11, 21, 5)
    assert night.covers(friday) and night.covers(saturday)
    assert not night.covers(friday.replace(hour=5)) and not night.covers(saturday.replace(hour=23))


def test_every_mistake_is_listed_with_its_line(tmp_path: Path) -> None:
    roster, problems = read(
        tmp_path, units="id,nam\n1,x\n",
        people="id,name,role,region,unit\na,甲,chief,98,\nb,,chief,,\na,丙,chief,,\na,丁,chief,,\ne,戊,chief,,P1\nf,己\n",
        duty="who,days,from,to,first,last\nb,daily,8,9,,\na,monday,08:00,09:00,,\na,daily,25:00,09:00,,\n"
        "a,daily,08:00,09:00,2026-12-01,2026-11-01\n",
    )  # fmt: skip
    assert [(one.file, one.line, one.message.split(";")[0].split(". ")[0][:50]) for one in problems] == [
        ("duty.csv", 2, "who: 'b' is neither in people.csv nor in units.csv"),
        ("duty.csv", 3, "days: 'daily', or mon tue wed thu fri sat sun, or "),
        ("duty.csv", 4, "from: a time of day is written 08:30, got '25:00'"),
        ("duty.csv", 5, "last: 2026-11-01 lies before first, 2026-12-01"),
        ("people.csv", 2, "region: there is no region '98' in the tree."),
        ("people.csv", 3, "name: must be given"),
        ("people.csv", 5, "id: 'a' is there already, in line 4"),
        ("people.csv", 6, "unit: 'P1' is not in units.csv."),
        ("people.csv", 7, "it has not as many cells as there are columns, 5"),
        ("units.csv", 1, "the columns name are missing"),
        ("units.csv", 1, "unknown column 'nam'"),
    ]
    assert [person.id for person in roster.people] == ["a"] and not roster.shifts


@pytest.mark.parametrize("raw", [b"id,name\n1,\xb2\xe9\n", b'id,name\n1,"x\n', b"", b"\x00"])
def test_what_is_no_csv_is_told(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "units.csv").write_bytes(raw)
    roster, problems = read_roster(tmp_path, "UTC")
    assert problems and not roster.units


def test_no_files_make_an_empty_roster(tmp_path: Path) -> None:
    roster, problems = read_roster(tmp_path, "UTC")
    assert not problems and roster.people_on_duty(at(20, 8)) == () and roster.on_duty("x", at(20, 8)) is None
