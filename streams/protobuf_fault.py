"""What is wrong with bytes that are no message: which field, at which byte, in one clause."""

from __future__ import annotations

from typing import Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor

_VARINT: Final = 0
_LENGTH: Final = 2
_FIXED: Final = {1: 8, 5: 4}
_LONGEST: Final = 10
_DEEPEST: Final = 50
_UNTOLD: Final = "a part of it cannot be read"


def fault_of(value: bytes, message: Descriptor, at: int = 0, depth: int = 0) -> str:
    """Why a library has refused them, a clause as `field 'id' says 120 bytes, 4 are left, at byte 7`; the first that is found.

    `at`: where the value begins.
    """
    if not depth and value[:1] in (b"{", b"["):
        return "it looks like JSON"
    place = 0
    while place < len(value):
        begin = place
        tag, place = _varint(value, place)
        number, wire = tag >> 3, tag & 7
        where = f"at byte {at + begin}"
        field = message.fields_by_number.get(number)
        name = f"field '{field.name}'" if field is not None else f"field number {number}"
        if tag < 0 or not 0 < number < 1 << 29 or wire not in (_VARINT, _LENGTH, *_FIXED):
            return f"no field begins {where}"
        if wire in _FIXED:
            size = _FIXED[wire]
        else:
            size, place = _varint(value, place)
            if size < 0:
                return f"{name} ends too early, {where}"
            size = size if wire == _LENGTH else 0
        content = value[place : place + size]
        if len(content) < size:
            return f"{name} says {size:,} bytes, {len(content):,} are left, {where}"
        if wire == _LENGTH and field is not None and (found := _within(content, field, at + place, depth)):
            return found
        place += size
    return _UNTOLD


def _within(content: bytes, field: FieldDescriptor, at: int, depth: int) -> str:
    """What is wrong within a text or a message; "" for nothing that can be told."""
    if field.type == FieldDescriptor.TYPE_STRING:
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            return f"field '{field.name}' is not UTF-8, at byte {at + error.start}"
    if field.message_type is None or depth == _DEEPEST:
        return ""
    found = fault_of(content, field.message_type, at, depth + 1)
    return "" if found == _UNTOLD else f"in field '{field.name}' {found}"


def _varint(value: bytes, at: int) -> tuple[int, int]:
    """The number that begins here and where it ends; -1 where it does not end."""
    raw = 0
    for shift, byte in enumerate(value[at : at + _LONGEST]):
        raw |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return raw, at + shift + 1
    return -1, len(value)
