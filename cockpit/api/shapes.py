"""Shapes on their way to a browser: encoded and packed once, asked again by their tag."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from fastapi import Request, Response

_KEPT = 512
"""Shapes kept ready; a city has about as many regions that can be drilled into."""


@dataclass(frozen=True, slots=True)
class Shape:
    """GeoJSON as it is and gzipped, and the tag that changes when it does."""

    plain: bytes
    packed: bytes
    tag: str


class Shapes:
    """Answers with shapes, kept once made. `make` is asked once per name; it blocks. Any thread."""

    def __init__(self, make: Callable[[str], bytes]) -> None:
        self._shape = lru_cache(_KEPT)(lambda name: _packed(make(name)))

    def answer(self, name: str, request: Request) -> Response:
        """The shape, gzipped where the browser takes that; 304 where it has it already."""
        shape = self._shape(name)
        headers = {"etag": shape.tag, "cache-control": "no-cache", "vary": "accept-encoding"}
        if shape.tag in request.headers.get("if-none-match", ""):
            return Response(None, 304, headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(shape.plain, 200, headers, "application/geo+json")
        return Response(shape.packed, 200, headers | {"content-encoding": "gzip"}, "application/geo+json")


def _packed(plain: bytes) -> Shape:
    return Shape(plain, gzip.compress(plain, 6, mtime=0), f'W/"{blake2b(plain, digest_size=12).hexdigest()}"')
