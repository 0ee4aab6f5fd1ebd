"""Change without a restart: the files of a running city's folder are checked as a whole and taken over when they hold."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from cockpit.city import City, load_city
from cockpit.city_files import CityError, FileProblem, folder_stamps
from cockpit.panels.panel import Panel
from slots import Slot, renewals

QUIET_MS: Final = 300
"""So long a folder must be quiet before it is read: an editor writes a file in several steps."""
RETRY_S: Final = 2.0

_LOG = structlog.get_logger("reload")


@dataclass(frozen=True, slots=True)
class Changed:
    """The names of what is other than before: new, changed or gone."""

    slots: frozenset[str] = frozenset()
    boards: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.slots or self.boards)


class Reload:
    """Takes over slots, boards, schemes and the roster of a city's folder while it runs. `look` is one round, `start` makes a
    thread of it.

    All files are checked as `check` does; as long as there is a mistake the former version stays in force, whole, and
    `problems` says what is wrong. Regions, map layers and what else city.yaml says take effect at the next start. `told` are
    called after each exchange and when the problems are others, in the thread that looks. `polling`: for network folders,
    which tell nobody when they change.
    """

    def __init__(
        self, city: City, panels: Mapping[str, Panel], told: Sequence[Callable[[Changed], None]], *, polling: bool = False
    ) -> None:
        self._city = city
        self._panels = panels
        self._told = told
        self._polling = polling
        self._problems: tuple[FileProblem, ...] = ()
        self._stamps = _schema_stamps(city)
        self._loaded = city.stamps
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="reload", daemon=True)

    def problems(self) -> tuple[FileProblem, ...]:
        """The mistakes in the folder as it stands now, because of which an older version is in force; mostly none. Any thread."""
        return self._problems

    def start(self) -> None:
        """Watches until `stop`, from a first look on: what changed since the city was loaded is found, too."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Ends the watching. Blocks for a moment. May be called twice."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def look(self) -> Changed:
        """Reads the folder once, and takes over what holds. Blocks."""
        try:
            found = load_city(self._city.folder, self._panels, self._city)
        except CityError as error:
            return self._tell(Changed(), noted=self._note(error.problems))
        noted = self._note(())
        stamps = _schema_stamps(found)
        renewed = {name for name, stamp in stamps.items() if self._stamps.get(name, stamp) != stamp}
        self._stamps = stamps
        before = dict(self._city.slots)
        slots = self._city.slots.exchange(found.slots, renewed)
        self._say_what_begins(before, slots)
        boards = self._city.boards.exchange(found.boards)
        self._city.schemes.exchange(found.schemes)
        if self._city.roster.become(found.roster):
            _LOG.info("the city's roster has changed")
        if slots or boards:
            _LOG.info("the city's files have changed", slots=sorted(slots), boards=sorted(boards))
        return self._tell(Changed(slots, boards), noted)

    def _say_what_begins(self, before: Mapping[str, Slot], changed: AbstractSet[str]) -> None:
        """Which indicators of the changed slots count anew from now on, and why."""
        for name in sorted(changed & before.keys() & self._city.slots.keys()):
            for indicator, reason in renewals(before[name], self._city.slots[name]).items():
                hint = f"`cockpit recompute {self._city.folder.name} {name} --from DAY` counts the past so, too"
                _LOG.warning("an indicator counts anew", slot=name, indicator=indicator, reason=reason, hint=hint)

    def _tell(self, change: Changed, noted: bool) -> Changed:
        """The change, told where there is one, or where what is wrong with the files is other than before."""
        for tell in self._told if change or noted else ():
            tell(change)
        return change

    def _note(self, problems: tuple[FileProblem, ...]) -> bool:
        """Whether these mistakes are others than before."""
        before, self._problems = self._problems, problems
        if problems and problems != before:
            said = [str(problem) for problem in problems]
            _LOG.error("the city's files have mistakes; the former version stays in force", mistakes=said)
        elif before and not problems:
            _LOG.info("the city's files hold again")
        return problems != before

    def _watch(self) -> None:
        """Looks at once, and whenever something has changed. A folder that cannot be watched now is tried again."""
        lost = ""
        while not self._stop.is_set():
            try:
                for _ in self._occasions():
                    if not self._as_loaded():
                        self.look()
                    lost = ""
            except Exception as error:  # whatever stands in the folder must not end the watching
                reason = f"{type(error).__name__}: {error}"
                if reason != lost:
                    _LOG.exception("the city's files cannot be watched now", folder=str(self._city.folder))
                lost = reason
                self._stop.wait(RETRY_S)

    def _as_loaded(self) -> bool:
        """Whether the first occasion finds every file as it was when the city was loaded, a moment ago: nothing to read again."""
        loaded, self._loaded = self._loaded, None
        return loaded is not None and loaded == folder_stamps(self._city.folder)

    def _occasions(self) -> Iterator[None]:
        """Yields when it is time to look: once as soon as it watches, then after every change that may matter, until the end."""
        from watchfiles import watch  # a process that only checks or replays need not load it

        changes = watch(
            self._city.folder,
            watch_filter=lambda _, path: matters(self._city.folder, Path(path)),
            debounce=QUIET_MS * 4,
            step=QUIET_MS,
            stop_event=self._stop,
            rust_timeout=1000,
            yield_on_timeout=True,
            force_polling=self._polling or None,
            raise_interrupt=False,
        )
        watching = False
        for found in changes:
            if found or not watching:
                watching = True
                yield


def _schema_stamps(city: City) -> dict[str, tuple[tuple[str, int, int], ...]]:
    """Slot → name, time and size of the schema files it is read by."""
    named = {name: city.folder / slot.source.schema_file for name, slot in city.slots.items() if slot.source.schema_file}
    return {name: tuple(sorted(_stamps(path))) for name, path in named.items()}


def _stamps(path: Path) -> Iterator[tuple[str, int, int]]:
    for file in path.parent.glob("*") if path.is_file() else path.glob("*"):
        with suppress(OSError):  # gone since
            stat = file.stat()
            yield file.name, stat.st_mtime_ns, stat.st_size


def matters(folder: Path, path: Path) -> bool:
    """Whether a file of the folder may be one we read. What others keep beside them (a geopackage's journal) is left out."""
    name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    hidden = any(part.startswith(".") for part in Path(name).parts)
    return not hidden and not name.endswith(("~", "-wal", "-shm", "-journal"))
