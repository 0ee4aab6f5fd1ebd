from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cockpit.live.picture import Encoded, Picture


def picture() -> Picture:
    return Picture("e.1", b'{"board":"city"}')


def only(texts: list[str]) -> dict[str, Any]:
    assert len(texts) == 1
    message: dict[str, Any] = json.loads(texts[0])
    return message


def merged(held: dict[str, dict[str, Any]], texts: list[str]) -> dict[str, dict[str, Any]]:
    """What a screen holds after these messages, as assets/board.js merges them."""
    for text in texts:
        message = json.loads(text)
        held = {} if message["type"] == "snapshot" else held
        for panel, keys in message["panels"].items():
            held[panel] = {**held.get(panel, {}), **keys}
    return held


def test_a_screen_with_nothing_gets_a_snapshot_with_the_scope() -> None:
    one = picture()
    one.merge({"a": {"value": b"1", "unit": b'"s"'}}, {})
    message = only(one.texts(None, 17))
    assert message == {
        "type": "snapshot", "epoch": "e.1", "seq": 1, "at_ms": 17, "scope": {"board": "city"},
        "panels": {"a": {"value": 1, "unit": "s"}},
    }  # fmt: skip


def test_a_delta_has_only_the_keys_that_changed_since() -> None:
    one = picture()
    one.merge({"a": {"value": b"1", "unit": b'"s"'}, "b": {"rows": b"[]"}}, {})
    one.merge({"a": {"value": b"2", "unit": b'"s"'}}, {})
    one.merge({"b": {"rows": b"[1]"}}, {})
    assert only(one.texts(2, 0))["panels"] == {"b": {"rows": [1]}}
    assert only(one.texts(1, 0))["panels"] == {"a": {"value": 2}, "b": {"rows": [1]}}
    assert one.texts(3, 0) == []


def test_the_same_again_is_no_change() -> None:
    one = picture()
    assert one.merge({"a": {"value": b"1"}}, {("m", "cars"): b"x"})
    assert not one.merge({"a": {"value": b"1"}}, {("m", "cars"): b"x"})
    assert one.seq == 1


def test_a_key_that_goes_is_told_as_null() -> None:
    one = picture()
    one.merge({"a": {"value": b"1", "why": b'"x"'}}, {})
    one.merge({"a": {"value": b"1"}}, {})
    assert only(one.texts(1, 0))["panels"] == {"a": {"why": None}}


def test_the_newest_binary_frame_wins() -> None:
    one = picture()
    one.merge({}, {("m", "cars"): b"1", ("m", "buses"): b"1"})
    one.merge({}, {("m", "cars"): b"2"})
    one.merge({}, {("m", "cars"): b"3"})
    assert one.binaries(1) == [b"3"]
    assert sorted(one.binaries(None)) == [b"1", b"3"]
    assert one.binaries(3) == []


def test_a_large_picture_travels_in_parts_and_only_the_last_has_the_number() -> None:
    one = picture()
    row = json.dumps("x" * 300_000).encode()
    one.merge({name: {"rows": row} for name in "abc"}, {})
    texts = one.texts(None, 0)
    parts = [json.loads(text) for text in texts]
    assert [part["type"] for part in parts] == ["snapshot", "delta", "delta"]
    assert [part["seq"] for part in parts] == [0, 0, 1]
    assert all(len(text) < 600_000 for text in texts)
    assert set(merged({}, texts)) == {"a", "b", "c"}


keys = st.dictionaries(st.sampled_from("uvw"), st.integers(0, 3).map(lambda n: str(n).encode()), max_size=3)
steps = st.lists(st.dictionaries(st.sampled_from("ab"), keys, min_size=1, max_size=2), min_size=1, max_size=8)


@given(steps, st.data())
def test_whatever_a_screen_misses_it_ends_with_the_truth(changes: list[Encoded], data: st.DataObject) -> None:
    one = picture()
    held: dict[str, dict[str, Any]] = {}
    since: int | None = None
    truth: dict[str, dict[str, Any]] = {}
    for panels in changes:
        one.merge(panels, {})
        for panel, given_keys in panels.items():
            gone = dict.fromkeys(truth.get(panel, {}))
            truth[panel] = {**gone, **{key: int(value) for key, value in given_keys.items()}}
        if data.draw(st.booleans(), "the screen reads"):
            held, since = merged(held, one.texts(since, 0)), one.seq
    held = merged(held, one.texts(since, 0))
    assert {panel: keys for panel, keys in held.items() if keys} == {panel: keys for panel, keys in truth.items() if keys}
