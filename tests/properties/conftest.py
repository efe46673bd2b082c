"""The marker of graded properties, for when pytest runs without the kit's plugin."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Register ``points``, which test_inverse.py uses as soon as it is imported."""
    config.addinivalue_line("markers", "points(points, exercise): a graded property")
