"""The exception tree: every error names what was given, and the way out."""

from __future__ import annotations


class DescentError(Exception):
    """The base of every error that this package raises on purpose."""


class InputError(DescentError, ValueError):
    """An argument cannot be used. The text is built from facts: ``name = value: way out``."""

    def __init__(self, name: str, value: object, way_out: str) -> None:
        self.name = name
        self.value = value
        self.way_out = way_out
        super().__init__(f"{name} = {value}: {way_out}")


class ShapeError(InputError):
    """A tensor has too few dimensions, or its sides do not fit the task."""


class DtypeError(InputError, TypeError):
    """A tensor is not real floating point: integers, booleans, complex and half precision are refused."""


class NonfiniteInputError(InputError):
    """A tensor holds NaN or infinity; the text names the first index."""


class OptionError(InputError):
    """An option such as ``rcond`` or ``learning_rate`` lies outside its range."""


class DerivativeError(InputError):
    """A derivative was asked of something that has none."""


class DescentFailedError(DescentError):
    """A descent ended without an answer. The text is the outcome's meaning and advice."""
