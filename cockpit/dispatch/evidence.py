"""What is attached is there: the journal names no photo that nobody has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from cockpit.dispatch.kept_files import KeptFiles
from cockpit.dispatch.refusal import Wrong

_WEB: Final = ("https://", "http://")


def check_attached(files: KeptFiles | None, names: Any) -> None:
    """Raises Wrong for a name that is neither a file that is kept nor an address on the web; blocks on the disk. What is no list
    of names is judged by whoever reads it; without `files` nothing is known."""
    if files is None or not isinstance(names, Iterable) or isinstance(names, str):
        return
    for name in names:
        if isinstance(name, str) and not name.startswith(_WEB) and not files.has(name):
            raise Wrong(f"there is no attachment {name!r:.80}. Hint: send it to /api/v1/attachments, which answers its name")
