"""`/open311/v2`: what people report and ask about by Open311 GeoReport v2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

import msgspec
from anyio import to_thread
from fastapi import Query, Request, Response

from cockpit.api.acting import Acting
from cockpit.api.answer import Refusal, calls, check_origin
from cockpit.dispatch import open311
from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.idempotency import Request as Asked
from cockpit.dispatch.idempotency import fingerprint
from cockpit.dispatch.incident import SETTLED, Incident
from cockpit.dispatch.refusal import Refused
from cockpit.dispatch.said import Report
from cockpit.dispatch.toolbox import Work
from cockpit.dispatch.writing import Writing
from cockpit.parts import Parts

MAX_BODY_BYTES: Final = 128 * 1024
OUTSIDE: Final = Actor("outside", Role.COLLECTOR)
_KINDS: Final = {"json": "application/json", "xml": "text/xml"}
_AT_MOST: Final = 1000
"""As many requests as the specification has one answer hold."""


class Open311:
    """The calls of GeoReport v2, `.json` and `.xml`. They block on the database: in threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self._since = parts.clock()
        self.router = calls(prefix="/open311", tags=["open311"])
        self.router.add_api_route("/discovery.{form}", self.discovery, methods=["GET"])
        self.router.add_api_route("/v2/discovery.{form}", self.discovery, methods=["GET"])
        self.router.add_api_route("/v2/services.{form}", self.services, methods=["GET"])
        self.router.add_api_route("/v2/services/{code}.{form}", self.service, methods=["GET"])
        self.router.add_api_route("/v2/requests.{form}", self.requests, methods=["GET"])
        self.router.add_api_route("/v2/requests.{form}", self.receive, methods=["POST"], status_code=201)
        self.router.add_api_route("/v2/requests/{number}.{form}", self.one, methods=["GET"])

    async def discovery(self, request: Request, form: str, jurisdiction_id: str | None = None) -> Response:
        """Where the interface is and which forms it speaks: Open311 service discovery."""
        city = self._parts.city
        address = f"{str(request.base_url).rstrip('/')}/open311/v2"
        found = open311.discovery(address, city.title.get("zh") or city.name, self._since, trial=city.demonstration)
        return _one(found, form, "discovery")

    async def services(self, form: str, jurisdiction_id: str | None = None) -> Response:
        """What can be asked for."""
        return _answer(open311.service_rows(self._parts.city.services), form, "services", "service")

    async def service(self, code: str, form: str, jurisdiction_id: str | None = None) -> Response:
        """What a service asks beside a place and words: nothing."""
        try:
            found = open311.definition(code, self._parts.city.services)
        except open311.Open311Refused as error:
            return _refused(error, form)
        return _one(found, form, "service_definition")

    async def requests(
        self,
        form: str,
        service_request_id: Annotated[
            str | None, Query(description="several with commas; the others are then passed over")
        ] = None,
        service_code: str | None = None,
        start_date: str | None = None,
        end_date: str | None = None,
        status: Annotated[str | None, Query(description="open, closed or both with a comma")] = None,
        jurisdiction_id: str | None = None,
    ) -> Response:
        """The requests of a span of at most 90 days, the newest first; exercises are left out."""
        try:
            span = open311.asked_span(start_date, end_date, self._parts.clock())
            states = open311.asked_states(_listed(status))
        except open311.Open311Refused as error:
            return _refused(error, form)
        codes, services = _listed(service_code), self._parts.city.services
        categories = {one.category for one in services if one.code in codes} if codes else None

        def found() -> list[dict[str, Any]]:
            store = self._acting.toolbox.store
            if service_request_id:
                there = [one for number in _listed(service_request_id)[:50] if (one := store.incident(number))]
            else:
                there = store.reported(span, states, categories, _AT_MOST)
            rows = [open311.request_row(one, services) for one in open311.public(there)]
            return [row for row in rows if not codes or row["service_code"] in codes]

        return _answer(await to_thread.run_sync(found), form, "service_requests", "request")

    async def one(self, number: str, form: str, jurisdiction_id: str | None = None) -> Response:
        """One request."""
        found = await to_thread.run_sync(lambda: self._acting.toolbox.store.incident(number))
        if found is None or found.exercise:
            return _refused(open311.Open311Refused(404, f"there is no request {number!r:.40}"), form)
        return _answer([open311.request_row(found, self._parts.city.services)], form, "service_requests", "request")

    async def receive(self, request: Request, form: str) -> Response:
        """Takes a request. The same one sent twice within two weeks is one while it is open: its words are its key."""
        check_origin(request)
        body = await whole_body(request)
        try:
            report = open311.report_of(
                dict(parse_qsl(body.decode(errors="replace"), max_num_fields=60)), self._parts.city.services
            )
        except open311.Open311Refused as error:
            return _refused(error, form)
        try:
            incident = await to_thread.run_sync(lambda: received(self._acting, report, "open311", body))
        except Refused as error:
            return _refused(open311.Open311Refused(400, str(error)), form)
        row = {"service_request_id": incident.number, "service_notice": "", "account_id": ""}
        return _answer([row], form, "service_requests", "request", 201)


def received(acting: Acting, report: Report, channel: str, body: bytes) -> Incident:
    """The incident, reported from outside; the same body under the same channel is the same one until that is settled: said once
    more then, it has happened again."""
    key = f"{channel}:{sha256(body).hexdigest()}"

    def work(writing: Writing) -> tuple[int, bytes]:
        incident, _ = acting.toolbox.incidents.receive(writing, report, OUTSIDE)
        return 201, msgspec.json.encode({"number": incident.number})

    do: Work = work
    while True:
        done = acting.toolbox.once(Asked(key, fingerprint(channel.encode(), body)), do)
        number: Mapping[str, str] = msgspec.json.decode(done.body)
        incident = acting.toolbox.incident(number["number"], OUTSIDE)
        if not done.again or incident.state not in SETTLED:
            return incident
        key = f"{channel}:{incident.number}:{key.rpartition(':')[2]}"


async def whole_body(request: Request) -> bytes:
    """All that was sent. Raises Refusal 413 beyond 128 KiB."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Refusal(413, f"at most {MAX_BODY_BYTES // 1024} KiB are taken")
    return body


def _listed(text: str | None) -> Sequence[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _answer(rows: Sequence[Mapping[str, Any]], form: str, root: str, item: str, status: int = 200) -> Response:
    _check_form(form)
    body = open311.json_of(rows) if form == "json" else open311.xml_of(rows, root, item)
    return Response(body, status, {"cache-control": "no-store"}, _KINDS[form])


def _one(thing: Mapping[str, Any], form: str, root: str) -> Response:
    _check_form(form)
    body = msgspec.json.encode(thing) if form == "json" else open311.xml_of_one(thing, root)
    return Response(body, 200, {"cache-control": "no-store"}, _KINDS[form])


def _check_form(form: str) -> None:
    if form not in _KINDS:
        raise Refusal(404, f"there is no form {form!r:.20}; there are: {', '.join(_KINDS)}")


def _refused(error: open311.Open311Refused, form: str) -> Response:
    rows = [{"code": error.status, "description": problem} for problem in error.problems]
    return _answer(rows, form, "errors", "error", error.status)
