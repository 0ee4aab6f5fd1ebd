"""An application asked in this process, without a server or a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import httpx


class Client:
    """Calls an ASGI application on an event loop of its own; one call at a time. What the application raises is a 500."""

    def __init__(self, app: Any) -> None:
        self._runner = asyncio.Runner()
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self._runner.run(self._call("GET", path, None, headers))

    def post(self, path: str, content: bytes | Iterable[bytes], headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self._runner.run(self._call("POST", path, content, headers))

    def close(self) -> None:
        self._runner.close()

    async def _call(
        self, method: str, path: str, content: bytes | Iterable[bytes] | None, headers: Mapping[str, str] | None
    ) -> httpx.Response:
        body = content if content is None or isinstance(content, bytes) else _streamed(content)
        async with httpx.AsyncClient(transport=self._transport, base_url="http://localhost") as client:
            return await client.request(method, path, content=body, headers=dict(headers or {}))


async def _streamed(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
