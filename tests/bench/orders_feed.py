"""Sends a running city what the demonstration would, so many times over, until its standard input is closed.

    python -m tests.bench.orders_feed http://127.0.0.1:8050 10

Prints a line once the city has acknowledged the first ticks, and at the end how many records it has acknowledged since and in
how many seconds.
"""

from __future__ import annotations

import sys
import threading
import time
from datetime import timedelta
from itertools import chain, count, takewhile
from pathlib import Path

import cockpit.demo
from cockpit.demo.generator import DemoCity
from streams.clock import system_clock
from streams.http_sink import HttpSink

YUNZHOU = Path(cockpit.demo.__file__).parent / "yunzhou"
TICK_S = 0.25
WARM_TICKS = 12


def main(address: str, times: str) -> None:
    """Four times a second all that became due, as the demonstration does."""
    city, stop = DemoCity(YUNZHOU), threading.Event()
    sinks = {topic: HttpSink(address, topic, timeout_s=60) for topic in city.topics.values()}
    since = system_clock()
    city.live(since, timedelta(seconds=1))  # the hour's records are made here, and not while time is measured
    threading.Thread(target=_set_at_the_end_of_input, args=(stop,), daemon=True).start()
    began, since, sent = time.monotonic(), system_clock(), 0
    for tick in takewhile(lambda _: not stop.wait(TICK_S), count(1)):
        now = system_clock()
        for emission in city.live(now, now - since):
            sent += sinks[emission.topic].emit(list(chain.from_iterable([emission.values] * int(times))))
        since = now
        if tick == WARM_TICKS:
            began, sent = time.monotonic(), 0
            print("sending", flush=True)
    print(sent, time.monotonic() - began, flush=True)


def _set_at_the_end_of_input(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


if __name__ == "__main__":
    main(*sys.argv[1:])
