"""`/api/v1/records` and `/api/v1/dead-letters`: what lies behind a number, and what was set aside."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from cockpit.api.acting import Acting
from cockpit.api.answer import Refusal, answer, calls, known
from cockpit.api.window import Window, asked_only
from cockpit.dispatch.actor import Actor
from cockpit.dispatch.announcing import FEEDBACK, OWN
from cockpit.dispatch.machine import within
from cockpit.letters import Page, told
from cockpit.parts import Parts

Limit = Annotated[int, Query(ge=1, le=1000)]


class Records:
    """The calls on single records. Handlers block on the log or the dead-letter store and run in threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.router = calls(prefix="/api/v1", tags=["records"])
        self.router.add_api_route("/records/{slot}", self.behind, methods=["GET"])
        self.router.add_api_route("/dead-letters/{slot}", self.set_aside, methods=["GET"])

    def behind(
        self,
        request: Request,
        slot: str,
        window: Annotated[Window, Depends()],
        region: str | None = None,
        limit: Limit = 100,
        skip: Annotated[int, Query(ge=0, le=200_000)] = 0,
        dimension: Annotated[str | None, Query(description="only records with this value: NAME:VALUE")] = None,
    ) -> Response:
        """The records behind a number, newest first, each with topic, partition and offset."""
        city = self._parts.city
        known(slot, city.slots, "slot")
        code = known(region, city.regions.codes, "region") if region is not None else city.regions.root.code
        self._check_business(request, slot, code)
        begin, end = window.span(self._parts)
        only = asked_only(dimension)
        both = (only.dimension, only.key) if only else None
        found = self._parts.records.behind(slot, code, begin.astimezone(UTC), end.astimezone(UTC), limit, skip, both)
        return answer({"records": found})

    def _check_business(self, request: Request, slot: str, region: str) -> None:
        """Raises Refusal for rows of the toolbox's journal that are none of the actor's business; other records have no such."""
        if not self._is_own(slot):
            return
        actor = Acting(self._parts).actor(request)
        if actor.serves:
            raise Refusal(403, "the whole journal is for those whose business is the whole city", "ask /api/v1/incidents")
        if not self._concerns(actor, region):
            raise Refusal(403, f"region {region!r} is outside of {actor.region!r}, yours", f"ask with region={actor.region}")

    def _check_letters(self, request: Request, slot: str) -> None:
        """Raises Refusal where there is no such slot, or its letters are none of the actor's business."""
        answers = [FEEDBACK] if self._parts.toolbox is not None else []
        known(slot, [*self._parts.city.slots, *answers], "slot")
        actor = Acting(self._parts).actor(request)
        if self._is_own(slot) and (actor.serves or not self._concerns(actor, self._parts.city.regions.root.code)):
            raise Refusal(403, "what the toolbox could not use is for those whose business is the whole city")

    def _is_own(self, slot: str) -> bool:
        """Whether it is the toolbox that writes, or reads, what the slot holds."""
        topic = FEEDBACK if slot == FEEDBACK else self._parts.city.slots[slot].source.topic
        return self._parts.toolbox is not None and topic in OWN

    def _concerns(self, actor: Actor, region: str) -> bool:
        return self._parts.toolbox is not None and within(actor, region, self._parts.toolbox.ground.above)

    def set_aside(
        self,
        request: Request,
        slot: str,
        limit: Limit = 100,
        before: str | None = None,
        stage: str | None = None,
        field: str | None = None,
    ) -> Response:
        """The records the slot could not use: why (grouped), and the newest of them; `before`: those older than this address."""
        self._check_letters(request, slot)
        try:
            page = Page(limit, before, stage, field)
        except ValueError as error:
            text, _, hint = str(error).partition(" Hint: ")
            raise Refusal(422, f"before: {text}", hint) from None
        return answer(told(self._parts.dead_letters, slot, page))
