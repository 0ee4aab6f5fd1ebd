"""The key `incidents` of city.yaml: which records of which slot are incidents."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from cockpit.dispatch.incident import Priority
from slots.expression import ExpressionError, condition
from slots.problem import Problem, nearest
from slots.slot import Model, Name, Slot


class IntakeRule(Model):
    """`when`: a condition over the slot's fields; `category`, `title`, `description`: fields of the slot."""

    slot: Name
    when: str | None = None
    category: str
    title: str | None = None
    description: str | None = None
    priority: Priority = "NORMAL"


def rule_problems(rule: IntakeRule, slots: Mapping[str, Slot], unread: Collection[str] = ()) -> Iterator[Problem]:
    """What the rule gets wrong about the city's slots; nothing is said about `unread` ones."""
    if rule.slot in unread:
        return
    slot = slots.get(rule.slot)
    if slot is None:
        known = ", ".join(slots) or "none"
        yield Problem(("incidents", "slot"), f"there is no slot {rule.slot!r}; slots: {known}.{nearest(rule.slot, slots)}")
        return
    for key in ("category", "title", "description"):
        field = getattr(rule, key)
        if field is not None and field not in slot.fields:
            fields = ", ".join(slot.fields)
            hint = nearest(field, slot.fields)
            yield Problem(("incidents", key), f"slot {slot.slot!r} has no field {field!r}; it has: {fields}.{hint}")
    if rule.when is not None:
        try:
            condition(rule.when, slot.types)
        except ExpressionError as error:
            yield Problem(("incidents", "when"), str(error))
