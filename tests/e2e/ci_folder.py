"""A student's clone: the released folder, a notebook, and the command that a runner gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.conftest import ROOT

PROPERTIES = ROOT / "assignments" / "inverse" / "test_inverse.py"


@dataclass(frozen=True)
class Clone:
    """A student's repository on disk."""

    root: Path

    @property
    def results(self) -> Path:
        """Return the folder of result files."""
        return self.root / "generated" / "ci" / "inverse"

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of a runner, as small as it gets."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return kept | {"LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1", **(more or {})}

    def command(self, *options: str) -> list[str]:
        """Return the command line of a runner."""
        return [sys.executable, "-m", "steepest", "ci", "inverse", *options]

    def run(
        self, *options: str, environment: Mapping[str, str] | None = None, before: list[str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the command; ``before`` is put in front of it."""
        command = [*(before or []), *self.command(*options)]
        return subprocess.run(
            command, cwd=self.root, env=self.environment(environment), capture_output=True, text=True, timeout=240
        )

    def report(self) -> dict[str, Any]:
        """Return what report.json holds."""
        record: dict[str, Any] = json.loads((self.results / "report.json").read_bytes())
        return record


def clone_in(folder: Path, notebook: bytes | None = None) -> Clone:
    """Return a clone in an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "test_inverse.py").write_bytes(PROPERTIES.read_bytes())
    if notebook is not None:
        (folder / "inverse.ipynb").write_bytes(notebook)
    return Clone(folder)
