from __future__ import annotations

from typing import Any

import pytest

from slots.renewal import renewals
from tests.line import small_slot

FIELDS: dict[str, Any] = {"at": {"zone": "Asia/Shanghai"}, "region": "string?", "kind": "string?", "channel": "string?"}


def slot(**changes: Any) -> Any:
    fields = {**FIELDS, "wait_s": "float?", "stars": "int?", **changes.pop("fields", {})}
    return small_slot(fields=fields, **changes)


def test_a_time_read_in_another_zone_begins_everything_anew_and_says_why() -> None:
    found = renewals(slot(), slot(fields={"at": {"zone": "Asia/Urumqi"}}))
    assert found.keys() == {indicator.name for indicator in slot().indicators}
    assert set(found.values()) == {"field 'at' is read as datetime in Asia/Urumqi, before as datetime in Asia/Shanghai"}


def test_a_field_that_is_read_otherwise_begins_what_needs_it() -> None:
    found = renewals(slot(), slot(fields={"stars": "float?"}))
    assert found == {"good": "field 'stars' is read as float, before as int"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"where": "kind = 'a'"}, "the records are filtered by \"kind = 'a'\", before by None"),
        ({"region": {"code": "kind"}}, "the place is taken from something else"),
    ],
)
def test_what_all_records_go_through_begins_everything(changes: dict[str, Any], reason: str) -> None:
    assert set(renewals(slot(), slot(**changes)).values()) == {reason}


def test_what_says_the_same_goes_on() -> None:
    assert renewals(slot(), slot(title={"zh": "另"}, lateness="1h", fields={"more": "string?"})) == {}
    assert renewals(slot(), slot(indicators=[{"name": "new", "measure": {"agg": "sum", "of": "stars"}}])) == {}


def test_a_measure_that_is_another_one() -> None:
    changed = slot(indicators=[{"name": "total", "measure": {"agg": "sum", "of": "stars"}}])
    assert renewals(slot(), changed) == {"total": "it measures something else"}
    same = slot(indicators=[{"name": "total", "measure": {"agg": "mean", "of": "wait_s"}}])
    assert renewals(slot(), same) == {}, "what it needs was kept all along"
