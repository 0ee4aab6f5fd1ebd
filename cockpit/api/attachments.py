"""`/api/v1/attachments`: photos and papers that go with what is said, each named by its content."""

from __future__ import annotations

from typing import Any, Final

from anyio import to_thread
from fastapi import Request, Response

from cockpit.api.acting import Acting
from cockpit.api.answer import Refusal, answer, calls, check_origin
from cockpit.api.body import read_body
from cockpit.dispatch.kept_files import MOST_BYTES, SENT, FilesFull, KeptFiles, sniffed
from cockpit.parts import Parts

PATH: Final = "/api/v1/attachments"
_ASIDE: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox",
    "cache-control": "private, max-age=31536000, immutable",
}
"""What came from others runs nothing and asks nothing in our page's name; under its name it never changes."""


class Attachments:
    """The calls on attachments. They block on the disk: in threads."""

    def __init__(self, parts: Parts) -> None:
        self._acting = Acting(parts)
        self.router = calls(prefix=PATH, tags=["attachments"])
        taken = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in SENT}
        body: dict[str, Any] = {"requestBody": {"required": True, "content": taken}}
        self.router.add_api_route("", self.add, methods=["POST"], status_code=201, openapi_extra=body)
        self.router.add_api_route("/{name}", self.one, methods=["GET"])

    async def add(self, request: Request) -> Response:
        """Keeps a photo or a PDF: 201, or 200 where the same is there. It is what it looks like inside, whatever it is called."""
        check_origin(request)
        self._acting.actor(request)
        said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if said not in SENT:
            raise Refusal(415, f"{said or 'no type'!r:.60} is not taken", f"content-type: {', '.join(SENT)}")
        body = await read_body(request, MOST_BYTES, "bytes", "send a smaller picture")
        if sniffed(body) != said:
            raise Refusal(415, f"that is no {said} by its first bytes", f"it looks like {sniffed(body) or 'none of those taken'}")
        return await to_thread.run_sync(self._kept, body, said)

    def _kept(self, body: bytes, type: str) -> Response:
        try:
            kept = self._files.put(body, type)
        except FilesFull as error:
            raise Refusal(507, str(error)) from None
        except OSError:
            raise Refusal(503, "attachments cannot be kept now", "send the same again") from None
        shown = {"name": kept.name, "type": kept.type, "bytes": kept.size, "url": f"{PATH}/{kept.name}"}
        return answer(shown, 201 if kept.new else 200)

    async def one(self, name: str, request: Request) -> Response:
        """The file."""
        self._acting.actor(request)
        found = await to_thread.run_sync(self._files.get, name)
        if found is None:
            raise Refusal(404, f"there is no attachment {name!r:.80}")
        return Response(found[0], 200, {**_ASIDE, "content-disposition": f'inline; filename="{name[-16:]}"'}, found[1])

    @property
    def _files(self) -> KeptFiles:
        files = self._acting.toolbox.files
        if files is None:
            raise Refusal(503, "this process keeps no attachments")
        return files
