"""The sample reports as fixtures."""

from __future__ import annotations

import pytest

from steepest.model import GradeReport

from .samples import fault_report, hostile_report, ordinary_report, perfect_report


@pytest.fixture
def report() -> GradeReport:
    """Return a report with one of everything."""
    return ordinary_report()


@pytest.fixture
def perfect() -> GradeReport:
    """Return a report without a lost point."""
    return perfect_report()


@pytest.fixture
def fault() -> GradeReport:
    """Return the report of a grading in which the kit failed."""
    return fault_report()


@pytest.fixture
def hostile() -> GradeReport:
    """Return a report whose every text attacks the page, the terminal or the file."""
    return hostile_report()
