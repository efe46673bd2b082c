"""What a grading is going to do: reasons, who is kept, who is left, and the words about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from steepest import plan as plan_module
from steepest.cli.planning import kept_lines, plan_text
from steepest.engine.local import Task
from steepest.errors import NotebookError
from steepest.model import GradeReport, Provenance
from steepest.outputs.report_json import dump_report
from steepest.plan import Fate, Look, Planned, look, plan
from steepest.reasons import Reason, differences
from steepest.submissions import Submission

NOW = Provenance(
    notebook_sha256="a" * 64,
    properties_sha256="b" * 64,
    judging_sha256="c" * 64,
    exam_sha256="d" * 64,
    limits=(("call_cpu_s", 20),),
    walls=("seccomp",),
    device="cpu",
    versions=(("python", "3.11.9"), ("steepest", "2.0.0")),
)
PAPER: Any = None
"""The provenance is put in its place, so no paper is looked at."""

EDITS: dict[Reason, dict[str, Any]] = {
    Reason.NOTEBOOK: {"notebook_sha256": "e" * 64},
    Reason.PROPERTIES: {"properties_sha256": "e" * 64},
    Reason.KIT: {"judging_sha256": "e" * 64},
    Reason.EXAM: {"exam_sha256": "e" * 64},
    Reason.LIMITS: {"limits": (("call_cpu_s", 21),)},
    Reason.WALLS: {"walls": ()},
    Reason.DEVICE: {"device": "cuda"},
    Reason.VERSIONS: {"versions": (("python", "3.11.8"), ("steepest", "2.0.0"))},
}


@pytest.fixture(autouse=True)
def provenance_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every submission have the provenance `NOW`."""
    monkeypatch.setattr(plan_module, "provenance", lambda _paper, _raw: NOW)


def write(
    folder: Path, student: str, provenance: Provenance = NOW, *, note: str = "", fault: str | None = None
) -> GradeReport:
    """Write a report on a student, and return it."""
    report = GradeReport("double", student, (), (note,), (), provenance, fault)
    (folder / student).mkdir(parents=True)
    (folder / student / "report.json").write_bytes(dump_report(report))
    return report


def notebook(folder: Path) -> Path:
    """Return a file that is handed in."""
    path = folder / "double.ipynb"
    path.write_bytes(b"{}")
    return path


def reasons(folder: Path, student: str = "ada", data: bytes | NotebookError = b"x") -> tuple[Reason, ...]:
    """Return why this student would be graded again."""
    return look(folder, PAPER, Task(student, data)).reasons


@pytest.mark.parametrize("reason", EDITS, ids=lambda reason: reason.value)
def test_each_part_of_the_provenance_that_differs_is_a_reason_of_its_own(tmp_path: Path, reason: Reason) -> None:
    write(tmp_path, "ada", replace(NOW, **EDITS[reason]))
    assert reasons(tmp_path) == (reason,)


def test_the_parts_are_all_of_the_provenance_and_each_reason_has_a_sentence() -> None:
    assert {name for edit in EDITS.values() for name in edit} == {*Provenance.__dataclass_fields__}
    assert all(reason.sentence.endswith(".") for reason in Reason)
    everything = {name: value for edit in EDITS.values() for name, value in edit.items()}
    assert differences(replace(NOW, **everything), NOW) == tuple(EDITS)


def test_the_kits_version_alone_is_no_reason() -> None:
    older = (("python", "3.11.9"), ("steepest", "1.9.9"))
    assert differences(replace(NOW, versions=older), NOW) == ()


def test_a_report_from_before_the_judging_digest_is_out_of_date_by_the_kit(tmp_path: Path) -> None:
    write(tmp_path, "ada", replace(NOW, judging_sha256=None))
    assert reasons(tmp_path) == (Reason.KIT,)


def test_no_report_a_damaged_one_another_students_and_a_fault_each_have_their_reason(tmp_path: Path) -> None:
    assert reasons(tmp_path) == (Reason.NEW,)
    write(tmp_path, "ada")
    assert reasons(tmp_path) == ()
    (tmp_path / "ada").rename(tmp_path / "bob")
    assert reasons(tmp_path, "bob") == (Reason.DAMAGED,)
    (tmp_path / "bob" / "report.json").write_bytes(b"{")
    assert reasons(tmp_path, "bob") == (Reason.DAMAGED,)
    write(tmp_path, "cleo", fault="the judge broke")
    assert reasons(tmp_path, "cleo") == (Reason.FAULT,)


def test_a_file_that_cannot_be_read_for_another_cause_is_another_notebook(tmp_path: Path) -> None:
    link = NotebookError("the file is a link", "hand in the file itself")
    absent = NotebookError("no notebook was handed in", "hand in double.ipynb")
    write(tmp_path, "ada", note=f"The notebook could not be read: {link}")
    assert reasons(tmp_path, data=link) == ()
    assert reasons(tmp_path, data=absent) == (Reason.NOTEBOOK,)


@pytest.mark.parametrize(
    ("found", "usually", "only_new"),
    [
        ((), Fate.KEEP, Fate.KEEP),
        ((Reason.NEW,), Fate.GRADE, Fate.GRADE),
        ((Reason.DAMAGED,), Fate.GRADE, Fate.GRADE),
        ((Reason.FAULT,), Fate.GRADE, Fate.GRADE),
        ((Reason.NOTEBOOK, Reason.KIT), Fate.GRADE, Fate.GRADE),
        *(((reason,), Fate.GRADE, Fate.LEAVE) for reason in EDITS if reason is not Reason.NOTEBOOK),
        ((Reason.KIT, Reason.EXAM, Reason.VERSIONS), Fate.GRADE, Fate.LEAVE),
    ],
)
def test_only_new_leaves_what_the_course_or_the_kit_alone_put_out_of_date(
    found: tuple[Reason, ...], usually: Fate, only_new: Fate
) -> None:
    assert Look(None, found).fate() is usually
    assert Look(None, found).fate(only_new=True) is only_new


def test_a_plan_says_how_many_and_why_and_the_end_how_many_were_not_graded(tmp_path: Path) -> None:
    write(tmp_path, "ada")
    write(tmp_path, "bob", replace(NOW, judging_sha256="e" * 64))
    write(tmp_path, "cleo", replace(NOW, judging_sha256="e" * 64, exam_sha256="e" * 64))
    write(tmp_path, "dora", fault="the judge broke")
    class_ = [Submission(name, notebook(tmp_path)) for name in ("bob", "cleo", "dora", "emmy")]
    first = plan(tmp_path, PAPER, class_)
    assert str(plan_text("double", first)) == (
        "double: 4 of 4 to be graded (1 kit, 1 kit and exam, 1 earlier fault, 1 new)"
    )
    assert list(kept_lines(first)) == []
    new = plan(tmp_path, PAPER, class_, only_new=True)
    assert str(plan_text("double", new)) == (
        "double: 2 of 4 to be graded (1 earlier fault, 1 new); 2 left as they were published (1 kit, 1 kit and exam)"
    )
    (line,) = kept_lines(new)
    assert line.startswith("2 of 4 are out of date and were left as they were published")


def test_force_grades_what_is_up_to_date_and_names_itself_the_reason(tmp_path: Path) -> None:
    report = write(tmp_path, "ada")
    submission = Submission("ada", notebook(tmp_path))
    assert plan(tmp_path, PAPER, [submission]) == (Planned(submission, Fate.KEEP, (), report),)
    assert plan(tmp_path, PAPER, [submission], force=True) == (
        Planned(submission, Fate.GRADE, (Reason.FORCED,), report),
    )
