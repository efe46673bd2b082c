"""The names that a cell defines, read from its text: as people write cells, and as attackers do."""

from __future__ import annotations

import pytest

from steepest._definitions import defined_names, without_magics


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(): ...", ("f",)),
        ("async def f(): ...", ("f",)),
        ("class A:\n  def f(self): ...", ("A",)),
        ("f = g = lambda x: x", ("f", "g")),
        ("f, (a, *b) = 1, (2, 3)", ("f", "a", "b")),
        ("f: int = 1", ("f",)),
        ("if True:\n  def f(): ...\nelse:\n  f = 2", ("f", "f")),
        ("try:\n  from m import f\nexcept ImportError:\n  import n.f as f", ("f", "f")),
        ("import a.b", ("a",)),
        ("def g():\n  def f(): ...", ("g",)),
        ("x.f = 1\nprint([f for f in y])", ()),
        ("'''\ndef f(): ...\n'''", ()),
        ("# def f(): ...", ()),
        ("%matplotlib inline\n!ls\ndef f():\n    %time x\n    !ls", ("f",)),
        ("files = !ls\nf?\n?f\ndef f(): ...", ("f",)),
        ("%%time\ndef f(): ...", ("f",)),
        ("%%bash\nls -l", ()),
        ("def f(:", ()),
        ("a\0b", ()),
        ("x = '\\d'", ("x",)),
    ],
)
def test_names_a_cell_defines(source: str, names: tuple[str, ...]) -> None:
    assert defined_names(source) == names


@pytest.mark.parametrize(
    "bomb", ["-" * 100_000 + "1", "a" + ".b" * 60_000, "(" * 5000, "x = " + "[" * 5000, "f = 1" * 99_999]
)
def test_bombs_against_the_parser_define_nothing(bomb: str) -> None:
    assert defined_names(bomb) == ()


def test_deep_nesting_that_parses_is_read_without_recursion() -> None:
    source = "".join("    " * level + "if x:\n" for level in range(90)) + "    " * 90 + "f = 1"
    assert defined_names(source) == ("f",)


def test_magics_are_taken_out_line_for_line() -> None:
    assert without_magics("x = 1\n  %time y\nz = 5 % 2\n") == "x = 1\n  pass\nz = 5 % 2\n"
