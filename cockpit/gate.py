"""The outermost gate, for HTTP and sockets alike: who may ask at all, what every answer carries, and nothing of our insides."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, MutableMapping
from ipaddress import ip_address
from typing import Any

import structlog

from cockpit.error_page import error_page

_LOG = structlog.get_logger()

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Pictures = Callable[[], Iterable[str]]

HOSTS = ("localhost", "127.0.0.1", "[::1]")
_FOR_EVER = b"public, max-age=31536000, immutable"
_OURS = ("/assets/", "/vendor/", "/_dash-component-suites/")


class Gate:
    """Lets loopback clients with a trusted Host through; sockets only to `/live`. Adds the security headers to every answer.

    `scripts`: the hashes of the page's inline scripts, for the Content-Security-Policy. `pictures`: the origins boards show
    videos of, now; no other host is let into a page.
    """

    def __init__(
        self, app: Application, scripts: Collection[str], hosts: Collection[str] = HOSTS, pictures: Pictures = tuple
    ) -> None:
        self._app = app
        self._scripts = " ".join(scripts)
        self._hosts = frozenset(hosts)
        self._pictures = pictures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection; whatever is raised inside is logged here and told to nobody."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif (refusal := self._refusal(scope)) is not None:
            await _refuse(scope, receive, send, *refusal)
        elif scope["type"] == "websocket":
            await self._guard(scope, receive, send)
        else:
            await self._guard(scope, receive, self._answering(scope, send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        if not _near(scope.get("client")):
            return 403, "only this machine may connect"
        if _hostname(_host(scope)) not in self._hosts:
            return 400, f"this host name is not served; served: {', '.join(sorted(self._hosts))}"
        if scope["type"] == "websocket" and scope["path"] != "/live":
            return 404, "there is no socket here"
        return None

    async def _guard(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Turns an error into a plain 500, unless the answer has begun already."""
        begun = False

        async def noting(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            # A socket sends thousands of messages: it gets no wrapper, uvicorn ends it when it raises.
            await self._app(scope, receive, send if scope["type"] == "websocket" else noting)
        except OSError:
            raise  # the client is gone; uvicorn knows
        except Exception:
            _LOG.exception("a request failed", path=scope["path"])
            if not begun and scope["type"] == "http":
                await _refuse(scope, receive, send, 500, "the server failed; its log says why")

    def _answering(self, scope: Scope, send: Send) -> Send:
        host = _host(scope)
        others = "".join(f" {origin}" for origin in self._pictures())
        policy = (
            f"default-src 'self'; script-src 'self' {self._scripts}; style-src 'self' 'unsafe-inline'; "
            f"img-src 'self' data: blob:; font-src 'self' data:; "
            f"connect-src 'self' ws://{host} wss://{host}{others}; media-src 'self' blob:{others}; frame-src 'self'{others}; "
            "worker-src 'self' blob:; object-src 'none'; "
            "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
        )
        headers = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"x-frame-options", b"SAMEORIGIN"),
        ]
        stamped = scope["path"].startswith(_OURS) and bool(scope["query_string"])  # ?m=…, ?v=…: another file, another address

        async def answer(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                own = [(name, value) for name, value in message.get("headers", []) if not (stamped and name == b"cache-control")]
                cached = [(b"cache-control", _FOR_EVER)] if stamped and message["status"] == 200 else []
                stricter = any(name == headers[0][0] for name, _ in own)  # a page to take along brings a policy of its own
                message = {**message, "headers": [*own, *headers[stricter:], *cached]}
            await send(message)

        return answer


def _host(scope: Scope) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")


def _hostname(host: str) -> str:
    """The name without the port; an IPv6 address keeps its brackets."""
    name, colon, port = host.rpartition(":")
    return name.lower() if colon and port.isdecimal() else host.lower()


def _near(client: tuple[str, int] | None) -> bool:
    """True for this machine itself; until there are identities nobody else is let in."""
    if client is None:
        return True  # a socket of the file system
    try:
        return ip_address(client[0]).is_loopback
    except ValueError:
        return False


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    page = any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])  # somebody sits before it
    kind = b"text/html; charset=utf-8" if page else b"application/json"
    body = error_page(status, reason) if page else f'{{"error": "{reason}"}}'
    await _answer(send, status, kind, body.encode())


async def _answer(send: Send, status: int, kind: bytes, body: bytes) -> None:
    told = {b"content-type": kind, b"content-length": b"%d" % len(body), b"x-content-type-options": b"nosniff"}
    await send({"type": "http.response.start", "status": status, "headers": list(told.items())})
    await send({"type": "http.response.body", "body": body})
