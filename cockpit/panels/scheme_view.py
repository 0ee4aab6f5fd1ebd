"""What the panels that draw a scheme share: its scorecards in a scope, the node the address looks at, and its lights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.schemes import Scheme
from cockpit.scorecard import Scored, Sources, scorecard, scorecards
from slots import QuestionError, nearest

from .light import Light, light
from .panel import Context

WATCH = 80.0
ALARM = 60.0
"""Scores under which a node is to be watched and alarming, where a board says nothing else."""


@dataclass(frozen=True, slots=True)
class SchemeView:
    """A scheme in a context. `path`: the node that is looked at, () for the whole."""

    scheme: Scheme
    context: Context
    window: str
    path: tuple[str, ...]

    def card(self, code: str) -> Scored:
        """The node that is looked at, scored for a region. Blocks."""
        return down(scorecard(self.scheme, code, self._sources()), self.path)

    def cards(self, parent: str) -> dict[str, Scored]:
        """The same for the regions directly below. Blocks."""
        return {code: down(card, self.path) for code, card in scorecards(self.scheme, parent, self._sources()).items()}

    def title(self, node: Scored) -> str:
        """In the scope's language."""
        return self.context.text(node.title, node.name)

    def address(self, *names: str) -> str:
        """What `indicator=` says of a node below the one that is looked at; empty for the whole."""
        return "/".join((self.scheme.scheme, *self.path, *names)) if (*self.path, *names) else ""

    def above(self) -> list[dict[str, str]]:
        """The way down to the node that is looked at: title and address of each above it, the whole first."""
        told, node = [], self.scheme.tree
        for depth, name in enumerate(self.path):
            address = "/".join((self.scheme.scheme, *self.path[:depth])) if depth else ""
            told.append({"title": self.context.text(node.title, node.name), "address": address})
            node = next(child for child in node.of or () if child.name == name)
        return told

    def _sources(self) -> Sources:
        context, asked = self.context, self.context.scope.window or self.window

        def span(own: str | None) -> tuple[datetime, datetime]:
            return context.window(self.context.scope.window or own or asked)

        return Sources(context.regions, context.slots, context.ask, span)


def scheme_view(name: str, window: str, context: Context) -> SchemeView:
    """The scheme of this name. Raises QuestionError where it is gone."""
    if name not in context.schemes:
        known = ", ".join(context.schemes) or "none"
        raise QuestionError(f"there is no scheme {name!r}; schemes: {known}.{nearest(name, context.schemes)}")
    scheme = context.schemes[name]
    asked, *path = context.scope.indicator.split("/")
    return SchemeView(scheme, context, window, _known(scheme, path) if asked == name else ())


def way_to_node(context: Context) -> list[dict[str, str]]:
    """Title and address of each node below the whole on the way to the one in scope, itself last; none where it names none."""
    name, *path = context.scope.indicator.split("/")
    if name not in context.schemes:
        return []
    node, told = context.schemes[name].tree, []
    for depth, step in enumerate(_known(context.schemes[name], path), 1):
        node = next(child for child in node.of or () if child.name == step)
        told.append({"title": context.text(node.title, node.name), "address": "/".join((name, *path[:depth]))})
    return told


def _known(scheme: Scheme, path: list[str]) -> tuple[str, ...]:
    """As much of the path as leads to a node with children."""
    node, found = scheme.tree, []
    for name in path:
        below = next((child for child in node.of or () if child.name == name and child.of), None)
        if below is None:
            break
        node = below
        found.append(name)
    return tuple(found)


def down(card: Scored, path: tuple[str, ...]) -> Scored:
    """The node of a scorecard at the end of a path."""
    for name in path:
        card = next(child for child in card.of if child.name == name)
    return card


def score_light(score: float | None, watch: float, alarm: float) -> Light | None:
    """The light of a score 0…100."""
    if score is None:
        return None
    return "alarm" if score < alarm else "watch" if score < watch else "fine"


def node_light(node: Scored, watch: float, alarm: float, context: Context) -> Light | None:
    """That of the value by its own thresholds where the node is an indicator that has some, else that of the score."""
    if node.measured and node.measured.reading:
        _, indicator = context.indicator(node.measured.indicator)
        own = light(node.measured.reading.value, indicator)
        if own:
            return own
    return score_light(node.score, watch, alarm)


def rounded(number: float | None, digits: int = 1) -> float | None:
    """One decimal, which is more than a screen shows."""
    return None if number is None else round(number, digits)
