"""Schemes: the consistency of pairwise judgements, and what a tree must be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cockpit.schemes import Scheme, parse_scheme
from slots.problem import DocumentError
from slots.weighing import consistency_ratio


def scheme(*children: dict[str, Any], **tree: Any) -> Scheme:
    return parse_scheme({"scheme": "x", "version": "1", "tree": {"name": "all", "of": list(children), **tree}}, lambda name: "")


def leaf(name: str, **keys: Any) -> dict[str, Any]:
    return {"name": name, "indicator": "a.b", "score": "none", **keys}


def test_the_consistency_of_a_published_example() -> None:
    # Saaty (2008), "Decision making with the analytic hierarchy process", table 2: relative consumption of drinks, CR 0.022.
    drinks = [
        [1, 9, 5, 2, 1, 1, 1 / 2], [1 / 9, 1, 1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9], [1 / 5, 3, 1, 1 / 3, 1 / 4, 1 / 3, 1 / 9],
        [1 / 2, 9, 3, 1, 1 / 2, 1, 1 / 3], [1, 9, 4, 2, 1, 2, 1 / 2], [1, 9, 3, 1, 1 / 2, 1, 1 / 3], [2, 9, 9, 3, 2, 3, 1],
    ]  # fmt: skip
    assert consistency_ratio(np.array(drinks)) == pytest.approx(0.022, abs=0.002)


def test_judgements_without_contradiction_have_ratio_0() -> None:
    weights = np.array([1.0, 2.0, 4.0])
    assert consistency_ratio(weights[:, None] / weights[None, :]) == pytest.approx(0.0, abs=1e-12)
    assert consistency_ratio(np.array([[1.0, 9.0], [1 / 9, 1.0]])) == 0.0


def test_every_way_of_scoring_is_read() -> None:
    scores: list[Any] = [
        "none", "minmax", {"frontier": {"best": 26, "worst": 373}}, {"ladder": [[10, 100], [60, 0]]},
        {"full_marks": {"at": 75, "zero": 0}}, {"deduct": {"from": 100, "per": 2.5}},
    ]  # fmt: skip
    children = [leaf(f"n{number}", weight=1, score=score) for number, score in enumerate(scores)]
    assert len(scheme(*children).tree.of or ()) == 6


def test_entropy_needs_no_weights() -> None:
    assert scheme(leaf("a"), leaf("b"), weights="entropy").tree.weights == "entropy"


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ([[1, 2]], "2 rows of 2 numbers"),
        ([[1, 2, 3], [1, 1, 1], [1, 1, 1]], "2 rows of 2 numbers"),
        ([[1, 2], [2, 1]], "reciprocal"),
        ([[1, 0], [1, 1]], "greater than 0"),
    ],
)
def test_wrong_judgements(matrix: list[list[float]], said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        scheme(leaf("a"), leaf("b"), weights={"ahp": matrix})


def test_contradicting_judgements_are_refused() -> None:
    with pytest.raises(DocumentError, match=r"CR is .*, less than 0.1 is needed"):
        scheme(leaf("a"), leaf("b"), leaf("c"), weights={"ahp": [[1, 5, 0.2], [0.2, 1, 5], [5, 0.2, 1]]})
