"""A report whose every text has been cleaned: the first thing each output does, whatever was done before."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from steepest.text import clean

T = TypeVar("T")


def cleaned(value: T) -> T:
    """Return ``value`` (a report or any part of it) with each text in it passed through `steepest.text.clean`."""
    return _cleaned(value)  # type: ignore[return-value]  # a text stays a text, a tuple a tuple: the type is kept


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return tuple(_cleaned(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _cleaned(getattr(value, field.name)) for field in fields(value)})
    return value
