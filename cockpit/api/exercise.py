"""`/api/v1/exercise`: whether what is done now is played, and beginning, ending and putting away an exercise."""

from __future__ import annotations

from hashlib import blake2b
from typing import Annotated, Any

import msgspec
from fastapi import Query, Request, Response
from msgspec import Meta

from cockpit.api.acting import Acting, described
from cockpit.api.answer import calls
from cockpit.dispatch import exercises
from cockpit.dispatch.actor import Actor
from cockpit.dispatch.exercise import Exercise
from cockpit.dispatch.said import read
from cockpit.dispatch.toolbox import Work
from cockpit.dispatch.writing import Writing
from cockpit.parts import Parts


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said with a verb."""

    title: Annotated[str, Meta(max_length=100)] = ""


class Exercises:
    """The calls on the exercise. They block on the database: in threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self.router = calls(prefix="/api/v1/exercise", tags=["exercise"])
        self.router.add_api_route("", self.stands, methods=["GET"])
        shape = {"type": "object", "properties": {"title": {"type": "string"}}}
        self.router.add_api_route("/{verb}", self.act, methods=["POST"], openapi_extra=described(shape))

    async def stands(
        self,
        request: Request,
        put_away: Annotated[bool, Query(description="also how many incidents and orders the last reset put away")] = False,
    ) -> Response:
        """How it stands, and the watermark every screen shows; 304 where nothing has changed."""
        actor = self._acting.actor(request)
        found = await self._acting.get(lambda: self._stands(actor, put_away))
        tag = f'W/"{blake2b(bytes(found.body), digest_size=12).hexdigest()}"'
        found.headers["etag"], found.headers["cache-control"] = tag, "no-cache"
        if tag in request.headers.get("if-none-match", ""):
            return Response(None, 304, {"etag": tag, "cache-control": "no-cache"})
        return found

    def _stands(self, actor: Actor, put_away: bool) -> dict[str, Any]:
        """A process without a toolbox plays nothing: its screens ask as all others do."""
        toolbox = self._parts.toolbox
        shown = _shown(toolbox.store.exercise() if toolbox else Exercise(), actor)
        if put_away:
            incidents, orders = toolbox.store.put_away() if toolbox else (0, 0)
            shown["put_away"] = {"incidents": incidents, "orders": orders}
        return shown

    async def act(self, verb: str, request: Request) -> Response:
        """begin, end, reset: the exercise after it. A reset puts everything played so far out of sight; the journal keeps it."""

        def work(body: bytes, actor: Actor) -> Work:
            said: Said = read(body or b"{}", Said, "exercise")

            def do(writing: Writing) -> tuple[int, bytes]:
                return 200, msgspec.json.encode(_shown(exercises.act(writing, verb, said.title, actor), actor))

            return do

        return await self._acting.post(request, work)


def _shown(one: Exercise, actor: Actor) -> dict[str, Any]:
    return {
        "running": one.running, "title": one.title, "begun_at": one.begun_at, "begun_by": one.begun_by, "reset_at": one.reset_at,
        "watermark": {language: one.watermark(language) for language in ("zh", "en")}, "verbs": exercises.legal(one, actor),
    }  # fmt: skip
