"""One effect and one answer for each idempotency key, however often it is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import blake2b
from typing import Final, NamedTuple

from cockpit.dispatch.journal import micros
from cockpit.dispatch.refusal import KeyReused, KeyRunning
from cockpit.dispatch.store import Store
from cockpit.dispatch.writing import Answer, Writing

KEPT: Final = timedelta(days=14)
"""For so long the first answer is given again."""


class Request(NamedTuple):
    """A request that may come more than once: its key, and a digest of who asked what."""

    key: str
    fingerprint: str


class Done(NamedTuple):
    """What was answered; `again`: not for the first time."""

    status: int
    body: bytes
    again: bool = False


def fingerprint(*parts: bytes) -> str:
    """A digest that tells what was asked from anything else."""
    digest = blake2b(digest_size=20)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


class Once:
    """Does what is asked and keeps the answer in the same transaction. What was refused had no effect and may be asked again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._running: set[str] = set()
        self._lock = threading.Lock()

    def do(self, request: Request, work: Callable[[Writing], tuple[int, bytes]]) -> Done:
        """The answer: of `work`, or, where the key was used, the one given then. Raises KeyReused, KeyRunning, and as `work`."""
        with self._alone(request.key), self._store.writing() as writing:
            known = writing.answer(request.key)
            if known is not None:
                return self._known(request, known)
            status, body = work(writing)
            before = micros(writing.now - KEPT)
            writing.keep_answer(request.key, Answer(request.fingerprint, status, body), before)
        return Done(status, body)

    def _known(self, request: Request, known: Answer) -> Done:
        if known.fingerprint != request.fingerprint:
            raise KeyReused("this idempotency key was used for something else. Hint: a new key for each new request")
        return Done(known.status, known.body, again=True)

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """In this process; of another one the database makes it wait until the answer is there."""
        with self._lock:
            if key in self._running:
                raise KeyRunning("what was asked with this idempotency key is still being done. Hint: ask again in a second")
            self._running.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(key)
