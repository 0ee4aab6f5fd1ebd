"""YAML documents: plain values, every value's line, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.documents import MAX_BYTES, UnreadableDocument, parse_document, read_document


def mistakes(content: bytes) -> list[tuple[int, str]]:
    with pytest.raises(UnreadableDocument) as raised:
        parse_document(content)
    return list(raised.value.mistakes)


def test_values_are_those_of_yaml_1_2() -> None:
    text = b"a: 1\nb: 010100\nc: no\nd: 2026-11-21\ne: 1e3\nf: .5\ng: ~\nh: true\ni: '7'\nj: 12:30\nk:\nl: 0\n1: x\n"
    values = parse_document(text).values
    assert values == {
        "a": 1, "b": "010100", "c": "no", "d": "2026-11-21", "e": 1000.0, "f": 0.5, "g": None, "h": True, "i": "7", "j": "12:30",
        "k": None, "l": 0, "1": "x",
    }  # fmt: skip


def test_every_value_knows_its_line() -> None:
    document = parse_document("# 词\na:\n  - b: 1\n    c: [1,\n        2]\n  -\n    d: x\n".encode())
    lines = {
        (): 2,
        ("a",): 2,
        ("a", 0): 3,
        ("a", 0, "b"): 3,
        ("a", 0, "c"): 4,
        ("a", 0, "c", 1): 5,
        ("a", 1): 7,
        ("a", 1, "d"): 7,
    }
    assert {path: document.line(path) for path in lines} == lines


def test_what_was_never_written_has_the_line_of_what_surrounds_it() -> None:
    document = parse_document(b"a:\n  - b: 1\nc: int?\n")
    assert document.line(("a", 0, "missing")) == 2
    assert document.line(("c", "type")) == 3
    assert document.line(("nothing",)) == 1


def test_all_refusals_of_one_file_are_told_together() -> None:
    text = b"a: &x 1\nb: *x\na: 2\nc: !!python/object/apply:os.system [ls]\nd: 1e999\n"
    assert [line for line, _ in mistakes(text)] == [1, 2, 3, 4, 5]
    assert mistakes(text)[2] == (3, "the key 'a' stands twice, first in line 1")


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"", 1, "empty"),
        (b"# only words\n", 1, "empty"),
        (b"- a\n- b\n", 1, "got a list"),
        (b"text\n", 1, "got a text"),
        (b"a: 1\n---\nb: 2\n", 2, "second document"),
        (b"a: 1\n\tb: 2\n", 2, "not YAML"),
        (b"a: 1\nb: [1\n", 3, "not YAML"),
        (b"a: 1\nb: caf\xe9\n", 2, "not UTF-8: byte 0xe9"),
        (b"a: \x00\n", 1, "not YAML"),
        (b"? {a: 1}\n: 2\n", 1, "a key must be a text"),
        (b"a: " + b"[" * 100_000, 1, "more than 40 levels"),
        (b"a: " + b"{a: " * 100_000, 1, "more than 40 levels"),
        (b"<<: {a: 1}\n<<: {a: 2}\n", 2, "stands twice"),
    ],
)
def test_refused(content: bytes, line: int, said: str) -> None:
    (found,) = mistakes(content)
    assert found[0] == line
    assert said in found[1]


def test_a_page_of_aliases_does_not_unfold() -> None:
    levels = [b"a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30)]
    assert len(mistakes(b"\n".join(levels))) == 30 + 29 * 9


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_document(file).values == {"a": 1}
    file.write_bytes(b"a: " + b"x" * MAX_BYTES)
    with pytest.raises(UnreadableDocument, match="1,000,003 bytes; at most 1,000,000"):
        read_document(file)
    with pytest.raises(UnreadableDocument, match="cannot be read"):
        read_document(tmp_path / "none.yaml")
