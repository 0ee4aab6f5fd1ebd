"""The large scripts of others, served by us from the installed packages under an address that changes when they do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import quote

from cockpit.panels.installed import scripts
from layers import script_path

ENGINES: Final[Mapping[str, str]] = {"map": "deck.js"}
"""Kind of panel → the script it draws with. Charts are missing here: every kind may have some."""

PLOTLY = "plotly.js"
"""What charts are drawn with: Dash waits for it, assets/engines.js runs it."""
PANEL: Final = "panel."
"""How the names of scripts of installed panels begin: every page runs them, before the line begins."""


@dataclass(frozen=True, slots=True)
class VendorScript:
    """One script file and its address; `?v=` tells versions apart, so that a browser may keep it for ever."""

    name: str
    path: Path

    @property
    def url(self) -> str:
        """The address with the file's mark: its size and time, because hashing megabytes would cost the start."""
        about = self.path.stat()
        mark = hashlib.sha256(f"{self.path}{about.st_size}{about.st_mtime_ns}".encode()).hexdigest()[:12]
        return f"/vendor/{quote(self.name)}?v={mark}"


def vendor_scripts() -> Mapping[str, VendorScript]:
    """deck.gl for the live map, Plotly for the charts, and what installed panels draw with."""
    found = find_spec("plotly")
    assert found is not None and found.submodule_search_locations, "Dash needs plotly"
    plotly = Path(found.submodule_search_locations[0]) / "package_data" / "plotly.min.js"
    panels = (VendorScript(f"{PANEL}{name}.js", path) for name, path in scripts().items())
    return {script.name: script for script in (VendorScript("deck.js", script_path()), VendorScript(PLOTLY, plotly), *panels)}
