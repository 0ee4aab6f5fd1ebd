"""What was made of pages, kept while the pages do not change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Kept(Generic[V]):
    """Values by key and version, one version of a key at a time. Safe to use from several threads.

    At most `limit` values; beyond it the one not asked for the longest goes, and `dropped` counts it.
    """

    def __init__(self, limit: int) -> None:
        self.dropped = 0
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, tuple[Hashable, V]] = OrderedDict()
        self._limit = limit

    def get(self, key: Hashable, version: Hashable, make: Callable[[], V]) -> V:
        """The value of this key at this version, made when it is not at hand. What `make` raises is not kept."""
        with self._lock:
            held = self._values.get(key)
            if held is not None and held[0] == version:
                self._values.move_to_end(key)
                return held[1]
        value = make()
        with self._lock:
            self._values[key] = (version, value)
            self._values.move_to_end(key)
            if len(self._values) > self._limit:
                self._values.popitem(last=False)
                self.dropped += 1
        return value
