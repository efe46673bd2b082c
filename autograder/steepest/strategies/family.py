"""A family of matrices: how Hypothesis explores it, how an exam draws from it, and its public small members."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from hypothesis.strategies import SearchStrategy

from steepest.answers import Array
from steepest.errors import SteepestError


@dataclass(frozen=True, eq=False)
class Family:
    """Matrices with a promise in common; ``strategy``, ``draw``, ``specials`` and ``ladder`` all keep it.

    Args:
        name: One word, unique: ``diagonal``.
        description: The plural for messages: ``diagonal matrices``.
        strategy: What Hypothesis explores and shrinks; the same object at every use, so that it can be recognised.
        draw: The index-th matrix of an exam, from a generator that nothing else uses.
        draws: How many matrices an exam draws.
        specials: Named matrices that every exam holds.
        ladder: Small public members in order of size, tried first when a counterexample is looked for.
    """

    name: str
    description: str
    strategy: SearchStrategy[Array]
    draw: Callable[[np.random.Generator, int], Array]
    draws: int = 3
    specials: tuple[Array, ...] = ()
    ladder: tuple[Array, ...] = ()


class UnknownFamilyError(SteepestError):
    """A property draws from a strategy that belongs to no family, so no exam can be drawn for it."""

    def __init__(self, strategy: object) -> None:
        self.strategy = strategy
        super().__init__(f"{strategy!r} belongs to no family. Try: use a strategy that steepest.strategies returns")


class Registry:
    """The families that exist, by name and by the identity of their strategy."""

    def __init__(self, families: Iterable[Family]) -> None:
        found = tuple(families)
        self.by_name = {family.name: family for family in found}
        if len(self.by_name) < len(found):
            names = [family.name for family in found]
            twice = ", ".join(sorted({name for name in names if names.count(name) > 1}))
            raise ValueError(f"families need names of their own; used twice: {twice}")
        self._by_strategy = {id(family.strategy): family for family in self.by_name.values()}

    def family_of(self, strategy: SearchStrategy[Array]) -> Family:
        """Return the family that ``strategy`` explores.

        Raises:
            UnknownFamilyError: The strategy is not one that this package returns.
        """
        family = self._by_strategy.get(id(strategy))
        if family is None:
            raise UnknownFamilyError(strategy)
        return family
