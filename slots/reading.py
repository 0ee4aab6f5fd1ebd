"""A reading: one number with all it takes to trust it; and the question it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from slots.drift import Drift

Status = Literal["live", "late", "stale", "dead", "missing", "broken"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A frozen number: what was measured, where, over which window, how fresh, from how much.

    `window_from`, `window_to`: half open, event time, zone aware. `value` None means missing (shown as “—”, never 0).
    `as_of`: the slot's latest event time. `coverage` 0…1: the share of the elapsed window that the slot was counting.
    `count`: the records behind the value. `key`: the dimension's value, or None.
    """

    indicator: str
    region: str
    key: str | None
    window_from: datetime
    window_to: datetime
    value: float | None
    unit: str
    status: Status
    as_of: datetime | None
    coverage: float
    count: int


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of an indicator `slot.name`: a region, a window, and how to split it.

    `by`: None for one number, "region" for the children of `region`, "time" for steps of `step_s` seconds (86400 and its
    multiples are cut at local midnight), or the name of a dimension. `key`: only records whose `dimension` has this value.
    """

    indicator: str
    region: str
    window_from: datetime
    window_to: datetime
    by: str | None = None
    step_s: int | None = None
    dimension: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh a slot is now: its status, its latest event time, its age in seconds, and what its worker said.

    `age_s` counts from the latest event, None where there never was one. `reason` is for people, empty when all is well.
    `degraded`: what is fresh is not complete, since too many of the last minute's records could not be used; why, for people.
    `drift`: the fields of its records that are not what they were.
    """

    status: Status
    as_of: datetime | None
    age_s: float | None
    reason: str = ""
    degraded: str = ""
    drift: tuple[Drift, ...] = ()


class QuestionError(ValueError):
    """The question cannot be answered, and why: unknown indicator, region or dimension, or finer buckets than are kept."""
