"""What an interface call answers: JSON, or one sentence on what was wrong and a hint; never a stack."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog
from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from cockpit.windows import WindowError
from layers import UnknownRegion
from slots.history import HistoryLost
from slots.ledger import LedgerLost
from slots.problem import nearest
from slots.reading import QuestionError
from streams.source import SinkFull, SinkLost, SourceLost, StreamError

_SEARCHED = 2000
"""Names that are searched for the nearest one; comparing with a hundred thousand regions would take seconds."""


class Refusal(Exception):
    """The call is answered with a status and a reason; `hint` may be empty."""

    def __init__(self, status: int, error: str, hint: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.hint = hint


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer. NaN becomes null; times are ISO 8601 with their zone. Not for caches: numbers live."""
    return Response(msgspec.json.encode(value), status, {"cache-control": "no-store"} | (headers or {}), "application/json")


def known(name: str, names: Iterable[str], what: str) -> str:
    """The name, when it is one of `names`. Raises Refusal 404 with the nearest one."""
    allowed = list(names)
    if name in allowed:
        return name
    listed = ", ".join(allowed[:30]) + (", …" if len(allowed) > 30 else "")
    hint = nearest(name, allowed[:_SEARCHED]).removeprefix(" Hint: ")
    raise Refusal(404, f"there is no {what} {name!r}; there are: {listed or 'none'}", hint)


def check_origin(request: Request) -> None:
    """A page of another site may not write with the browser of someone who sits at ours. Raises Refusal 403."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Refusal(403, "nothing is taken from pages of other origins")


class Route(APIRoute):
    """Refuses parameters nobody reads (a mistyped `regoin=` would answer for the whole city) and words every failure."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        handle = super().get_route_handler()
        allowed = _parameters(self.dependant)

        async def guarded(request: Request) -> Response:
            try:
                _check_parameters(request, allowed)
                return await handle(request)
            except Exception as error:
                return _failure(error, request)

        return guarded


def calls(prefix: str = "", tags: Sequence[str] = ()) -> APIRouter:
    """A router for the calls of one noun: each refuses alike, and its description says so.

    What is said here need not be said again where routers are put together, which would build every route anew.
    """
    refused = _refused()
    return APIRouter(prefix=prefix, tags=list(tags), route_class=Route, responses={"4XX": refused, "5XX": refused})


def _refused() -> dict[str, Any]:
    """How the description shows a refused call; plain, because a model per route and status would cost start-up."""
    properties = {"error": {"type": "string"}, "hint": {"type": "string"}}
    schema = {"type": "object", "properties": properties, "required": ["error"]}
    return {"description": "Refused", "content": {"application/json": {"schema": schema}}}


def _parameters(dependant: Dependant) -> list[str]:
    own = [parameter.alias for parameter in dependant.query_params]
    return own + [name for inner in dependant.dependencies for name in _parameters(inner)]


def _check_parameters(request: Request, allowed: list[str]) -> None:
    for name in request.query_params:
        if name not in allowed:
            hint = nearest(name, allowed).removeprefix(" Hint: ")
            raise Refusal(422, f"unknown parameter {name!r}; allowed: {', '.join(allowed) or 'none'}", hint)


def _failure(error: Exception, request: Request) -> Response:
    refusal = _refusal(error)
    if refusal is None:
        structlog.get_logger("api").exception("failed", method=request.method, path=request.url.path)
        refusal = Refusal(500, "the cockpit failed to answer; the reason is in its log")
    body = {"error": refusal.error} | ({"hint": refusal.hint} if refusal.hint else {})
    return answer(body, refusal.status, {"retry-after": "2"} if refusal.status == 503 else None)


def _refusal(error: Exception) -> Refusal | None:
    match error:
        case Refusal():
            return error
        case RequestValidationError():
            return Refusal(422, "; ".join(_worded(detail) for detail in error.errors()))
        case QuestionError() | WindowError():
            text, _, hint = str(error).partition(" Hint: ")
            return Refusal(422, text, hint)
        case UnknownRegion():
            return Refusal(422, str(error))
        case HistoryLost():
            return Refusal(503, "the history cannot be reached now; what is recent can")
        case LedgerLost():
            return Refusal(503, "the ledger cannot be reached now")
        case SourceLost():
            return Refusal(503, "the log cannot be reached now")
        case SinkLost():
            return Refusal(503, "the log did not acknowledge; nothing may be taken as written", "send the same records again")
        case SinkFull():
            return Refusal(507, f"the log is full: {error}")
        case StreamError():
            return Refusal(503, "what is kept on disk cannot be reached now")
    return None


def _worded(detail: Any) -> str:
    name = ".".join(str(step) for step in detail["loc"][1:]) or "the body"
    message = detail["msg"]
    return f"{name}: {message[:1].lower()}{message[1:]}, got {detail.get('input')!r:.200}"
