"""The body of a call, read up to a limit and no further."""

from __future__ import annotations

from fastapi import Request

from cockpit.api.answer import Refusal


async def read_body(request: Request, bytes_max: int, form: str, hint: str) -> bytes:
    """All of it. `form`: what it must be, said to who packs it; `hint`: said to who sends more. Raises Refusal 413 and 415."""
    encoding = request.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise Refusal(415, f"content-encoding {encoding!r:.40} is not read", f"send plain {form}")
    too_large = Refusal(413, f"more than {bytes_max // 1024 // 1024} MiB at once are not taken", hint)
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > bytes_max:
        raise too_large
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > bytes_max:
            raise too_large
        chunks.append(chunk)
    return b"".join(chunks)
