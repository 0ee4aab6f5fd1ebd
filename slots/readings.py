"""Answers questions with readings: which buckets, rolled up over which regions, with what status."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slots.answers import answered, sides_of
from slots.aspects import counts_since, of_dimension
from slots.dimensions import told_apart
from slots.freshness import freshness
from slots.history import History
from slots.ledger import Ledger, Size, SlotState
from slots.measures import parts_of
from slots.pagecache import Kept
from slots.places import Places
from slots.problem import nearest
from slots.reading import Freshness, Question, QuestionError, Reading
from slots.retention import DEFAULT_RETENTION, Retention
from slots.rollup import Tree
from slots.shelves import Shelves
from slots.slot import Indicator, Slot
from slots.stored import Extent, Stored, Wanted
from slots.windows import Stretch, steps, stretches
from streams.clock import Clock

MAX_STEPS = 2000
MAX_ANSWERS = 512
Rows = Mapping[Any, tuple[float | None, int]]
"""Key or step → value and count."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with everything it names looked up."""

    question: Question
    slot: Slot
    indicator: Indicator
    state: SlotState
    fresh: Freshness
    now_s: int
    start_s: int
    end_s: int
    began_us: int | None
    """From when on all that is asked was counted (Unix µs, event time); None: not yet."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A half open stretch of time, in Unix seconds and as it is told."""

    start_s: int
    end_s: int
    start: datetime
    end: datetime


class Readings:
    """Reads indicators from a ledger and its history, as one store. Safe to use from several threads.

    Blocks as long as they do. At most MAX_ANSWERS answers are kept, each until one of its pages changes; see Kept for what goes.
    """

    def __init__(
        self,
        slots: Mapping[str, Slot],
        ledger: Ledger,
        places: Places,
        zone: str,
        clock: Clock,
        retention: Retention = DEFAULT_RETENTION,
        history: History | None = None,
    ) -> None:
        self._slots = slots
        self._ledger = ledger
        self._tree = Tree(places)
        self._places = places
        self._zone = ZoneInfo(zone)
        self._clock = clock
        self._retention = retention
        self._stored = Stored(Shelves(ledger, history, retention), self._tree)
        self._answers: Kept[Rows] = Kept(MAX_ANSWERS)

    def ask(self, question: Question) -> list[Reading]:
        """One reading, or one per child, step or dimension value. Raises QuestionError and LedgerLost.

        Children and steps without records are there, too; dimension values only where there were records.
        """
        asked = self._looked_up(question)
        if question.by == "time":
            return self._by_time(asked)
        return self._split(asked)

    def sides(self, question: Question) -> list[tuple[float | None, int]]:
        """Value (unscaled) and count of the upper and the lower side of a ratio; nothing of any other measure, or of no records.

        Raises QuestionError and LedgerLost.
        """
        asked = self._looked_up(replace(question, by=None))
        if asked.indicator.measure.ratio is None:
            return []
        window = stretches(asked.start_s, asked.end_s, self._zone, None, self._horizons(asked.state))
        wanted = self._wanted(asked)
        found = self._stored.total(wanted, self._stored.extents(wanted, window, asked.state))
        told = sides_of(asked.indicator.measure, asked.slot, found.states) if found.keys else []
        return [(None if math.isnan(value[0]) else float(value[0]), int(count[0])) for value, count in told]

    def freshness(self, slot: str) -> Freshness:
        """How fresh a slot is now. Raises QuestionError for an unknown slot."""
        known = self._slot(slot)
        return freshness(self._ledger.state(slot), self._ledger.health(slot), known.freshness, self._clock())

    def counts_since(self, name: str) -> datetime | None:
        """The event time from which `slot.name` counts as it is defined now; None: as long as its slot. Raises LedgerLost.

        Where no record has come since it was defined, that is just after the slot's latest event.
        """
        slot_name, _, indicator_name = name.partition(".")
        slot = self._slot(slot_name)
        indicator, state = slot.indicator(indicator_name), self._ledger.state(slot_name)
        since_us = counts_since((part.id for part in parts_of(indicator.measure, slot)), state) if indicator else 0
        since_us = state.last_event_us if since_us is None else since_us
        return datetime.fromtimestamp(since_us / 1e6, self._zone) if since_us else None

    def sequences(self) -> dict[str, int]:
        """Slot → the number of its last commit; what has not moved needs no asking."""
        return self._ledger.sequences(self._slots)

    def _slot(self, name: str) -> Slot:
        if name not in self._slots:
            raise QuestionError(f"there is no slot {name!r}; slots: {', '.join(self._slots)}.{nearest(name, self._slots)}")
        return self._slots[name]

    def _looked_up(self, question: Question) -> _Asked:
        name, _, indicator_name = question.indicator.partition(".")
        slot = self._slot(name)
        indicator = slot.indicator(indicator_name)
        if indicator is None:
            names = [one.name for one in slot.indicators]
            raise QuestionError(
                f"slot {name!r} has no indicator {indicator_name!r}; it has: {', '.join(names)}.{nearest(indicator_name, names)}"
            )
        self._check(question, slot)
        state, now = self._ledger.state(name), self._clock()
        fresh = freshness(state, self._ledger.health(name), slot.freshness, now)
        start_s = int(question.window_from.timestamp()) // 60 * 60
        end_s = -(-int(question.window_to.timestamp()) // 60) * 60
        began_us = _began(question, slot, indicator, state)
        return _Asked(question, slot, indicator, state, fresh, int(now.timestamp()), start_s, end_s, began_us)

    def _check(self, question: Question, slot: Slot) -> None:
        self._tree.index(question.region)
        if question.window_from >= question.window_to:
            raise QuestionError(
                f"the window is empty: from {question.window_from.isoformat()} to {question.window_to.isoformat()}"
            )
        for dimension in {question.dimension, question.by} - {None, "region", "time"}:
            if dimension not in slot.dimensions:
                allowed = ", ".join(("region", "time", *slot.dimensions))
                raise QuestionError(f"slot {slot.slot!r} cannot be split by {dimension!r}; allowed: {allowed}")
        if question.by not in (None, "region", "time") and question.dimension not in (None, question.by):
            raise QuestionError("dimensions are kept one by one: a question may name only one of them")

    def _split(self, asked: _Asked) -> list[Reading]:
        question = asked.question
        window = stretches(asked.start_s, asked.end_s, self._zone, None, self._horizons(asked.state))
        rows = self._rows(asked, window)
        (span,) = self._spans([asked.start_s], asked.end_s)
        if question.by is None:
            return [_reading(asked, question.region, question.key, rows.get(""), span)]
        if question.by == "region":
            children = self._tree.children(question.region)
            return [_reading(asked, child, question.key, rows.get(child), span) for child in children]
        return [_reading(asked, question.region, key, rows[key], span) for key in sorted(rows)]

    def _by_time(self, asked: _Asked) -> list[Reading]:
        step_s = asked.question.step_s or 3600
        if step_s % 60:
            raise QuestionError(f"a step is whole minutes, got {step_s} s")
        starts = steps(asked.start_s, asked.end_s, step_s, self._zone)
        if len(starts) > MAX_STEPS:
            raise QuestionError(f"{len(starts)} steps are too many; at most {MAX_STEPS}. Hint: a longer step.")
        window = stretches(starts[0], asked.end_s, self._zone, step_s, self._horizons(asked.state))
        rows = self._rows(asked, window, starts)
        begun = (span for span in self._spans(starts, asked.end_s) if span.start_s <= asked.now_s)
        return [_reading(asked, asked.question.region, asked.question.key, rows.get(span.start_s), span) for span in begun]

    def _spans(self, starts: Sequence[int], end_s: int) -> list[_Span]:
        """Each from its start to the next one's, the last to the end."""
        edges = [*starts, end_s]
        told = [datetime.fromtimestamp(edge, self._zone) for edge in edges]
        return [_Span(*both) for both in zip(edges, edges[1:], told, told[1:], strict=False)]

    def _horizons(self, state: SlotState) -> Mapping[Size, int]:
        return self._retention.horizons(state.last_event_us or 0)

    def _wanted(self, asked: _Asked) -> Wanted:
        question, parts = asked.question, parts_of(asked.indicator.measure, asked.slot)
        by_dimension = question.by if question.by not in (None, "region", "time") else None
        return Wanted(
            slot=asked.slot.slot,
            region=question.region,
            by_child=question.by == "region",
            dimension=by_dimension or question.dimension or "",
            key=None if by_dimension else (question.key or ""),
            columns=tuple(dict.fromkeys(column for part in parts for column in part.columns)),
            sketched=tuple(dict.fromkeys(part for part in parts if part.sketch)),
        )

    def _rows(self, asked: _Asked, window: Sequence[Stretch], starts: Sequence[int] = ()) -> Rows:
        """By key, or by step where there are `starts`; only where there were records."""
        wanted = self._wanted(asked)
        extents = self._stored.extents(wanted, window, asked.state)
        question = (asked.indicator.measure, wanted, tuple(window), tuple(starts))
        return self._answers.get(question, extents, lambda: self._made(asked, wanted, extents, starts))

    def _made(self, asked: _Asked, wanted: Wanted, extents: Sequence[Extent], starts: Sequence[int]) -> Rows:
        stored = self._stored
        found = stored.over_time(wanted, extents, starts) if starts else stored.total(wanted, extents)
        if not found.keys:
            return {}
        values, counts = answered(asked.indicator.measure, asked.slot, found.states)
        told = (None if math.isnan(value) else value for value in values.tolist())
        return dict(zip(found.keys, zip(told, counts.tolist(), strict=True), strict=True))


def _reading(asked: _Asked, region: str, key: str | None, row: tuple[float | None, int] | None, span: _Span) -> Reading:
    value, count = row or (_nothing(asked, span), 0)
    return Reading(
        indicator=asked.question.indicator,
        region=region,
        key=key,
        window_from=span.start,
        window_to=span.end,
        value=value,
        unit=asked.indicator.unit,
        status="missing" if value is None and asked.fresh.status != "broken" else asked.fresh.status,
        as_of=asked.fresh.as_of,
        coverage=_coverage(asked, span),
        count=count,
    )


def _began(question: Question, slot: Slot, indicator: Indicator, state: SlotState) -> int | None:
    """The slot's first event, or the moment from which it counts what is asked, where that is later; None: not at all."""
    if question.dimension is not None and not told_apart(question.key or "", state.dimensions.get(question.dimension, ())):
        return None
    aspects = [part.id for part in parts_of(indicator.measure, slot)]
    aspects += [of_dimension(name) for name in slot.dimensions if name in (question.dimension, question.by)]
    since_us = counts_since(aspects, state)
    if state.first_event_us is None or since_us is None:
        return None
    return max(state.first_event_us, -(-since_us // 60_000_000) * 60_000_000)  # the minute it began in is not whole


def _nothing(asked: _Asked, span: _Span) -> float | None:
    """Counting nothing once the slot has begun to count is a true zero; everything else is missing."""
    began_us = asked.began_us
    counts = asked.indicator.measure.agg in ("count", "sum", "distinct")
    return 0.0 if counts and began_us is not None and began_us < span.end_s * 1_000_000 else None


def _coverage(asked: _Asked, span: _Span) -> float:
    """The share of the elapsed window since what is asked began to be counted."""
    if asked.began_us is None:
        return 0.0
    elapsed_s = min(span.end_s, asked.now_s) - span.start_s
    uncounted_s = asked.began_us // 60_000_000 * 60 - span.start_s
    if elapsed_s <= 0:
        return 0.0
    return 1.0 if uncounted_s <= 0 else max(0.0, 1 - uncounted_s / elapsed_s)
