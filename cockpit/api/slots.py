"""`/api/v1/slots`: how each slot is doing."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from fastapi import Response

from cockpit.api.answer import answer, calls
from cockpit.city_files import FileProblem
from cockpit.parts import Parts
from slots.drift import Drift
from slots.ledger import Health, SlotState
from slots.reading import QuestionError
from slots.slot import Slot

COUNTERS = ("accepted", "rejected", "late", "unplaced", "lost", "refused", "other", "coarsened", "replayed")
_RATED = ("accepted", "rejected", "late")
_RATE_S = 60.0


class SlotStates:
    """The call on slots. The handler blocks on the ledger and runs in a thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._rates: defaultdict[str, Rates] = defaultdict(Rates)
        self.router = calls(prefix="/api/v1/slots", tags=["slots"])
        self.router.add_api_route("", self.states, methods=["GET"])

    def states(self) -> Response:
        """Per slot: status, latest event, lag, what was counted and what was not; rates over the calls of the last minute.

        `problem`: the mistakes in its file, in all of the city's files; as long as there are any, what they said before holds.
        `unknown_codes`: of the dead letters those whose region the city does not know.
        """
        problems = self._parts.problems()
        told = []
        for slot in self._parts.city.slots.values():
            with suppress(QuestionError):  # gone while we ask
                told.append(self._state(slot) | {"problem": shown(problems, f"slots/{slot.slot}.yaml")})
        return answer({"slots": told, "problem": shown(problems)})

    def _state(self, slot: Slot) -> dict[str, Any]:
        fresh = self._parts.readings.freshness(slot.slot)
        state, health = self._parts.ledger.state(slot.slot), self._parts.ledger.health(slot.slot)
        counters = counted(state)
        refused = counters.pop("refused")
        return {
            "slot": slot.slot,
            "title": slot.title,
            "family": slot.family,
            "owner": slot.owner,
            "topic": slot.source.topic,
            "status": fresh.status,
            "reason": fresh.reason,
            "degraded": fresh.degraded,
            "drift": [drifting(one) for one in fresh.drift],
            "last_event": fresh.as_of,
            "age_s": fresh.age_s,
            "lag": lag(state, health),
            **counters,
            "duplicates_refused": refused,
            "rates": self._rates[slot.slot].since(self._parts.clock().timestamp(), state.counters),
            "dead_letters": self._parts.dead_letters.count(slot.slot),
            "unknown_codes": self._parts.dead_letters.count(slot.slot, stage="region"),
        }


def shown(problems: Sequence[FileProblem], file: str = "") -> str:
    """The mistakes, one a line; those of one file where one is given, and nothing where there are none."""
    return "\n".join(str(problem) for problem in problems if file in ("", problem.file.as_posix()))


def drifting(one: Drift) -> dict[str, Any]:
    """A drift as the interface tells it; `since`: the log time of the first record, `share`: of the last ten minutes' records."""
    since = datetime.fromtimestamp(one.since_us / 1e6, UTC)
    return {"field": one.field, "kind": one.kind, "since": since, "share": one.share}


def counted(state: SlotState) -> dict[str, int]:
    """Every counter of a slot, 0 where nothing was counted yet."""
    return {name: state.counters.get(name, 0) for name in COUNTERS}


def lag(state: SlotState, health: Health) -> int | None:
    """Records in the log that the slot has not counted yet; None while nobody knows the log's end."""
    if not health.ends:
        return None
    return sum(max(0, end - state.offsets.get(partition, 0)) for partition, end in health.ends.items())


class Rates:
    """Records a second between the calls of the last minute; None at the first call. Any thread."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, dict[str, int]]] = deque(maxlen=128)
        self._lock = Lock()

    def since(self, now_s: float, counters: Mapping[str, int]) -> dict[str, float | None]:
        """`accepted`, `rejected`, `late` per second since the oldest call within a minute (or the last one before)."""
        here = {name: counters.get(name, 0) for name in _RATED}
        with self._lock:
            while len(self._seen) > 1 and now_s - self._seen[1][0] >= _RATE_S:
                self._seen.popleft()
            then_s, before = self._seen[0] if self._seen else (now_s, here)
            if not self._seen or now_s - self._seen[-1][0] >= 1.0:
                self._seen.append((now_s, here))
        span_s = now_s - then_s
        return {name: max(0, here[name] - before[name]) / span_s if span_s > 0 else None for name in _RATED}
