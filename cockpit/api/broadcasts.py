"""`/api/v1/broadcasts`: messages to many and who has read them; `/api/v1/templates`: the words prepared for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from fastapi import Query, Request, Response
from msgspec import Meta

from cockpit.api.acting import Acting, described
from cockpit.api.answer import calls
from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.broadcast import Broadcast, Recipient
from cockpit.dispatch.broadcasts import COMMAND, Draft
from cockpit.dispatch.recipients import SAID
from cockpit.dispatch.refusal import Unknown
from cockpit.dispatch.said import read
from cockpit.dispatch.templates import Template
from cockpit.dispatch.toolbox import Work
from cockpit.dispatch.writing import Writing
from cockpit.parts import Parts

_MOST: Final = 500


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who has read it: an id or a name; empty: whoever asks."""

    recipient: Annotated[str, Meta(max_length=200)] = ""


class BroadcastList:
    """The calls on broadcasts. They block on the database: in threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self.router = calls(prefix="/api/v1", tags=["broadcasts"])
        to = {"type": "array", "items": {"type": "string"}}
        draft = {"type": "object", "properties": {"to": to, "text": {"type": "string"}, "template": {"type": "string"}}}
        self.router.add_api_route("/templates", self.templates, methods=["GET"])
        self.router.add_api_route("/broadcasts", self.send, methods=["POST"], status_code=201, openapi_extra=described(draft))
        self.router.add_api_route("/broadcasts", self.latest, methods=["GET"])
        self.router.add_api_route("/broadcasts/{number}", self.one, methods=["GET"])
        receipt = described({"type": "object", "properties": {"recipient": {"type": "string"}}})
        self.router.add_api_route("/broadcasts/{number}/read", self.read, methods=["POST"], openapi_extra=receipt)

    async def templates(self) -> Response:
        """The templates, and to whom a broadcast may go. `fields`: what whoever sends one says; `given`: an incident does."""
        rules = self._acting.toolbox.rules
        roles = sorted({person.role for person in rules.roster.people})
        kinds = sorted({unit.kind for unit in rules.roster.units} - {""})
        shown = [_template(one) for one in rules.templates.values()]
        more = {"groups": sorted(rules.roster.groups), "roles": roles, "kinds": kinds, "channels": sorted(rules.channels)}
        return await self._acting.get(lambda: {"templates": shown} | more)

    async def send(self, request: Request) -> Response:
        """Sends a message to many: 201. In an exercise its words say so, and it goes to a topic of its own."""

        def work(body: bytes, actor: Actor) -> Work:
            draft = read(body, Draft, "broadcast")

            def do(writing: Writing) -> tuple[int, bytes]:
                return 201, msgspec.json.encode(_shown(self._acting.toolbox.broadcasts.send(writing, draft, actor)))

            return do

        return await self._acting.post(request, work)

    async def latest(
        self,
        request: Request,
        recipient: Annotated[str | None, Query(max_length=200, description="the id of a person or a unit")] = None,
        incident: str | None = None,
        unread: Annotated[bool, Query(description="only what the recipient has not read, of the newest 500")] = False,
        limit: Annotated[int, Query(ge=1, le=_MOST)] = 50,
    ) -> Response:
        """Broadcasts, the newest first. Who does not command sees the own ones only."""
        actor, toolbox = self._acting.actor(request), self._acting.toolbox
        serving = toolbox.broadcasts.recipients.serving
        if actor.role not in COMMAND:
            whose: tuple[str, ...] | None = self._own(actor)
        else:
            whose = None if recipient is None else serving(recipient)

        def found() -> dict[str, Any]:
            there = toolbox.store.broadcasts(whose, incident, _MOST if unread else limit)
            wanted = [one for one in there if not unread or _unread(one, whose)]
            return {"broadcasts": [_shown(one, whose) for one in wanted[:limit]]}

        return await self._acting.get(found)

    async def one(self, number: str, request: Request) -> Response:
        """A broadcast, with who has read it and when."""
        actor, toolbox = self._acting.actor(request), self._acting.toolbox

        def found() -> dict[str, Any]:
            one = toolbox.store.broadcast(number)
            own = self._own(actor)
            if one is None or (actor.role not in COMMAND and not _mine(one, own)):
                raise Unknown(f"there is no broadcast {number!r:.40}")
            return _shown(one, own)

        return await self._acting.get(found)

    async def read(self, number: str, request: Request) -> Response:
        """A receipt: the broadcast after it. A second one changes nothing."""

        def work(body: bytes, actor: Actor) -> Work:
            said: Receipt = read(body or b"{}", Receipt, "receipt")

            def do(writing: Writing) -> tuple[int, bytes]:
                broadcast = self._acting.toolbox.broadcasts.read(writing, number, said.recipient, actor)
                return 200, msgspec.json.encode(_shown(broadcast))

            return do

        return await self._acting.post(request, work)

    def _own(self, actor: Actor) -> tuple[str, ...]:
        """The ids under which whoever asks is spoken to: of a unit its name or the one it acts for, of a person the roster's, and
        that of the unit served."""
        if actor.role is Role.UNIT:
            return (actor.unit or actor.name,)
        people = [one.id for one in self._parts.city.roster.people if actor.name in (one.id, one.name)]
        own = people[0] if len(people) == 1 else actor.name
        return tuple(dict.fromkeys((own, actor.unit) if actor.unit else (own,)))


def _mine(one: Broadcast, whose: Sequence[str]) -> list[Recipient]:
    return [found for id in whose if (found := next((to for to in one.recipients if to.id == id), None))]


def _unread(one: Broadcast, whose: Sequence[str] | None) -> bool:
    """By one of these recipients; None: by anybody."""
    if whose is None:
        return one.read < len(one.recipients)
    return any(found.read_at is None for found in _mine(one, whose))


def _template(one: Template) -> dict[str, Any]:
    words = {"template": one.template, "title": one.title, "text": one.text}
    return words | {"fields": one.asked, "given": one.given, "to": one.to}


def _shown(one: Broadcast, whose: Sequence[str] | None = None) -> dict[str, Any]:
    """`mine`: the ids of its recipients that are those asked for. `channels`: how far it is through each. `left_out`: who of a
    group is not told; `said`: why, in both languages."""
    shown: dict[str, Any] = msgspec.to_builtins(one)
    shown["left_out"] = [left | {"said": SAID[left["why"]]} for left in shown["left_out"]]
    mine = [found.id for found in _mine(one, whose or ())]
    return shown | {"read": one.read, "total": len(one.recipients), "mine": mine, "channels": shown.pop("deliveries")}
