from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from cockpit.gate import Gate
from cockpit.live.socket import same_origin

Message = MutableMapping[str, Any]


def passed(kind: str, host: str, client: tuple[str, int] | None = ("127.0.0.1", 5), path: str = "/live") -> list[Message]:
    """What a connection is answered when the application inside answers `ok`."""
    sent: list[Message] = []

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"ok"})
        else:
            await send({"type": "websocket.accept"})

    return asyncio.run(_answered(inside, kind, host, client, path, sent))


async def _answered(inside: Any, kind: str, host: str, client: Any, path: str, sent: list[Message]) -> list[Message]:
    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": kind, "path": path, "query_string": b"", "client": client, "headers": [(b"host", host.encode("latin-1"))]}
    await Gate(inside, ["'sha256-x'"])(scope, receive, send)
    return sent


@pytest.mark.parametrize("host", ["localhost", "localhost:8050", "127.0.0.1:8050", "[::1]:8050", "[::1]", "LOCALHOST"])
def test_our_own_names_are_served(host: str) -> None:
    assert passed("http", host)[0]["status"] == 200
    assert passed("websocket", host)[0]["type"] == "websocket.accept"


STRANGE = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8050", "", "localhost:80:80", "\xff"]


@pytest.mark.parametrize("host", STRANGE)
def test_a_rebound_name_is_refused(host: str) -> None:
    assert passed("http", host)[0]["status"] == 400
    assert passed("websocket", host)[0]["type"] == "websocket.close"


@pytest.mark.parametrize("client", [("192.0.2.7", 5), ("::ffff:192.0.2.7", 5), ("not an address", 5)])
def test_another_machine_is_refused(client: tuple[str, int]) -> None:
    assert passed("http", "localhost", client)[0]["status"] == 403
    assert passed("websocket", "localhost", client)[0]["type"] == "websocket.close"


def test_there_is_one_socket_and_not_that_of_dash() -> None:
    assert passed("websocket", "localhost", path="/_dash-ws-callback")[0]["type"] == "websocket.close"


def test_every_answer_carries_the_security_headers() -> None:
    headers = dict(passed("http", "localhost:8050", path="/x")[0]["headers"])
    policy = headers[b"content-security-policy"].decode()
    assert "script-src 'self' 'sha256-x';" in policy
    assert "unsafe-eval" not in policy and "script-src 'self' 'unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    assert "connect-src 'self' ws://localhost:8050 wss://localhost:8050;" in policy
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"referrer-policy"] == b"same-origin"


def test_an_error_inside_is_told_without_its_text() -> None:
    async def inside(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("/srv/secret")

    sent: list[Message] = []
    asyncio.run(_answered(inside, "http", "localhost", None, "/", sent))
    assert sent[0]["status"] == 500
    assert b"secret" not in sent[1]["body"]


@pytest.mark.parametrize(
    ("origin", "host", "scheme", "allowed"),
    [
        ("http://localhost:8050", "localhost:8050", "ws", True),
        ("https://localhost:8050", "localhost:8050", "wss", True),
        (None, "localhost:8050", "ws", True),
        ("http://localhost:8051", "localhost:8050", "ws", False),
        ("http://127.0.0.1:8050", "localhost:8050", "ws", False),
        ("https://localhost:8050", "localhost:8050", "ws", False),
        ("http://localhost:8050", "localhost:8050", "wss", False),
        ("http://evil.example", "localhost:8050", "ws", False),
        ("http://localhost:8050.evil.example", "localhost:8050", "ws", False),
        ("http://localhost:8050@evil.example", "localhost:8050", "ws", False),
        ("null", "localhost:8050", "ws", False),
        ("http://[", "localhost:8050", "ws", False),
    ],
)
def test_only_pages_of_this_very_host_may_open_the_socket(origin: str | None, host: str, scheme: str, allowed: bool) -> None:
    headers = [(b"host", host.encode())] + ([(b"origin", origin.encode())] if origin else [])
    assert same_origin({"headers": headers, "scheme": scheme}) is allowed
