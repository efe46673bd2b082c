"""Every bug loses the property that it breaks, in every exam, and has a small public counterexample."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.answers import Array
from steepest.errors import CallFailed, GateFailed, PropertyFailed
from steepest.strategies import LARGE_FAMILIES
from steepest.student import Student

from .bugs import BUGS, Bug
from .caller import InProcessCaller
from .exam import Property, load_properties, student_with, take_exam

PROPERTIES = {one.name: one for one in load_properties()}


def caller_with(bug: Bug) -> InProcessCaller:
    return student_with(calculate_inverse=bug.calculate_inverse, safe_learning_rate=bug.safe_learning_rate)
