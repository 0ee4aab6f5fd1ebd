"""The panel `video`: a camera's picture, from the city's own gateway. Addresses only: no credentials are ever kept or sent."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlsplit

from dash import html
from dash.development.base_component import Component
from pydantic import AfterValidator

from slots import Model

from .panel import Context, Props

_SECRETS = ("token", "password", "passwd", "pwd", "secret", "key", "auth", "signature", "sign", "ticket", "access_token", "user")


def checked_address(address: str) -> str:
    """The address, when a screen may be given it: http(s) or a path of our own, without anything that proves who one is.

    Raises ValueError.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        raise ValueError(f"this is no address: {address!r:.200}") from None
    if parts.scheme not in ("http", "https") and not (address.startswith("/") and not address.startswith(("//", "/\\"))):
        raise ValueError("an address begins with https://, http:// or / (rtsp and GB/T 28181 go through a gateway)")
    if parts.scheme and (not host or any(character in address for character in " \t\r\n;,'\"")):
        raise ValueError("the address has no host, or characters that do not belong into one")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address must not hold a user or a password: every screen would be told")
    wrong = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if name.lower() in _SECRETS]
    if wrong:
        raise ValueError(f"{wrong[0]!r} in an address is a credential; the gateway must give play tickets itself")
    return address


class VideoOptions(Model):
    """`kind`: `hls` a playlist, `webrtc` a WHEP endpoint, `page` a player's page (framed, sandboxed), `file` a recording."""

    address: Annotated[str, AfterValidator(checked_address)]
    kind: Literal["hls", "webrtc", "page", "file"] = "hls"


class VideoPanel:
    """One picture; always without sound."""

    name = "video"
    Options = VideoOptions

    def layout(self, options: VideoOptions, context: Context) -> Component:
        return html.Div(className="video")

    def props(self, options: VideoOptions, context: Context) -> Props:
        return {"address": options.address, "kind": options.kind}

    def slots(self, options: VideoOptions) -> set[str]:
        return set()
