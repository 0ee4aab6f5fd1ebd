"""`/api/v1/reports/{number}`: the report after action of an incident, as one HTML file or a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response

from cockpit.api.acting import Acting
from cockpit.api.answer import Refusal, Route
from cockpit.dispatch.actor import Actor
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.limits import clocks, limits_for, moves_of
from cockpit.dispatch.order_machine import DRAFT
from cockpit.dispatch.planning import runs_of
from cockpit.dispatch.refusal import Refused
from cockpit.dispatch.report import Facts, Known, html_report, pdf_report
from cockpit.dispatch.working_time import WorkingTime
from cockpit.parts import Parts
from slots.reading import Question, QuestionError

_ROWS: Final = 5000
_ORDERS: Final = 500
_KNOWN: Final = 24
"""So many indicators are told at most."""


class Reports:
    """The call on reports. It blocks for up to some seconds: in a thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self.router = APIRouter(prefix="/api/v1/reports", tags=["incidents"], route_class=Route)
        self.router.add_api_route("/{number}", self.one, methods=["GET"])

    async def one(
        self,
        number: str,
        request: Request,
        form: Annotated[str, Query(pattern="^(html|pdf)$")] = "html",
        lang: Annotated[str, Query(pattern="^(zh|en)$")] = "zh",
    ) -> Response:
        """What happened, what was ordered, the plans, the limits, and the indicators of the day up to the first order."""
        actor = self._acting.actor(request)

        def made() -> bytes:
            facts = self._facts(number, actor, lang)
            return html_report(facts, lang) if form == "html" else pdf_report(facts, lang)

        try:
            body = await to_thread.run_sync(made)
        except Refused as error:
            raise Refusal(404, str(error)) from None
        kind = "text/html; charset=utf-8" if form == "html" else "application/pdf"
        named = {"content-disposition": f'attachment; filename="{number}.{form}"', "cache-control": "no-store"}
        return Response(body, 200, named, kind)

    def _facts(self, number: str, actor: Actor, language: str) -> Facts:
        toolbox, city, now = self._acting.toolbox, self._parts.city, self._parts.clock()
        incident = toolbox.incident(number, actor)
        entries = toolbox.store.journal(number, 0, _ROWS)
        then = next((entry.at for entry in entries if entry.verb == DRAFT), incident.reported_at)
        limits = limits_for(city.limits, incident.category, incident.priority, WorkingTime.of(city.calendar, city.zone))
        head = toolbox.store.head()
        return Facts(
            city=city.title.get(language) or city.name, zone=city.zone, incident=incident, entries=entries,  # type: ignore[call-overload]
            orders=toolbox.store.orders(number, None, (), _ORDERS)[::-1], runs=tuple(runs_of(city.plans, entries).values()),
            clocks=clocks(moves_of(number, entries), limits, now), known=tuple(self._known(incident, then, language)),
            picture=self._picture(incident, language), made_at=now, head=f"{head.seq} {head.seal}" if head else "",
        )  # fmt: skip

    def _known(self, incident: Incident, then: datetime, language: str) -> Iterator[Known]:
        """Each slot's first indicators over the day up to that moment, of the whole city; late records are in it."""
        city = self._parts.city
        day = then.astimezone(ZoneInfo(city.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        end = then.replace(second=0, microsecond=0)
        asked = [(slot, one) for slot in city.slots.values() for one in slot.indicators[:2]]
        for slot, one in asked[:_KNOWN] if end > day else ():
            try:
                found = self._parts.readings.ask(Question(f"{slot.slot}.{one.name}", city.regions.root.code, day, end))[0]
            except (QuestionError, IndexError):
                continue
            value = (
                "—" if found.value is None else f"{found.value:.{one.decimals if one.decimals is not None else 2}f} {found.unit}"
            )
            title = f"{slot.title.get(language) or slot.slot} · {one.title.get(language) or one.name}"  # type: ignore[call-overload]
            yield Known(title, value, found.as_of)

    def _picture(self, incident: Incident, language: str) -> bytes | None:
        """The place on a map drawn now: what a screen showed then is not kept."""
        if incident.lon is None or incident.lat is None:
            return None
        from layers import MapContainer
        from layers.picture import picture
        from layers.plotting import Mark, Plotting
        from layers.viewport import Viewport

        city, place = self._parts.city, (incident.lon, incident.lat)
        layers = tuple(one.layer for one in city.layers if one.layer.kind in ("line", "area"))[:4]
        marks = Plotting().put(Mark(id="place", kind="circle", places=[place], radius_m=800))
        marks = marks.put(Mark(id="title", kind="text", places=[place], words=incident.title[:20]))
        container = MapContainer(city.regions, layers, city.regions.root.code).plot(marks)
        container = container.look(Viewport(*place, 11.5))
        return picture(container, width_px=1200, height_px=675, language=language, title=incident.title)
