"""The one place where the server asks another host: tiles of the services a city lists, for browsers that never see them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import BoundedSemaphore
from typing import Final
from urllib.parse import urlsplit

import httpx
import structlog

from cockpit.tile_cache import KeptTile, TileCache
from cockpit.tile_lost import ServiceLost as ServiceLost
from layers import RasterTileLayer, Tile, WebTiles
from layers.drawing import Bounds
from streams.clock import Clock

_LOG = structlog.get_logger("tiles")
_AT_ONCE: Final = 8
_WAIT_S: Final = 2.0
_TIMEOUTS: Final = {"connect": 3.0, "read": 5.0, "write": 5.0, "pool": 1.0}
_TILE_BYTES_MAX: Final = 2 * 2**20
_FRESH_S: Final = 30 * 86400.0
_EMPTY_S: Final = 86400.0
_PAUSE_S: Final = 10.0
_HEADERS: Final = {"accept": "image/png,image/jpeg,image/webp", "accept-encoding": "identity", "user-agent": "city-cockpit"}
_MAGIC: Final = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))


class TileProxy:
    """Asks tile services and keeps what they answer. Blocks; any thread, eight questions at once.

    Only hosts of the asked service are reached, over a transport that follows no redirect, takes no proxy from the environment
    and writes no address into a log: the key is in there. A service that fails is left alone for ten seconds.
    """

    def __init__(self, key: str, cache: TileCache, clock: Clock, transport: httpx.BaseTransport | None = None) -> None:
        self._key = key
        self._cache = cache
        self._clock = clock
        self._transport = transport or httpx.HTTPTransport(retries=0, trust_env=False)
        self._free = BoundedSemaphore(_AT_ONCE)
        self._lost_at_s: dict[str, float] = {}

    def under_wgs84(self, layer: RasterTileLayer) -> RasterTileLayer:
        """The layer with a source that can be asked for tiles; one of a file as it is."""
        if not isinstance(layer.source, WebTiles):
            return layer
        return replace(layer, source=ServiceTiles(layer.id, layer.source, self))

    def tile(self, name: str, web: WebTiles, z: int, x: int, y: int) -> Tile | None:
        """One tile of a service, kept or fetched; an old one where it cannot be reached. Raises ServiceLost."""
        place = f"{name}/{urlsplit(web.template).path}/{z}/{x}/{y}"
        kept = self._cache.get(place)
        if kept is not None and self._now_s() - kept.at_s < (_FRESH_S if kept.body else _EMPTY_S):
            return _tile(kept.body)
        try:
            body = self._asked(name, web, z, x, y)
        except ServiceLost:
            if kept is not None:
                return _tile(kept.body)
            raise
        self._cache.put(place, KeptTile(body, self._now_s()))
        return _tile(body)

    def close(self) -> None:
        """Lets go of connections and the cache."""
        self._transport.close()
        self._cache.close()

    def _now_s(self) -> float:
        return self._clock().timestamp()

    def _asked(self, name: str, web: WebTiles, z: int, x: int, y: int) -> bytes:
        if self._now_s() - self._lost_at_s.get(name, -_PAUSE_S) < _PAUSE_S:
            raise ServiceLost(f"the tile service of {name!r} failed a moment ago")
        if web.key_name and not self._key:
            raise ServiceLost(f"the tile service of {name!r} needs a key. Hint: set COCKPIT_MAP_KEY")
        if not self._free.acquire(timeout=_WAIT_S):
            raise ServiceLost(f"the tile service of {name!r} is asked too much at once")
        try:
            body = self._fetched(web, web.address(z, x, y, self._key))
        except (httpx.HTTPError, httpx.InvalidURL, ServiceLost) as error:
            reason = str(error) if isinstance(error, ServiceLost) else type(error).__name__  # never an address: the key is in it
            if name not in self._lost_at_s:
                _LOG.warning("a tile service is lost", layer=name, reason=reason)
            self._lost_at_s[name] = self._now_s()
            raise ServiceLost(f"the tile service of {name!r} does not answer: {reason}") from None
        finally:
            self._free.release()
        if self._lost_at_s.pop(name, None) is not None:
            _LOG.info("a tile service is back", layer=name)
        return body

    def _fetched(self, web: WebTiles, address: str) -> bytes:
        if urlsplit(address).netloc not in web.hosts:
            raise ServiceLost("its address leads to a host that is not listed")
        request = httpx.Request("GET", address, headers=_HEADERS, extensions={"timeout": _TIMEOUTS})
        response = self._transport.handle_request(request)
        try:
            if response.status_code in (204, 404):
                return b""
            if response.status_code != 200:
                raise ServiceLost(f"status {response.status_code}")
            return _picture(response)
        finally:
            response.close()


@dataclass(frozen=True, slots=True)
class ServiceTiles:
    """A service as a source of tiles (`layers.TileSource`)."""

    name: str
    web: WebTiles
    proxy: TileProxy

    @property
    def media_type(self) -> str:
        """What is asked for; each tile says for itself what it is."""
        return "image/png"

    @property
    def zooms(self) -> tuple[int, int]:
        """The least and the greatest z there is."""
        return self.web.zooms

    @property
    def bounds(self) -> Bounds:
        """What the tiles cover."""
        return self.web.bounds

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        """The tile, None where there is none. Raises ServiceLost."""
        low, high = self.web.zooms
        inside = low <= z <= high and 0 <= x < 2**z and 0 <= y < 2**z
        return self.proxy.tile(self.name, self.web, z, x, y) if inside else None


def _picture(response: httpx.Response) -> bytes:
    """The body, when it is a picture of a sane size, whatever its header says."""
    body = b""
    assert isinstance(response.stream, httpx.SyncByteStream)
    for chunk in response.stream:
        body += chunk
        if len(body) > _TILE_BYTES_MAX:
            raise ServiceLost(f"a tile of more than {_TILE_BYTES_MAX:,} bytes")
    if not _media_type(body):
        raise ServiceLost("what it answered is no PNG, JPEG or WebP")
    return body


def _media_type(body: bytes) -> str:
    return next((kind for magic, kind in _MAGIC if body.startswith(magic)), "")


def _tile(body: bytes) -> Tile | None:
    return Tile(body, _media_type(body)) if body else None
