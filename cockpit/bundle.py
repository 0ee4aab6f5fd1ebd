"""The scripts and style sheets of a board, each kind as one file: a browser would ask seconds long for a hundred small ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from layers import SCRIPTS

HEAD: Final = "shape.js"
"""What the head of a page runs before anything is painted."""
FIRST, LAST, STYLES = "first.js", "last.js", "board.css"
"""The bundles: what panels are drawn with, what begins once every kind of panel is known, and how all looks."""
FOLDER: Final = "/assets/bundle/"
_FIRST_SCRIPTS: Final = ("i18n.js", "format.js", "dom.js", "panel.js")
_LAST_SCRIPTS: Final = ("scope.js", "notice.js", "aside.js", "records.js", "sheet.js", "chips.js", "board.js", "live.js")
_FIRST_STYLES: Final = ("tokens.css", "frame.css", "panels.css")
_APART: Final = ("duty/", "field/", "leader/")
"""Folders of pages that are no boards."""
_JOINT: Final = {".js": "\n;", ".css": "\n"}
_RELATIVE: Final = re.compile(r'url\("(?!data:|/|#)([^"]+)"\)')


class Bundle(NamedTuple):
    """What the browser gets. `stamp`: another one whenever one of the files is another."""

    stamp: str
    content: bytes


class Bundles:
    """The bundles of a folder of assets, joined anew when a file has changed since. Any thread; looks at the files each time."""

    def __init__(self, assets: Path) -> None:
        self._assets = assets
        self._made: dict[str, Bundle] = {}

    def address(self, name: str) -> str:
        """Where the bundle is, another address whenever it is another."""
        return f"{FOLDER}{name}?m={self.bundle(name).stamp}"

    def bundle(self, name: str) -> Bundle:
        """The bundle as the files are now. Raises KeyError for a name that is none."""
        files = self.files(name)
        stamp = _stamp(self._assets, files)
        made = self._made.get(name)
        if made is None or made.stamp != stamp:
            texts = [_text(self._assets, file) for file in files]
            made = self._made[name] = Bundle(stamp, _JOINT[Path(name).suffix].join(texts).encode())
        return made

    def files(self, name: str) -> list[str]:
        """The files of a bundle, relative to the folder, in the order they need each other."""
        made = {FIRST: self._first, LAST: lambda: iter(_LAST_SCRIPTS), STYLES: self._styles}
        return list(made[name]())

    def _first(self) -> Iterator[str]:
        yield from (*_FIRST_SCRIPTS, *(f"map/{name}" for name in SCRIPTS))
        known = (HEAD, *_FIRST_SCRIPTS, *_LAST_SCRIPTS)
        yield from (name for name in self._found("*.js") if name not in known and not name.startswith("map/"))

    def _styles(self) -> Iterator[str]:
        yield from _FIRST_STYLES
        yield from (name for name in self._found("*.css") if name not in _FIRST_STYLES)

    def _found(self, pattern: str) -> Iterator[str]:
        names = (path.relative_to(self._assets).as_posix() for path in sorted(self._assets.rglob(pattern)))
        return (name for name in names if not name.startswith(_APART))


def _stamp(assets: Path, files: list[str]) -> str:
    mark = blake2b(digest_size=8)
    for file in files:
        told = (assets / file).stat()
        mark.update(f"{file} {told.st_mtime_ns} {told.st_size}\n".encode())
    return mark.hexdigest()


def _text(assets: Path, file: str) -> str:
    """A file's text; what a style sheet names relative to itself is named from the root, since the bundle lies elsewhere."""
    text = (assets / file).read_text("utf-8")
    folder = PurePosixPath("/assets", file).parent
    return _RELATIVE.sub(lambda found: f'url("{folder / found[1]}")', text) if file.endswith(".css") else text
