"""From when on each aspect of a slot counts: each part of a measure, each dimension.

`SlotState.since` knows only moments that are set once. The first of an aspect, under its own name, is when it began; where
the slot's file dropped it and took it up again, `NAME!1` is when it ended, `NAME!2` when it began anew, and so on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from slots.ledger import SlotState

NOTHING: Final[Mapping[str, int]] = MappingProxyType({})
MAX_TURNS: Final = 2000
"""Moments kept of one slot; beyond that a change is not noted any more, and an aspect that began anew looks older than it is."""


def of_dimension(name: str) -> str:
    """The aspect of a dimension."""
    return f"dim:{name}"


def turns(aspects: Collection[str], state: SlotState, begun_us: Mapping[str, int] = NOTHING) -> dict[str, int]:
    """What a commit upon this state adds to `since` when it counts these aspects and no others; mostly nothing.

    `begun_us`: when those begin that do not begin with a slot that has counted nothing yet.
    All records the slot has seen so far lie at or before its latest event, so whatever begins now is complete after it.
    """
    told = _told(state.since)
    begun = {aspect for aspect, count in told.items() if count % 2}
    turned = [*(aspect for aspect in aspects if aspect not in begun), *sorted(begun.difference(aspects))]
    if not turned or len(state.since) + len(turned) > MAX_TURNS:
        return {}
    if state.last_event_us is None:
        return {_named(aspect, told.get(aspect, 0)): begun_us.get(aspect, 0) for aspect in turned}
    return {_named(aspect, told.get(aspect, 0)): state.last_event_us + 1 for aspect in turned}


def counts_since(aspects: Iterable[str], state: SlotState) -> int | None:
    """The event time (Unix µs) from which all of them count without a break, 0 = as long as the slot; None: not yet.

    Of a state that says nothing of aspects it is 0.
    """
    if not state.since:
        return 0
    told = _told(state.since)
    counts = {aspect: told.get(aspect, 0) for aspect in aspects}
    if any(count % 2 == 0 for count in counts.values()):
        return None
    return max((state.since[_named(aspect, count - 1)] for aspect, count in counts.items()), default=0)


def _named(aspect: str, turn: int) -> str:
    return f"{aspect}!{turn}" if turn else aspect


def _told(since: Mapping[str, int]) -> dict[str, int]:
    """Aspect → how many moments are known of it; an odd number means that it counts now."""
    counts: dict[str, int] = {}
    for name in since:
        aspect = name.partition("!")[0]
        counts[aspect] = counts.get(aspect, 0) + 1
    return counts
