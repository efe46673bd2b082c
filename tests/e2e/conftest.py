"""A small real course in a temporary folder, and the real command line to run on it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SECRET = "a secret of the end-to-end tests"

RIGHT = """
import torch

def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    return n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max()).item()

def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n, eye = len(M), torch.eye(len(M), dtype=M.dtype)
    if learning_rate is None and start is None:
        X, losses = M.T / (M.abs().sum(0).max() * M.abs().sum(1).max()), []
        for _ in range(min(steps, 40)):
            R = eye - X @ M
            losses.append((R**2).mean())
            X = X + R @ X
        return X, losses
    X = torch.zeros(n, n, dtype=M.dtype) if start is None else start.clone()
    learning_rate = safe_learning_rate(M) if learning_rate is None else learning_rate
    V, losses = torch.zeros_like(X), []
    for _ in range(steps):
        R = X @ M - eye
        losses.append((R**2).mean())
        V = momentum * V + 2 / n**2 * R @ M.T
        X = X - learning_rate * V
    return X, losses
"""
TRANSPOSED = RIGHT.replace("return X, losses", "return X.T, losses")
HIDDEN_BUG = RIGHT.replace("return X, losses", "return (X if n < 8 else X.T), losses")
RANDOM = RIGHT.replace("X, losses = M.T /", "X, losses = (1 + 1e-3 * torch.rand(())) * M.T /")


def notebook(*cells: str) -> bytes:
    """Return a notebook with these code cells."""
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


@dataclass(frozen=True)
class SmallCourse:
    """A course on disk, with a folder of submissions."""

    root: Path

    def hand_in(self, **notebooks: bytes) -> None:
        """Write a submission for each student."""
        for student, data in notebooks.items():
            folder = self.root / "submitted" / student / "inverse"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "inverse.ipynb").write_bytes(data)

    def command(self, *arguments: str) -> tuple[list[str], dict[str, str]]:
        """Return the command line and the environment of a call of the kit."""
        environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "STEEPEST_SECRET": SECRET}
        return [sys.executable, "-m", "steepest", *arguments], environment | {"COLUMNS": "100", "LC_ALL": "C.UTF-8"}

    def run(self, *arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the kit in the course's folder; ``path`` is put before everything else that Python imports from."""
        command, environment = self.command(*arguments)
        if path is not None:
            environment["PYTHONPATH"] = str(path)
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=300)

    def reports(self) -> dict[str, bytes]:
        """Return the bytes of every report that exists, by student."""
        found = (self.root / "generated" / "graded" / "inverse").glob("*/report.json")
        return {path.parent.name: path.read_bytes() for path in found}


@pytest.fixture
def course(tmp_path: Path) -> SmallCourse:
    """A course with one assignment and its exam drawn, and no submission yet."""
    (tmp_path / "assignments").mkdir()
    shutil.copytree(ROOT / "assignments" / "inverse", tmp_path / "assignments" / "inverse")
    text = (ROOT / "course.yml").read_text()
    (tmp_path / "course.yml").write_text("\n".join(line for line in text.splitlines() if not line.startswith("roster")))
    made = SmallCourse(tmp_path)
    drawn = made.run("exam", "draw", "inverse")
    assert drawn.returncode == 0, drawn.stderr
    return made
