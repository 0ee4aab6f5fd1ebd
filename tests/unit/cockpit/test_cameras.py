"""Which other hosts the pages of a city may ask: those of its cameras' addresses, as far as a screen may be given them."""

from __future__ import annotations

import numpy as np
import shapely

from cockpit.cameras import camera_origins
from cockpit.static_layers import StaticLayer
from layers import Features, PointLayer


def eyes(style: str, *addresses: str) -> StaticLayer:
    places = np.array([shapely.Point(120.1, 30.0) for _ in addresses], dtype=object)
    features = Features(places, [{"video": address} for address in addresses])
    return StaticLayer("eyes", {}, None, PointLayer(id="eyes", style=style, features=features))


def test_origins_of_cameras_once_each_and_none_of_what_no_screen_may_be_given() -> None:
    layer = eyes(
        "camera",
        "https://gateway.local:8443/a.m3u8",
        "https://gateway.local:8443/b.m3u8",
        "http://10.0.0.7/whep",
        "/own/clip.mp4",
        "rtsp://10.0.0.8/stream",
        "https://user:word@10.0.0.9/",
        "https://10.0.0.9/?token=1",
    )
    assert camera_origins([layer]) == ["http://10.0.0.7", "https://gateway.local:8443"]


def test_only_layers_of_cameras_are_asked() -> None:
    assert camera_origins([eyes("place_hospital", "https://elsewhere.local/")]) == []
