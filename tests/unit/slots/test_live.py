"""What a city consists of may be exchanged while others walk through it."""

from __future__ import annotations

from slots.live import Live


def test_what_says_the_same_stays_the_same_object() -> None:
    one, two = [1], [2]
    live: Live[list[int]] = Live({"a": one, "b": two})
    assert live.exchange({"a": [1], "b": [3], "c": [4]}) == {"b", "c"}
    assert live["a"] is one and dict(live) == {"a": [1], "b": [3], "c": [4]}
    assert live.exchange({"c": [4], "a": [1]}) == {"b"} and list(live) == ["c", "a"]
    assert live.exchange(dict(live)) == frozenset()
    assert live.exchange({"c": [4], "a": [1]}, renewed={"a"}) == {"a"} and live["a"] is not one


def test_a_walk_sees_one_moment_to_its_end() -> None:
    live = Live({"a": 1, "b": 2})
    seen = []
    for name, value in live.items():
        live.exchange({})
        seen.append((name, value))
    assert seen == [("a", 1), ("b", 2)] and not live and "a" not in live and live.get("a") is None
