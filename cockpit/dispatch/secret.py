"""The secret that seals the journal."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

_FILE: Final = "dispatch.secret"


def secret_in(folder: Path, given: str | None) -> bytes:
    """The one that was given (COCKPIT_SECRET), else one of this state folder, made at the first use, for its owner's eyes only.

    One that lies beside the database protects against changes by mistake and by those who reach the database alone.
    """
    if given:
        return given.encode()
    file = folder / _FILE
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_bytes()
    with os.fdopen(descriptor, "wb") as made:
        made.write(secrets.token_hex(32).encode())
        made.flush()
        os.fsync(made.fileno())
    return file.read_bytes()


def known_secret(folder: Path, given: str | None) -> bytes | None:
    """As `secret_in`, but makes none."""
    if given:
        return given.encode()
    file = folder / _FILE
    return file.read_bytes() if file.is_file() else None
