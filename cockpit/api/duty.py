"""`/api/v1/duty`: what the duty desk lists, in one answer that costs nothing while nothing has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any, Final

from fastapi import Query, Request, Response

from cockpit.api.acting import Acting
from cockpit.api.answer import calls
from cockpit.dispatch.actor import Actor
from cockpit.dispatch.incident import ENDED, Incident, State
from cockpit.dispatch.limits import moves_of
from cockpit.dispatch.machine import STEPS
from cockpit.dispatch.order import OVER, Order, OrderState
from cockpit.dispatch.standing import moments
from cockpit.parts import Parts

_MOST: Final = 500
_KEPT: Final = 4 * _MOST
_SETTLED: Final = tuple(state.value for state in State if state in ENDED)
_OPEN: Final = tuple(state.value for state in State if state not in ENDED)
_ORDERS_OPEN: Final = tuple(state.value for state in OrderState if state not in OVER)


@dataclass(frozen=True, slots=True)
class _Ticking:
    """An incident's clocks as moments: they stay true until its next step."""

    version: int
    step: dict[str, Any] | None
    overall: dict[str, Any] | None


class Duty:
    """The call of the duty desk. It blocks on the database: in a thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self._ticking: dict[str, _Ticking] = {}
        self.router = calls(prefix="/api/v1/duty", tags=["incidents"])
        self.router.add_api_route("", self.rows, methods=["GET"])

    async def rows(
        self,
        request: Request,
        ended: Annotated[bool, Query(description="those that are over instead of those that are not")] = False,
    ) -> Response:
        """The newest 500 incidents as rows: the moments at which their lights turn, their open orders, and whether it is
        this actor's turn; a department is shown what its units lead, help with or are ordered to, nothing else.
        With an ETag: 304 while nothing was done."""
        actor = self._acting.actor(request)
        tag = self._tag(actor, ended, await self._head())
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"etag": tag, "cache-control": "no-store"})
        found = await self._acting.get(lambda: self._shown(actor, ended))
        found.headers["etag"] = tag
        return found

    async def _head(self) -> int:
        found: list[int] = []

        def look() -> dict[str, Any]:
            head = self._acting.toolbox.store.head()
            found.append(head.seq if head else 0)
            return {}

        await self._acting.get(look)
        return found[0] if found else -1

    def _tag(self, actor: Actor, ended: bool, seq: int) -> str:
        said = f"{self._parts.started_at.timestamp()} {actor.role} {actor.region} {actor.name} {actor.unit} {ended} {seq}"
        return f'"{blake2b(said.encode(), digest_size=8).hexdigest()}"'

    def _shown(self, actor: Actor, ended: bool) -> dict[str, Any]:
        toolbox, now = self._acting.toolbox, self._parts.clock()
        orders: dict[str, list[Order]] = {}
        for order in () if ended else toolbox.store.orders(None, None, _ORDERS_OPEN, 10_000):
            orders.setdefault(order.incident, []).append(order)
        found = toolbox.store.incidents(_SETTLED if ended else _OPEN, actor.region, None, _MOST + 1, None, actor.bound)
        listed = found[:_MOST]
        self._forget(listed)
        return {
            "at": now, "more": len(found) > _MOST, "counts": Counter(one.state.value for one in listed),
            "rows": [self._row(one, orders.get(one.number, ()), actor, now) for one in listed],
        }  # fmt: skip

    def _row(self, one: Incident, orders: Sequence[Order], actor: Actor, now: datetime) -> dict[str, Any]:
        ticking = self._clocks(one, now)
        verbs = self._acting.toolbox.incidents.legal(one, actor)
        regions = self._parts.city.regions
        region = regions.region(one.region) if one.region in regions else None
        return {
            "number": one.number, "state": one.state.value, "title": one.title, "category": one.category,
            "priority": one.priority, "region": one.region, "address": one.address, "lon": one.lon, "lat": one.lat,
            "place": {"zh": region.title("zh"), "en": region.title("en")} if region else {}, "outside": one.outside,
            "within": self._acting.toolbox.ground.above(one.region),
            "reported_at": one.reported_at, "unit": one.lead_unit, "urged": one.urge_level, "supervised": one.supervisions,
            "reworks": one.reworks, "returns": one.returns, "exercise": one.exercise, "stars": one.stars,
            "turn": any(STEPS[verb].target for verb in verbs), "step": ticking.step, "overall": ticking.overall,
            "orders": len(orders), "drafts": sum(order.state is OrderState.DRAFT for order in orders),
            "help": any(order.needs_assistance for order in orders), "version": one.version,
        }  # fmt: skip

    def _clocks(self, one: Incident, now: datetime) -> _Ticking:
        """Reckoned once per step of an incident: what follows is arithmetic of the screen's."""
        kept = self._ticking.get(one.number)
        if kept is None or kept.version != one.version:
            toolbox = self._acting.toolbox
            both = toolbox.rules.clocks(one, moves_of(one.number, toolbox.store.journal(one.number)), now)
            kept = _Ticking(one.version, moments(both.step), moments(both.overall))
            self._ticking[one.number] = kept
        return kept

    def _forget(self, listed: Sequence[Incident]) -> None:
        if len(self._ticking) > _KEPT:
            here = {one.number for one in listed}
            self._ticking = {number: kept for number, kept in self._ticking.items() if number in here}
