"""What panels ask: one scope, one moment, one city (the implementation of panels.panel.Context)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from cockpit import windows
from cockpit.dispatch.database import StoreLost
from cockpit.dispatch.standing import Standing
from cockpit.panels.panel import Context
from cockpit.parts import Parts
from cockpit.schemes import Scheme
from cockpit.scope import Only, Scope
from layers import Layer, Regions
from slots.problem import nearest
from slots.reading import Freshness, Question, QuestionError, Reading
from slots.slot import Indicator, Slot, Titles

_FILTERED = 20_000
"""The newest states that are searched for a dimension's value."""

TOOLBOX_LOST = "the toolbox's database cannot be reached; these are the last incidents"

ContextMaker = Callable[[Scope], Context]
"""Makes the context of a scope at this moment. Any thread."""


@dataclass(frozen=True)
class CityContext:
    """The city seen from one scope at one moment (`now`: the scope's own, if it names one); safe to use in any thread."""

    parts: Parts
    scope: Scope
    now: datetime

    @property
    def zone(self) -> str:
        """The name of the city's time zone."""
        return self.parts.city.zone

    @property
    def build(self) -> str:
        """Which build of the page's files is served."""
        return self.parts.build

    @property
    def regions(self) -> Regions:
        """The city's region tree."""
        return self.parts.city.regions

    @property
    def slots(self) -> Mapping[str, Slot]:
        """The city's slots by name."""
        return self.parts.city.slots

    @property
    def layers(self) -> Mapping[str, Layer]:
        """The city's static map layers by id, in the order of their files."""
        return {static.name: static.layer for static in self.parts.city.layers}

    @property
    def schemes(self) -> Mapping[str, Scheme]:
        """The city's composites by name."""
        return self.parts.city.schemes

    @property
    def region(self) -> str:
        """The code of the region in scope, the root where the scope names none."""
        return self.scope.region or self.regions.root.code

    def window(self, name: str) -> tuple[datetime, datetime]:
        """`[from, to)` at this moment. Raises windows.WindowError."""
        if self.scope.at is None:
            return windows.window(name, self.now, self.zone)
        return windows.past_window(name, self.now, self.parts.clock(), self.zone)

    def grain_s(self, since: datetime) -> int:
        """The finest buckets that are surely kept back to a moment, in seconds."""
        return windows.grain_s(since, self.parts.clock())

    def ask(self, question: Question) -> list[Reading]:
        """The readings as the scope sees them: as of its moment, and only of its dimension's value where the slot has that.

        Blocks on the ledger. Raises slots.QuestionError or slots.LedgerLost.
        """
        return self.parts.readings.ask(self.seen(question))

    def seen(self, question: Question) -> Question:
        """The question as `ask` asks it. Raises QuestionError where all of its window lies after the scope's moment."""
        if self.scope.at is not None and question.window_to > self.now:
            if question.window_from >= self.now:
                raise QuestionError("this window begins after the moment that is looked at")
            question = replace(question, window_to=self.now)
        only = self.scope.only
        if only is None or question.dimension is not None or question.by not in (None, "region", "time"):
            return question  # dimensions are kept one by one
        if not self.follows(question.indicator.partition(".")[0]):
            return question
        return replace(question, dimension=only.dimension, key=only.key)

    def follows(self, slot: str) -> bool:
        """Whether what is asked of this slot is narrowed to the dimension's value in scope; True where there is none.

        Slots may call different things alike: a value that only others have seen is none of this one's. A value nobody has
        seen narrows all that have the dimension. Raises slots.LedgerLost.
        """
        only = self.scope.only
        if only is None:
            return True
        alike = [name for name, other in self.slots.items() if only.dimension in other.dimensions]
        if slot not in alike:
            return False
        return self._seen(slot, only) or not any(self._seen(name, only) for name in alike if name != slot)

    def _seen(self, slot: str, only: Only) -> bool:
        return only.key in self.parts.ledger.state(slot).dimensions.get(only.dimension, ())

    def freshness(self, slot: str) -> Freshness:
        """How fresh the slot is. Raises slots.LedgerLost."""
        return self.parts.readings.freshness(slot)

    def counters(self, slot: str) -> Mapping[str, int]:
        """What was counted of the slot's records since it began. Raises slots.LedgerLost."""
        return self.parts.ledger.state(slot).counters

    def problems(self) -> Sequence[object]:
        """The mistakes in the city's files because of which older ones are in force."""
        return self.parts.problems()

    def entities(self, slot: str, region: str, limit: int) -> pl.DataFrame:
        """The latest states inside a region, newest first; none at a moment of the past: earlier states are not kept."""
        only = self.scope.only
        if only is None or self.scope.at is not None:
            return self.parts.entities.latest(slot, region=region, limit=limit).head(0 if self.scope.at else limit)
        found = self.parts.entities.latest(slot, region=region, limit=_FILTERED)
        if self.follows(slot) and only.dimension in found.columns:
            found = found.filter(pl.col(only.dimension).cast(pl.String).fill_null("") == only.key)
        return found.head(limit)

    def incidents(self) -> Sequence[Standing]:
        """The open incidents inside the region in scope, the gravest first. Raises QuestionError where they cannot be had."""
        if self.parts.open_incidents is None:
            return ()
        try:
            return self.parts.open_incidents(self.scope.region or None, self.parts.clock())
        except StoreLost:
            raise QuestionError(TOOLBOX_LOST) from None

    def indicator(self, name: str) -> tuple[Slot, Indicator]:
        """The passport of `slot.name`. Raises QuestionError with the nearest name."""
        slot_name, _, short = name.partition(".")
        slot = self.slots.get(slot_name)
        found = slot.indicator(short) if slot else None
        if slot is None or found is None:
            known = [f"{slot.slot}.{indicator.name}" for slot in self.slots.values() for indicator in slot.indicators]
            raise QuestionError(f"there is no indicator {name!r}.{nearest(name, known)}")
        return slot, found

    def text(self, titles: Titles, otherwise: str = "") -> str:
        """The title in the scope's language, else in the other one, else `otherwise`."""
        return titles.get(self.scope.lang) or next((title for title in titles.values() if title), otherwise)


def context_maker(parts: Parts) -> Callable[[Scope], CityContext]:
    """Makes contexts of this city at the moment its clock tells."""

    def made(scope: Scope) -> CityContext:
        now = parts.clock()
        return CityContext(parts, scope, windows.kept_moment(scope.at, now, parts.city.zone) if scope.at else now)

    return made
