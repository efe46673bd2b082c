"""Student-made text is plain, short and honest about being cut."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.text import LINE_LIMIT, TEXT_LIMIT, clean, one_line

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
ESCAPES = st.lists(st.sampled_from(["\x1b", "[", "]", "31m", "\x07", "\\", "\x9b", "\x9c", "a", "\n", "\r"])).map(
    "".join
)


@pytest.mark.parametrize(
    ("dirty", "plain"),
    [
        ("ValueError: \x1b[0;31msingular\x1b[0m matrix", "ValueError: singular matrix"),
        ("\x1b]0;owned\x07after", "after"),
        ("\x1b]52;c;cm0gLXJm\x1b\\after", "after"),
        ("\x1b]0;never closed\nnext line", "\nnext line"),
        ("\x9b2Jgone", "gone"),
        ("a\x00b\x07c\x7fd\x85e", "abcd\ne"),
        ("tab\tand\nline stay", "tab\tand\nline stay"),
        ("10%\r20%\r\n30%", "10%\n20%\n30%"),
        ("user\u202egpj.exe", "usergpj.exe"),
        ("\u2066a\u2069\u200f\u061c", "a"),
        ("lone \ud800 surrogate \udfff", "lone  surrogate "),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("نمی‌خواهم \N{GREEK SMALL LETTER SIGMA} é", "نمی‌خواهم \N{GREEK SMALL LETTER SIGMA} é"),
        ("\ufffe\uffff", ""),
    ],
)
def test_dirty_text_becomes_plain(dirty: str, plain: str) -> None:
    assert clean(dirty) == plain


@given(ANY_TEXT | ESCAPES)
def test_any_text_loses_every_control_and_can_be_encoded(text: str) -> None:
    plain = clean(text)
    plain.encode("utf-8")
    assert not [c for c in plain if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t"]
    assert not [
        c for c in plain if unicodedata.bidirectional(c) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI"}
    ]


@given(ANY_TEXT | ESCAPES, st.integers(0, 60))
def test_cleaning_twice_changes_nothing_more(text: str, limit: int) -> None:
    assert clean(clean(text, limit), limit) == clean(text, limit)
    assert one_line(one_line(text, limit), limit) == one_line(text, limit)


def test_huge_text_is_cut_and_says_so() -> None:
    plain = clean("x" * 1_000_000)
    assert len(plain) == TEXT_LIMIT
    assert plain.endswith("xx ... [cut here: 1000000 characters in all]")


@given(ANY_TEXT, st.integers(0, 100))
def test_any_limit_is_kept(text: str, limit: int) -> None:
    assert len(clean(text, limit)) <= limit
    assert len(one_line(text, limit)) <= limit


def test_text_at_the_limit_is_not_cut() -> None:
    assert clean("x" * TEXT_LIMIT) == "x" * TEXT_LIMIT


@given(ANY_TEXT)
def test_one_line_never_forges_a_second_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


def test_one_line_of_a_long_text_ends_in_dots() -> None:
    assert one_line("  two\n words \t" + "y" * 500) == "two words " + "y" * (LINE_LIMIT - 13) + "..."
