"""The folder in which one process keeps its log, its snapshot and its dead letters."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final

from cockpit.settings import Settings

MOST_WORKERS: Final = 64


class StateInUse(RuntimeError):
    """Another process holds the folder; the message says what to do."""


def state_root(settings: Settings) -> Path:
    """The folder of all cities' states."""
    return settings.state or Path.home() / ".local" / "state" / "city-cockpit"


@contextmanager
def state_folder(settings: Settings, city: str, role: str) -> Iterator[Path]:
    """A city's folder; only one process at a time holds it in one role. Raises StateInUse.

    Workers that share a ledger in Redis may be many on one machine: from the second on each takes a folder of its own within.
    """
    folder = state_root(settings) / city
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        for own in _candidates(folder, role, several=settings.redis is not None and role == "ingest"):
            lock = stack.enter_context((own / f"{role}.lock").open("a"))
            if _held(lock):
                lock.truncate(0)
                yield own
                return
        hint = "Hint: stop it, or give this one its own COCKPIT_STATE."
        raise StateInUse(f"another cockpit is running on {folder}. {hint}")


def _candidates(folder: Path, role: str, several: bool) -> Iterator[Path]:
    yield folder
    for number in range(2, MOST_WORKERS + 1 if several else 2):
        own = folder / f"{role}-{number}"
        own.mkdir(exist_ok=True)
        yield own


def _held(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def tell_address(settings: Settings, city: str, role: str, address: str) -> None:
    """Notes where the process that holds the state in this role is served, for commands that come to it."""
    (state_root(settings) / city / f"{role}.lock").write_text(address, "utf-8")


def served_at(settings: Settings, city: str, role: str) -> str:
    """The address of the server that holds the state in this role now; "" where nobody does, or no server."""
    file = state_root(settings) / city / f"{role}.lock"
    if not file.is_file():
        return ""
    with file.open("r", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return lock.read().strip()
    return ""


def forget(folder: Path) -> None:
    """Deletes what was stored: the log, the snapshot and the dead letters."""
    for file in (*folder.glob("*.sqlite*"), *folder.glob("dispatch.anchors*")):
        file.unlink()
