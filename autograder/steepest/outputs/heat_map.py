"""A matrix as coloured squares: where an answer is off, and by how much."""

from __future__ import annotations

import math

from markupsafe import Markup

from steepest.model import Rows
from steepest.outputs.svg import label, picture, short, tag
from steepest.outputs.words import number
from steepest.text import one_line

LEVELS = 8
"""Colours on each side of zero."""

_LARGEST_SIDE = 48
_SCALE_WIDTH = 240.0
_NUMBERS_FROM = 62.0  # the narrowest square that holds a number such as -0.0012

# Blue against orange: the pair that every common kind of colour blindness tells apart.
_LIGHT = {"low": (23, 95, 165), "zero": (244, 245, 247), "high": (196, 87, 12)}
_DARK = {"low": (108, 182, 255), "zero": (38, 44, 54), "high": (255, 166, 87)}


def heat_map(values: Rows, title: str) -> Markup:
    """Return a matrix as coloured squares: orange above zero, blue below, strength by size, grey crosses for NaN.

    Small matrices show their numbers. Of a matrix with more than 48 rows or columns each square is the entry of
    largest absolute value in a block, and the picture says so.
    """
    rows, block = _reduced(values)
    words = one_line(title, 80)
    if not rows or not rows[0]:
        return picture(240, 30, f"{words}: an empty matrix", [label(0, 18, "an empty matrix")])
    top = max((abs(value) for row in rows for value in row if math.isfinite(value)), default=0.0)
    width, height = _cell_size(rows)
    squares = [
        _square(value, top, left * width, above * height, width, height)
        for above, row in enumerate(rows)
        for left, value in enumerate(row)
    ]
    bottom = len(rows) * height
    note = f"each square: the largest of {block} x {block} entries" if block > 1 else ""
    content = [*squares, *_scale(bottom + 14, top), label(0, bottom + 56, note)]
    return picture(max(len(rows[0]) * width, 260), bottom + (62 if note else 46), _summary(words, values), content)


def dark_rules() -> str:
    """Return the CSS rules that recolour pictures for a dark page."""
    levels = range(-LEVELS, LEVELS + 1)
    squares = [f".{_level_class(level)}{{fill:{_colour(level, _DARK)}}}" for level in levels]
    texts = [f".on-{_level_class(level)}{{fill:{_ink_on(level, _DARK)}}}" for level in levels]
    return "".join(squares + texts)


def _reduced(values: Rows) -> tuple[Rows, int]:
    """Return the matrix with at most 48 rows and columns, and the side of the blocks that became one entry."""
    side = max(len(values), max((len(row) for row in values), default=0))
    block = -(-side // _LARGEST_SIDE) or 1
    if block == 1:
        return values, 1
    return tuple(
        tuple(
            max((value for row in values[i : i + block] for value in row[j : j + block]), key=_size, default=0.0)
            for j in range(0, len(values[i]), block)
        )
        for i in range(0, len(values), block)
    ), block


def _size(value: float) -> float:
    return abs(value) if math.isfinite(value) else math.inf


def _cell_size(rows: Rows) -> tuple[float, float]:
    side = max(len(rows), len(rows[0]))
    return (_NUMBERS_FROM, 40) if side <= 6 else (max(320 / side, 6), max(320 / side, 6))


def _square(value: float, top: float, x: float, y: float, width: float, height: float) -> Markup:
    level = round(LEVELS * (value / top)) if top and math.isfinite(value) else 0
    name, fill, ink = _level_class(level), _colour(level, _LIGHT), _ink_on(level, _LIGHT)
    cross = Markup("")
    if not math.isfinite(value):
        name, fill, ink = "lost", "#dfe2e8", "#000000"
        down = f"M{short(x)} {short(y)}l{short(width)} {short(height)}"
        up = f"m0 {short(-height)}l{short(-width)} {short(height)}"
        cross = tag("path", d=down + up, class_="cross", stroke="#aab1bd", fill="none")
    box = {"x": x, "y": y, "width": width, "height": height}
    square = tag("rect", class_=name, fill=fill, stroke="#c3c8d1", stroke_width=0.5, **box) + cross
    if width < _NUMBERS_FROM:
        return square
    words = number(value, 2)
    return square + label(x + width / 2, y + height / 2 + 4, words, anchor="middle", class_=f"on-{name}", fill=ink)


def _scale(y: float, top: float) -> list[Markup]:
    """Return the colour scale with its two ends and zero named."""
    step = _SCALE_WIDTH / (2 * LEVELS + 1)
    bars = [
        tag("rect", class_=_level_class(level), fill=_colour(level, _LIGHT), x=place * step, y=y, width=step, height=8)
        for place, level in enumerate(range(-LEVELS, LEVELS + 1))
    ]
    ends = [(0.0, "start", number(-top, 2)), (_SCALE_WIDTH, "end", number(top, 2))] if top else []
    names = [*ends, (_SCALE_WIDTH / 2, "middle", "0")]
    return bars + [label(x, y + 22, text, anchor=anchor) for x, anchor, text in names]


def _summary(title: str, values: Rows) -> str:
    """Return the title with what the colours say: the entry of largest size and where it stands, counted from 1."""
    places = [(_size(value), i, j, value) for i, row in enumerate(values, 1) for j, value in enumerate(row, 1)]
    _, i, j, value = max(places, key=lambda place: place[0])
    shape = f"{len(values)} x {len(values[0])}"
    return f"{title}: {shape} heat map, largest entry {number(value)} in row {i}, column {j}"


def _level_class(level: int) -> str:
    return f"cold{-level}" if level < 0 else f"warm{level}"


def _rgb(level: int, palette: dict[str, tuple[int, int, int]]) -> tuple[int, int, int]:
    """Return a colour between the palette's zero and its end; the square root keeps small entries visible."""
    share = math.sqrt(abs(level) / LEVELS)
    end = palette["low"] if level < 0 else palette["high"]
    red, green, blue = (round(a + share * (b - a)) for a, b in zip(palette["zero"], end, strict=True))
    return red, green, blue


def _colour(level: int, palette: dict[str, tuple[int, int, int]]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*_rgb(level, palette))


def _ink_on(level: int, palette: dict[str, tuple[int, int, int]]) -> str:
    """Return black or white, whichever is easier to read on that colour.

    Source: WCAG 2.2, relative luminance; both have the same contrast, 4.58, at a luminance of 0.179.
    """
    parts = (part / 255 for part in _rgb(level, palette))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"
