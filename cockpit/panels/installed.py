"""The kinds of panels there are: the built-in ones, and those of installed packages."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

from . import BUILT_IN
from .panel import Panel

GROUP = "cockpit.panels"

_PARTS = ("name", "Options", "layout", "props")


def installed() -> dict[str, Panel]:
    """The panels of the entry points of GROUP, by the name a board gives them; reads the metadata of the environment.

    Raises TypeError for what is no panel, ValueError for a name that is taken: naming the entry point, before any board is read.
    """
    found: dict[str, Panel] = {}
    for entry in entry_points(group=GROUP):
        panel = entry.load()
        panel = panel() if isinstance(panel, type) else panel
        missing = [part for part in _PARTS if not hasattr(panel, part)]
        if missing:
            raise TypeError(f"the plug-in {entry.name!r} ({entry.value}) is no panel: it lacks {', '.join(missing)}")
        if panel.name in found or any(panel.name == known.name for known in BUILT_IN):
            raise ValueError(
                f"the plug-in {entry.name!r} ({entry.value}) calls its panel {panel.name!r}, and there is one already"
            )
        found[panel.name] = panel
    return found


def kinds() -> dict[str, Panel]:
    """Every kind of panel by the name a board file gives it. Raises as `installed` does."""
    return {panel.name: panel for panel in BUILT_IN} | installed()


def scripts() -> dict[str, Path]:
    """Name → the file that draws it in the browser, of the installed panels: their attribute `script`, a path in their package.

    Raises TypeError for one that has none.
    """
    found = {}
    for name, panel in installed().items():
        path = getattr(panel, "script", None)
        if not isinstance(path, Path) or not path.is_file():
            raise TypeError(
                f"the panel {name!r} needs `script`, the path of a file that calls Cockpit.define({name!r}, …); got {path!r}"
            )
        found[name] = path
    return found
