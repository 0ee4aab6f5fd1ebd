"""Where a slot stands in a topic, and in which topic of that name: offsets of one that was made anew mean other records.

Both are kept among the offsets of the slot's state, so that whatever commits is fenced by both.
"""

from __future__ import annotations

from typing import Final

from slots.ledger import SlotState
from streams.record import Batch

_IDENTITY: Final = "@"  # in no topic's name


def part(topic: str, partition: int) -> str:
    """Under which name the offset of a partition is kept."""
    return f"{topic}/{partition}"


def identity_part(topic: str, partition: int) -> str:
    """Under which name it is kept which topic that offset is one of."""
    return f"{topic}{_IDENTITY}/{partition}"


def is_identity(name: str) -> bool:
    """Whether what is kept under this name is no offset."""
    return name.rpartition("/")[0].endswith(_IDENTITY)


def positions(state: SlotState) -> dict[str, int]:
    """`topic/partition` → next offset, of all topics."""
    return {name: offset for name, offset in state.offsets.items() if not is_identity(name)}


def standing(state: SlotState, topic: str, identity: int = 0) -> dict[int, int]:
    """Partition → next offset of one topic; 0 where the offset kept is one of another topic of that name."""
    known = identities(state, topic)
    return {
        partition: 0 if _differ(known.get(partition, 0), identity) else offset
        for partition, offset in _of(state, topic).items()
    }  # fmt: skip


def identities(state: SlotState, topic: str) -> dict[int, int]:
    """Partition → which topic its offset is one of; without those of which it is not known."""
    return _of(state, topic + _IDENTITY)


def is_of_another(state: SlotState, batch: Batch) -> bool:
    """Whether the slot stands in another topic than the batch is of, and it is not the batch that says so."""
    known = identities(state, batch.topic)
    return any(not span.anew and _differ(known.get(p, 0), batch.identity) for p, span in batch.spans.items())


def begins(batch: Batch, state: SlotState) -> dict[str, int | None]:
    """What must be kept for the batch to be counted, see Commit.begin."""
    return {name: state.offsets.get(name) for name in ends(batch)}


def ends(batch: Batch) -> dict[str, int]:
    """What is kept once it is counted, see Commit.end."""
    known = {identity_part(batch.topic, p): batch.identity for p in batch.spans if batch.identity}
    return {part(batch.topic, p): span.end for p, span in batch.spans.items()} | known


def _of(state: SlotState, name: str) -> dict[int, int]:
    stored = ((kept.rpartition("/"), number) for kept, number in state.offsets.items())
    return {int(partition): number for (topic, _, partition), number in stored if topic == name}


def _differ(kept: int, identity: int) -> bool:
    """Not where either is not known."""
    return 0 not in (kept, identity) and kept != identity
