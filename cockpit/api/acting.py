"""What the calls of the toolbox share: who acts, under which idempotency key, and how a refusal is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response
from msgspec import Meta

from cockpit.api.answer import Refusal, answer, check_origin
from cockpit.dispatch.actor import DEMONSTRATION, Actor, Role
from cockpit.dispatch.database import StoreLost
from cockpit.dispatch.idempotency import Done, fingerprint
from cockpit.dispatch.idempotency import Request as Asked
from cockpit.dispatch.refusal import Forbidden, Illegal, KeyReused, KeyRunning, Refused, Unknown, Wrong
from cockpit.dispatch.tables import StoreError
from cockpit.dispatch.toolbox import Toolbox, Work
from cockpit.parts import Parts
from streams.unreadable import UNREADABLE

MAX_BODY_BYTES: Final = 128 * 1024
ACTOR: Final = "cockpit-actor"
KEY: Final = "idempotency-key"
_LONGEST_KEY: Final = 200
_AT_ONCE: Final = 16
_STATUS: Final = {Unknown: 404, Wrong: 422, Forbidden: 403, Illegal: 409, KeyReused: 422, KeyRunning: 409}


class _Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    role: Role
    region: str | None = None
    unit: Annotated[str, Meta(max_length=200)] = ""


class Acting:
    """Runs what is asked in a thread, sixteen at once, and words what is refused."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._limiter = CapacityLimiter(_AT_ONCE)

    @property
    def toolbox(self) -> Toolbox:
        """Raises Refusal 503 where this process has none."""
        if self._parts.toolbox is None:
            raise Refusal(503, "this process has no toolbox")
        return self._parts.toolbox

    def actor(self, request: Request) -> Actor:
        """Who asks: what the header says, which only this machine can send; without it the demonstration's administrator."""
        said = request.headers.get(ACTOR)
        if said is None:
            return DEMONSTRATION
        try:
            named = msgspec.json.decode(said.encode("latin-1"), type=_Named)
        except (UnicodeEncodeError, *UNREADABLE) as error:
            hint = '{"name": "…", "role": "department", "region": null, "unit": "P120"}; other letters than ASCII as \\uXXXX'
            raise Refusal(400, f"the header Cockpit-Actor cannot be read: {error}", hint) from None
        if named.role is Role.SYSTEM:
            raise Refusal(403, "nobody acts as the cockpit itself")
        regions = self._parts.city.regions
        if named.region is not None and named.region not in regions:
            raise Refusal(422, f"the actor's region {named.region!r:.60} is not in this city")
        region = None if named.region == regions.root.code else named.region  # of the whole city, as without one
        return Actor(named.name, named.role, region, named.unit or self._unit(named.name))

    def _unit(self, name: str) -> str:
        """The unit of the person with this name or id; empty where the roster has none, or several."""
        units = {one.unit for one in self._parts.city.roster.people if name in (one.id, one.name)}
        return units.pop() if len(units) == 1 else ""

    async def post(self, request: Request, work: Callable[[bytes, Actor], Work]) -> Response:
        """The answer to a POST, the same one for the same key and body. `work` reads the body; what it gives runs in a thread."""
        check_origin(request)
        key, actor = _key(request), self.actor(request)
        body = await _body(request)
        parts = (request.url.path, actor.name, actor.role.value, actor.region or "")
        asked = Asked(key, fingerprint(*(part.encode() for part in parts), body))
        return await to_thread.run_sync(lambda: self._answered(lambda: work(body, actor), asked), limiter=self._limiter)

    async def get(self, read: Callable[[], Any]) -> Response:
        """The answer to a GET; `read` runs in a thread."""
        return await to_thread.run_sync(lambda: _worded(lambda: answer(read())), limiter=self._limiter)

    def _answered(self, work: Callable[[], Work], asked: Asked) -> Response:
        def do() -> Response:
            done: Done = self.toolbox.once(asked, work())
            headers = {"cache-control": "no-store"} | ({"idempotency-replayed": "true"} if done.again else {})
            return Response(done.body, done.status, headers, "application/json")

        return _worded(do)


def _worded(do: Callable[[], Response]) -> Response:
    try:
        return do()
    except Refused as error:
        text, _, hint = str(error).partition(" Hint: ")
        body: dict[str, Any] = {"error": text} | ({"hint": hint} if hint else {})
        if isinstance(error, Illegal):
            body["verbs"] = error.verbs
        return answer(body, _STATUS[type(error)], {"retry-after": "1"} if isinstance(error, KeyRunning) else None)
    except (StoreLost, StoreError):
        raise Refusal(503, "the toolbox's database cannot be reached now", "send the same again, with the same key") from None


def _key(request: Request) -> str:
    key = request.headers.get(KEY, "")
    if not key or len(key) > _LONGEST_KEY or not key.isprintable():
        hint = "any text that is new for each thing to do, as a UUID; the same one when the same is sent again"
        raise Refusal(400, f"every POST needs the header Idempotency-Key of 1 to {_LONGEST_KEY} characters", hint)
    return key


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Refusal(413, f"at most {MAX_BODY_BYTES // 1024} KiB are taken")
    return body


def said_in(body: bytes) -> dict[str, Any]:
    """What is said with a verb; nothing is an empty object. Raises Wrong."""
    if not body.strip():
        return {}
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except UNREADABLE as error:
        raise Wrong(f"what is said with a verb is a JSON object: {error}") from None


def described(shape: dict[str, Any]) -> dict[str, Any]:
    """A POST of the toolbox, for the description of the interface."""
    header = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "maxLength": _LONGEST_KEY},
    }
    actor = {"name": "Cockpit-Actor", "in": "header", "required": False, "schema": {"type": "string"}}
    body = {"required": False, "content": {"application/json": {"schema": shape}}}
    return {"parameters": [header, actor], "requestBody": body}
