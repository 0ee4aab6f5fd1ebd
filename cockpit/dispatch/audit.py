"""The audit of the toolbox: is the journal what was written, and is what is shown what the journal says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cockpit.dispatch import machine, order_machine
from cockpit.dispatch.anchor import Conflict, together
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.journal import Entry, Head, Sealer, Verdict, entries, verify
from cockpit.dispatch.order import Order
from cockpit.dispatch.store import Store


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
    return next(_differences(verdict, fold_all(entries(store.rows())), store.documents()), verdict)


def fold_all(rows: Iterable[Entry]) -> dict[str, Incident | Order]:
    """Every incident and order as the journal has it, by number."""
    found: dict[str, Any] = {}
    for entry in rows:
        fold: Any = order_machine.fold if entry.subject.startswith("O") else machine.fold
        found[entry.subject] = fold(found.get(entry.subject), entry)
    return found


def _differences(
    verdict: Verdict, folded: Mapping[str, Incident | Order], stored: Iterable[Incident | Order]
) -> Iterator[Verdict]:
    seen = set()
    for one in stored:
        seen.add(one.number)
        if one != (said := folded.get(one.number)):
            row = said.version if said else one.version
            yield Verdict(verdict.rows, verdict.head, row, f"{one.number} is not stored as the journal says it is")
    for number in sorted(folded.keys() - seen):
        yield Verdict(verdict.rows, verdict.head, folded[number].version, f"{number} is in the journal and nowhere else")
