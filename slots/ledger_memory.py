"""The ledger of one process: state in memory, written to a snapshot file as a whole now and then.

After a crash it stands where the last snapshot stood, offsets and numbers together, and the log replays the rest.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from slots.advance import advanced, follows, in_step, raised, refused, summed, swapped
from slots.bounds import Bounds
from slots.held import Held, HeldPage
from slots.ledger import Commit, Health, Kind, OffsetConflict, PageKey, Size, SlotState
from slots.page_codes import coded, plain
from slots.pages import merge_frames
from slots.snapshot import SavedPage, Snapshot


class MemoryLedger:
    """A Ledger in this process. `path` None keeps nothing after the process; several threads may use it.

    `bounds`: how many cells a slot may hold.
    """

    def __init__(self, path: Path | None = None, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._lock = threading.RLock()
        self._saving = threading.Lock()
        self._states: dict[str, SlotState] = {}
        self._held: dict[str, Held] = {}
        self._health: dict[str, Health] = {}
        self._gone: set[tuple[str, PageKey | None]] = set()
        self._number = time.time_ns() // 1000  # numbers of this process are greater than those of any earlier one
        self._snapshot = Snapshot(path) if path is not None else None
        if self._snapshot is not None:
            self._restore(self._snapshot)

    def state(self, slot: str) -> SlotState:
        with self._lock:
            return self._states.get(slot, SlotState())

    def commit(self, commit: Commit) -> SlotState:
        with self._lock:
            before = self.state(commit.slot)
            if not follows(before, commit):
                if not in_step(before, commit):
                    self._states[commit.slot] = refused(before, commit)
                raise OffsetConflict(commit.slot, commit.begin, before.offsets)
            held = self._of(commit.slot)
            deltas, dropped = held.bounded(commit.slot, commit.deltas, self._bounds)
            for key, delta in deltas.items():
                held.add(key, delta)
            if dropped:
                commit = replace(commit, counters=summed(commit.counters, {"coarsened": dropped}))
            self._states[commit.slot] = after = advanced(before, commit, self._fresh(), held.rows)
            return after

    def read(self, slot: str, key: PageKey) -> tuple[int, pl.DataFrame | None]:
        with self._lock:
            page = self._of(slot).pages.get(key)
            found = None if page is None else (page.version, page.merged(key))
        return (0, None) if found is None else (found[0], found[1] if key.kind == "entities" else plain(found[1]))

    def pages(self, slot: str, kind: Kind, size: Size) -> list[PageKey]:
        with self._lock:
            return sorted(key for key in self._of(slot).pages if key.kind == kind and key.size == size)

    def versions(self, slot: str) -> dict[PageKey, int]:
        with self._lock:
            return {key: page.version for key, page in self._of(slot).pages.items()}

    def expire(self, slot: str, pages: Mapping[PageKey, int]) -> None:
        with self._lock:
            held = self._of(slot).pages
            gone = [key for key, version in pages.items() if key in held and held[key].version == version]
            for key in gone:
                del held[key]
                self._gone.add((slot, key))
            if gone:
                self._states[slot] = raised(self.state(slot), gone)

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
            self._held.pop(slot, None)
            self._gone.add((slot, None))

    def swap(self, slot: str, shadow: str, start_s: int) -> SlotState:
        with self._lock:
            before, new = self._of(slot), self._of(shadow)
            after = before.swapped(new, start_s)
            state = swapped(self.state(slot), self.state(shadow), self._fresh(), after.rows)
            self._gone |= {(slot, key) for key in before.pages if key not in after.pages}
            self._held[slot], self._states[slot] = after, state
            self._health.pop(shadow, None)
            self.clear(shadow)
            return state

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
                    (page, SavedPage(slot, key, page.version, page.closed), list(page.parts))
                    for slot, held in self._held.items()
                    for key, page in held.pages.items()
                    if page.saved != page.version
                ]
            self._snapshot.write(states, gone, [(saved, merge_frames(saved.key.kind, parts)) for _, saved, parts in changed])
            with self._lock:
                self._gone -= gone
                for page, saved, _ in changed:
                    page.saved = saved.version

    def settle(self) -> None:
        self.save()

    def close(self) -> None:
        self.save()
        if self._snapshot is not None:
            self._snapshot.close()
            self._snapshot = None

    def _of(self, slot: str) -> Held:
        return self._held.setdefault(slot, Held(self._fresh))

    def _fresh(self) -> int:
        self._number += 1
        return self._number

    def _restore(self, snapshot: Snapshot) -> None:
        self._states = snapshot.states()
        for saved, frame in snapshot.pages():
            frame = frame if saved.key.kind == "entities" else coded(frame)
            self._of(saved.slot).pages[saved.key] = HeldPage([frame], saved.version, saved.version, saved.closed)
            self._number = max(self._number, saved.version)
