"""A city's folder: the small one loads, the wrong one lists every mistake of every file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.city import City, load_city
from cockpit.city_files import CityError
from tests.cities.line import CITIES, TINY, WRONG, kinds

Edit = Callable[[str, str, str], None]


def load(folder: Path) -> City:
    return load_city(folder, kinds())


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(CityError) as raised:
        load(folder)
    return [str(problem) for problem in raised.value.problems]


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A copy of the tiny city to break."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


@pytest.fixture
def edit(city: Path) -> Edit:
    def replaced(file: str, old: str, new: str) -> None:
        text = (city / file).read_text("utf-8")
        assert old in text
        (city / file).write_text(text.replace(old, new, 1), "utf-8")

    return replaced


def test_the_tiny_city() -> None:
    city = load(TINY)
    assert (city.name, city.title["zh"], city.zone, city.demonstration) == ("tiny", "小城", "Asia/Shanghai", True)
    assert (list(city.slots), list(city.boards)) == (["hotline", "reviews", "vehicles"], ["city", "quality"])
    assert (len(city.regions), city.regions.root.code) == (6, "77")
    assert [layer.name for layer in city.layers] == ["river"]
    assert list(city.schemes) == ["service"]
    assert {topic: [slot.slot for slot in slots] for topic, slots in city.topics.items()} == {
        "city.hotline": ["hotline"], "city.reviews": ["reviews"], "city.vehicles": ["vehicles"],
    }  # fmt: skip


def test_every_mistake_of_a_wrong_city_is_listed() -> None:
    expected = (CITIES / "wrong.txt").read_text("utf-8").splitlines()
    assert mistakes(WRONG) == expected


def test_the_default_board_stands_first(city: Path, edit: Edit) -> None:
    edit("city.yaml", "default_board: city", "default_board: quality")
    assert list(load(city).boards) == ["quality", "city"]


def test_what_is_people_s_own_is_left_alone(city: Path) -> None:
    (city / ".git").mkdir()
    (city / "LICENSE").write_text("free", "utf-8")
    (city / "slots" / "README.md").write_text("notes", "utf-8")
    assert load(city).name == "tiny"


def test_a_slot_that_is_wrong_itself_makes_no_board_wrong(city: Path, edit: Edit) -> None:
    edit("slots/hotline.yaml", "agg: mean", "agg: maen")
    assert mistakes(city) == [
        "slots/hotline.yaml:26: indicators.1.measure.agg: got 'maen'; allowed: 'count', 'sum', 'mean', 'min', 'max', 'last', "
        "'quantile' or 'distinct'. Hint: did you mean 'mean'?"
    ]


def test_one_mistake_hides_no_other_in_its_file(city: Path, edit: Edit) -> None:
    edit("slots/hotline.yaml", "family: operations", "family: operation")
    edit("slots/hotline.yaml", "dimensions: [category]", "dimensions: [categroy]")
    edit("slots/hotline.yaml", "stars >= 4", "star >= 4")
    assert [line.split(":")[1] for line in mistakes(city)] == ["3", "15", "32"]


def test_a_region_file_outside_the_folder_is_refused(city: Path, edit: Edit) -> None:
    (city.parent / "regions.geojson").write_text("{}", "utf-8")
    edit("city.yaml", "regions: regions.geojson", "regions: ../regions.geojson")
    assert any("leads out of the city's folder" in mistake for mistake in mistakes(city))


def test_a_link_out_of_the_folder_is_refused(city: Path) -> None:
    (city / "layers" / "river.geojson").unlink()
    (city / "layers" / "river.geojson").symlink_to("/etc/hostname")
    assert mistakes(city) == ["layers/river.yaml:4: file: the file 'layers/river.geojson' does not exist"]


def test_a_folder_that_is_no_city(tmp_path: Path) -> None:
    assert mistakes(tmp_path)[-1].startswith("city.yaml:1: there is no city.yaml")
    assert mistakes(tmp_path / "nowhere")[-1].startswith("city.yaml:1: there is no city.yaml in nowhere/")


def test_a_layer_may_not_be_called_like_a_slot(city: Path, edit: Edit) -> None:
    (city / "layers" / "river.yaml").rename(city / "layers" / "vehicles.yaml")
    edit("layers/vehicles.yaml", "layer: river", "layer: vehicles")
    edit("boards/city.yaml", "river, ", "")
    assert mistakes(city) == ["layers/vehicles.yaml:1: layer: 'vehicles' is the name of a slot; a map could not tell them apart"]


def test_points_need_polygons(city: Path) -> None:
    collection = json.loads((city / "regions.geojson").read_text("utf-8"))
    collection["features"] = [feature | {"geometry": None} for feature in collection["features"]]
    (city / "regions.geojson").write_text(json.dumps(collection), "utf-8")
    assert mistakes(city) == [
        "slots/vehicles.yaml:13: region.point: no region of the city has a polygon, so no point lies in any. Hint: {code: FIELD}"
    ]


def test_the_region_file_may_stand_in_a_folder_of_its_own(city: Path, edit: Edit) -> None:
    (city / "geo").mkdir()
    (city / "regions.geojson").rename(city / "geo" / "regions.geojson")
    edit("city.yaml", "regions: regions.geojson", "regions: geo/regions.geojson")
    assert len(load(city).regions) == 6


def test_a_city_needs_a_board(city: Path, edit: Edit) -> None:
    shutil.rmtree(city / "boards")
    edit("city.yaml", "default_board: city\n", "")
    assert mistakes(city) == ["boards:1: a city needs at least one board. Hint: boards/city.yaml"]


def test_a_board_without_strip_tablet_and_desk_shows_the_wall_there() -> None:
    layouts = load(TINY).boards["quality"].layouts
    assert layouts.strip == layouts.desk == layouts.wall
    assert layouts.tablet.flow == ("good", "note")


def test_panels_keep_their_options_and_title() -> None:
    feed = load(TINY).boards["city"].panels["feed"]
    assert (feed.kind.name, feed.title) == ("feed", {"zh": "最近报文", "en": "Latest"})
    assert feed.kind.slots(feed.options) == {"vehicles"}
