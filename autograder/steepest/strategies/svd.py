"""The families that the properties of svd are graded on."""

from __future__ import annotations

from steepest.strategies.family import Family

FAMILIES: tuple[Family, ...] = ()
