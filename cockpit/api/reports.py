"""`/api/v1/reports/{number}`: the report after action of an incident, as one HTML file or a PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Final

from anyio import to_thread
from fastapi import Query, Request, Response

from cockpit.api.acting import Acting
from cockpit.api.answer import Refusal, calls
from cockpit.dispatch.actor import Actor
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.limits import moves_of
from cockpit.dispatch.order import Order
from cockpit.dispatch.order_machine import DRAFT
from cockpit.dispatch.planning import runs_of
from cockpit.dispatch.refusal import Refused
from cockpit.dispatch.report import Facts, Frozen, Known, html_report, pdf_report
from cockpit.dispatch.report_photos import photos
from cockpit.dispatch.report_screen import frozen, worded
from cockpit.dispatch.surroundings import Surroundings
from cockpit.parts import Parts
from cockpit.scope import Lang

_ROWS: Final = 5000
_ORDERS: Final = 500
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""A page of text and pictures: no script runs in it, whatever a title says."""


class Reports:
    """The call on reports. It blocks for up to some seconds: in a thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self._surroundings = Surroundings(parts)
        self.router = calls(prefix="/api/v1/reports", tags=["incidents"])
        self.router.add_api_route("/{number}", self.one, methods=["GET"])

    async def one(
        self,
        number: str,
        request: Request,
        form: Annotated[str, Query(pattern="^(html|pdf)$")] = "html",
        lang: Annotated[Lang, Query()] = "zh",
        download: Annotated[bool, Query(description="as a file to keep, not to be opened by the browser")] = False,
    ) -> Response:
        """What happened, what was ordered, the plans, the limits, the indicators known at the first order, the screens kept."""
        actor = self._acting.actor(request)

        def made() -> bytes:
            facts = self._facts(number, actor, lang)
            return html_report(facts, lang) if form == "html" else pdf_report(facts, lang)

        try:
            body = await to_thread.run_sync(made)
        except Refused as error:
            raise Refusal(404, str(error)) from None
        kind = "text/html; charset=utf-8" if form == "html" else "application/pdf"
        named = f'{"attachment" if download else "inline"}; filename="{number}.{form}"'
        policy = {"content-security-policy": _POLICY} if form == "html" else {}
        return Response(body, 200, {"content-disposition": named, "cache-control": "no-store", **policy}, kind)

    def _facts(self, number: str, actor: Actor, language: Lang) -> Facts:
        toolbox, city, now = self._acting.toolbox, self._parts.city, self._parts.clock()
        incident = toolbox.incident(number, actor)
        entries = toolbox.store.journal(number, 0, _ROWS)
        then = next((entry.at for entry in entries if entry.verb == DRAFT), incident.reported_at)
        head, orders = toolbox.store.head(), toolbox.store.orders(number, None, (), _ORDERS)[::-1]
        return Facts(
            city=city.title.get(language) or city.name, zone=city.zone, incident=incident, entries=entries,
            orders=orders, place=self._place(incident, language), frozen=tuple(self._frozen(orders)),
            units={unit.id: unit.name for unit in city.roster.units}, runs=tuple(runs_of(city.plans, entries).values()),
            clocks=toolbox.rules.clocks(incident, moves_of(number, entries), now),
            known=tuple(self._known(incident, then, language)),
            photos=tuple(photos(entries, toolbox.files.get)) if toolbox.files else (),
            picture=self._picture(incident, language), made_at=now, head=f"{head.seq} {head.seal}" if head else "",
        )  # fmt: skip

    def _known(self, incident: Incident, then: datetime, language: Lang) -> Iterator[Known]:
        """What was known of the place at that moment; records that came late are in it."""
        way = [code for code in self._acting.toolbox.ground.above(incident.region) if code in self._parts.city.regions]
        known = self._surroundings.at(way or [self._parts.city.regions.root.code], language, then)
        for one in (*known.weather, *known.indicators):
            yield Known(f"{one.name} · {one.slot_title} · {one.title}", worded(one.value, one.unit, one.decimals), one.as_of)

    def _frozen(self, orders: Sequence[Order]) -> Iterator[Frozen]:
        """The screens from which the orders were given, as far as they are kept."""
        files = self._acting.toolbox.files
        for order in orders:
            kept = files.get(order.screen) if files and order.screen else None
            if kept is not None:
                picture = files.get(order.picture) if files and order.picture else None
                yield frozen(order.number, kept[0], picture[0] if picture else None)

    def _place(self, incident: Incident, language: Lang) -> str:
        regions = self._parts.city.regions
        if incident.region not in regions:
            return incident.region
        way = [*regions.ancestors(incident.region), regions.region(incident.region)]
        return " / ".join(region.title(language) for region in way[1:] or way)

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
        container = MapContainer(city.regions, layers, city.regions.root.code).plot(marks)
        container = container.look(Viewport(*place, 11.5))
        return picture(container, width_px=1200, height_px=675, language=language, title=incident.title)
