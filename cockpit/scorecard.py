"""A scorecard: a scheme scored for a region, the whole tree with values, scores, weights and coverage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from cockpit.schemes import Node, Pairwise, Scheme, Score
from layers import Regions
from slots.composite import Judged, Missing, composed, counted
from slots.problem import nearest
from slots.reading import Question, QuestionError, Reading, Status
from slots.scoring import Points, deduct, frontier, full_marks, ladder, minmax, plain
from slots.slot import Indicator, Slot, Titles
from slots.weighing import entropy, equal, pairwise, relative

_WORST: tuple[Status, ...] = ("live", "late", "stale", "dead", "missing", "broken")
_FRESH = ("live", "late")
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """What scoring asks. `span`: `[from, to)` of a leaf whose own window has this name, None where it has none."""

    regions: Regions
    slots: Mapping[str, Slot]
    ask: Callable[[Question], list[Reading]]
    span: Callable[[str | None], tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a leaf was scored from. `reading` is None where it could not be asked; `reason` says why, for people."""

    indicator: str
    way: str
    points: Points
    reading: Reading | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """A node of the tree for one region. Scores are 0…100 or None.

    `weight`: within its parent, all children together 1. `share`: of the whole score, what is missing left out as the scheme
    says. `contribution`: the points it brings to the whole. `coverage`: the share of its weight whose data is there and fresh.
    """

    name: str
    title: Titles
    owner: str | None
    layer: str | None
    score: float | None
    coverage: float
    status: Status
    weight: float = 1.0
    share: float = 1.0
    contribution: float = 0.0
    measured: Measured | None = None
    of: tuple[Scored, ...] = ()

    @property
    def judged(self) -> Judged:
        """What its parent is put together from."""
        return Judged(self.score, self.coverage)

    def walk(self) -> Iterator[Scored]:
        """The node and all below it, in the order of the file."""
        yield self
        for child in self.of:
            yield from child.walk()


def scorecard(scheme: Scheme, code: str, sources: Sources) -> Scored:
    """The scheme scored for one region; its peers, where a node needs them, are the regions beside it.

    The whole city has none: there the weights by entropy are those of its districts. Blocks on the ledger. Raises LedgerError.
    """
    needed = needs_peers(scheme.tree)
    group = _siblings(code, sources.regions) if needed else [code]
    held: dict[Path, tuple[float, ...]] = {}
    if needed and len(group) == 1:
        _Round(scheme.missing, _children(code, sources.regions), code, sources, held).tree(scheme.tree)
    parent = (sources.regions.region(code).parent or None) if len(group) > 1 else None
    return _Round(scheme.missing, group, parent, sources, held).cards(scheme.tree)[code]


def scorecards(scheme: Scheme, parent: str, sources: Sources) -> dict[str, Scored]:
    """The scheme scored for each region directly below one, by code, all as peers. Blocks. Raises LedgerError."""
    group = _children(parent, sources.regions)
    return _Round(scheme.missing, group, parent, sources, {}).cards(scheme.tree) if group else {}


def needs_peers(node: Node) -> bool:
    """Whether a score or a weight in the tree depends on other regions."""
    own = node.score == "minmax" or node.weights == "entropy"
    return own or any(needs_peers(child) for child in node.of or ())


def indicators_of(node: Node) -> set[str]:
    """The `slot.name` of every leaf."""
    below = (name for child in node.of or () for name in indicators_of(child))
    return {*below, *([node.indicator] if node.indicator else [])}


def scored_slots(schemes: Mapping[str, Scheme]) -> dict[str, set[str]]:
    """Scheme → the slots whose numbers it scores."""
    return {name: {leaf.partition(".")[0] for leaf in indicators_of(scheme.tree)} for name, scheme in schemes.items()}


def node_at(scheme: Scheme, path: Sequence[str]) -> Node:
    """The node the names lead to from the root (which is not named). Raises QuestionError with the nearest name."""
    node = scheme.tree
    for name in path:
        children = {child.name: child for child in node.of or ()}
        if name not in children:
            known = ", ".join(children) or "none"
            raise QuestionError(f"{node.name!r} has no node {name!r}; it has: {known}.{nearest(name, children)}")
        node = children[name]
    return node


def _siblings(code: str, regions: Regions) -> list[str]:
    parent = regions.region(code).parent
    codes = _children(parent, regions) if parent else []
    return codes if code in codes else [code]


def _children(code: str, regions: Regions) -> list[str]:
    return [region.code for region in regions.children(code)]


@dataclass
class _Round:
    """One pass over the tree for regions that are each other's peers: all children of `parent`, or one region alone (None).

    `held`: path → weights by entropy; what is there is used, what is not is worked out and put there.
    """

    missing: Missing
    group: Sequence[str]
    parent: str | None
    sources: Sources
    held: dict[Path, tuple[float, ...]]
    asked: dict[tuple[str, str | None], dict[str, Reading] | str] = field(default_factory=dict)

    def cards(self, root: Node) -> dict[str, Scored]:
        """By region, with shares and contributions."""
        return {code: _spread(top, 1.0, 1.0, self.missing) for code, top in zip(self.group, self.tree(root), strict=True)}

    def tree(self, node: Node, path: Path = ()) -> list[Scored]:
        """The node for each region of the group, children's weights set, shares not yet."""
        if node.of is None:
            return self._leaves(node)
        columns = [self.tree(child, (*path, child.name)) for child in node.of]
        rows = list(zip(*columns, strict=True))
        weights = self._weights(node, path, rows)
        return [self._branch(node, row, weights) for row in rows]

    def _branch(self, node: Node, row: Sequence[Scored], weights: Sequence[float]) -> Scored:
        whole = composed([child.judged for child in row], weights, self.missing)
        of = tuple(replace(child, weight=weight) for child, weight in zip(row, weights, strict=True))
        status = max((child.status for child in row), key=_WORST.index)
        return Scored(node.name, node.title, node.owner, node.layer, whole.score, whole.coverage, status, of=of)

    def _weights(self, node: Node, path: Path, rows: Sequence[Sequence[Scored]]) -> tuple[float, ...]:
        children = node.of or ()
        if isinstance(node.weights, Pairwise):
            return pairwise(node.weights.ahp)
        if node.weights == "entropy":
            if path not in self.held:
                self.held[path] = entropy([[child.score for child in row] for row in rows]) if rows else equal(len(children))
            return self.held[path]
        return relative([1.0 if child.weight is None else child.weight for child in children])

    def _leaves(self, node: Node) -> list[Scored]:
        name = node.indicator or ""
        found = self._readings(name, node.window)
        indicator = _indicator(name, self.sources.slots)
        if isinstance(found, str) or indicator is None:
            reason = found if isinstance(found, str) else f"there is no indicator {name!r}"
            return [_leaf(node, indicator, Measured(name, _way(node), Points(None, "missing"), None, reason)) for _ in self.group]
        readings = [found.get(code) for code in self.group]
        values = [reading.value if reading else None for reading in readings]
        return [
            _leaf(node, indicator, Measured(name, _way(node), _points(node, value, values, indicator), reading))
            for value, reading in zip(values, readings, strict=True)
        ]

    def _readings(self, name: str, window: str | None) -> dict[str, Reading] | str:
        """By region; or why they cannot be had."""
        if (name, window) not in self.asked:
            self.asked[name, window] = self._ask(name, window)
        return self.asked[name, window]

    def _ask(self, name: str, window: str | None) -> dict[str, Reading] | str:
        if not self.group:
            return {}
        begin, end = self.sources.span(window)
        region, by = (self.group[0], None) if self.parent is None else (self.parent, "region")
        try:
            return {reading.region: reading for reading in self.sources.ask(Question(name, region, begin, end, by))}
        except QuestionError as error:
            return str(error)


def _leaf(node: Node, indicator: Indicator | None, measured: Measured) -> Scored:
    reading = measured.reading
    status: Status = reading.status if reading else "missing"
    fresh = 1.0 if reading and reading.value is not None and status in _FRESH and measured.points.value is not None else 0.0
    title = node.title or (indicator.title if indicator else {})
    owner = node.owner or (indicator.owner if indicator else None)
    layer = node.layer or (indicator.layer if indicator else None)
    return Scored(node.name, title, owner, layer, measured.points.value, fresh, status, measured=measured)


def _spread(node: Scored, weight: float, share: float, missing: Missing) -> Scored:
    """The node with its share of the whole, and its children with theirs."""
    shares = counted([child.judged for child in node.of], [child.weight for child in node.of], missing) if node.of else ()
    of = tuple(_spread(child, child.weight, share * own, missing) for child, own in zip(node.of, shares, strict=True))
    return replace(node, weight=weight, share=share, contribution=share * (node.score or 0.0), of=of)


def _indicator(name: str, slots: Mapping[str, Slot]) -> Indicator | None:
    slot_name, _, short = name.partition(".")
    slot = slots.get(slot_name)
    return slot.indicator(short) if slot else None


def _way(node: Node) -> str:
    if isinstance(node.score, Score):
        return next((name for name in Score.model_fields if getattr(node.score, name) is not None), "none")
    return node.score or "none"


def _points(node: Node, value: float | None, peers: Sequence[float | None], indicator: Indicator) -> Points:
    score = node.score
    if score == "minmax":
        return minmax(value, peers, indicator.direction, indicator.target)
    if not isinstance(score, Score):
        return plain(value)
    if score.frontier:
        return frontier(value, score.frontier.best, score.frontier.worst)
    if score.ladder:
        return ladder(value, score.ladder)
    if score.full_marks:
        return full_marks(value, score.full_marks.at, score.full_marks.zero)
    return deduct(value, score.deduct.from_, score.deduct.per) if score.deduct else plain(value)
