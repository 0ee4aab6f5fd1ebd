"""Who comes first goes first, and nobody waits for ever."""

from __future__ import annotations

import threading

import pytest

from cockpit.dispatch.turns import Turns, TurnTimeout


def test_they_go_in_the_order_they_came() -> None:
    turns, went, threads = Turns(30), [], []

    def go(name: int) -> None:
        with turns.turn():
            went.append(name)

    with turns.turn():
        for name in range(5):
            threads.append(threading.Thread(target=go, args=(name,)))
            threads[-1].start()
            while turns.waiting <= name:
                threading.Event().wait(0.001)
        assert went == []
    for thread in threads:
        thread.join(30)
    assert went == [0, 1, 2, 3, 4]
    with turns.turn():
        assert turns.waiting == 0


def test_who_comes_again_and_again_lets_the_others_in() -> None:
    turns, own = Turns(30), 0
    came, done = threading.Event(), threading.Event()

    def other() -> None:
        came.wait(30)
        with turns.turn():
            done.set()

    thread = threading.Thread(target=other)
    thread.start()
    while not done.is_set() and own < 100_000:
        with turns.turn():
            if not came.is_set():
                came.set()
                while not turns.waiting:
                    threading.Event().wait(0.001)
        own += 1
    thread.join(30)
    assert done.is_set() and own <= 2


def test_who_waits_too_long_is_told_and_stands_in_nobodys_way() -> None:
    turns = Turns(0.01)
    with turns.turn(), pytest.raises(TurnTimeout), turns.turn():
        pass
    with turns.turn():
        assert turns.waiting == 0
