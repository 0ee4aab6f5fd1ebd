"""`/api/v1/indicators`: the passports, and the readings of one."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Response

from cockpit.api.answer import Refusal, answer, calls, known
from cockpit.api.window import Window, asked_moment, asked_only
from cockpit.context import context_maker
from cockpit.parts import Parts
from cockpit.scope import Scope
from slots.error_bound import error_bound
from slots.reading import Question, QuestionError, Reading
from slots.slot import Indicator, Slot, seconds


class Indicators:
    """The calls on indicators. Handlers block on the ledger and run in threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._contexts = context_maker(parts)
        self.router = calls(prefix="/api/v1/indicators", tags=["indicators"])
        self.router.add_api_route("", self.passports, methods=["GET"])
        self.router.add_api_route("/{name}", self.readings, methods=["GET"])

    def passports(self) -> Response:
        """What every indicator is, how it is made and what it is held against.

        `counts_since`: the event time from which it counts as it is defined now, null where that is as long as its slot.
        """
        slots = self._parts.city.slots.values()
        told = []
        for slot in slots:
            with suppress(QuestionError):  # gone while we ask
                told += [
                    described(slot, indicator, self._parts.readings.counts_since(f"{slot.slot}.{indicator.name}"))
                    for indicator in slot.indicators
                ]
        return answer({"indicators": told})

    def readings(
        self,
        name: str,
        window: Annotated[Window, Depends()],
        region: Annotated[str | None, Query(description="code; the whole city where it is left out")] = None,
        by: Annotated[str | None, Query(description="region (its children), time, or a dimension")] = None,
        step: Annotated[str | None, Query(description="with by=time: a duration as 10m")] = None,
        dimension: Annotated[str | None, Query(description="with key; or NAME:VALUE")] = None,
        key: Annotated[str | None, Query(description="only records whose dimension has this value")] = None,
        at: Annotated[str | None, Query(description="as of this moment, as far back as is kept; ISO 8601 with a zone")] = None,
    ) -> Response:
        """The readings of `slot.name`: one, or one per child, step or dimension value; with `at` as a board showed them then."""
        slots = self._parts.city.slots.values()
        known(name, [f"{slot.slot}.{indicator.name}" for slot in slots for indicator in slot.indicators], "indicator")
        regions = self._parts.city.regions
        if region is not None:
            known(region, regions.codes, "region")
        dimension, key = one_value(dimension, key)
        context = self._contexts(Scope(at=asked_moment(at, self._parts)))
        begin, end = window.seen(context) if at else window.span(self._parts)
        question = Question(name, region or regions.root.code, begin, end, by, _step_s(step, by), dimension, key)
        return answer({"readings": [_shown(reading) for reading in context.ask(question)]})


def one_value(dimension: str | None, key: str | None) -> tuple[str | None, str | None]:
    """A dimension and its value, given apart or as `NAME:VALUE`; both or neither. Raises Refusal."""
    if dimension is None and key is not None:
        raise Refusal(422, "key and dimension go together", f"dimension=NAME&key={key:.40}")
    if dimension is None or key is not None:
        return dimension, key
    if ":" not in dimension:
        hint = f"to split by it use by={dimension:.40}; for one value dimension={dimension:.40}&key=a"
        raise Refusal(422, "dimension needs the value of one, as key", hint)
    only = asked_only(dimension)
    return (only.dimension, only.key) if only else (None, None)


def _step_s(step: str | None, by: str | None) -> int | None:
    if step is None:
        return None
    if by != "time":
        raise Refusal(422, "step goes with by=time only")
    try:
        return seconds(step)
    except ValueError as error:
        raise Refusal(422, f"step: {error}") from None


def described(slot: Slot, indicator: Indicator, since: datetime | None) -> dict[str, Any]:
    """The passport of an indicator: all that stands about it in its slot's file, and since when it counts so."""
    written = indicator.model_dump(exclude={"name", "measure", "owner"})
    return {
        "indicator": f"{slot.slot}.{indicator.name}",
        "slot": slot.slot,
        "name": indicator.name,
        "family": slot.family,
        "owner": indicator.owner or slot.owner,
        "formula": indicator.measure.model_dump(exclude_defaults=True),
        "error": error_bound(indicator.measure),
        "where": slot.where,
        "dimensions": slot.dimensions,
        "counts_since": since,
        **written,
    }


def _shown(reading: Reading) -> dict[str, Any]:
    return {
        "indicator": reading.indicator,
        "region": reading.region,
        "key": reading.key,
        "from": reading.window_from,
        "to": reading.window_to,
        "value": reading.value,
        "unit": reading.unit,
        "status": reading.status,
        "as_of": reading.as_of,
        "coverage": reading.coverage,
        "count": reading.count,
    }
