"""The workflows to copy: valid by the published schemas, and every step of theirs run here, in a clean directory.

What a runner does besides is replaced: expressions are filled in by this file, and ``pip install`` installs nothing,
since the environment at hand has the kit already. The actions that a step uses are not run.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from steepest.ci import NOT_YET, not_graded
from steepest.ci_order import Order
from steepest.outputs.target import Target
from steepest.publication import Publication
from tests.e2e.ci_folder import PROPERTIES
from tests.e2e.conftest import RIGHT, ROOT, SECRET, notebook

DEPLOYED = ROOT / "autograder" / "github"
ACTION = DEPLOYED / "action.yml"
WORKFLOWS = (DEPLOYED / "student" / "score.yml", DEPLOYED / "instructor" / "grade.yml")
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
KILLS = int(os.environ.get("STEEPEST_KILLS", "3"))
KILLED_AFTER_S = [round(random.Random(number).uniform(0.0, 9.0) ** 2 / 9.0, 3) for number in range(KILLS)]
"""Moments at which a runner is killed; early ones, when files are written for the first time, more often."""
GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]


def steps_of(path: Path) -> list[dict[str, Any]]:
    """Return the steps of a workflow's only job, or of an action."""
    tree = yaml.safe_load(path.read_text())
    if "runs" in tree:
        return list(tree["runs"]["steps"])
    (job,) = tree["jobs"].values()
    return list(job["steps"])


class Runner:
    """Runs the ``run:`` steps of a file as GitHub's runner does: bash, one file each for outputs and summary."""

    def __init__(self, folder: Path, values: Mapping[str, str], environment: Mapping[str, str]) -> None:
        self.work = folder / "work"
        self.summary, self.outputs = folder / "summary", folder / "outputs"
        self.installed = folder / "installed"
        self._values = values
        self.work.mkdir(parents=True)
        programs = folder / "programs"
        programs.mkdir()
        (programs / "python").write_text(
            "#!/usr/bin/env bash\n"
            f'if [ "$1 $2 $3" = "-I -m pip" ]; then printf "%s\\n" "${{@:4}}" > "{self.installed}"; exit 0; fi\n'
            f'exec "{sys.executable}" "$@"\n'
        )
        (programs / "python").chmod(0o755)
        self._environment = {
            "PATH": f"{programs}:/usr/bin:/bin",
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": "noether",
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_OUTPUT": str(self.outputs),
            **environment,
        }

    def run(self, path: Path) -> str:
        """Run all steps that have something to run and return what they printed; the first failure ends it."""
        wanted = [step for step in steps_of(path) if "run" in step and "failure()" not in str(step.get("if"))]
        return "".join(self.step(step) for step in wanted)

    def step(self, step: dict[str, Any]) -> str:
        """Run one step and return what it printed."""
        process = self.start(step)
        try:
            printed = process.communicate(timeout=240)[0]
        finally:
            process.kill()
        assert process.returncode == 0, f"{step['name']}: {printed}"
        return printed

    def start(self, step: dict[str, Any]) -> subprocess.Popen[str]:
        """Start one step, in a process group of its own."""
        assert not EXPRESSION.search(step["run"]), "an expression in a script is an injection; it belongs into env"
        own = {name: self._filled(str(value)) for name, value in step.get("env", {}).items()}
        return subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.work,
            env=self._environment | own,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def _filled(self, text: str) -> str:
        return EXPRESSION.sub(lambda match: self._values.get(match[1], ""), text)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "paths"), [("workflows", WORKFLOWS), ("actions", (ACTION,))])
def test_the_files_meet_the_published_schema(kind: str, paths: tuple[Path, ...]) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.github-{kind}", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_actionlint_finds_nothing() -> None:
    program = shutil.which("actionlint")
    if program is None:
        pytest.skip("actionlint is not installed")
    done = subprocess.run([program, *map(str, WORKFLOWS)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def every_run(path: Path) -> Iterator[str]:
    """Yield the scripts of a file."""
    return (step["run"] for step in steps_of(path) if "run" in step)


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.name)
def test_every_script_is_bash_and_holds_no_expression(path: Path) -> None:
    for script in every_run(path):
        assert "${{" not in script
        assert subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True).returncode == 0


def test_workflows_may_only_read_and_end_by_themselves() -> None:
    for path in WORKFLOWS:
        tree = yaml.safe_load(path.read_text())
        assert tree["permissions"] == {"contents": "read"}
        assert all(job["timeout-minutes"] for job in tree["jobs"].values())
        checkouts = [step for step in steps_of(path) if str(step.get("uses", "")).startswith("actions/checkout")]
        assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_students_are_given_no_secret() -> None:
    for path in (ACTION, WORKFLOWS[0]):
        assert "secrets." not in path.read_text()


def test_every_input_of_the_action_is_used() -> None:
    text = ACTION.read_text()
    declared = set(yaml.safe_load(text)["inputs"])
    assert declared == set(re.findall(r"inputs\.([\w-]+)", text))


def students_runner(folder: Path, **environment: str) -> Runner:
    """Return a runner in a student's repository, with the inputs that the workflow to copy gives."""
    defaults = {f"inputs.{name}": str(entry.get("default", "")) for name, entry in inputs().items()}
    (used,) = [step for step in steps_of(WORKFLOWS[0]) if step["uses"].startswith("./")]
    given = {f"inputs.{name}": str(value) for name, value in used["with"].items()}
    runner = Runner(folder, defaults | given, environment)
    (runner.work / "inverse.ipynb").write_bytes(notebook(RIGHT))
    (runner.work / "test_inverse.py").write_bytes(PROPERTIES.read_bytes())
    (runner.work / "steepest-0.1.0-py3-none-any.whl").touch()
    return runner


def action_steps() -> dict[str, dict[str, Any]]:
    """Return the steps of the action by their names."""
    return {step["name"]: step for step in steps_of(ACTION)}


def results_of(runner: Runner) -> Path:
    """Return where the results of a runner lie."""
    return runner.work / "generated" / "ci" / "inverse"


def test_the_first_words_of_the_action_are_those_of_the_kit(tmp_path: Path) -> None:
    runner = students_runner(tmp_path / "runner")
    runner.step(action_steps()["Not graded yet"])
    order = Order("inverse", tmp_path / "kit")
    target = Target(tmp_path / "kit", tmp_path / "kit")
    publication = Publication(("json", "github"), target)
    publication.show(not_graded(order, NOT_YET))
    for name in ("report.json", "summary.md"):
        assert (results_of(runner) / name).read_bytes() == (target.folder / name).read_bytes()
    assert sorted(path.name for path in results_of(runner).iterdir()) == ["report.json", "summary.md"]


@pytest.mark.parametrize("assignment", ["", "../x", "a b", '"', "-x", "x.y"])
def test_the_action_refuses_what_is_no_id(tmp_path: Path, assignment: str) -> None:
    runner = Runner(tmp_path, {"inputs.assignment": assignment}, {})
    process = runner.start(action_steps()["Not graded yet"])
    assert "no id of an assignment" in process.communicate(timeout=60)[0]
    assert process.returncode == 2
    assert not list(runner.work.iterdir())


def test_an_installation_that_fails_leaves_words_in_the_summary(tmp_path: Path) -> None:
    runner, steps = students_runner(tmp_path), action_steps()
    last = steps["Say that there is no score"]
    assert last["if"] == ("${{ failure() && steps.first.outcome == 'success' && steps.grade.outcome == 'skipped' }}")
    runner.step(steps["Not graded yet"])
    assert "::error" in runner.step(last)
    assert "neither a pass nor a zero" in runner.summary.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("delay", KILLED_AFTER_S)
def test_a_killed_runner_leaves_words_or_the_score(tmp_path: Path, delay: float) -> None:
    runner, steps = students_runner(tmp_path), action_steps()
    runner.step(steps["Not graded yet"])
    process = runner.start(steps["Grade"])
    try:
        process.wait(timeout=delay)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    record = json.loads((results_of(runner) / "report.json").read_bytes())
    assert record["points"] == 36 if record["fault"] is None else record["fault"] == NOT_YET
    assert "## " in (results_of(runner) / "summary.md").read_text()


@pytest.mark.slow
def test_a_students_repository_scores_itself(tmp_path: Path) -> None:
    runner = students_runner(tmp_path)
    printed = runner.run(ACTION)
    assert runner.summary.read_text().count("steepest: begin") == 1
    assert "./steepest-0.1.0-py3-none-any.whl[worker]" in runner.installed.read_text()
    assert "36 / 36 points" in printed
    assert "points=36" in runner.outputs.read_text()
    assert "36 / 36" in runner.summary.read_text()
    assert (runner.work / "generated" / "ci" / "inverse" / "report.html").is_file()


def inputs() -> dict[str, dict[str, Any]]:
    """Return what the action may be given."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(ACTION.read_text())["inputs"]
    return found


@pytest.mark.slow
def test_an_instructors_repository_collects_grades_and_exports(tmp_path: Path) -> None:
    values = {
        "inputs.assignment": "inverse",
        "secrets.STEEPEST_SECRET": SECRET,
        "vars.REPOSITORIES": f"file://{tmp_path}/class/inverse-",
    }
    runner = Runner(tmp_path, values, {"ASSIGNMENT": "inverse"})
    small_course(runner.work, ["ada", "bob"])
    repository(tmp_path / "class" / "inverse-ada", notebook(RIGHT))
    printed = runner.run(WORKFLOWS[1])
    assert "::warning title=not collected::bob" in printed
    assert "36 / 36" in runner.summary.read_text()
    reports = runner.work / "generated" / "graded" / "inverse"
    assert (reports / "ada" / "report.html").is_file()
    assert "ada" in (runner.work / "generated" / "grades.csv").read_text()
    assert SECRET not in printed + runner.summary.read_text()


def small_course(folder: Path, students: list[str]) -> None:
    """Write a course with one assignment and a roster."""
    shutil.copytree(ROOT / "assignments" / "inverse", folder / "assignments" / "inverse")
    tree = yaml.safe_load((ROOT / "course.yml").read_text())
    kept = [entry for entry in tree["assignments"] if entry["id"] == "inverse"]
    own = {"assignments": kept, "roster": "roster.csv", "engine": {"kind": "local", "jobs": 1}}
    (folder / "course.yml").write_text(yaml.safe_dump(tree | own, sort_keys=False))
    rows = [f"{student},{student},X,{student}@example.org" for student in students]
    (folder / "roster.csv").write_text("\n".join(["id,first_name,last_name,email", *rows]) + "\n")
    (folder / "constraints.txt").touch()


def repository(folder: Path, data: bytes) -> None:
    """Make a git repository that holds a notebook."""
    folder.mkdir(parents=True)
    (folder / "inverse.ipynb").write_bytes(data)
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "done"]):
        subprocess.run([*GIT, *command], cwd=folder, check=True, capture_output=True)
