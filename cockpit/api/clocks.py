"""`/api/v1/clocks`: the lights of incidents, when their limits run out, and who is told because of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request, Response

from cockpit.api.acting import Acting
from cockpit.api.answer import calls
from cockpit.dispatch.incident import SETTLED, Incident, State
from cockpit.dispatch.limits import Clock, moves_of
from cockpit.dispatch.roster import Told
from cockpit.parts import Parts


class ClockList:
    """The calls on clocks. They block on the database: in threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self.router = calls(prefix="/api/v1/clocks", tags=["incidents"])
        self.router.add_api_route("", self.all, methods=["GET"])

    async def all(
        self,
        request: Request,
        incident: Annotated[str | None, Query(description="one number; default: all that are open")] = None,
        at: Annotated[datetime | None, Query(description="as known then; with its zone")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 200,
    ) -> Response:
        """Per incident: its step and overall clock (seconds of working time), the light, and the rungs of the ladder reached."""
        actor = self._acting.actor(request)
        now = at if at and at.tzinfo else self._parts.clock()

        def found() -> dict[str, Any]:
            toolbox = self._acting.toolbox
            if incident is not None:
                return {"clocks": [self._shown(toolbox.incident(incident, actor), now)]}
            states = [state.value for state in State if state not in SETTLED]
            there: Sequence[Incident] = toolbox.store.incidents(states, actor.region, None, limit, None, actor.bound)
            return {"clocks": [self._shown(one, now) for one in there]}

        return await self._acting.get(found)

    def _shown(self, incident: Incident, now: datetime) -> dict[str, Any]:
        toolbox = self._acting.toolbox
        found = toolbox.rules.clocks(incident, moves_of(incident.number, toolbox.store.journal(incident.number)), now)
        above = toolbox.ground.above(incident.region)
        told = [
            {
                "step": one.step,
                "role": one.role,
                "share": one.share,
                "at": one.at,
                **_people(toolbox.rules.roster.escalated(one, now, above)),
            }
            for one in found.escalations
        ]
        return {
            "number": incident.number, "light": found.light, "step": _clock(found.step), "overall": _clock(found.overall),
            "escalations": told,
        }  # fmt: skip


def _clock(clock: Clock | None) -> dict[str, Any] | None:
    if clock is None:
        return None
    return {
        "step": clock.step, "limit_s": clock.limit_s, "used_s": clock.used_s, "share": round(clock.share, 4),
        "light": clock.light, "due": clock.due, "running": clock.running, "yellow": clock.yellow if clock.running else None,
    }  # fmt: skip


def _people(told: Told) -> dict[str, Any]:
    return {"people": [{"name": one.name, "phone": one.phone} for one in told.people], "on_duty": told.on_duty}
