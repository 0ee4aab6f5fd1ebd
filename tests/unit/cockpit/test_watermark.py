"""What is taken along while an exercise runs says so."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from cockpit.watermark import over_page, over_picture


def blank(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), (11, 18, 32)).save(out, "PNG")
    return out.getvalue()


def test_a_picture_keeps_its_size_and_has_the_words_across_it() -> None:
    raw = blank(640, 360)
    marked = Image.open(BytesIO(over_picture(raw, "演练 · 非真实事件")))
    assert marked.size == (640, 360)
    colours = marked.getcolors(640 * 360)
    assert colours is not None and len(colours) > 1
    written = sum(count for count, colour in colours if colour != (11, 18, 32))
    assert 0.005 < written / (640 * 360) < 0.3
    rows = [y for y in range(360) if any(marked.getpixel((x, y)) != (11, 18, 32) for x in range(0, 640, 4))]
    assert rows[0] < 120 and rows[-1] > 240


def test_a_page_has_them_at_its_foot_as_words() -> None:
    page = over_page("<html><body><p>map</p></body></html>", "EXERCISE <b>")
    assert page.endswith("</body></html>") and "EXERCISE &lt;b&gt;" in page and "<b>" not in page


def test_without_an_exercise_nothing_is_touched() -> None:
    raw = blank(8, 8)
    assert over_picture(raw, "") is raw
    assert over_page("<body></body>", "") == "<body></body>"
