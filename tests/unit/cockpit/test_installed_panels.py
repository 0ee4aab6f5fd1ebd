from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.panels.installed import installed, kinds, scripts

CODE = """
from cockpit.panels import TextPanel


class Own(TextPanel):
    name = "own"


taken = TextPanel()
nothing = 3
"""


def plugged(folder: Path, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    """An installed distribution that offers this."""
    (folder / f"own_{folder.name}.py").write_text(CODE)
    about = folder / "own-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: own\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[cockpit.panels]\nmine = own_{folder.name}:{point}\n")
    monkeypatch.syspath_prepend(folder)


def test_an_installed_panel_stands_beside_the_built_in_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged(tmp_path, monkeypatch, "Own")
    assert list(installed()) == ["own"]
    assert {"own", "text", "map"} <= set(kinds())


def test_a_panel_needs_a_script_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged(tmp_path, monkeypatch, "Own")
    with pytest.raises(TypeError, match=r"the panel 'own' needs `script`"):
        scripts()


def test_a_name_that_is_taken_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged(tmp_path, monkeypatch, "taken")
    with pytest.raises(ValueError, match=r"'mine'.*calls its panel 'text'"):
        kinds()


def test_what_is_no_panel_is_named_with_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged(tmp_path, monkeypatch, "nothing")
    with pytest.raises(TypeError, match=r"'mine' .* is no panel: it lacks name, Options"):
        kinds()
