"""The score that counts, as the gradebook has it: what the kit gave, what a person gave, and what lateness costs."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class FinalCell:
    """One graded cell, in points; ``by_person`` tells that a person scored it."""

    name: str
    score: float
    max_score: float
    by_person: bool = False
    needs_person: bool = False
    extra_credit: float = 0.0


@dataclass(frozen=True)
class FinalScore:
    """The score of one submission in the gradebook, with every comment by the name of its cell."""

    cells: tuple[FinalCell, ...]
    comments: tuple[tuple[str, Markup], ...]
    late_penalty: float
    score: float
    max_score: float

    @property
    def needs_person(self) -> bool:
        """Return whether a person still has to give points."""
        return any(cell.needs_person for cell in self.cells)
