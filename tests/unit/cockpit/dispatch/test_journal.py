"""Promise 18: whatever is altered in the journal is found, and the first bad row is named."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any

import pytest

from cockpit.dispatch.journal import ALGORITHMS, Head, Row, Sealer, verify

ALTERATIONS = 1000 if os.environ.get("COCKPIT_TEST_LONG") else 300
ROWS = 60
SECRET = b"a secret of the tests, long enough"


def sealed(rows: list[Row], sealer: Sealer) -> list[Row]:
    """The rows in a chain of their own."""
    before, chain = sealer.first("small"), []
    for seq, row in enumerate(rows, 1):
        whole = row._replace(seq=seq, sealed_by=sealer.name)
        chain.append(whole._replace(seal=sealer.seal(before, whole)))
        before = chain[-1].seal
    return chain


def written(sealer: Sealer, count: int = ROWS) -> list[Row]:
    verbs = ("receive", "accept", "file", "dispatch")
    rows = [
        Row(0, 1_000 * n, f"li{n % 3}", "chief", "", f"I{n % 7}", "", verbs[n % 4], f'{{"to":"{n}"}}', "", "")
        for n in range(count)
    ]
    return sealed(rows, sealer)


Alteration = tuple[list[Row], int]
"""The rows as they are found, and the first one that is not as it was written."""


def edit(rows: list[Row], rng: random.Random) -> Alteration:
    at = rng.randrange(len(rows))
    name = rng.choice(("at_us", "actor", "role", "actor_region", "subject", "about", "verb", "body", "seal", "sealed_by"))
    old = getattr(rows[at], name)
    new: Any = old + 1 if isinstance(old, int) else old + "x" if rng.random() < 0.5 or not old else old[:-1]
    changed: dict[str, Any] = {name: new}
    return [*rows[:at], rows[at]._replace(**changed), *rows[at + 1 :]], at + 1


def delete(rows: list[Row], rng: random.Random) -> Alteration:
    at = rng.randrange(len(rows))
    return rows[:at] + rows[at + 1 :], at + 1


def closed_up(rows: list[Row], rng: random.Random) -> Alteration:
    """Deleted, and those behind it numbered anew."""
    at = rng.randrange(len(rows))
    return [*rows[:at], *(row._replace(seq=row.seq - 1) for row in rows[at + 1 :])], at + 1


def insert(rows: list[Row], rng: random.Random) -> Alteration:
    at = rng.randrange(len(rows) + 1)
    new = rows[rng.choice([row for row in range(len(rows)) if row != at])]._replace(seq=at + 1)
    behind = [row._replace(seq=row.seq + 1) for row in rows[at:]]
    return [*rows[:at], new, *behind], at + 1


def reorder(rows: list[Row], rng: random.Random) -> Alteration:
    first, second = sorted(rng.sample(range(len(rows)), 2))
    changed = list(rows)
    changed[first], changed[second] = rows[second]._replace(seq=first + 1), rows[first]._replace(seq=second + 1)
    return changed, first + 1


def truncate(rows: list[Row], rng: random.Random) -> Alteration:
    left = rng.randrange(len(rows))
    return rows[:left], left + 1


def rewrite(rows: list[Row], rng: random.Random) -> Alteration:
    """From a row on with a key of one's own; without the key."""
    at = rng.randrange(len(rows))
    mine = Sealer(b"another secret altogether, long too")
    changed, before = rows[:at], rows[at - 1].seal if at else mine.first("small")
    for row in rows[at:]:
        whole = row._replace(actor="nobody")
        changed.append(whole._replace(seal=mine_seal(mine, before, whole)))
        before = changed[-1].seal
    return changed, at + 1


def mine_seal(mine: Sealer, before: str, row: Row) -> str:
    """Claims to be sealed with our key."""
    return mine.seal(before, row._replace(sealed_by=mine.name))


KINDS: tuple[Callable[[list[Row], random.Random], Alteration], ...] = (
    edit, delete, closed_up, insert, reorder, truncate, rewrite,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_alteration_is_found_and_its_first_row_named(kind: Callable[[list[Row], random.Random], Alteration]) -> None:
    sealer = Sealer(SECRET)
    rows, rng = written(sealer), random.Random(20261122)
    kept = {row.seq: row.seal for row in rows if row.seq % 10 == 0}
    for number in range(ALTERATIONS // len(KINDS) + 1):
        altered, first = kind(rows, rng)
        verdict = verify(altered, sealer, "small", kept)
        assert verdict.bad == first, (kind.__name__, number, first, verdict)
        assert verdict.reason and verdict.rows == first - 1


def test_what_was_written_holds() -> None:
    sealer = Sealer(SECRET)
    rows = written(sealer)
    verdict = verify(iter(rows), sealer, "small", {rows[-1].seq: rows[-1].seal})
    assert verdict.bad is None and verdict.rows == ROWS and verdict.head == Head(ROWS, rows[-1].seal)
    assert verify([], sealer, "small").bad is None


def test_who_has_the_key_and_writes_all_anew_meets_the_anchor() -> None:
    sealer = Sealer(SECRET)
    rows = written(sealer)
    anew = sealed([row._replace(actor="nobody") for row in rows], sealer)
    assert verify(anew, sealer, "small").bad is None  # this is what the anchor is for
    assert verify(anew, sealer, "small", {40: rows[39].seal}).bad == 40


def test_a_chain_of_another_city_is_none_of_ours() -> None:
    sealer = Sealer(SECRET)
    assert verify(written(sealer), sealer, "large").bad == 1


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_rows_of_every_algorithm_hold_beside_each_other(algorithm: str) -> None:
    mixed, before = [], Sealer(SECRET).first("small")
    for seq, name in enumerate((algorithm, "hmac-sha256", algorithm), 1):
        sealer = Sealer(SECRET, name)
        row = Row(seq, seq, "li", "chief", "", "I1", "", "accept", "{}", sealer.name, "")
        mixed.append(row._replace(seal=sealer.seal(before, row)))
        before = mixed[-1].seal
    assert verify(mixed, Sealer(SECRET), "small").bad is None
    assert verify(mixed, Sealer(b"another secret of the same length"), "small").bad == 1


def test_an_algorithm_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="hmac-sha256, hmac-sha512, hmac-sm3"):
        Sealer(SECRET, "rot13")
