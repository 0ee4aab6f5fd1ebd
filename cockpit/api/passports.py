"""`/api/v1/passports`: why a number is what it is, in one answer: definition, reading, parts, children."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from cockpit.api.answer import Refusal, answer, calls, known
from cockpit.api.indicators import described
from cockpit.api.window import asked_only, moment
from cockpit.context import context_maker
from cockpit.parts import Parts
from cockpit.passports import baselines, evidence
from cockpit.scope import Lang, Scope


class Passports:
    """The call behind the side sheet of a number. The handler blocks on the ledger and runs in a thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._contexts = context_maker(parts)
        self.router = calls(prefix="/api/v1/passports", tags=["indicators"])
        self.router.add_api_route("/{name}", self.passport, methods=["GET"])

    def passport(
        self,
        name: str,
        region: Annotated[str | None, Query(description="code; the whole city where it is left out")] = None,
        window: Annotated[str, Query(description="as a board's: today, 24h, 2026-11-20T08:00/2026-11-21")] = "today",
        at: Annotated[str | None, Query(description="ISO 8601 with a zone, or a day: as of then")] = None,
        dimension: Annotated[str | None, Query(description="only this value: NAME:VALUE")] = None,
        lang: str = "zh",
    ) -> Response:
        """The passport of `slot.name` and its value here and now, with both sides of a ratio, regions, dimensions."""
        city = self._parts.city
        known(name, [f"{slot.slot}.{one.name}" for slot in city.slots.values() for one in slot.indicators], "indicator")
        if region is not None:
            known(region, city.regions.codes, "region")
        moved = moment("at", at, city.zone) if at else None
        scope = Scope(region or "", window, moved, name, _lang(lang), asked_only(dimension))
        context = self._contexts(scope)
        slot, indicator = context.indicator(name)
        since = self._parts.readings.counts_since(name)
        told = {**described(slot, indicator, since), "slot_title": slot.title, "topic": slot.source.topic}
        told["baselines"] = baselines(name, city.schemes.values())
        return answer({"passport": told, **evidence(name, window, context)})


def _lang(given: str) -> Lang:
    if given not in ("zh", "en"):
        raise Refusal(422, f"lang must be zh or en, got {given!r:.20}")
    return "en" if given == "en" else "zh"
