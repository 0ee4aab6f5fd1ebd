"""Whatever stands in a city's file, it is read or its mistakes are listed, each with a line of that file."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.boards import parse_board
from cockpit.city_document import CityDocument
from cockpit.city_files import parsed
from cockpit.documents import Document, Place, parse_document, read_document
from cockpit.mending import mend
from cockpit.references import References
from cockpit.schemes import parse_scheme
from cockpit.static_layers import parse_layer
from slots.problem import DocumentError, Problem
from slots.slot import parse_slot
from tests.cities.line import TINY, kinds
from tests.forms import form

NOWHERE = References({}, [], None)
PARSERS: dict[str, Callable[[dict[str, Any]], object]] = {
    "city.yaml": parsed(CityDocument),
    "slots/hotline.yaml": parse_slot,
    "slots/vehicles.yaml": parse_slot,
    "boards/city.yaml": lambda values: parse_board(values, kinds(), NOWHERE),
    "indicators/service.yaml": lambda values: parse_scheme(values, lambda name: ""),
    "layers/river.yaml": parse_layer,
}
DOCUMENTS = {file: read_document(Path(TINY / file)) for file in PARSERS}

plain = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["", "24h", "77", "[key]"])
)
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3))


def changed(values: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """A copy with another value at one place."""
    copy = deepcopy(values)
    inner: Any = copy
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return copy


@pytest.mark.parametrize("file", PARSERS)
@settings(max_examples=form(12, 60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_value_anywhere_is_read_or_refused(file: str, data: st.DataObject) -> None:
    document = DOCUMENTS[file]
    places = sorted((place for place in document.lines if place), key=repr)
    broken = changed(document.values, data.draw(st.sampled_from(places)), data.draw(values))
    mended = mend(broken, PARSERS[file], {})
    assert mended.problems or mended.value is not None
    written = Document(broken, document.lines)
    assert all(1 <= written.line(problem.path) <= max(document.lines.values()) for problem in mended.problems)


@settings(max_examples=form(60, 300), deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_refused(content: bytes) -> None:
    try:
        found = parse_document(content)
    except ValueError as error:
        assert str(error)
    else:
        assert found.line(()) >= 1


def parser(values: dict[str, Any]) -> dict[str, Any]:
    """First every `bad` item is refused; only without them the count is looked at."""
    items = values["items"]
    bad = [Problem(("items", row), "bad") for row, item in enumerate(items) if item == "bad"]
    if bad:
        raise DocumentError(bad)
    last = len(items) - 1
    if items[last] == "odd":
        raise DocumentError([Problem(("items", last), "the last one is odd")])
    return values


def test_a_second_mistake_has_its_place_in_the_file_not_in_the_copy() -> None:
    mended = mend({"items": ["bad", "fine", "bad", "odd"]}, parser, {})
    assert [(problem.path, problem.message) for problem in mended.problems] == [
        (("items", 0), "bad"), (("items", 2), "bad"), (("items", 3), "the last one is odd"),
    ]  # fmt: skip
    assert mended.value == {"items": ["fine"]}


def test_a_whole_document_is_answered_as_it_is() -> None:
    values = {"items": ["fine"]}
    mended = mend(values, parser, {"items": ["filler"]})
    assert (mended.value, mended.problems) == (values, ())


def test_a_document_that_cannot_be_mended_still_tells_its_mistakes() -> None:
    def refuse(values: dict[str, Any]) -> None:
        raise DocumentError([Problem((), "no")])

    mended = mend({"a": 1}, refuse, {})
    assert (mended.value, [problem.message for problem in mended.problems]) == (None, ["no"])
