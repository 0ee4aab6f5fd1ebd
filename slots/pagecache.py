"""Pages as a reader wants them: rolled up to what one question needs, and kept while the page does not change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

import polars as pl

MAX_FRAMES = 4096


class FrameCache:
    """Frames by key and version, the least recently used dropped beyond a bound. Safe to use from several threads."""

    def __init__(self, limit: int = MAX_FRAMES) -> None:
        self._lock = threading.Lock()
        self._frames: OrderedDict[Hashable, tuple[int, pl.DataFrame]] = OrderedDict()
        self._limit = limit

    def get(self, key: Hashable, version: int, make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """The frame of this key at this version, made when it is not at hand."""
        with self._lock:
            held = self._frames.get(key)
            if held is not None and held[0] == version:
                self._frames.move_to_end(key)
                return held[1]
        frame = make()
        with self._lock:
            self._frames[key] = (version, frame)
            self._frames.move_to_end(key)
            if len(self._frames) > self._limit:
                self._frames.popitem(last=False)
        return frame
