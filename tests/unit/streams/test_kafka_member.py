"""What a member of a group says of what it holds."""

from __future__ import annotations

from structlog.testing import capture_logs

from streams.kafka_member import Member
from tests.kafka_table import Table


def test_partitions_are_logged_once_per_change() -> None:
    table = Table(p0=(0, 5), p1=(0, 5))
    with capture_logs() as logged:
        member = Member("city.calls", "city", table)
        member.held()
        while not table.seats:
            member.wait(member.held(), 0.01)
        seat = table.seats[0]
        seat.give([1, 0])
        seat.give([])
        seat.take_away([1])
        seat.take_away([1])
        member.close()
    assert [(line["event"], line["topic"], line["partitions"]) for line in logged] == [
        ("partitions", "city.calls", [0, 1]),
        ("partitions", "city.calls", [0]),
        ("partitions", "city.calls", []),
    ]
