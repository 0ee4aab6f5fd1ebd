"""The audit of the toolbox: is the journal what was written, and is what is shown what the journal says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from cockpit.dispatch import broadcast, machine, order_machine
from cockpit.dispatch.anchor import Conflict, together
from cockpit.dispatch.broadcast import Broadcast
from cockpit.dispatch.exercise import SUBJECT
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.journal import Entry, Head, Sealer, Verdict, entries, verify
from cockpit.dispatch.order import Order
from cockpit.dispatch.store import Store

ROSTER: Final = "roster"
"""What the rows about changes of the roster are about."""
BESIDE: Final = frozenset({SUBJECT, ROSTER})
"""Subjects that are no incident, order or broadcast."""
_FOLDS: Final = {"I": machine.fold, "O": order_machine.fold, "B": broadcast.fold}
"""By the first letter of the number."""


def audit(store: Store, sealer: Sealer, city: str, kept: Iterable[Head]) -> Verdict:
    """What the journal is worth. `kept`: the heads that were kept elsewhere. A million rows take about half a minute.

    Where every row holds, what it comes to is compared with the incidents and orders as they are stored.
    """
    head = store.head()
    try:
        anchors = together([*kept, *([head] if head else [])])
    except Conflict as error:
        row = int(str(error).split("row ")[1].split(":")[0])
        return Verdict(0, Head(0, ""), row, str(error))
    verdict = verify(store.rows(), sealer, city, anchors)
    if verdict.bad is not None:
        return verdict
    return _difference(store, verdict) or verdict


def fold_all(rows: Iterable[Entry]) -> dict[str, Incident | Order | Broadcast]:
    """Every incident, order and broadcast as the journal has it, by number."""
    found: dict[str, Any] = {}
    for entry in rows:
        if entry.subject in BESIDE:
            continue
        found[entry.subject] = _folded(found.get(entry.subject), entry)
    return found


def _difference(store: Store, verdict: Verdict) -> Verdict | None:
    """The first thing that is not stored as the journal says. Others may go on writing: rows behind the verdict's may come."""
    stored = {one.number: one for one in store.documents()}
    folded: dict[str, Any] = {}
    last: dict[str, int] = {}
    held: dict[str, int] = {}
    for entry in entries(store.rows()):
        number = entry.subject
        if number in BESIDE:
            continue
        thing = folded[number] = _folded(folded.get(number), entry)
        if entry.seq <= verdict.rows:
            last[number] = entry.seq
        if number in stored and stored[number].version == entry.seq and stored[number] == thing:
            held[number] = entry.seq
    wrong = [(row, number) for number, row in last.items() if held.get(number, 0) < row]
    wrong += [(stored[number].version, number) for number in stored.keys() - folded.keys()]
    if not wrong:
        return None
    row, number = min(wrong)
    return Verdict(verdict.rows, verdict.head, row, f"{number} is not stored as the journal says it is")


def _folded(thing: Any, entry: Entry) -> Any:
    fold: Any = _FOLDS.get(entry.subject[:1], machine.fold)
    return fold(thing, entry)
