"""Brings closed hours and days from the ledger into the history, and lets go of what the history has."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl
import structlog

from slots.history import Buckets, Held, History, HistoryError, heal
from slots.history_rows import digests
from slots.ledger import Ledger, LedgerLost, PageKey, Size, SlotState
from slots.pages import page_end
from slots.retention import Retention, behind_s
from slots.slot import Slot
from slots.windows import day_floor, hour_floor

ROUND_S: Final = 60.0
RETRY_S: Final = 5.0
AT_ONCE: Final = 16
"""Pages that are read before what was read is written: it must be durable in the ledger by then."""


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as it was read, and the digests of its closed buckets. `whole`: all of its buckets are closed."""

    key: PageKey
    version: int
    frame: pl.DataFrame
    closed: Mapping[int, int]
    whole: bool


class Archiver:
    """Writes each closed bucket whose content changed since it was written; deletes pages from the ledger that lie before the
    hot range, at the version the history has, never another.

    Any number of workers may do so at once. What is written is durable in the ledger before: after a crash the ledger is never
    behind its history.
    """

    def __init__(
        self,
        slots: Mapping[str, Slot],
        ledger: Ledger,
        history: History,
        retention: Retention,
        zone: str,
    ) -> None:
        self._slots = slots
        self._ledger = ledger
        self._history = history
        self._retention = retention
        self._zone = ZoneInfo(zone)
        self._described: dict[str, Slot] = {}
        self._done: dict[tuple[str, PageKey], tuple[int, int]] = {}
        self._log = structlog.get_logger("archiver")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Works in a thread, every minute and once more at the end."""
        stop = threading.Event()
        thread = threading.Thread(target=self.run, args=(stop,), name="archiver", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)

    def run(self, stop: threading.Event) -> None:
        """Rounds until `stop` is set, and a last one then. A store that is away is logged once, and once when it is back."""
        lost, pause_s = False, ROUND_S
        while True:
            last = stop.wait(pause_s)
            try:
                self.round()
                if lost:
                    self._log.info("the history is written again")
                lost, pause_s = False, ROUND_S
            except (LedgerLost, HistoryError, OSError) as error:
                (self._log.debug if lost else self._log.warning)("the history cannot be written", reason=str(error))
                lost, pause_s = True, RETRY_S
            except Exception:
                (self._log.debug if lost else self._log.exception)("the archiver failed")
                lost, pause_s = True, ROUND_S
            if last:
                return

    def round(self) -> int:
        """How many buckets were written. Blocks. Raises LedgerLost and HistoryLost."""
        return sum(self._slot(name, slot) for name, slot in list(self._slots.items()))

    def _slot(self, name: str, slot: Slot) -> int:
        if self._described.get(name) is not slot:
            self._history.describe([slot])
            self._described[name] = slot
        heal(self._ledger, self._history, name)
        held = self._history.held(name)  # before the ledger is read, so that a bucket is never newer here than there
        state = self._ledger.state(name)
        if state.last_event_us is None:
            return 0
        horizon_s = self._retention.horizons(state.last_event_us)["hour"]
        pages = {key: version for key, version in self._ledger.versions(name).items() if key.size in ("hour", "day")}
        kept = {key: version for key, version in pages.items() if key.size == "day" or page_end(key) > horizon_s}
        written = self._written(name, slot, state, kept, held)
        self._let_go(name, state, pages, gone=pages.keys() - kept.keys())
        if any(key.size == "hour" and key.start < horizon_s // 86400 * 86400 for key in held):
            self._history.drop(name, "hour", horizon_s // 86400 * 86400)
        return written

    def _written(self, name: str, slot: Slot, state: SlotState, pages: Mapping[PageKey, int], held: Held) -> int:
        written = 0
        changed = self._changed(name, slot, state, pages)
        for some in (changed[at : at + AT_ONCE] for at in range(0, len(changed), AT_ONCE)):
            read = [page for key, limit_s in some if (page := self._read(name, key, limit_s)) is not None]
            new = {page.key: _news(page, held.get(page.key, {})) for page in read}
            if any(new.values()):
                self._ledger.settle()
            for page in read:
                if news := new[page.key]:
                    seen = held.get(page.key, {})
                    written += self._history.write(name, page.key, page.version, page.frame, news, seen)
            self._done |= {(name, page.key): (page.version, page_end(page.key) if page.whole else 0) for page in read}
        return written

    def _changed(self, name: str, slot: Slot, state: SlotState, pages: Mapping[PageKey, int]) -> Sequence[tuple[PageKey, int]]:
        """The pages whose closed buckets may not be as they were when they were written, and by when a bucket is closed."""
        closed_s = (state.last_event_us or 0) // 1_000_000 - slot.lateness
        limits: dict[Size, int] = {"hour": hour_floor(closed_s, self._zone), "day": day_floor(closed_s, self._zone)}
        return [
            (key, limits[key.size])
            for key, version in sorted(pages.items())
            if key.start < limits[key.size] and self._done.get((name, key)) != (version, page_end(key))
        ]

    def _read(self, name: str, key: PageKey, limit_s: int) -> _Page | None:
        version, frame = self._ledger.read(name, key)
        if frame is None:
            return None
        closed = frame.filter(pl.col("t") < limit_s)
        return _Page(key, version, closed, digests(closed), closed.height == frame.height)

    def _let_go(self, name: str, state: SlotState, pages: Mapping[PageKey, int], gone: Sequence[PageKey] | set[PageKey]) -> None:
        """Deletes what the history has, and what nobody keeps any more, from the ledger."""
        reached_s = behind_s(state, self._ledger.health(name))
        hot = self._retention.hot(reached_s) if reached_s is not None else {}
        leaving = {key: pages[key] for key in gone}
        for key, version in pages.items():
            end = page_end(key)
            if key.size in hot and end <= hot[key.size] and self._done.get((name, key)) == (version, end):
                leaving[key] = version
        if leaving:
            self._ledger.expire(name, leaving)
        self._done = {at: done for at, done in self._done.items() if at[0] != name or (at[1] in pages and at[1] not in leaving)}


def _news(page: _Page, held: Buckets) -> dict[int, int]:
    """The closed buckets that the history does not hold as they are, with their digests."""
    return {start: digest for start, digest in page.closed.items() if start not in held or held[start].digest != digest}
