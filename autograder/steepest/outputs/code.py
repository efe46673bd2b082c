"""A counterexample as code: pasted into a notebook in which torch is imported, it makes the same call again."""

from __future__ import annotations

import keyword
import math
import textwrap

from steepest.model import Counterexample, Tensor
from steepest.outputs.cards import tensors

LINE = 40
"""The longest line, in characters: what a phone shows. A longer tensor is broken row by row, a longer call too."""

_INDENT = "    "
_DEFAULT_DTYPE = "float32"


def snippet(example: Counterexample) -> str:
    """Return code that repeats the counterexample's call exactly; empty if its names are none of Python's."""
    needed = tensors(example)
    if not all(_is_name(name) and _is_name(tensor.dtype) for name, tensor in needed):
        return ""
    return "\n".join([*(_assignment(name, tensor) for name, tensor in needed), _call(example.call)])


def _call(text: str) -> str:
    """Return a call on one line, or with its arguments on lines of their own."""
    if len(text) <= LINE or not text.endswith(")"):
        return text
    function, _, arguments = text[:-1].partition("(")
    lines = textwrap.wrap(arguments, LINE - len(_INDENT), break_long_words=False, break_on_hyphens=False)
    return "\n".join([f"{function}(", *(_INDENT + line for line in lines), ")"])


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def _assignment(name: str, tensor: Tensor) -> str:
    dtype = "" if tensor.dtype == _DEFAULT_DTYPE else f", dtype=torch.{tensor.dtype}"
    if not tensor.entries:
        return f"{name} = torch.zeros({tensor.shape}{dtype})"
    line = f"{name} = torch.tensor({_nested(tensor.shape, tensor.entries)}{dtype})"
    if len(line) <= LINE or not tensor.shape:
        return line
    if len({_entry(value) for value in tensor.entries}) == 1:
        return f"{name} = torch.full({tensor.shape}, {_entry(tensor.entries[0])}{dtype})"
    return f"{name} = torch.tensor({_broken(tensor.shape, tensor.entries)}{dtype})"


def _nested(shape: tuple[int, ...], entries: tuple[float, ...]) -> str:
    """Return the entries as nested lists on one line."""
    if not shape:
        return _entry(entries[0])
    return f"[{', '.join(_nested(shape[1:], part) for part in _parts(shape, entries))}]"


def _broken(shape: tuple[int, ...], entries: tuple[float, ...], indent: str = "") -> str:
    """Return the entries as nested lists over several lines, one for each part that fits."""
    inner = indent + _INDENT
    lines = []
    for part in _parts(shape, entries):
        line = _nested(shape[1:], part)
        fits = len(inner) + len(line) < LINE or len(shape) < 3
        lines.append(f"{inner}{line if fits else _broken(shape[1:], part, inner)},\n")
    return f"[\n{''.join(lines)}{indent}]"


def _parts(shape: tuple[int, ...], entries: tuple[float, ...]) -> list[tuple[float, ...]]:
    size = len(entries) // shape[0]
    return [entries[place : place + size] for place in range(0, len(entries), size)]


def _entry(value: float) -> str:
    """Return a number as Python reads it, always a float: ``1.``, ``-0.5``, ``1e+20``."""
    if not math.isfinite(value):
        return f'float("{value}")'
    return f"{value:.0f}." if value == int(value) and abs(value) < 1e15 else repr(value)
