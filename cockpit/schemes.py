"""A scheme: a weighted tree of indicators that makes one score. Its shape is validated here; `scorecard` scores it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Discriminator, Field, Tag, ValidationError

from cockpit.windows import WindowName
from slots.problem import DocumentError, Problem, problems_of
from slots.slot import Model, Name, Titles
from slots.weighing import CR_LIMIT, consistency_ratio

Finite = Annotated[float, Field(allow_inf_nan=False)]


class Frontier(Model):
    """100·(worst−y)/(worst−best), cut to 0…100."""

    best: Finite
    worst: Finite


class FullMarks(Model):
    """100 at `at`, 0 at `zero`, straight between."""

    at: Finite
    zero: Finite


class Deduct(Model):
    """From `from` points, `per` points less for each unit."""

    from_: Annotated[Finite, Field(alias="from")]
    per: Finite


class Score(Model):
    """Exactly one way of turning a value into points."""

    frontier: Frontier | None = None
    ladder: Annotated[tuple[tuple[Finite, Finite], ...], Field(min_length=1)] | None = None
    full_marks: FullMarks | None = None
    deduct: Deduct | None = None


class Pairwise(Model):
    """Judgements `matrix[i][j]`: how many times as important the i-th child is as the j-th."""

    ahp: tuple[tuple[Annotated[Finite, Field(gt=0)], ...], ...]


def _way(value: Any) -> str:
    return "mapping" if isinstance(value, dict | Model) else "word"


class Node(Model):
    """A parent (`of`) or a leaf (`indicator`); weights are relative within their parent."""

    name: Name
    title: Titles = Field(default_factory=dict)
    weight: Annotated[Finite, Field(gt=0)] | None = None
    owner: str | None = None
    of: tuple[Node, ...] | None = None
    weights: (
        Annotated[Annotated[Literal["entropy"], Tag("word")] | Annotated[Pairwise, Tag("mapping")], Discriminator(_way)] | None
    ) = None
    indicator: str | None = None
    window: WindowName | None = None
    layer: Literal["floor", "catch_up", "innovation"] | None = None
    score: (
        Annotated[Annotated[Literal["none", "minmax"], Tag("word")] | Annotated[Score, Tag("mapping")], Discriminator(_way)]
        | None
    ) = None


class Scheme(Model):
    """One file of indicators/."""

    scheme: Name
    title: Titles = Field(default_factory=dict)
    version: str
    missing: Literal["skip", "zero", "none"] = "skip"
    tree: Node


def leaves(node: Node) -> Iterator[Node]:
    """The nodes that look at an indicator, from a node on downwards, in the order of the file."""
    if node.of is None:
        yield node
        return
    for child in node.of:
        yield from leaves(child)


def parse_scheme(document: Any, indicator_mistake: Callable[[str], str]) -> Scheme:
    """The scheme a YAML document describes; `indicator_mistake` says what is wrong with a `slot.name`, or "".

    Raises DocumentError with every mistake and its path.
    """
    try:
        scheme = Scheme.model_validate(document)
    except ValidationError as error:
        raise DocumentError(map(_without_tags, problems_of(error, Scheme))) from None
    if problems := list(_node_problems(scheme.tree, ("tree",), indicator_mistake)):
        raise DocumentError(problems)
    return scheme


def _without_tags(problem: Problem) -> Problem:
    """Without the names of the choices that pydantic puts into the path of `weights` and `score`."""
    tagged = {position + 1 for position, step in enumerate(problem.path) if step in ("weights", "score")}
    return Problem(tuple(step for position, step in enumerate(problem.path) if position not in tagged), problem.message)


def _node_problems(node: Node, path: tuple[str | int, ...], indicator_mistake: Callable[[str], str]) -> Iterator[Problem]:
    if (node.of is None) == (node.indicator is None):
        yield Problem(path, f"{node.name!r} needs either of: [nodes] or indicator: slot.name")
        return
    if node.of is None:
        yield from _leaf_problems(node, path, indicator_mistake)
        return
    yield from _parent_problems(node, node.of, path)
    for position, child in enumerate(node.of):
        yield from _node_problems(child, (*path, "of", position), indicator_mistake)


def _leaf_problems(node: Node, path: tuple[str | int, ...], indicator_mistake: Callable[[str], str]) -> Iterator[Problem]:
    if mistake := indicator_mistake(node.indicator or ""):
        yield Problem((*path, "indicator"), mistake)
    if node.score is None:
        yield Problem(path, "the key 'score' is missing; allowed: frontier, minmax, ladder, full_marks, deduct, none")
    if node.weights is not None:
        yield Problem((*path, "weights"), "only a node with children weighs them")
    if isinstance(node.score, Score):
        yield from _score_problems(node.score, (*path, "score"))


def _score_problems(score: Score, path: tuple[str | int, ...]) -> Iterator[Problem]:
    given = [name for name in Score.model_fields if getattr(score, name) is not None]
    if len(given) != 1:
        yield Problem(path, f"give exactly one of {', '.join(Score.model_fields)}; got {', '.join(given) or 'none'}")
    if score.frontier and score.frontier.best == score.frontier.worst:
        yield Problem((*path, "frontier"), f"best and worst must differ, both are {score.frontier.best:g}")
    if score.full_marks and score.full_marks.at == score.full_marks.zero:
        yield Problem((*path, "full_marks"), f"at and zero must differ, both are {score.full_marks.at:g}")
    limits = [limit for limit, _ in score.ladder or ()]
    if any(one >= other for one, other in itertools.pairwise(limits)):
        yield Problem((*path, "ladder"), f"the limits must rise, got {', '.join(f'{limit:g}' for limit in limits)}")


def _parent_problems(node: Node, children: tuple[Node, ...], path: tuple[str | int, ...]) -> Iterator[Problem]:
    if not children:
        yield Problem((*path, "of"), "at least one node is needed")
    names = [child.name for child in children]
    for position, child in enumerate(children):
        if child.name in names[:position]:
            yield Problem((*path, "of", position, "name"), f"{child.name!r} is there twice")
        if node.weights is None and child.weight is None and len(children) > 1:
            yield Problem(
                (*path, "of", position),
                f"{child.name!r} needs a weight; or its parent says `weights: entropy` or `weights: {{ahp: …}}`",
            )
        if node.weights is not None and child.weight is not None:
            yield Problem((*path, "of", position, "weight"), "the parent says how its children weigh; leave this out")
    if node.score is not None or node.window is not None:
        yield Problem(path, "score and window go with an indicator, not with a node that has children")
    if isinstance(node.weights, Pairwise):
        yield from _pairwise_problems(node.weights, len(children), (*path, "weights", "ahp"))


def _pairwise_problems(pairwise: Pairwise, size: int, path: tuple[str | int, ...]) -> Iterator[Problem]:
    if len(pairwise.ahp) != size or any(len(row) != size for row in pairwise.ahp):
        yield Problem(path, f"{size} children need a matrix of {size} rows of {size} numbers")
        return
    matrix = np.array(pairwise.ahp)
    if not np.allclose(matrix * matrix.T, 1.0, rtol=0.02):
        yield Problem(
            path, "each judgement must be the reciprocal of its mirror image. Hint: 3 above the diagonal is 0.333 below."
        )
    elif (ratio := consistency_ratio(matrix)) >= CR_LIMIT:
        yield Problem(path, f"the judgements contradict one another: CR is {ratio:.2f}, less than {CR_LIMIT} is needed")
