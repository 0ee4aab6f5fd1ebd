"""What is known of a place at a moment: the indicators of the smallest region around it that has values, and its weather."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cockpit.context import CityContext, context_maker
from cockpit.panels.light import Light, light
from cockpit.panels.passport import decimals, shown
from cockpit.parts import Parts
from cockpit.scope import Lang, Scope
from slots.reading import Question, QuestionError, Reading
from slots.slot import Indicator, Slot

OF_EACH: Final = 2
"""So many indicators of each slot, the first ones: a city says first what matters."""
AT_MOST: Final = 40
WINDOW: Final = "24h"
WEATHER_WINDOW: Final = "1h"
_GRAVITY: Final = {"alarm": 0, "watch": 1, "fine": 2, None: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One indicator at a moment. `region`, `name`: where it was counted, which may lie above the place that was asked about.

    `as_of`: the latest event known then. `window_from`, `window_to`: half open, event time.
    """

    indicator: str
    slot: str
    slot_title: str
    title: str
    value: float | None
    unit: str
    decimals: int
    status: str
    light: Light | None
    as_of: datetime | None
    window_from: datetime
    window_to: datetime
    region: str
    name: str
    coverage: float
    count: int


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known: the abnormal first; the weather apart, where the city has a slot of it."""

    moment: datetime
    window: str
    indicators: Sequence[Told]
    weather: Sequence[Told]


class Surroundings:
    """Asked from any thread; blocks on the ledger. A slot that cannot be read now is left out."""

    def __init__(self, parts: Parts) -> None:
        self._city = parts.city
        self._contexts = context_maker(parts)

    def at(self, way: Sequence[str], lang: Lang, at: datetime | None = None, window: str = WINDOW) -> Known:
        """What is known at `at` (None: now). `way`: the codes of the place and of all above it, itself first.

        What came later about the time before is in it. Raises WindowError and LedgerError.
        """
        context = self._contexts(Scope(lang=lang, at=at))
        weather = self._city.weather
        others = [slot for name, slot in self._city.slots.items() if name != weather]
        found = [one for slot in others for one in self._of(slot, slot.indicators[:OF_EACH], way, context, window)]
        found.sort(key=lambda one: _GRAVITY[one.light])
        sky = self._city.slots.get(weather) if weather else None
        told = list(self._of(sky, sky.indicators, way, context, WEATHER_WINDOW)) if sky else []
        return Known(context.now, window, found[:AT_MOST], told)

    def _of(
        self, slot: Slot, indicators: Sequence[Indicator], way: Sequence[str], context: CityContext, window: str
    ) -> Iterator[Told]:
        """Of the smallest region that has any records of the slot in the window; nothing where not even the city has."""
        span = context.window(window)
        for code in way if indicators else ():
            try:
                asked = [context.ask(Question(f"{slot.slot}.{one.name}", code, *span))[0] for one in indicators[:1]]
                if asked[0].count == 0:
                    continue
                asked += [context.ask(Question(f"{slot.slot}.{one.name}", code, *span))[0] for one in indicators[1:]]
            except (QuestionError, IndexError):
                return
            for one, reading in zip(indicators, asked, strict=True):
                yield _told(slot, one, reading, context)
            return


def _told(slot: Slot, indicator: Indicator, reading: Reading, context: CityContext) -> Told:
    past = context.scope.at is not None
    seen = "live" if past and reading.value is not None else reading.status
    as_of = min(reading.as_of, context.now) if past and reading.as_of else reading.as_of
    return Told(
        indicator=reading.indicator, slot=slot.slot, slot_title=context.text(slot.title, slot.slot),
        title=context.text(indicator.title, indicator.name), value=shown(reading.value, indicator), unit=reading.unit,
        decimals=decimals(indicator), status=seen, light=light(reading.value, indicator), as_of=as_of,
        window_from=reading.window_from, window_to=reading.window_to, region=reading.region,
        name=context.regions.region(reading.region).title(context.scope.lang), coverage=round(reading.coverage, 3),
        count=reading.count,
    )  # fmt: skip
