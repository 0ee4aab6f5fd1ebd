"""What is wrong with a body is said in words: which field, what was given, what is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit.dispatch.machine import STEPS
from cockpit.dispatch.refusal import Wrong
from cockpit.dispatch.said import Draft, Report, given, read


@pytest.mark.parametrize(
    ("shape", "body", "said"),
    [
        (
            Draft,
            b'{"unit": "U1", "text": "x", "prioriti": "HIGH"}',
            "there is no field 'prioriti'; there are: unit, text, incident, ",
        ),
        (Draft, b'{"unit": "U1", "txt": "x"}', "did you mean 'text'?"),
        (Draft, b'{"unit": "U1"}', "'text' is missing"),
        (Draft, b'{"unit": "U1", "text": ""}', "'text': expected str of length >= 1"),
        (Draft, b'{"unit": "U1", "text": "x", "ttl_s": 5}', "'ttl_s': expected int >= 10"),
        (Draft, b'{"unit": "U1", "text": "x", "ttl_s": "1 h"}', "'ttl_s': expected int, got str"),
        (Draft, b'{"unit": "U1", "text": "x", "screen": {}}', "'board' is missing in 'screen'"),
        (Draft, b'{"unit": "U1", "text": "x", "screen": {"board": "city", "at": 1}}', "there is no field 'at' in 'screen'"),
        (Draft, b'{"unit": "U1", "text": "x", "consequence": "major"}', "'consequence' is 'major'; allowed: ordinary, grave."),
        (Report, b'{"title": "x", "category": "y", "priority": "high"}', "allowed: LOW, NORMAL, HIGH, URGENT."),
        (Report, b'{"title": "x", "category": "y", "priority": "URGNT"}', "did you mean 'URGENT'?"),
        (
            Report,
            b'{"title": "x", "category": "y", "reported_at": "2026-01-01T00:00:00"}',
            "'reported_at': expected datetime with",
        ),
        (Report, b"[]", "expected object, got array"),
        (Report, b"{", "truncated"),
    ],
)
def test_a_body_is_judged_in_words(shape: type[Any], body: bytes, said: str) -> None:
    with pytest.raises(Wrong) as raised:
        read(body, shape, "thing")
    assert said.lower() in str(raised.value).lower() and "$" not in str(raised.value) and "`" not in str(raised.value)


def test_what_is_said_with_a_verb_too() -> None:
    for verb, body, said in (
        ("review", {"stars": 9}, "'stars': expected int <= 5"), ("review", {}, "'review' needs 'stars'"),
        ("report", {"reply": {"solved": "x"}}, "'reply.solved': expected bool | null, got str"),
        ("dispatch", {"unit": "U1", "deadline": "tomorrow"}, "'deadline': invalid RFC3339 encoded datetime"),
    ):  # fmt: skip
        with pytest.raises(Wrong) as raised:
            given(STEPS[verb], body)
        assert said in str(raised.value)
