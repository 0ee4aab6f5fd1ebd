"""The report after action: one HTML file, or a PDF, of what happened, what was ordered, and what was known then."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from zoneinfo import ZoneInfo

from cockpit.dispatch.exercise import WATERMARK
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.limits import Clocks
from cockpit.dispatch.order import Order
from cockpit.dispatch.plan_run import PlanRun, StepRun

_SAID: Final = ("reason", "opinion", "unit", "deadline", "stars", "plan", "step")
_WORDS: Final = {
    "zh": {"title": "处置报告", "timeline": "处置过程", "orders": "指令", "plans": "预案执行", "known": "当时已知的指标",
           "picture": "位置", "clock": "时限", "time": "时间", "who": "人员", "verb": "动作", "what": "内容", "state": "状态",
           "unit": "单位", "value": "数值", "as_of": "数据时间", "made": "生成时间", "seal": "存证", "none": "无"},
    "en": {"title": "Report", "timeline": "What happened", "orders": "Orders", "plans": "Plans",
           "known": "Indicators as then known",
           "picture": "The place", "clock": "Limits", "time": "Time", "who": "Who", "verb": "Did", "what": "What",
           "state": "State", "unit": "Unit", "value": "Value", "as_of": "As of", "made": "Made", "seal": "Seal", "none": "none"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """An indicator as it was known at a moment; `value` in words, “—” where it was missing."""

    title: str
    value: str
    as_of: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything a report says. `picture`: a PNG of the map around the place; `head`: the journal's seal."""

    city: str
    zone: str
    incident: Incident
    entries: Sequence[Entry]
    orders: Sequence[Order]
    runs: Sequence[PlanRun] = ()
    clocks: Clocks | None = None
    known: Sequence[Known] = ()
    picture: bytes | None = None
    made_at: datetime
    head: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A table of a report."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def sections(facts: Facts, language: str) -> list[Section]:
    """The tables, in their order; the same ones for both forms. Whoever reported it is not in them."""
    said = _WORDS[language]
    time = [said["time"], said["who"], said["verb"], said["what"]]
    found = [Section(said["timeline"], time, [_row(entry, facts) for entry in facts.entries])]
    orders = [[one.number, one.unit, one.text, one.state.value, _at(one.issued_at, facts), _at(one.ended_at, facts)]
              for one in facts.orders]  # fmt: skip
    found.append(Section(said["orders"], ["№", said["unit"], said["what"], said["state"], "▶", "■"], orders))
    for run in facts.runs:
        title = f"{said['plans']}：{run.plan.title.get(language) or run.plan.plan}"  # type: ignore[call-overload]
        steps = [_step(one, facts) for one in run.steps]
        found.append(Section(title, [said["what"], said["state"], said["who"], "▶", "■", ""], steps))
    if facts.clocks:
        clocks = [one for one in (facts.clocks.step, facts.clocks.overall) if one]
        rows = [
            [one.step, f"{one.used_s / 3600:.2f} / {one.limit_s / 3600:.2f} h", one.light, _at(one.due, facts)] for one in clocks
        ]
        rows += [[one.step, one.role, f"{one.share:.0%}", _at(one.at, facts)] for one in facts.clocks.escalations]
        found.append(Section(said["clock"], ["", "", "", said["time"]], rows))
    known = [[one.title, one.value, _at(one.as_of, facts)] for one in facts.known]
    found.append(Section(said["known"], ["", said["value"], said["as_of"]], known))
    return found


def html_report(facts: Facts, language: str = "zh") -> bytes:
    """One file that asks nobody for anything; everything in it is text, whatever it holds."""
    said, one = _WORDS[language], facts.incident
    parts = [f"<h1>{escape(one.title)}</h1><p>{escape(_line(facts))}</p>"]
    if facts.picture:
        picture = base64.b64encode(facts.picture).decode()
        parts.append(f'<h2>{said["picture"]}</h2><img alt="{said["picture"]}" src="data:image/png;base64,{picture}">')
    parts += [_table(section, said["none"]) for section in sections(facts, language)]
    parts.append(f"<footer>{escape(_foot(facts, said))}</footer>")
    mark = f'<div class="mark">{WATERMARK[language]}</div>' if one.exercise else ""
    style = files("cockpit.dispatch").joinpath("report.css").read_text("utf-8")
    head = f'<meta charset="utf-8"><title>{escape(said["title"])} {escape(one.number)}</title><style>{style}</style>'
    return f'<!doctype html><html lang="{language}"><head>{head}</head><body>{mark}{"".join(parts)}</body></html>'.encode()


def pdf_report(facts: Facts, language: str = "zh") -> bytes:
    """The same as a PDF/A4. Needs a font that has Chinese letters on this machine; blocks for about a second."""
    import msgspec
    import typst

    said, one = _WORDS[language], facts.incident
    content: dict[str, Any] = {
        "title": one.title, "line": _line(facts), "foot": _foot(facts, said), "none": said["none"],
        "picture_title": said["picture"],
        "mark": WATERMARK[language] if one.exercise else "", "language": language, "picture": bool(facts.picture),
        "sections": [{"title": each.title, "head": each.head, "rows": each.rows} for each in sections(facts, language)],
    }  # fmt: skip
    page = files("cockpit.dispatch").joinpath("report.typ").read_bytes()
    with TemporaryDirectory(prefix="cockpit-report-") as folder:
        for name, raw in (("main.typ", page), ("report.json", msgspec.json.encode(content)), ("picture.png", facts.picture)):
            if raw:
                (Path(folder) / name).write_bytes(raw)
        made: bytes = typst.compile(str(Path(folder) / "main.typ"), root=folder, format="pdf")
    return made


def _step(one: StepRun, facts: Facts) -> list[str]:
    title = next(iter(one.step.title.values()))
    return [title, one.state.value, one.actor, _at(one.begun_at, facts), _at(one.ended_at, facts), one.reason]


def _row(entry: Entry, facts: Facts) -> list[str]:
    body = entry.body
    what = [str(body[name]) for name in _SAID if body.get(name) not in (None, "")]
    moved = f"{body.get('from')} → {body.get('to')}" if body.get("from") not in (None, body.get("to")) else ""
    about = entry.subject if entry.subject != facts.incident.number else ""
    return [
        _at(entry.at, facts),
        f"{entry.actor} ({entry.role})",
        entry.verb,
        " · ".join(part for part in (about, moved, *what) if part),
    ]


def _line(facts: Facts) -> str:
    one = facts.incident
    parts = (
        facts.city,
        one.number,
        one.category,
        one.priority,
        one.state.value,
        one.address or one.region,
        _at(one.reported_at, facts),
    )
    return " · ".join(parts)


def _foot(facts: Facts, said: dict[str, str]) -> str:
    return f"{said['made']} {_at(facts.made_at, facts)} · {said['seal']} {facts.head or '—'}"


def _at(at: datetime | None, facts: Facts) -> str:
    return at.astimezone(ZoneInfo(facts.zone)).strftime("%Y-%m-%d %H:%M:%S") if at else "—"


def _table(section: Section, none: str) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in section.head)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in section.rows)
    body = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else f"<p>{none}</p>"
    return f"<h2>{escape(section.title)}</h2>{body}"
