"""What a panel shows as a table, and a table as a file: nothing lost, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as tree
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cockpit.context import CityContext
from cockpit.scope import Scope
from cockpit.sheets import as_csv, as_xlsx
from cockpit.tables import Column, Table, table_of
from streams.clock import ManualClock
from tests.tiny_city import TinyCity, tiny_city

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def city() -> Iterator[TinyCity]:
    made = tiny_city(ManualClock(NOW))
    made.hotline(NOW - timedelta(minutes=5), "770101", count=3)
    made.hotline(NOW - timedelta(minutes=5), "770201", count=2)
    yield made
    made.close()


def table(city: TinyCity, panel: str, lang: str = "en") -> Table:
    context = CityContext(city.parts, Scope(lang="en" if lang == "en" else "zh"), NOW)
    return table_of(city.parts.city.boards["city"].panels[panel], context)


def test_a_ranking_has_its_rows_in_its_order(city: TinyCity) -> None:
    found = table(city, "ranking")
    assert [column.title for column in found.columns] == ["Code", "Name", "Requests"]
    assert found.rows == (("7701", "East", 3), ("7702", "West", 2))
    assert [column.title for column in table(city, "ranking", "zh").columns] == ["代码", "名称", "诉求量"]


def test_a_trend_has_a_time_per_row_in_the_citys_zone(city: TinyCity) -> None:
    found = table(city, "wait")
    assert found.columns[0].kind == "time"
    first = found.rows[0][0]
    assert isinstance(first, datetime) and str(first.tzinfo) == city.parts.city.zone
    assert {len(row) for row in found.rows} == {len(found.columns)}


def test_every_panel_of_the_board_has_a_table(city: TinyCity) -> None:
    for id in city.parts.city.boards["city"].panels:
        found = table(city, id)
        assert {len(row) for row in found.rows} <= {len(found.columns)}, id


HOSTILE = Table("=cmd|' /C calc'!A0", (Column("=1+1"), Column("n", "number")), (("@SUM(A1)", 1.5), ("-2", None), ("plain", 0.0)))


def test_what_a_spreadsheet_would_run_stays_text_in_csv() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(HOSTILE).decode("utf-8-sig"))))
    assert rows == [["'=1+1", "n"], ["'@SUM(A1)", "1.5"], ["'-2", ""], ["plain", "0.0"]]


def test_a_workbook_has_a_sheet_per_table_no_formula_and_gaps_where_nothing_is_known() -> None:
    book = zipfile.ZipFile(io.BytesIO(as_xlsx([HOSTILE, HOSTILE], [("Board", "=x")], "说明")))
    names = [sheet.get("name") for sheet in tree.fromstring(book.read("xl/workbook.xml")).iter() if sheet.tag.endswith("}sheet")]
    assert len(names) == 3 and len(set(names)) == 3 and names[-1] == "说明"
    sheet = tree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert [cell for cell in sheet.iter() if cell.tag.endswith("}f")] == []
    assert "B3" not in {cell.get("r") for cell in sheet.iter() if cell.tag.endswith("}c")}
