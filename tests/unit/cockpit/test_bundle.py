"""A board's own files as bundles: all of them, each once, in order, and never an old one."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from cockpit.bundle import FIRST, FOLDER, HEAD, LAST, STYLES, Bundles
from cockpit.server import create_app
from tests.cities.client import Client
from tests.cities.line import TINY, CityLine

ASSETS = Path(__file__).resolve().parents[3] / "assets"


def test_every_file_of_a_board_is_in_one_bundle() -> None:
    bundles = Bundles(ASSETS)
    named = [*bundles.files(FIRST), *bundles.files(LAST), *bundles.files(STYLES), HEAD]
    assert len(named) == len(set(named))
    there = {path.relative_to(ASSETS).as_posix() for kind in ("*.js", "*.css") for path in ASSETS.rglob(kind)}
    assert {name for name in there if not name.startswith(("duty/", "field/", "leader/"))} == set(named)
    assert bundles.files(LAST)[-1] == "live.js"  # it begins, when all is known


@pytest.mark.parametrize("name", [FIRST, LAST])
def test_scripts_keep_their_names_to_themselves(name: str) -> None:
    """In one file the names of one script would be those of all, and one `use strict` would hold for all."""
    for file in Bundles(ASSETS).files(name):
        lines = [
            line for line in (ASSETS / file).read_text("utf-8").splitlines() if line and not line.startswith(("//", "/*", " *"))
        ]
        assert re.fullmatch(r"\((async )?(\(\)|function \(\)) (=> )?\{", lines[0]), file
        assert lines[-1].startswith("})("), file


def test_what_a_style_sheet_names_is_still_found() -> None:
    text = Bundles(ASSETS).bundle(STYLES).content.decode()
    named = [url for url in re.findall(r'url\("([^"]+)"\)', text) if not url.startswith(("data:", "#"))]
    assert any(url.startswith("/assets/fonts/") for url in named)
    assert all((ASSETS.parent / url.partition("?")[0].lstrip("/")).is_file() for url in named)
    assert not re.search(r"url\([^\"]|@import|@charset", text)


def test_a_changed_file_makes_another_bundle_at_another_address(tmp_path: Path) -> None:
    for name in ("tokens.css", "frame.css", "panels.css", "own.css", "duty/duty.css"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"/* {name} */")
        os.utime(file, ns=(1, 1))
    bundles = Bundles(tmp_path)
    before, at = bundles.bundle(STYLES), bundles.address(STYLES)
    assert before.content == b"/* tokens.css */\n/* frame.css */\n/* panels.css */\n/* own.css */"
    assert bundles.bundle(STYLES) is before
    (tmp_path / "own.css").write_text('i { background: url("a.svg") }')
    assert bundles.bundle(STYLES).content.endswith(b'i { background: url("/assets/a.svg") }')
    assert bundles.address(STYLES) != at


def test_only_what_is_a_bundle_has_an_address() -> None:
    with pytest.raises(KeyError):
        Bundles(ASSETS).address("../app.py")


def test_a_page_names_the_bundles_and_they_are_served_for_good() -> None:
    line = CityLine(TINY)
    client = Client(create_app(line.parts))
    page = client.get("/board/city").text
    for name in (FIRST, LAST, STYLES):
        address = Bundles(ASSETS).address(name)
        assert page.count(f'"{address}"') == 1
        answer = client.get(address)
        assert answer.status_code == 200 and answer.headers["cache-control"].endswith("immutable")
    assert client.get(f"{FOLDER}board.js").status_code == 404
    client.close()
    line.close()
