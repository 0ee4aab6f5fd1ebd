"""`/api/v1/schemes`: the composites, and one scored for a region with the whole tree."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Response

from cockpit.api.answer import answer, calls, known
from cockpit.api.window import Window
from cockpit.parts import Parts
from cockpit.schemes import Scheme
from cockpit.scorecard import Scored, Sources, scorecard, scorecards
from cockpit.windows import window as named
from slots.ranks import ranks, robustness


class Schemes:
    """The calls on schemes. Handlers block on the ledger and run in threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.router = calls(prefix="/api/v1/schemes", tags=["schemes"])
        self.router.add_api_route("", self.schemes, methods=["GET"])
        self.router.add_api_route("/{name}", self.score, methods=["GET"])

    def schemes(self) -> Response:
        """The city's schemes: name, title, version, and what happens to what is missing."""
        return answer({"schemes": [_told(scheme) for scheme in self._parts.city.schemes.values()]})

    def score(
        self,
        name: str,
        window: Annotated[Window, Depends()],
        region: Annotated[str | None, Query(description="code; the whole city where it is left out")] = None,
        by: Annotated[Literal["region"] | None, Query(description="region: its children as well, with their ranks")] = None,
    ) -> Response:
        """The score of a region with its whole tree.

        `from` and `to` hold for every leaf; without them each leaf has the window its file gives it, else `window`, else today.
        """
        schemes = self._parts.city.schemes
        scheme = schemes[known(name, schemes, "scheme")]
        regions = self._parts.city.regions
        if region is not None:
            known(region, regions.codes, "region")
        code = region or regions.root.code
        begin, end = window.span(self._parts)
        sources = self._sources(window, begin, end)
        told = {**_told(scheme), "from": begin, "to": end, **_card(code, scorecard(scheme, code, sources))}
        if by == "region":
            told["children"] = _children(scheme, scorecards(scheme, code, sources))
        return answer(told)

    def _sources(self, window: Window, begin: datetime, end: datetime) -> Sources:
        parts, now = self._parts, self._parts.clock()

        def span(own: str | None) -> tuple[datetime, datetime]:
            return named(own, now, parts.city.zone) if own and window.from_ is None else (begin, end)

        return Sources(parts.city.regions, parts.city.slots, parts.readings.ask, span)


def _told(scheme: Scheme) -> dict[str, Any]:
    return {"scheme": scheme.scheme, "title": scheme.title, "version": scheme.version, "missing": scheme.missing}


def _card(code: str, card: Scored) -> dict[str, Any]:
    return {"region": code, "score": card.score, "coverage": card.coverage, "status": card.status, "tree": _node(card)}


def _children(scheme: Scheme, cards: dict[str, Scored]) -> list[dict[str, Any]]:
    """Each with its rank, 1 the best, and how often that rank stays while the first level's weights change by up to 10 %."""
    places = ranks([card.score for card in cards.values()])
    rows = [[child.judged for child in card.of] for card in cards.values()]
    weights = [child.weight for child in next(iter(cards.values())).of] if cards else []
    steady = robustness(rows, weights, scheme.missing) if weights else [None] * len(cards)
    return [
        {**_card(code, card), "rank": rank, "rank_robustness": robust}
        for (code, card), rank, robust in zip(cards.items(), places, steady, strict=True)
    ]


def _node(node: Scored) -> dict[str, Any]:
    told = {
        "name": node.name, "title": node.title, "owner": node.owner, "layer": node.layer, "weight": node.weight,
        "share": node.share, "score": node.score, "contribution": node.contribution, "coverage": node.coverage,
        "status": node.status,
    }  # fmt: skip
    if node.measured is None:
        return told | {"of": [_node(child) for child in node.of]}
    measured, reading = node.measured, node.measured.reading
    told |= {"indicator": measured.indicator, "scored_by": measured.way, "cut": measured.points.cut, "reason": measured.reason}
    if reading is None:
        return told | {"value": None}
    return told | {
        "value": reading.value, "unit": reading.unit, "from": reading.window_from, "to": reading.window_to,
        "as_of": reading.as_of, "count": reading.count,
    }  # fmt: skip
