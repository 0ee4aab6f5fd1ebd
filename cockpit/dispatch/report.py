"""The report after action: one HTML file, or a PDF, of what happened, what was ordered, and what was known then."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from cockpit.dispatch.exercise import WATERMARK
from cockpit.dispatch.kept_files import sniffed
from cockpit.dispatch.report_facts import Facts, Frozen, Known, Photo
from cockpit.dispatch.report_tables import WORDS, Section, at_city, sections
from cockpit.dispatch.words import word

__all__ = ["Facts", "Frozen", "Known", "Photo", "Section", "html_report", "pdf_report", "sections"]


_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def html_report(facts: Facts, language: str = "zh") -> bytes:
    """One file that asks nobody for anything; everything in it is text, whatever it holds."""
    said, one = WORDS[language], facts.incident
    parts = [f"<h1>{escape(one.title)}</h1><p>{escape(_line(facts, language))}</p>"]
    if one.description:
        parts.append(f"<p class=said>{escape(one.description)}</p>")
    if facts.picture:
        parts.append(f"<h2>{said['picture']}</h2>{_image(facts.picture, said['picture'])}")
    parts += [_table(section, said) for section in sections(facts, language)]
    parts.append(f"<footer>{escape(_foot(facts, said))}</footer>")
    mark = f'<div class="mark">{WATERMARK[language]}</div>' if one.exercise else ""
    style = files("cockpit.dispatch").joinpath("report.css").read_text("utf-8")
    head = f'<meta charset="utf-8"><title>{escape(said["title"])} {escape(one.number)}</title><style>{style}</style>'
    return f'<!doctype html><html lang="{language}"><head>{head}</head><body>{mark}{"".join(parts)}</body></html>'.encode()


def pdf_report(facts: Facts, language: str = "zh") -> bytes:
    """The same as a PDF/A4. Needs a font that has Chinese letters on this machine; blocks for about a second."""
    import msgspec
    import typst

    said, one, tables = WORDS[language], facts.incident, sections(facts, language)
    content: dict[str, Any] = {
        "title": one.title, "line": _line(facts, language), "said": one.description, "foot": _foot(facts, said),
        "picture_title": said["picture"], "none": said["none"],
        "mark": WATERMARK[language] if one.exercise else "", "language": language, "picture": bool(facts.picture),
        "sections": [
            {"title": each.title, "head": each.head, "rows": each.rows, "photo": each.photo,
             "picture": f"{place}.{_end(each.picture)}" if each.picture else ""}
            for place, each in enumerate(tables)
        ],
    }  # fmt: skip
    with TemporaryDirectory(prefix="cockpit-report-") as folder:
        for name, raw in _files(facts, tables, msgspec.json.encode(content)):
            (Path(folder) / name).write_bytes(raw)
        made: bytes = typst.compile(str(Path(folder) / "main.typ"), root=folder, format="pdf")
    return made


def _files(facts: Facts, tables: Sequence[Section], encoded: bytes) -> Iterator[tuple[str, bytes]]:
    """What the page is set from."""
    yield "main.typ", files("cockpit.dispatch").joinpath("report.typ").read_bytes()
    yield "report.json", encoded
    if facts.picture:
        yield "picture.png", facts.picture
    yield from ((f"{place}.{_end(each.picture)}", each.picture) for place, each in enumerate(tables) if each.picture)


def _line(facts: Facts, language: str) -> str:
    one = facts.incident
    state, priority = word("state", one.state.value, language), word("priority", one.priority, language)
    place = one.address or facts.place or one.region
    parts = (facts.city, one.number, one.category, priority, state, place, at_city(one.reported_at, facts.zone))
    return " · ".join(parts)


def _foot(facts: Facts, said: dict[str, str]) -> str:
    return f"{said['made']} {at_city(facts.made_at, facts.zone)} · {said['seal']} {facts.head or '—'}"


def _table(section: Section, said: dict[str, str]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in section.head)
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in section.rows)
    body = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else f"<p>{said['none']}</p>"
    words = section.title if section.photo else said["map"]
    return f"<h2>{escape(section.title)}</h2>{body}{_image(section.picture, words, section.photo) if section.picture else ''}"


def _cell(text: str) -> str:
    """A time keeps in one line."""
    return f"<td{' class=time' if _TIME.fullmatch(text) else ''}>{escape(text)}</td>"


def _image(picture: bytes, words: str, photo: bool = False) -> str:
    kind = "image/jpeg" if _end(picture) == "jpg" else "image/png"
    look = " class=photo" if photo else ""
    return f'<img{look} alt="{escape(words)}" src="data:{kind};base64,{base64.b64encode(picture).decode()}">'


def _end(picture: bytes) -> str:
    return "jpg" if sniffed(picture) == "image/jpeg" else "png"
