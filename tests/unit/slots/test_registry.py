from pathlib import Path

import pytest

from slots.registry import UnknownSlot, find, names
from tests.line import small_slot


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two installed distributions: one offers a slot, the other something that is none."""
    document = small_slot(slot="parking").model_dump(mode="json")
    code = f"from slots.slot import parse_slot\nslot = parse_slot({document!r})\nnothing = 3\n"
    (tmp_path / "parking_slot.py").write_text(code)
    about = tmp_path / "parking-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: parking\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[cockpit.slots]\nparking = parking_slot\nbroken = parking_slot:nothing\n")
    monkeypatch.syspath_prepend(tmp_path)


def test_every_built_in_is_a_valid_slot_named_as_its_file() -> None:
    found = names()
    assert {name.partition("/")[0] for name in found} == {"business_environment", "evaluation", "operations"}
    for name in found:
        slot = find(name)
        assert f"{slot.family}/{slot.slot}" == name


def test_a_plug_in_is_found_by_its_entry_point(plugged: None) -> None:
    assert find("parking").slot == "parking"
    assert "parking" in names()


def test_a_plug_in_that_is_no_slot_says_so(plugged: None) -> None:
    with pytest.raises(TypeError, match="'broken' must name a Slot"):
        find("broken")


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(UnknownSlot, match="operations/hotline"):
        find("operations/hotlin")
