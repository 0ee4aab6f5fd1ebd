"""The ledger of one process: state in memory, written to a snapshot file as a whole now and then.

After a crash it stands where the last snapshot stood, offsets and numbers together, and the log replays the rest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from slots.ledger import Commit, Health, Kind, OffsetConflict, PageKey, Size, SlotState
from slots.pages import merge_frames
from slots.snapshot import Snapshot

MAX_PARTS = 16


class _Page:
    """One page: the frames not yet merged, and how many deltas it has taken."""

    __slots__ = ("parts", "saved", "version")

    def __init__(self, parts: list[pl.DataFrame], version: int) -> None:
        self.parts = parts
        self.version = version
        self.saved = version


class MemoryLedger:
    """A Ledger in this process. `path` None keeps nothing after the process; several threads may use it."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._saving = threading.Lock()
        self._states: dict[str, SlotState] = {}
        self._pages: dict[str, dict[PageKey, _Page]] = {}
        self._health: dict[str, Health] = {}
        self._gone: set[tuple[str, PageKey | None]] = set()
        self._snapshot = Snapshot(path) if path is not None else None
        if self._snapshot is not None:
            self._restore(self._snapshot)

    def state(self, slot: str) -> SlotState:
        with self._lock:
            return self._states.get(slot, SlotState())

    def commit(self, commit: Commit) -> SlotState:
        with self._lock:
            before = self.state(commit.slot)
            if any(before.offsets.get(part) != begin for part, begin in commit.begin.items()):
                self._states[commit.slot] = _refused(before, commit)
                raise OffsetConflict(commit.slot, commit.begin, before.offsets)
            pages = self._pages.setdefault(commit.slot, {})
            for key, delta in commit.deltas.items():
                _add(pages, key, delta)
            self._states[commit.slot] = after = advanced(before, commit)
            return after

    def read(self, slot: str, key: PageKey) -> tuple[int, pl.DataFrame | None]:
        with self._lock:
            page = self._pages.get(slot, {}).get(key)
            if page is None:
                return 0, None
            if len(page.parts) > 1:
                page.parts = [merge_frames(key.kind, page.parts)]
            return page.version, page.parts[0]

    def pages(self, slot: str, kind: Kind, size: Size) -> list[PageKey]:
        with self._lock:
            return sorted(key for key in self._pages.get(slot, {}) if key.kind == kind and key.size == size)

    def versions(self, slot: str) -> dict[PageKey, int]:
        with self._lock:
            return {key: page.version for key, page in self._pages.get(slot, {}).items()}

    def expire(self, slot: str, keys: Iterable[PageKey]) -> None:
        with self._lock:
            for key in keys:
                if self._pages.get(slot, {}).pop(key, None) is not None:
                    self._gone.add((slot, key))

    def sequences(self, slots: Iterable[str]) -> dict[str, int]:
        with self._lock:
            return {slot: self._states[slot].sequence if slot in self._states else 0 for slot in slots}

    def report(self, slot: str, health: Health) -> None:
        with self._lock:
            self._health[slot] = health

    def health(self, slot: str) -> Health:
        with self._lock:
            return self._health.get(slot, Health())

    def clear(self, slot: str) -> None:
        with self._lock:
            self._states.pop(slot, None)
            self._pages.pop(slot, None)
            self._gone.add((slot, None))

    def save(self) -> None:
        """Writes what has changed since the last time, in one step; the state on disk is always one moment's.

        Blocks commits only while it takes note of what to write. Called from one place, every few seconds.
        """
        if self._snapshot is None:
            return
        with self._saving:
            with self._lock:
                states, gone = dict(self._states), set(self._gone)
                changed = [
                    (slot, key, page)
                    for slot, pages in self._pages.items()
                    for key, page in pages.items()
                    if page.saved != page.version
                ]
                frames = [(slot, key, page, page.version, list(page.parts)) for slot, key, page in changed]
            self._snapshot.write(
                states, gone, [(slot, key, version, merge_frames(key.kind, parts)) for slot, key, _, version, parts in frames]
            )
            with self._lock:
                self._gone -= gone
                for _, _, page, version, _ in frames:
                    page.saved = version

    def close(self) -> None:
        self.save()
        if self._snapshot is not None:
            self._snapshot.close()
            self._snapshot = None

    def _restore(self, snapshot: Snapshot) -> None:
        self._states = snapshot.states()
        for slot, key, version, frame in snapshot.pages():
            self._pages.setdefault(slot, {})[key] = _Page([frame], version)


def _add(pages: dict[PageKey, _Page], key: PageKey, delta: pl.DataFrame) -> None:
    page = pages.get(key)
    if page is None:
        page = pages[key] = _Page([], 0)
        page.saved = -1
    page.parts.append(delta)
    page.version += 1
    if len(page.parts) > MAX_PARTS:
        page.parts = [merge_frames(key.kind, page.parts)]


def _refused(state: SlotState, commit: Commit) -> SlotState:
    count = sum(max(0, end - (commit.begin[part] or 0)) for part, end in commit.end.items())
    return replace(state, counters=summed(state.counters, {"refused": count}))


def advanced(before: SlotState, commit: Commit) -> SlotState:
    """The state after a commit."""
    marks = dict(before.watermarks)
    for part, mark in commit.watermarks.items():
        marks[part] = max(mark, marks.get(part, mark))
    return SlotState(
        sequence=before.sequence + 1,
        offsets={**before.offsets, **commit.end},
        watermarks=marks,
        counters=summed(before.counters, commit.counters),
        dimensions={**before.dimensions, **{d: [*before.dimensions.get(d, []), *new] for d, new in commit.dimensions.items()}},
        first_event_us=_either(min, before.first_event_us, commit.first_event_us),
        last_event_us=_either(max, before.last_event_us, commit.last_event_us),
        committed_us=commit.committed_us,
    )


def summed(left: Mapping[str, int], right: Mapping[str, int]) -> dict[str, int]:
    """Both sides' counters added up."""
    return {name: left.get(name, 0) + right.get(name, 0) for name in {**left, **right}}


def _either(choose: Callable[[int, int], int], left: int | None, right: int | None) -> int | None:
    if left is None or right is None:
        return right if left is None else left
    return choose(left, right)
