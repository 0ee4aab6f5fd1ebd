"""Dead letters as people ask for them: what there is and why, and counting them again as a job."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from cockpit.jobs import Kind, Order, Progress, Work
from cockpit.parts import DeadLetterStore, SetAsideCause, SetAsideRecord
from slots.letters import Replay

_ADDRESS: Final = re.compile(r"(.+)\[(\d{1,9})\]@(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Page:
    """Which letters are asked for: the newest `limit` that are older than the one at the address `before`.

    Raises ValueError for what is no address.
    """

    limit: int
    before: str | None = None
    stage: str | None = None
    field: str | None = None

    def __post_init__(self) -> None:
        if self.before is not None and _ADDRESS.fullmatch(self.before) is None:
            raise ValueError(f"an address is topic[partition]@offset, got {self.before!r:.80}. Hint: city.parking[0]@381")

    @property
    def address(self) -> tuple[str, int, int] | None:
        """Topic, partition and offset of `before`."""
        found = _ADDRESS.fullmatch(self.before) if self.before else None
        return (found[1], int(found[2]), int(found[3])) if found else None


def told(store: DeadLetterStore, slot: str, page: Page) -> dict[str, Any]:
    """How many a slot has, why (grouped, the most frequent first), and a page of them; `next`: the next page's `before`."""
    letters = store.latest(slot, page.limit, page.address, page.stage, page.field)
    return {
        "count": store.count(slot),
        "found": store.count(slot, page.stage, page.field),
        "truncated": store.truncated(slot),
        "dropped": store.dropped(slot),
        "causes": [_cause(one) for one in store.causes(slot)],
        "letters": [_shown(letter) for letter in letters],
        "next": _shown(letters[-1])["address"] if len(letters) == page.limit else None,
    }


def _cause(one: SetAsideCause) -> dict[str, Any]:
    why = {"stage": one.stage, "field": one.field, "reason": one.reason}
    return why | {"count": one.count, "since": one.since, "last": one.last}


def _shown(letter: SetAsideRecord) -> dict[str, Any]:
    return {
        "address": f"{letter.topic}[{letter.partition}]@{letter.offset}",
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "at": letter.at,
        "stage": letter.stage,
        "field": letter.field,
        "reason": letter.reason,
        "raw": letter.raw.decode("utf-8", "backslashreplace"),
        "truncated": letter.truncated,
    }


def replaying(replay: Replay) -> Kind:
    """The kind of job that counts a slot's dead letters again."""

    def prepare(order: Order) -> Work:
        if order.since is not None:
            raise ValueError("a replay takes all dead letters there are. Hint: leave `from` out")

        def work(progress: Progress) -> str:
            return str(replay.run(order.slot, progress))

        return work

    return prepare
