import numpy as np
import polars as pl
import pytest

from slots.reading import QuestionError
from slots.rollup import Tree
from tests.line import small_tree

TREE = Tree(small_tree())
CODES = pl.Series(["c", "a", "b", "a1", "a2", "zz"])


def test_a_region_holds_itself_and_what_lies_below() -> None:
    assert [code for code in CODES if TREE.within(pl.Series([code]), "a")[0]] == ["a", "a1", "a2"]
    assert TREE.within(CODES, "c").to_list() == [True] * 5 + [False]


def test_children_and_which_of_them_holds_a_region() -> None:
    assert TREE.children("c") == ["a", "b"]
    numbers = TREE.numbers(CODES).to_numpy()
    children = np.array(["a", "b", None], dtype=object)
    assert children[TREE.child_of("c", numbers)].tolist() == [None, "a", "b", "a", "a", None]
    assert TREE.child_of("b", numbers).tolist() == [-1] * 6


def test_an_unknown_region_is_said_to_be_unknown() -> None:
    with pytest.raises(QuestionError, match="zz"):
        TREE.range("zz")
