"""The pages of one slot in memory: deltas are kept as they come and merged when there are many, or when somebody reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from slots.bounds import Bounds, coarsened
from slots.ledger import PageKey
from slots.page_codes import coded
from slots.pages import CELL_KEYS, joined, merge_frames, part_of

MAX_PARTS = 32
MOST_PARTS = 256


class HeldPage:
    """One page: the frames not yet merged, the version they are, the version that was saved (-1: none), whether it is closed.

    `rows`: at most so many cells. `firm`: how many of them the frame has that was merged last.
    """

    __slots__ = ("closed", "firm", "parts", "rows", "saved", "version")

    def __init__(self, parts: list[pl.DataFrame], version: int, saved: int = -1, closed: bool = False) -> None:
        self.parts = parts
        self.version = version
        self.saved = saved
        self.closed = closed
        self.rows = sum(part.height for part in parts)
        self.firm = self.rows

    @property
    def ripe(self) -> bool:
        """Whether it is worth merging: there are many parts, and as much in them as was merged before. So a large page does not
        pay for each small part."""
        return len(self.parts) > MAX_PARTS and (self.rows >= 2 * self.firm or len(self.parts) > MOST_PARTS)

    def add(self, delta: pl.DataFrame, version: int) -> None:
        """Takes one more delta."""
        self.parts.append(delta)
        self.version = version
        self.rows += delta.height

    def close(self) -> None:
        """From now on it takes no new cells; that is to be saved too."""
        self.saved = self.saved if self.closed else -1
        self.closed = True

    def merged(self, key: PageKey) -> pl.DataFrame:
        """All of it in one frame."""
        if len(self.parts) > 1:
            self.parts = [merge_frames(key.kind, self.parts)]
            self.rows = self.firm = self.parts[0].height
        return self.parts[0]


class Held:
    """The pages of one slot. `fresh` gives a version that was never given before. For one thread at a time."""

    def __init__(self, fresh: Callable[[], int]) -> None:
        self.pages: dict[PageKey, HeldPage] = {}
        self._fresh = fresh

    @property
    def rows(self) -> int:
        """At most so many cells over all pages; there are few pages, so it is counted anew."""
        return sum(page.rows for page in self.pages.values())

    def add(self, key: PageKey, delta: pl.DataFrame) -> None:
        """Adds what a commit changes to one page."""
        page = self.pages.setdefault(key, HeldPage([], 0))
        page.add(coded(delta) if key.kind != "entities" else delta, self._fresh())
        if page.ripe:
            page.merged(key)

    def bounded(
        self, slot: str, deltas: Mapping[PageKey, pl.DataFrame], bounds: Bounds
    ) -> tuple[Mapping[PageKey, pl.DataFrame], int]:
        """What is to be added of the deltas, and how many cells there is no room for."""
        for key in bounds.closing(slot, self.rows, self._merge, deltas.keys()):
            self.pages.setdefault(key, HeldPage([coded(deltas[key].clear())], self._fresh())).close()
        closed = [key for key in deltas if (page := self.pages.get(key)) is not None and page.closed]
        return coarsened(deltas, {key: self.pages[key].merged(key).select(CELL_KEYS) for key in closed})

    def _merge(self) -> int:
        for key, page in self.pages.items():
            page.merged(key)
        return self.rows

    def swapped(self, shadow: Held, start_s: int) -> Held:
        """What the slot holds after it took over its shadow's pages from `start_s` on; neither of the two is changed."""
        after = Held(self._fresh)
        for key in {**self.pages, **shadow.pages}:
            mine, new = self.pages.get(key), shadow.pages.get(key)
            side = part_of(key, start_s)
            if side == "before" and mine is not None:
                after.pages[key] = mine
            elif side == "after" and new is not None:
                after.pages[key] = HeldPage(new.parts, self._fresh(), closed=new.closed)
            elif side == "across":
                after._join(key, mine, new, start_s)
        return after

    def _join(self, key: PageKey, mine: HeldPage | None, new: HeldPage | None, start_s: int) -> None:
        before, after = (None if page is None else page.merged(key) for page in (mine, new))
        frame = joined(key, before, after, start_s)
        if frame is not None:
            closed = any(page.closed for page in (mine, new) if page is not None)
            self.pages[key] = HeldPage([frame], self._fresh(), closed=closed)
