"""`/api/v1/alerts`: alerts of the Common Alerting Protocol 1.2, in and out."""

from __future__ import annotations

import msgspec
from anyio import to_thread
from fastapi import APIRouter, Request, Response

from cockpit.api.acting import Acting
from cockpit.api.answer import Refusal, Route, check_origin
from cockpit.api.open311 import received, whole_body
from cockpit.dispatch.cap import CapRefused, read_alert, write_alert
from cockpit.dispatch.cap_incident import alert_of
from cockpit.dispatch.cap_incident import report_of as reported_by
from cockpit.dispatch.refusal import Refused
from cockpit.parts import Parts


class Alerts:
    """CAP 1.2 alerts, in as incidents and out of them. In threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self.router = APIRouter(prefix="/api/v1/alerts", tags=["alerts"], route_class=Route)
        body = {"requestBody": {"required": True, "content": {"application/cap+xml": {"schema": {"type": "string"}}}}}
        self.router.add_api_route("", self.receive, methods=["POST"], status_code=201, openapi_extra=body)
        self.router.add_api_route("/{number}", self.one, methods=["GET"])

    async def receive(self, request: Request) -> Response:
        """Takes an alert as a new incident; an update of one that is known already names the same incident."""
        check_origin(request)
        body = await whole_body(request)
        try:
            report = reported_by(read_alert(body), root=self._parts.city.regions.root.code)
        except CapRefused as error:
            raise Refusal(422, "; ".join(error.problems)) from None
        try:
            incident = await to_thread.run_sync(lambda: received(self._acting, report, "cap", body))
        except Refused as error:
            raise Refusal(422, str(error)) from None
        shown = {"number": incident.number, "state": incident.state.value, "exercise": incident.exercise}
        return Response(msgspec.json.encode(shown), 201, media_type="application/json")

    async def one(self, number: str, request: Request) -> Response:
        """An incident as an alert."""
        actor, toolbox = self._acting.actor(request), self._acting.toolbox
        name = f"cockpit@{self._parts.city.name}"
        try:
            incident = await to_thread.run_sync(lambda: toolbox.incident(number, actor))
        except Refused as error:
            raise Refusal(404, str(error)) from None
        return Response(write_alert(alert_of(incident, name)), 200, {"cache-control": "no-store"}, "application/cap+xml")
