"""Answers questions with readings: which buckets, rolled up over which regions, with what status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from slots.freshness import freshness
from slots.ledger import Ledger, Size, SlotState
from slots.measures import parts_of, result
from slots.pagecache import FrameCache
from slots.places import Places
from slots.problem import nearest
from slots.reading import Freshness, Question, QuestionError, Reading
from slots.retention import DEFAULT_RETENTION, Retention
from slots.rollup import Tree
from slots.slot import Indicator, Slot
from slots.stored import Stored, Wanted
from slots.windows import steps, stretches
from streams.clock import Clock

MAX_STEPS = 2000
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with everything it names looked up."""

    question: Question
    slot: Slot
    indicator: Indicator
    state: SlotState
    fresh: Freshness
    now: datetime

    @property
    def start_s(self) -> int:
        return int(self.question.window_from.timestamp()) // 60 * 60

    @property
    def end_s(self) -> int:
        return -(-int(self.question.window_to.timestamp()) // 60) * 60


class Readings:
    """Reads indicators from a ledger. Safe to use from several threads; blocks only as long as the ledger does."""

    def __init__(
        self,
        slots: Mapping[str, Slot],
        ledger: Ledger,
        places: Places,
        zone: str,
        clock: Clock,
        retention: Retention = DEFAULT_RETENTION,
    ) -> None:
        self._slots = slots
        self._ledger = ledger
        self._tree = Tree(places)
        self._places = places
        self._zone = ZoneInfo(zone)
        self._clock = clock
        self._retention = retention
        self._stored = Stored(ledger, self._tree, FrameCache())

    def ask(self, question: Question) -> list[Reading]:
        """One reading, or one per child, step or dimension value. Raises QuestionError and LedgerLost.

        Children and steps without records are there, too; dimension values only where there were records.
        """
        asked = self._looked_up(question)
        if question.by == "time":
            return self._by_time(asked)
        return self._split(asked)

    def freshness(self, slot: str) -> Freshness:
        """How fresh a slot is now. Raises QuestionError for an unknown slot."""
        known = self._slot(slot)
        return freshness(self._ledger.state(slot), self._ledger.health(slot), known.freshness, self._clock())

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
        return _Asked(question, slot, indicator, state, fresh, now)

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
        found = self._stored.total(self._wanted(asked), window)
        rows = {row["_key"]: row for row in self._valued(asked, found, ["_key"])}
        coverage = _coverage(asked, asked.start_s, asked.end_s)
        if question.by is None:
            return [self._reading(asked, question.region, question.key, rows.get(""), asked.start_s, asked.end_s, coverage)]
        if question.by == "region":
            return [
                self._reading(asked, child, question.key, rows.get(child), asked.start_s, asked.end_s, coverage)
                for child in self._tree.children(question.region)
            ]
        return [
            self._reading(asked, question.region, key, rows[key], asked.start_s, asked.end_s, coverage) for key in sorted(rows)
        ]

    def _by_time(self, asked: _Asked) -> list[Reading]:
        step_s = asked.question.step_s or 3600
        if step_s % 60:
            raise QuestionError(f"a step is whole minutes, got {step_s} s")
        starts = steps(asked.start_s, asked.end_s, step_s, self._zone)
        if len(starts) > MAX_STEPS:
            raise QuestionError(f"{len(starts)} steps are too many; at most {MAX_STEPS}. Hint: a longer step.")
        window = stretches(starts[0], asked.end_s, self._zone, step_s, self._horizons(asked.state))
        found = self._stored.over_time(self._wanted(asked), window, starts)
        rows = {row["_step"]: row for row in self._valued(asked, found, ["_step"])}
        ends = [*starts[1:], asked.end_s]
        begun = [(start, end) for start, end in zip(starts, ends, strict=True) if start <= asked.now.timestamp()]
        return [
            self._reading(
                asked, asked.question.region, asked.question.key, rows.get(start), start, end, _coverage(asked, start, end)
            )
            for start, end in begun
        ]

    def _horizons(self, state: SlotState) -> Mapping[Size, int]:
        return self._retention.horizons(state.last_event_us or 0)

    def _wanted(self, asked: _Asked) -> Wanted:
        question, parts = asked.question, parts_of(asked.indicator.measure)
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

    def _valued(self, asked: _Asked, found: pl.DataFrame, keys: Sequence[str]) -> list[Row]:
        if found.is_empty():
            return []
        value, count = result(asked.indicator.measure)
        return found.select(*keys, value.alias("value"), count.alias("count")).to_dicts()

    def _reading(
        self,
        asked: _Asked,
        region: str,
        key: str | None,
        row: Row | None,
        start_s: int,
        end_s: int,
        coverage: float,
    ) -> Reading:
        value, count = (row["value"], row["count"]) if row else (_nothing(asked, end_s), 0)
        return Reading(
            indicator=asked.question.indicator,
            region=region,
            key=key,
            window_from=datetime.fromtimestamp(start_s, self._zone),
            window_to=datetime.fromtimestamp(end_s, self._zone),
            value=value,
            unit=asked.indicator.unit,
            status="missing" if value is None and asked.fresh.status != "broken" else asked.fresh.status,
            as_of=asked.fresh.as_of,
            coverage=coverage,
            count=count,
        )


def _nothing(asked: _Asked, end_s: int) -> float | None:
    """Counting nothing once the slot has begun to count is a true zero; everything else is missing."""
    began_us = asked.state.first_event_us
    counts = asked.indicator.measure.agg in ("count", "sum", "distinct")
    return 0.0 if counts and began_us is not None and began_us < end_s * 1_000_000 else None


def _coverage(asked: _Asked, start_s: int, end_s: int) -> float:
    """The share of the elapsed window since the slot's first event."""
    if asked.state.first_event_us is None:
        return 0.0
    elapsed = min(end_s, int(asked.now.astimezone(UTC).timestamp())) - start_s
    if elapsed <= 0:
        return 0.0
    uncounted = max(0, asked.state.first_event_us // 60_000_000 * 60 - start_s)
    return max(0.0, min(1.0, 1 - uncounted / elapsed))
