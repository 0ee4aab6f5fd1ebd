"""What a city consists of at this moment, by name: one value that everybody holds, whose content is exchanged as a whole."""

from __future__ import annotations

from collections.abc import Collection, ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import TypeVar

V = TypeVar("V")


class Live(Mapping[str, V]):
    """Name → value. Safe to use from several threads: whoever walks through it sees one moment to the end.

    A name that was there a moment ago may be gone at the next look: ask once (`get`) and go on with what was found.
    """

    def __init__(self, values: Mapping[str, V]) -> None:
        self._now = dict(values)

    def exchange(self, values: Mapping[str, V], renewed: Collection[str] = ()) -> frozenset[str]:
        """The names that are new, mean something else now, or are gone. What says the same stays the same object.

        `renewed`: names that count as changed though they say the same, since what they name has changed.
        """
        before = self._now
        same = {name for name, value in values.items() if name not in renewed and before.get(name) == value}
        self._now = now = {name: before[name] if name in same else value for name, value in values.items()}
        return frozenset(name for name in before.keys() | now.keys() if before.get(name) is not now.get(name))

    def __getitem__(self, name: str) -> V:
        return self._now[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now)

    def __len__(self) -> int:
        return len(self._now)

    def __contains__(self, name: object) -> bool:
        return name in self._now

    def keys(self) -> KeysView[str]:
        return self._now.keys()

    def values(self) -> ValuesView[V]:
        return self._now.values()

    def items(self) -> ItemsView[str, V]:
        return self._now.items()
