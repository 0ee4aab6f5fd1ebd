"""One look at a city's folder: what holds is taken over whole, what does not changes nothing and says why."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from cockpit.city import load_city
from cockpit.city_files import folder_stamps
from cockpit.reload import Changed, Reload, matters
from cockpit.server import create_app
from tests.cities.client import Client
from tests.cities.line import TINY, CityLine, kinds


@dataclass
class Folder:
    """A copy of the tiny city, and what looks at it."""

    path: Path
    changes: list[Changed] = field(default_factory=list)

    def __post_init__(self) -> None:
        shutil.copytree(TINY, self.path)
        self.city = load_city(self.path, kinds())
        self.reload = Reload(self.city, kinds(), [self.changes.append])

    def replace(self, file: str, old: str, new: str) -> None:
        text = (self.path / file).read_text("utf-8")
        assert old in text
        (self.path / file).write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "tiny")


def test_nothing_changed_is_no_change(folder: Folder) -> None:
    assert not folder.reload.look() and folder.changes == []


def test_a_folder_tells_whether_it_is_as_it_was_loaded(folder: Folder) -> None:
    assert folder.city.stamps == folder_stamps(folder.path)
    folder.replace("slots/hotline.yaml", "target: 20", "target: 25")  # as many letters as before
    changed = folder_stamps(folder.path)
    assert folder.city.stamps != changed
    (folder.path / "slots" / "reviews.yaml").unlink()
    assert folder_stamps(folder.path) < changed


def test_a_changed_slot_and_board_are_taken_over_and_the_others_stay(folder: Folder) -> None:
    before = dict(folder.city.slots)
    folder.replace("slots/hotline.yaml", "target: 20", "target: 25")
    folder.replace("boards/city.yaml", "refresh: ", "refresh: 1")
    assert folder.reload.look() == Changed(frozenset({"hotline"}), frozenset({"city"}))
    assert folder.city.slots["hotline"] is not before["hotline"] and folder.city.slots["reviews"] is before["reviews"]
    wait = folder.city.slots["hotline"].indicator("wait")
    assert wait is not None and wait.target == 25


def test_one_mistake_anywhere_keeps_all_as_it_was(folder: Folder) -> None:
    folder.replace("slots/hotline.yaml", "target: 20", "target: 25")
    folder.replace("slots/reviews.yaml", "format: csv", "format: cvs")
    before = dict(folder.city.slots)
    assert not folder.reload.look() and dict(folder.city.slots) == before
    (problem,) = folder.reload.problems()
    assert problem.file == Path("slots/reviews.yaml") and "cvs" in problem.message
    assert folder.changes == [Changed()]  # nothing is other but what is said of the files
    folder.replace("slots/reviews.yaml", "format: cvs", "format: csv")
    assert folder.reload.look().slots == {"hotline"} and folder.reload.problems() == ()


def test_a_slot_that_a_board_shows_cannot_go_alone(folder: Folder) -> None:
    (folder.path / "slots" / "vehicles.yaml").unlink()
    assert not folder.reload.look() and "vehicles" in folder.city.slots
    assert all(problem.file.parts[0] == "boards" for problem in folder.reload.problems())


def test_a_saved_roster_is_taken_over_and_one_with_a_mistake_is_not(folder: Folder) -> None:
    roster = folder.city.roster
    path = folder.path / "roster" / "units.csv"
    path.parent.mkdir()
    path.write_text("id,name\nU1,East\n", "utf-8")
    assert matters(folder.path, path)
    folder.reload.look()
    assert folder.city.roster is roster and [unit.id for unit in roster.units] == ["U1"]
    path.write_text("id,name\nU2,West\nU2,again\n", "utf-8")
    folder.reload.look()
    assert [unit.id for unit in roster.units] == ["U1"]
    assert [problem.line for problem in folder.reload.problems()] == [3]


def test_regions_are_not_read_again(folder: Folder) -> None:
    regions = folder.city.regions
    (folder.path / "regions.geojson").write_text("nothing", "utf-8")
    folder.replace("slots/hotline.yaml", "target: 20", "target: 25")
    assert folder.reload.look().slots == {"hotline"} and folder.city.regions is regions


def test_what_others_keep_beside_the_files_does_not_matter() -> None:
    folder = Path("/city")
    names = ["slots/a.yaml", "city.yaml", "slots/schemas/a.avsc"]
    others = ["slots/.a.yaml.swp", ".git/index", "regions.gpkg-wal", "slots/a.yaml~"]
    assert [matters(folder, folder / name) for name in names + others] == [True] * 3 + [False] * 4


def test_mistakes_are_told_to_probes_and_in_the_list_of_slots(folder: Folder) -> None:
    line = CityLine(folder.path)
    client = Client(create_app(replace(line.parts, problems=folder.reload.problems)))
    assert client.get("/readyz").json()["problem"] == ""
    folder.replace("slots/reviews.yaml", "format: csv", "format: cvs")
    folder.reload.look()
    told = client.get("/api/v1/slots").json()
    problems = {slot["slot"]: slot["problem"] for slot in told["slots"]}
    assert problems["reviews"].startswith("slots/reviews.yaml:") and problems["hotline"] == ""
    assert told["problem"] == problems["reviews"] == client.get("/readyz").json()["problem"]
    client.close()
    line.close()
