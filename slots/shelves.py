"""The pages of a slot, wherever they stand: what the ledger holds, and what has left it for the history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl

from slots.history import Buckets, Held, History
from slots.ledger import Kind, Ledger, PageKey, Size, SlotState
from slots.pages import page_end
from slots.retention import ALWAYS, Retention

_NO_ROWS: Final[Mapping[str, type[pl.DataType]]] = {
    "t": pl.Int64, "r": pl.String, "d": pl.String, "k": pl.String, "c": pl.String, "b": pl.Int32, "n": pl.Int64
}  # fmt: skip
Version = int | tuple[int, int, int]
"""Of a page: the ledger's; where the history has part of it, the ledger's (0: none) with how many buckets and the newest."""


class Page(NamedTuple):
    """A page at a version, and the moment (Unix s) it ends."""

    key: PageKey
    version: Version
    end: int


Pages = Mapping[tuple[Kind, Size], Sequence[Page]]


@dataclass(slots=True)
class _Index:
    """The pages of a slot as of one commit. `below`: before which a page may have left; `joined`: asked when it is needed."""

    commit: tuple[int, int]
    hot: Pages
    below: Mapping[Size, int]
    joined: Pages | None = None


class Shelves:
    """Reads pages from the ledger, and from the history those that the ledger may have let go. Safe to use from several threads.

    The history is asked only for what lies before the hot range; while it is away that raises HistoryLost, the rest answers.
    """

    def __init__(self, ledger: Ledger, history: History | None, retention: Retention) -> None:
        self._ledger = ledger
        self._history = history
        self._retention = retention
        self._indexes: dict[str, _Index] = {}

    def pages(self, slot: str, state: SlotState, kind: Kind, size: Size, start: int, end: int) -> Iterator[Page]:
        """The pages that touch `[start, end)` (Unix s), oldest first. `state`: the slot's, of now."""
        index = self._index(slot, state)
        known = index.hot
        if self._history is not None and start < index.below.get(size, ALWAYS):
            if index.joined is None:  # the ledger was asked before: what it had let go by then, the history has
                index.joined = _joined(index, self._history.held(slot))
            known = index.joined
        return (page for page in known.get((kind, size), ()) if page.key.start < end and start < page.end)

    def rows(self, slot: str, page: PageKey, dimension: str, value: str | None) -> pl.DataFrame:
        """The page's rows of one dimension ("": all records) and, unless it is None, one value.

        A page that was let go since `pages` was asked comes from the history.
        """
        _, frame = self._ledger.read(slot, page)
        hot = pl.DataFrame(schema=_NO_ROWS) if frame is None else _chosen(frame, dimension, value)
        if self._history is None or not (frame is None or self._may_have_left(slot, page)):
            return hot
        buckets = set(self._history.held(slot).get(page, ()))
        missing = buckets if frame is None else buckets.difference(frame["t"].unique().to_list())
        if not missing:
            return hot
        cold = self._history.read(slot, page, missing, dimension, value)
        return cold if hot.is_empty() else pl.concat([hot, cold], how="diagonal_relaxed")

    def _may_have_left(self, slot: str, page: PageKey) -> bool:
        index = self._indexes.get(slot)
        return index is not None and page_end(page) <= index.below.get(page.size, ALWAYS)

    def _index(self, slot: str, state: SlotState) -> _Index:
        """The slot's pages, asked once per commit."""
        commit = (state.epoch, state.sequence)
        held = self._indexes.get(slot)
        if held is None or held.commit != commit:
            hot: dict[tuple[Kind, Size], list[Page]] = {}
            for key, version in sorted(self._ledger.versions(slot).items()):
                if key.kind != "entities":
                    hot.setdefault((key.kind, key.size), []).append(Page(key, version, page_end(key)))
            held = self._indexes[slot] = _Index(commit, hot, self._retention.below(state))
        return held


def _chosen(frame: pl.DataFrame, dimension: str, value: str | None) -> pl.DataFrame:
    rows = pl.col("d") == dimension
    return frame.filter(rows & (pl.col("k") == value) if dimension and value is not None else rows)


def _joined(index: _Index, held: Held) -> Pages:
    """The ledger's pages with those of the history; a page that both have at a version that says so."""
    pages = {page.key: page for group in index.hot.values() for page in group}
    for key, buckets in held.items():
        hot = pages.get(key)
        if hot is None or hot.end <= index.below.get(key.size, ALWAYS):
            at = hot.version if hot is not None and isinstance(hot.version, int) else 0
            pages[key] = Page(key, (at, len(buckets), _newest(buckets)), page_end(key))
    grouped: dict[tuple[Kind, Size], list[Page]] = {}
    for key in sorted(pages):
        grouped.setdefault((key.kind, key.size), []).append(pages[key])
    return grouped


def _newest(buckets: Buckets) -> int:
    return max(bucket.version for bucket in buckets.values())
