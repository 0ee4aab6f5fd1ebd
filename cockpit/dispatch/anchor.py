"""The head of the journal, kept outside its database, so that a cut-off end or a chain written anew is noticed."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from cockpit.dispatch.journal import Head
from streams.unreadable import UNREADABLE

TOPIC: Final = "dispatch.anchors"
_LONGEST: Final = 256 * 1024
_KEPT: Final = 500


class Conflict(ValueError):
    """Two seals were kept for one row; the message names it."""


class AnchorFile:
    """Heads in a file, one a line, the last one last; bounded. Any thread, one process.

    It may fall behind the journal by what a power cut takes, never run ahead of it: it is told after the commit.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def note(self, head: Head) -> None:
        """Adds a head."""
        with self._lock, self._path.open("ab") as file:
            file.write(f"{head.seq} {head.seal}\n".encode())
            if file.tell() > _LONGEST:
                self._shorten()

    def heads(self) -> list[Head]:
        """Those that are kept; a last line that was cut off is left out."""
        if not self._path.is_file():
            return []
        lines = self._path.read_text("ascii", "replace").split("\n")[:-1]
        parts = (line.split(" ") for line in lines)
        return [Head(int(part[0]), part[1]) for part in parts if len(part) == 2 and part[0].isdecimal()]

    def _shorten(self) -> None:
        kept = self.heads()[-_KEPT:]
        beside = self._path.with_suffix(".new")
        with beside.open("w", encoding="ascii") as file:
            file.writelines(f"{head.seq} {head.seal}\n" for head in kept)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)


def encoded(city: str, head: Head) -> bytes:
    """A head as a record of the topic."""
    return msgspec.json.encode({"city": city, "seq": head.seq, "seal": head.seal})


def decoded(city: str, values: Iterable[bytes]) -> list[Head]:
    """The city's heads among the records of the topic; what is none of ours is passed over."""
    heads = []
    for value in values:
        try:
            said = msgspec.json.decode(value, type=dict[str, str | int])
            if said.get("city") == city:
                heads.append(Head(int(said["seq"]), str(said["seal"])))
        except (KeyError, ValueError, *UNREADABLE):
            continue
    return heads


def together(heads: Iterable[Head]) -> dict[int, str]:
    """Row → seal. Raises Conflict."""
    kept: dict[int, str] = {}
    for head in heads:
        if kept.setdefault(head.seq, head.seal) != head.seal:
            raise Conflict(f"two different seals were kept for row {head.seq}: the chain was written anew")
    return kept
