"""Files that people send and pictures that are kept: each named by its content, in one folder that can only get so full."""

from __future__ import annotations

import os
import re
import threading
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, NamedTuple

TYPES: Final = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "json": "application/json",
}
"""By the end of the name."""
SENT: Final = ("image/jpeg", "image/png", "image/webp", "application/pdf")
"""What others may send."""
MOST_BYTES: Final = 10 * 1024 * 1024
ROOM_BYTES: Final = 4 * 1024**3
_NAME: Final = re.compile(r"[0-9a-f]{64}\.(jpg|png|webp|pdf|json)")


class FilesFull(Exception):
    """There is no room for it."""


class Kept(NamedTuple):
    """A file that is kept. `new`: it was not there before."""

    name: str
    type: str
    size: int
    new: bool


class KeptFiles:
    """The files of one city in a folder. Any thread; blocks on the disk. The folder is made at the first use."""

    def __init__(self, folder: Path, room_bytes: int = ROOM_BYTES) -> None:
        self._folder = folder
        self._room = room_bytes
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where they lie, in the state folder."""
        return self._folder

    def put(self, content: bytes, type: str) -> Kept:
        """The file, durable. The same content again is the same file. Raises FilesFull, and OSError where the disk refuses."""
        end = next(end for end, one in TYPES.items() if one == type)
        name = f"{sha256(content).hexdigest()}.{end}"
        path = self._folder / name
        with self._lock:
            if path.is_file():
                return Kept(name, type, len(content), False)
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._used() + len(content) > self._room:
                raise FilesFull(f"the room for attachments, {self._room // 1024**2:,} MiB, is used up")
            _write(path, content)
        return Kept(name, type, len(content), True)

    def get(self, name: str) -> tuple[bytes, str] | None:
        """The content and its type; None: there is no such file. Names that none can have are not looked for."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        try:
            return (self._folder / name).read_bytes(), TYPES[found[1]]
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return _NAME.fullmatch(name) is not None and (self._folder / name).is_file()

    def _used(self) -> int:
        return sum(entry.stat().st_size for entry in os.scandir(self._folder))


def sniffed(content: bytes) -> str | None:
    """What a file is by its first bytes: one of SENT, or None."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return "application/pdf" if content.startswith(b"%PDF-") else None


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, also when the power fails."""
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
