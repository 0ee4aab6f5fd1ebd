"""What panels ask: one scope, one moment, one city (the implementation of panels.panel.Context)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from cockpit import windows
from cockpit.panels.panel import Context
from cockpit.parts import Parts
from cockpit.scope import Scope
from layers import Layer, Regions
from slots.problem import nearest
from slots.reading import Freshness, Question, QuestionError, Reading
from slots.slot import Indicator, Slot, Titles

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
    def region(self) -> str:
        """The code of the region in scope, the root where the scope names none."""
        return self.scope.region or self.regions.root.code

    def window(self, name: str) -> tuple[datetime, datetime]:
        """`[from, to)` at this moment. Raises windows.WindowError."""
        return windows.window(name, self.now, self.zone)

    def ask(self, question: Question) -> list[Reading]:
        """The readings. Blocks on the ledger. Raises slots.QuestionError or slots.LedgerLost."""
        return self.parts.readings.ask(question)

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
        """The latest states inside a region, newest first."""
        return self.parts.entities.latest(slot, region=region, limit=limit)

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


def context_maker(parts: Parts) -> ContextMaker:
    """Makes contexts of this city at the moment its clock tells."""
    return lambda scope: CityContext(parts, scope, scope.at or parts.clock())
