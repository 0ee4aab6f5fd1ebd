"""What the package's README shows runs as it stands there, by somebody who has the package and two districts."""

from __future__ import annotations

import json
import re
import sys
from io import BytesIO
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

import layers

README = Path(layers.__file__).parent / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", README.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def _city(folder: Path) -> None:
    def square(west: float) -> dict[str, object]:
        ring = [[west, 30.0], [west + 0.2, 30.0], [west + 0.2, 30.5], [west, 30.5], [west, 30.0]]
        return {"type": "Polygon", "coordinates": [ring]}

    rows = [
        ("330100", None, "杭州市", 0, None),
        ("330105", "330100", "拱墅区", 1, square(120.2)),
        ("330106", "330100", "西湖区", 1, square(120.0)),
    ]
    features = [
        {"type": "Feature", "properties": {"code": code, "parent": up, "name": name, "level": level}, "geometry": shape}
        for code, up, name, level, shape in rows
    ]
    (folder / "regions.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


def test_the_code_of_the_readme_runs_from_top_to_bottom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _city(tmp_path)
    monkeypatch.chdir(tmp_path)
    module = ModuleType("readme")  # a dataclass looks its module up
    monkeypatch.setitem(sys.modules, "readme", module)
    for number, block in enumerate(BLOCKS):
        exec(compile(block, f"README.md, block {number}", "exec"), module.__dict__)
    drawn = {name: np.asarray(Image.open(BytesIO((tmp_path / name).read_bytes()))) for name in ("map.png", "ruler.png")}
    assert drawn["map.png"].shape == (1000, 1600, 3)
    assert bool((drawn["ruler.png"] == (0xF5, 0xB8, 0x3D)).all(axis=2).any())
    page = (tmp_path / "map.html").read_text("utf-8")
    assert "今日诉求" in page and "西湖区" in page
    assert capsys.readouterr().out.splitlines()[:2] == ["330106", "{'calls': 1}"]


def test_the_start_is_short() -> None:
    lines = [line for line in BLOCKS[0].splitlines() if line.strip()]
    assert len(BLOCKS) >= 3 and len(lines) <= 15
