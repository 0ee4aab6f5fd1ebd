"""What a tablet needs to keep the cockpit among its apps: a name, icons, colours, where it begins."""

from __future__ import annotations

from typing import Any, Final

from cockpit.city import City
from cockpit.scope import Lang

MANIFEST = "/manifest.webmanifest"
"""Where it is found; `?lang=` says in which language the app is called and begins."""

_GROUND: Final = "#0B1220"  # as --ground in assets/tokens.css
_WORDS: Final = {"zh": "城市驾驶舱", "en": "City Cockpit"}
_ICONS: Final = ((192, "any"), (512, "any"), (512, "maskable"))


def manifest(city: City, lang: Lang) -> dict[str, Any]:
    """The web app manifest of a city. No service worker keeps a board: what is not live is not shown."""
    title = city.title.get(lang) or city.name
    return {
        "id": f"/?lang={lang}",
        "name": f"{title} · {_WORDS[lang]}",
        "short_name": title,
        "lang": "en" if lang == "en" else "zh-CN",
        "start_url": f"/?screen=tablet&lang={lang}",
        "scope": "/",
        "display": "standalone",
        "orientation": "any",
        "background_color": _GROUND,
        "theme_color": _GROUND,
        "icons": [_icon(side, purpose) for side, purpose in _ICONS],
    }


def _icon(side: int, purpose: str) -> dict[str, str]:
    kind = "" if purpose == "any" else f"-{purpose}"
    return {"src": f"/assets/icons/cockpit{kind}-{side}.png", "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
