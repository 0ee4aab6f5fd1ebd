"""What a decoder raises for bytes that somebody else wrote and that are no such JSON."""

from __future__ import annotations

from typing import Final

import msgspec

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""No JSON or not of that shape, no UTF-8, nested too deeply (even in a field that is passed over)."""
