"""How a slot's state goes on: by a commit, by a refusal, by a swap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from slots.dimensions import MAX_VALUES
from slots.ledger import Commit, PageKey, SlotState
from slots.pages import page_end
from slots.standing import is_identity


def follows(state: SlotState, commit: Commit) -> bool:
    """Whether the commit was folded upon this state: the same offsets, epoch and floors, and room for its values."""
    return in_step(state, commit) and commit.epoch in (None, state.epoch) and fits(state, commit) and above(state, commit)


def in_step(state: SlotState, commit: Commit) -> bool:
    """Whether the stored offsets are the ones the batch began at."""
    return all(state.offsets.get(part) == begin for part, begin in commit.begin.items())


def fits(state: SlotState, commit: Commit) -> bool:
    """Whether no dimension would hold more than MAX_VALUES values, whoever admitted some since the batch was folded."""
    return all(len({*state.dimensions.get(name, ()), *new}) <= MAX_VALUES for name, new in commit.dimensions.items())


def above(state: SlotState, commit: Commit) -> bool:
    """Whether the commit adds to no page that may have left."""
    return all(key.start >= state.floors.get(key.size, key.start) for key in commit.deltas)


def raised(state: SlotState, gone: Iterable[PageKey]) -> SlotState:
    """The state after pages have left."""
    floors = dict(state.floors)
    for key in gone:
        floors[key.size] = max(page_end(key), floors.get(key.size, key.start))
    return replace(state, floors=floors)


def span(commit: Commit) -> int:
    """How many offsets the commit covers."""
    return sum(max(0, end - (commit.begin[part] or 0)) for part, end in commit.end.items() if not is_identity(part))


def refused(state: SlotState, commit: Commit) -> SlotState:
    """The state after a commit whose records somebody else had counted."""
    return replace(state, counters=summed(state.counters, {"refused": span(commit)}))


def advanced(before: SlotState, commit: Commit, epoch: int, cells: int) -> SlotState:
    """The state after a commit; `epoch` counts where the slot has none yet."""
    marks = dict(before.watermarks)
    for part, mark in commit.watermarks.items():
        marks[part] = max(mark, marks.get(part, mark))
    return SlotState(
        sequence=before.sequence + 1,
        offsets={**before.offsets, **commit.end},
        watermarks=marks,
        counters=summed(before.counters, commit.counters),
        dimensions={**before.dimensions, **{name: _joined(before, name, new) for name, new in commit.dimensions.items()}},
        first_event_us=_either(min, before.first_event_us, commit.first_event_us),
        last_event_us=_either(max, before.last_event_us, commit.last_event_us),
        committed_us=commit.committed_us,
        since={**commit.since, **before.since},
        epoch=before.epoch or epoch,
        cells=cells,
        floors=before.floors,
    )


def swapped(before: SlotState, shadow: SlotState, epoch: int, cells: int) -> SlotState:
    """The state of a slot that takes over what its shadow holds."""
    return replace(
        shadow,
        sequence=max(before.sequence, shadow.sequence) + 1,
        first_event_us=_either(min, before.first_event_us, shadow.first_event_us),
        last_event_us=before.last_event_us if shadow.last_event_us is None else shadow.last_event_us,
        committed_us=_either(max, before.committed_us, shadow.committed_us),
        epoch=epoch,
        cells=cells,
        floors={size: max(end, shadow.floors.get(size, end)) for size, end in {**shadow.floors, **before.floors}.items()},
    )


def summed(left: Mapping[str, int], right: Mapping[str, int]) -> dict[str, int]:
    """Both sides' counters added up."""
    return {name: left.get(name, 0) + right.get(name, 0) for name in {**left, **right}}


def _joined(before: SlotState, name: str, new: list[str]) -> list[str]:
    return list(dict.fromkeys([*before.dimensions.get(name, ()), *new]))


def _either(choose: Callable[[int, int], int], left: int | None, right: int | None) -> int | None:
    if left is None or right is None:
        return right if left is None else left
    return choose(left, right)
