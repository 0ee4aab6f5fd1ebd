"""`/api/v1/jobs`: long work, started by a POST and asked after until it has ended."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import msgspec
from anyio import to_thread
from fastapi import Request, Response

from cockpit.api.answer import Refusal, answer, calls, check_origin, known
from cockpit.api.window import moment
from cockpit.jobs import Job, JobsBusy, Order
from cockpit.parts import Parts
from streams.unreadable import UNREADABLE

_MAX_BODY_BYTES: Final = 4096


class Asked(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a POST says; `from`: ISO 8601 with a zone, or a day, for the kinds that need one."""

    kind: str
    slot: str
    since: str | None = msgspec.field(name="from", default=None)


class JobList:
    """The calls on jobs. Preparing one may block on the log and the ledger: in a thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.router = calls(prefix="/api/v1/jobs", tags=["jobs"])
        self.router.add_api_route("", self.start, methods=["POST"], status_code=202, openapi_extra=_described(parts))
        self.router.add_api_route("", self.latest, methods=["GET"])
        self.router.add_api_route("/{id}", self.one, methods=["GET"])

    async def start(self, request: Request) -> Response:
        """Starts a job: 202 with its id; 409 while the slot has another one, 422 for what cannot be done."""
        check_origin(request)
        asked = _asked(await _body(request))
        return await to_thread.run_sync(self._start, asked)

    def latest(self) -> Response:
        """The last jobs of this process, the newest first."""
        return answer({"jobs": [_shown(job) for job in self._parts.jobs.latest()]})

    def one(self, id: str) -> Response:
        """How a job stands: running, done or failed, how much of how much, and what there is to say."""
        job = self._parts.jobs.get(id)
        if job is None:
            raise Refusal(404, f"there is no job {id!r:.40}; those that ended long ago are forgotten")
        return answer(_shown(job))

    def _start(self, asked: Asked) -> Response:
        jobs = self._parts.jobs
        if asked.kind not in jobs.kinds:
            raise Refusal(422, f"there is no kind of job {asked.kind!r:.40}; there are: {', '.join(jobs.kinds) or 'none'}")
        known(asked.slot, self._parts.city.slots, "slot")
        try:
            since = moment("from", asked.since, self._parts.city.zone) if asked.since else None
            job = jobs.order(asked.kind, Order(asked.slot, since))
        except ValueError as error:
            text, _, hint = str(error).partition(" Hint: ")
            raise Refusal(422, text, hint) from None
        except JobsBusy as error:
            raise Refusal(409, str(error)) from None
        return answer(_shown(job), 202, {"location": f"/api/v1/jobs/{job.id}"})


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY_BYTES:
            raise Refusal(413, f"a job is described in at most {_MAX_BODY_BYTES} bytes")
    return body


def _asked(body: bytes) -> Asked:
    try:
        return msgspec.json.decode(body, type=Asked)
    except UNREADABLE as error:
        raise Refusal(422, f"that describes no job: {error}", '{"kind": "recompute", "slot": "NAME", "from": "…"}') from None


def _shown(job: Job) -> dict[str, Any]:
    return asdict(job)


def _described(parts: Parts) -> dict[str, Any]:
    """The body of the POST, for the description of the interface."""
    text = {"type": "string"}
    kinds = {"type": "string", "enum": list(parts.jobs.kinds)}
    properties = {"kind": kinds, "slot": text, "from": {"type": "string", "format": "date-time"}}
    schema = {"type": "object", "properties": properties, "required": ["kind", "slot"], "additionalProperties": False}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
