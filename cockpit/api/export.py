"""`/api/v1/export`: what a board shows, to take along: a panel as JSON, CSV or XLSX, a whole board as one workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import quote, urlencode

import msgspec
from fastapi import Response

from cockpit.addresses import checked_scope
from cockpit.api.answer import Refusal, answer, calls, known
from cockpit.api.window import asked_at
from cockpit.boards import Board
from cockpit.context import context_maker
from cockpit.panels.panel import Context
from cockpit.parts import Parts
from cockpit.scope import ScopeError
from cockpit.sheets import as_csv, as_xlsx
from cockpit.tables import Column, Table, table_of
from cockpit.watermark import watermark
from slots.reading import QuestionError

_TYPES: Final = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class Export:
    """The calls that write tables. They draw the panels anew: what is exported is of this moment."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._contexts = context_maker(parts)
        self.router = calls(prefix="/api/v1/export", tags=["export"])
        self.router.add_api_route("/{board}", self.board, methods=["GET"])
        self.router.add_api_route("/{board}/{panel}", self.panel, methods=["GET"])

    def board(
        self,
        board: str,
        region: str = "",
        window: str = "",
        at: str = "",
        indicator: str = "",
        dimension: str = "",
        lang: str = "zh",
    ) -> Response:
        """The whole board as one XLSX workbook, a sheet per panel that has a table."""
        context = self._context(_query(region, window, asked_at(at, self._parts.city.zone), indicator, dimension, lang))
        found = self._board(board)
        tables = [table for id in found.panels if (table := _tried(found, id, context)) is not None]
        return _file(
            as_xlsx(tables, self._facts(found, context), _about(context)), "xlsx", _name(self._parts, found.board, "", context)
        )

    def panel(
        self, board: str, panel: str, format: Literal["json", "csv", "xlsx"] = "json",
        region: str = "", window: str = "", at: str = "", indicator: str = "", dimension: str = "", lang: str = "zh",
    ) -> Response:  # fmt: skip
        """One panel: `format=json` answers title, columns and rows; `csv` and `xlsx` are files."""
        context = self._context(_query(region, window, asked_at(at, self._parts.city.zone), indicator, dimension, lang))
        found = self._board(board)
        table = table_of(found.panels[known(panel, found.panels, "panel on this board")], context)
        if format == "json":
            return answer(_told(table, context))
        content = as_csv(table) if format == "csv" else as_xlsx([table], self._facts(found, context), _about(context))
        return _file(content, format, _name(self._parts, found.board, panel, context))

    def _facts(self, board: Board, context: Context) -> list[tuple[str, str]]:
        played = watermark(self._parts, context.scope.lang)
        said = [("Exercise" if context.scope.lang == "en" else "演练", played)] if played else []
        return [*said, *_facts(board, context)]

    def _board(self, name: str) -> Board:
        return self._parts.city.boards[known(name, self._parts.city.boards, "board")]

    def _context(self, query: str) -> Context:
        try:
            return self._contexts(checked_scope(query, self._parts.city, self._parts.clock()))
        except ScopeError as error:
            raise Refusal(422, str(error)) from None


def _query(region: str, window: str, at: str, indicator: str, dimension: str, lang: str) -> str:
    """As the address of a screen says it."""
    pairs = {"region": region, "window": window, "at": at, "indicator": indicator, "dimension": dimension, "lang": lang}
    return urlencode({key: value for key, value in pairs.items() if value})


def _tried(board: Board, panel: str, context: Context) -> Table | None:
    """None where the panel has no table or cannot be asked now: the others still go along."""
    try:
        table = table_of(board.panels[panel], context)
    except QuestionError as error:
        return Table(panel, (Column("—"),), ((str(error),),))
    return table if table.columns and table.rows else None


def _told(table: Table, context: Context) -> Mapping[str, object]:
    return {
        "title": table.title,
        "place": context.regions.region(context.region).title(context.scope.lang),
        "as_of": context.now.replace(microsecond=0),
        "columns": [msgspec.to_builtins(column) for column in table.columns],
        "rows": table.rows,
    }


def _facts(board: Board, context: Context) -> list[tuple[str, str]]:
    english = context.scope.lang == "en"
    words = ("Board", "Place", "Window", "As of", "Time zone") if english else ("看板", "区域", "时段", "截至", "时区")
    window = context.scope.window or ("as on the board" if english else "同看板")
    place = context.regions.region(context.region).title(context.scope.lang)
    told = (context.text(board.title, board.board), place, window, context.now.isoformat(timespec="seconds"), context.zone)
    return list(zip(words, told, strict=True))


def _about(context: Context) -> str:
    return "About" if context.scope.lang == "en" else "说明"


def _name(parts: Parts, board: str, panel: str, context: Context) -> str:
    return "-".join(part for part in (parts.city.name, board, panel, context.scope.region, f"{context.now:%Y%m%d-%H%M}") if part)


def _file(content: bytes, format: str, name: str) -> Response:
    """A file to be kept; region codes may hold anything, so the name is quoted."""
    told = {"content-disposition": f"attachment; filename*=UTF-8''{quote(f'{name}.{format}')}", "cache-control": "no-store"}
    return Response(content, 200, told, _TYPES[format])
