"""What the reason says of bytes that are no message: the field and the place, not the bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.columns import Column
from streams.protobuf_codec import open_protobuf
from tests.unit.streams.test_protobuf_codec import FIELDS, NOON, files, message

COLUMNS = [Column("id", "string"), Column("at", "datetime")]
GOOD = message(id="abcdef", at=NOON)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (GOOD[:5], "field 'id' says 6 bytes, 3 are left, at byte 0"),
        (b"\0\0\0\0\x07\x02\x02" + GOOD[:5], "field 'id' says 6 bytes, 3 are left, at byte 7"),
        (GOOD[:-1], "field 'at' says 6 bytes, 5 are left, at byte 8"),
        (GOOD + b"\x07", "no field begins at byte 16"),
        (GOOD + b"\x80", "no field begins at byte 16"),
        (GOOD + b"\x28\xff", "field 'stars' ends too early, at byte 16"),
        (GOOD + b"\x7d\x01", "field number 15 says 4 bytes, 1 are left, at byte 16"),
        (b"\n\x03a\xffb", "field 'id' is not UTF-8, at byte 3"),
        (b"\x12\x02\x08\xff", "in field 'at' field 'seconds' ends too early, at byte 2"),
        (b'{"id": "a"}', "it looks like JSON"),
    ],
)
def test_what_does_not_parse_is_named_with_its_place(tmp_path: Path, value: bytes, said: str) -> None:
    (tmp_path / "city.desc").write_bytes(files(FIELDS).SerializeToString())
    (refused,) = open_protobuf("city.desc", "city.Call", tmp_path).decode([value], COLUMNS).rejected
    assert refused.reason == f"the value is not a message city.Call: {said}"


def test_whatever_the_bytes_are_there_is_a_reason(tmp_path: Path) -> None:
    (tmp_path / "city.desc").write_bytes(files(FIELDS).SerializeToString())
    codec = open_protobuf("city.desc", "city.Call", tmp_path)
    values = [GOOD[:cut] + bytes([byte]) + GOOD[cut + 1 :] for cut in range(len(GOOD)) for byte in range(256)]
    found = codec.decode(values, COLUMNS)
    assert len(found.rejected) + found.frame.height == len(values)
    assert all("\\x" not in one.reason for one in found.rejected)
