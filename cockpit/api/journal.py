"""`/api/v1/journal`: the append-only record of what was done, with its chain."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query, Request, Response

from cockpit.api.acting import Acting
from cockpit.api.answer import Refusal, calls
from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.machine import RECEIVE
from cockpit.dispatch.refusal import Unknown
from cockpit.parts import Parts


class Journal:
    """The call on the journal. It blocks on the database: in a thread."""

    def __init__(self, parts: Parts) -> None:
        self._acting = Acting(parts)
        self.router = calls(prefix="/api/v1/journal", tags=["journal"])
        self.router.add_api_route("", self.rows, methods=["GET"])

    async def rows(
        self,
        request: Request,
        subject: Annotated[str | None, Query(description="the number of an incident (with its orders) or an order")] = None,
        after: Annotated[int, Query(ge=0, description="rows after this one")] = 0,
        limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
    ) -> Response:
        """The rows in their order, each with its seal, and the journal's head."""
        actor = self._acting.actor(request)
        return await self._acting.get(lambda: self._found(actor, subject, after, limit))

    def _found(self, actor: Actor, subject: str | None, after: int, limit: int) -> dict[str, Any]:
        toolbox = self._acting.toolbox
        if subject is not None:
            _check(self._acting, subject, actor)
        elif actor.region is not None or actor.serves:
            raise Refusal(403, "the whole journal is for those whose business is the whole city", "give a subject")
        head = toolbox.store.head()
        entries = toolbox.store.journal(subject, after, limit)
        told = [_shown(entry, actor) for entry in entries]
        return {"rows": told, "head": {"seq": head.seq, "seal": head.seal} if head else None}


def _check(acting: Acting, subject: str, actor: Actor) -> None:
    try:
        acting.toolbox.incident(subject, actor)
    except Unknown:
        try:
            acting.toolbox.order(subject, actor)
        except Unknown:
            raise Unknown(f"the journal has no {subject!r:.40}") from None


def _shown(entry: Entry, actor: Actor) -> dict[str, Any]:
    """A row as it was sealed; who reported an incident is kept from those who need not know."""
    shown = asdict(entry)
    if entry.verb == RECEIVE and actor.role not in (Role.ADMINISTRATOR, Role.CHIEF, Role.REGISTRAR):
        shown["body"] = {**entry.body, "reporter": None}
    return shown
