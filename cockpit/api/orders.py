"""`/api/v1/orders`: what units are told to do, from the draft to what they answer."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import Query, Request, Response

from cockpit.api.acting import Acting, described, said_in
from cockpit.api.answer import calls
from cockpit.api.attachments import PATH as ATTACHMENTS
from cockpit.api.incidents import needs, states_in
from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.evidence import check_attached
from cockpit.dispatch.machine import within
from cockpit.dispatch.order import NOTHING, Order, OrderState
from cockpit.dispatch.order_machine import STEPS
from cockpit.dispatch.refusal import Unknown
from cockpit.dispatch.said import Draft, read
from cockpit.dispatch.toolbox import Work
from cockpit.dispatch.writing import Writing
from cockpit.parts import Parts


class OrderList:
    """The calls on orders. They block on the database: in threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self.router = calls(prefix="/api/v1/orders", tags=["orders"])
        text = {"type": "string"}
        draft = {"type": "object", "required": ["unit", "text"], "properties": {"unit": text, "text": text}}
        self.router.add_api_route("", self.draft, methods=["POST"], status_code=201, openapi_extra=described(draft))
        self.router.add_api_route("", self.latest, methods=["GET"])
        self.router.add_api_route("/{number}", self.one, methods=["GET"])
        self.router.add_api_route("/{number}/screen", self.screen, methods=["GET"])
        self.router.add_api_route("/{number}/{verb}", self.act, methods=["POST"], openapi_extra=described({"type": "object"}))

    async def draft(self, request: Request) -> Response:
        """Drafts an order: 201. It goes out once it is issued, a grave one once somebody else has approved it."""

        def work(body: bytes, actor: Actor) -> Work:
            draft = read(body, Draft, "order")
            check_attached(self._acting.toolbox.files, draft.attachments)

            def do(writing: Writing) -> tuple[int, bytes]:
                order = self._acting.toolbox.orders.draft(writing, draft, actor)
                return 201, msgspec.json.encode(self._shown(order, actor))

            return do

        return await self._acting.post(request, work)

    async def latest(
        self,
        request: Request,
        incident: str | None = None,
        unit: str | None = None,
        state: Annotated[str | None, Query(description="one or several, with commas")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        """Orders, the newest first; a unit sees its own only, a department those for what its units have to do with."""
        actor, toolbox = self._acting.actor(request), self._acting.toolbox
        states = states_in(state, [one.value for one in OrderState])
        to = actor.units if actor.role is Role.UNIT else {unit} if unit else None

        def found() -> dict[str, Any]:
            orders = toolbox.store.orders(incident, to, states, limit, actor.bound)
            near = [one for one in orders if within(actor, one.region, toolbox.ground.above)]
            return {"orders": [self._shown(one, actor) for one in near]}

        return await self._acting.get(found)

    async def one(self, number: str, request: Request) -> Response:
        """An order as it stands, and what this actor may do with it. `put_away`: when a reset put away what was played."""
        actor, toolbox = self._acting.actor(request), self._acting.toolbox

        def found() -> dict[str, Any]:
            one = toolbox.order(number, actor)
            at = toolbox.put_away(one)
            return self._shown(one, actor) | ({"put_away": at, "verbs": (), "needs": {}} if at else {})

        return await self._acting.get(found)

    async def act(self, number: str, verb: str, request: Request) -> Response:
        """Does a verb: the order after it; 409 with `verbs` where it is not legal now for this actor."""

        def work(body: bytes, actor: Actor) -> Work:
            said = said_in(body)
            check_attached(self._acting.toolbox.files, said.get("attachments"))

            def do(writing: Writing) -> tuple[int, bytes]:
                order = self._acting.toolbox.orders.act(writing, number, verb, said, actor)
                done.append(order)
                return 200, msgspec.json.encode(self._shown(order, actor))

            return do

        done: list[Order] = []
        answered = await self._acting.post(request, work)
        if answered.status_code == 200 and done and STEPS[verb].target is OrderState.ISSUED:
            self._parts.issued(done[-1])
        return answered

    async def screen(self, number: str, request: Request) -> Response:
        """What was on the screen from which the order was given, and the picture of its map; 404 where none is kept."""
        actor, toolbox = self._acting.actor(request), self._acting.toolbox

        def found() -> dict[str, Any]:
            order = toolbox.order(number, actor)
            kept = toolbox.files.get(order.screen) if toolbox.files and order.screen else None
            if kept is None:
                raise Unknown(f"no screen is kept of {number}")
            said = msgspec.json.decode(kept[0], type=dict[str, Any])
            picture = f"{ATTACHMENTS}/{order.picture}" if order.picture not in ("", NOTHING) else None
            return said | {"digest": order.screen.partition(".")[0], "picture": picture}

        return await self._acting.get(found)

    def _shown(self, order: Order, actor: Actor) -> dict[str, Any]:
        verbs = self._acting.toolbox.orders.legal(order, actor)
        shown: dict[str, Any] = msgspec.to_builtins(order)
        return shown | {"verbs": verbs, "needs": needs(verbs, STEPS)}
