"""Whether a city needs anybody to ask tile services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from cockpit.static_layers import StaticLayer
from cockpit.tile_cache import TileCache
from layers import RasterTileLayer, WebTiles
from streams.clock import Clock

if TYPE_CHECKING:
    from cockpit.tile_proxy import TileProxy


@contextmanager
def tile_proxy(layers: Iterable[StaticLayer], key: SecretStr | None, folder: Path, clock: Clock) -> Iterator[TileProxy | None]:
    """The proxy of a city, its cache in `folder`; None where no layer is of a service: then no file and no socket is made."""
    if not any(isinstance(one.layer, RasterTileLayer) and isinstance(one.layer.source, WebTiles) for one in layers):
        yield None
        return
    from cockpit.tile_proxy import TileProxy  # the HTTP client takes a while to load

    proxy = TileProxy(key.get_secret_value() if key else "", TileCache(folder / "tiles.sqlite"), clock)
    try:
        yield proxy
    finally:
        proxy.close()


def keyless(layers: Iterable[StaticLayer], key: SecretStr | None) -> list[str]:
    """The layers that will stay empty because their service needs the key that nobody has given."""
    sources = ((one.name, one.layer.source) for one in layers if isinstance(one.layer, RasterTileLayer))
    return [name for name, source in sources if isinstance(source, WebTiles) and source.key_name and not key]
