"""What all tests share: one Hypothesis profile, GPU tests skipped aloud, no secret of this machine in sight."""

from __future__ import annotations

import functools

import pytest
from hypothesis import settings

# The suite gives the same verdict on every run; `pytest --hypothesis-profile=explore` looks further, and at random.
settings.register_profile("suite", max_examples=50, derandomize=True, database=None, deadline=None)
settings.register_profile("explore", max_examples=500, derandomize=False, deadline=None, print_blob=True)
settings.load_profile("suite")


@functools.cache
def cuda_is_available() -> bool:
    """Return whether torch sees a CUDA device; torch is imported only when a test asks."""
    import torch

    return torch.cuda.is_available()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that is marked ``gpu`` on a machine without a CUDA device."""
    if item.get_closest_marker("gpu") is not None and not cuda_is_available():
        pytest.skip("no CUDA device on this machine")


@pytest.fixture(autouse=True)
def _nothing_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the secret that a developer's shell may carry, so that every test names its own, and its environment.

    IPython puts the packages of an environment that is activated before those of the one that it runs in.
    """
    monkeypatch.delenv("STEEPEST_SECRET", raising=False)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
