"""`/api/v1/alerts`: alerts of the Common Alerting Protocol 1.2, in and out."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import msgspec
from anyio import to_thread
from fastapi import Request, Response

from cockpit.api.acting import Acting
from cockpit.api.answer import Refusal, calls, check_origin
from cockpit.api.open311 import OUTSIDE, whole_body
from cockpit.dispatch.alerting import Alerting
from cockpit.dispatch.cap import Alert, CapRefused, read_alert, write_alert
from cockpit.dispatch.cap_incident import alert_of
from cockpit.dispatch.idempotency import Done, fingerprint
from cockpit.dispatch.idempotency import Request as Asked
from cockpit.dispatch.refusal import Illegal, KeyRunning, Refused, Unknown
from cockpit.dispatch.writing import Writing
from cockpit.parts import Parts

_STATUS: Final = {Unknown: 404, Illegal: 409, KeyRunning: 409}


class Alerts:
    """CAP 1.2 alerts, in as incidents and out of them. In threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self.router = calls(prefix="/api/v1/alerts", tags=["alerts"])
        body = {"requestBody": {"required": True, "content": {"application/cap+xml": {"schema": {"type": "string"}}}}}
        self.router.add_api_route("", self.receive, methods=["POST"], status_code=201, openapi_extra=body)
        self.router.add_api_route("/{number}", self.one, methods=["GET"])

    async def receive(self, request: Request) -> Response:
        """Takes an alert: 201 with a new incident, else 200. `did`: reported, renewed, withdrawn, or nothing.

        An Update renews the incident it refers to, a Cancel takes it back: it ends where nobody was sent yet.
        """
        check_origin(request)
        body = await whole_body(request)
        try:
            alert = read_alert(body)
            done = await to_thread.run_sync(lambda: self._taken(alert, body))
        except CapRefused as error:
            raise Refusal(422, "; ".join(error.problems)) from None
        except Refused as error:
            text, _, hint = str(error).partition(" Hint: ")
            raise Refusal(_STATUS.get(type(error), 422), text, hint) from None
        return Response(done.body, done.status, media_type="application/json")

    def _taken(self, alert: Alert, body: bytes) -> Done:
        """The same words sent twice within two weeks are one alert."""
        toolbox = self._acting.toolbox
        alerting = Alerting(toolbox.incidents, toolbox.ground)

        def work(writing: Writing) -> tuple[int, bytes]:
            incident, did = alerting.take(writing, alert, OUTSIDE)
            told = {"number": incident.number, "state": incident.state.value, "exercise": incident.exercise, "did": did}
            return 201 if did == "reported" else 200, msgspec.json.encode(told)

        return toolbox.once(Asked(f"alert:{sha256(body).hexdigest()}", fingerprint(b"alert", body)), work)

    async def one(self, number: str, request: Request) -> Response:
        """An incident as an alert."""
        actor, toolbox = self._acting.actor(request), self._acting.toolbox
        name = f"cockpit@{self._parts.city.name}"
        try:
            incident = await to_thread.run_sync(lambda: toolbox.incident(number, actor))
        except Refused as error:
            raise Refusal(404, str(error)) from None
        told = write_alert(alert_of(incident, name, place=self._place(incident.region)))
        return Response(told, 200, {"cache-control": "no-store"}, "application/cap+xml")

    def _place(self, region: str) -> str:
        regions = self._parts.city.regions
        return regions.region(region).title("zh") if region in regions else ""
