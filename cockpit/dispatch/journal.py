"""The record of what was done: rows that are only ever added, each sealed with the one before it.

The seal of a row is the keyed digest (HMAC, RFC 2104) of the seal before it and of everything the row says, so that nothing in
between can be changed, left out, added or put elsewhere without the key. What an end that was cut off held, only who kept the
head elsewhere can tell: see `anchor`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
ALGORITHMS: Final = {"hmac-sha256": "sha256", "hmac-sha512": "sha512", "hmac-sm3": "sm3"}
"""By the name that stands in each row: the digest that hashlib knows."""


class Row(NamedTuple):
    """One row as it is stored. `about`: the incident an order belongs to; `seal` is all but itself."""

    seq: int
    at_us: int
    actor: str
    role: str
    actor_region: str
    subject: str
    about: str
    verb: str
    body: str
    sealed_by: str
    seal: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as people and folds read it: who did what, when (UTC). `body`: `from`, `to`, `reason` and what was given."""

    seq: int
    at: datetime
    actor: str
    role: str
    actor_region: str | None
    subject: str
    about: str
    verb: str
    body: Mapping[str, Any]
    sealed_by: str = ""
    seal: str = ""


class Sealer:
    """Seals rows with one secret and one algorithm; verifies those of any algorithm it knows. Safe for any thread."""

    def __init__(self, secret: bytes, algorithm: str = "hmac-sha256") -> None:
        if algorithm not in ALGORITHMS:
            raise ValueError(f"there is no algorithm {algorithm!r}; there are: {', '.join(ALGORITHMS)}")
        self._key = hashlib.sha256(b"cockpit journal\0" + secret).digest()
        name = hashlib.sha256(b"cockpit journal key\0" + secret).hexdigest()[:8]
        self.name = f"{algorithm}:{name}"
        self._digests = {f"{known}:{name}": digest for known, digest in ALGORITHMS.items()}

    def first(self, chain: str) -> str:
        """What stands before the first row of a chain."""
        return hmac.digest(self._key, chain.encode(), "sha256").hex()

    def seal(self, before: str, row: Row) -> str:
        """The seal of a row that follows the one with the seal `before`. Raises KeyError for a key or algorithm not known."""
        said = msgspec.json.encode((before, *row[:-1]))
        return hmac.digest(self._key, said, self._digests[row.sealed_by]).hex()


class Head(NamedTuple):
    """The end of the chain at some time."""

    seq: int
    seal: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`bad`: the first row that is not as it was written, None where all are; `reason`: what is wrong with it."""

    rows: int
    head: Head
    bad: int | None = None
    reason: str = ""


def verify(rows: Iterable[Row], sealer: Sealer, chain: str, anchors: Mapping[int, str] | None = None) -> Verdict:
    """Whether the rows are those that were written, and all of them. `anchors`: heads that were kept elsewhere, row → seal.

    Every row costs a digest. An end that was cut off is found where an anchor names a row behind it.
    """
    before, count, kept = sealer.first(chain), 0, dict(anchors or {})
    for count, row in enumerate(rows, 1):
        if fault := _fault(row, count, before, sealer, kept):
            return Verdict(count - 1, Head(count - 1, before), count, fault)
        before = row.seal
    behind = [seq for seq in kept if seq > count]
    if behind:
        missing = f"rows {count + 1} to {max(behind)} are missing; the head kept elsewhere names them"
        return Verdict(count, Head(count, before), count + 1, missing)
    return Verdict(count, Head(count, before))


def _fault(row: Row, seq: int, before: str, sealer: Sealer, kept: Mapping[int, str]) -> str:
    if row.seq != seq:
        return f"row {seq} is missing, row {row.seq} stands in its place"
    try:
        expected = sealer.seal(before, row)
    except KeyError:
        return f"it says it was sealed by {row.sealed_by!r:.60}, which is not {sealer.name!r}"
    if expected != row.seal:  # both are known to who could measure the time
        return "it is not as it was sealed, or does not follow the row before it"
    if seq in kept and kept[seq] != row.seal:
        return "it is not the row whose seal was kept elsewhere: the chain was written anew"
    return ""


def entries(rows: Iterable[Row]) -> Iterator[Entry]:
    """The rows as folds read them."""
    for row in rows:
        at = EPOCH + timedelta(microseconds=row.at_us)
        body = msgspec.json.decode(row.body)
        yield Entry(
            row.seq, at, row.actor, row.role, row.actor_region or None,
            row.subject, row.about, row.verb, body, row.sealed_by, row.seal,
        )  # fmt: skip


def micros(at: datetime) -> int:
    """Unix microseconds of an aware time."""
    return (at - EPOCH) // timedelta(microseconds=1)
