"""The exam: a function of the secret, frozen as data, never half written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from steepest.errors import ExamError
from steepest.exam import differences, draw_exam, load_exam, practice_exam, save_exam
from steepest.plugin import all_families, collect_properties
from steepest.strategies import Family, inverse
from tests.e2e.conftest import ROOT

FAMILY_LIST = inverse.FAMILIES
SECRET = b"a secret of the tests"
MOST_MATRICES = {"gradients": 30, "inverse": 32, "pinverse": 43, "svd": 35, "indicator": 30}
"""How many an exam holds now: a further one costs every student time, so it should stand for a bug of its own."""


def test_the_same_secret_draws_the_same_exam() -> None:
    assert draw_exam("inverse", FAMILY_LIST, SECRET).sha256 == draw_exam("inverse", FAMILY_LIST, SECRET).sha256


def test_another_secret_or_assignment_draws_other_matrices() -> None:
    ours = draw_exam("inverse", FAMILY_LIST, SECRET)
    for other in (draw_exam("inverse", FAMILY_LIST, b"another"), draw_exam("pinverse", FAMILY_LIST, SECRET)):
        assert differences(ours, other)
        specials = {id(matrix) for family in FAMILY_LIST for matrix in family.specials}
        for family, drawn in ours.matrices.items():
            pairs = zip(drawn, other.matrices[family], strict=True)
            assert all(id(mine) in specials or not np.array_equal(mine, theirs) for mine, theirs in pairs)


def test_a_family_is_drawn_alike_whatever_the_other_families_are() -> None:
    whole, alone = draw_exam("inverse", FAMILY_LIST, SECRET), draw_exam("inverse", FAMILY_LIST[:1], SECRET)
    name = FAMILY_LIST[0].name
    assert all(map(np.array_equal, whole.matrices[name], alone.matrices[name]))


@pytest.mark.parametrize("assignment", ["gradients", "inverse", "pinverse", "svd", "indicator"])
def test_an_exam_holds_few_distinct_matrices(assignment: str) -> None:
    properties = collect_properties(ROOT / "assignments" / assignment / f"test_{assignment}.py")
    exam = draw_exam(assignment, all_families(properties), SECRET)
    distinct = {
        (matrix.dtype.name, matrix.shape, matrix.tobytes()) for drawn in exam.matrices.values() for matrix in drawn
    }
    assert 0 < len(distinct) <= MOST_MATRICES[assignment]


def test_a_frozen_exam_reads_back_as_it_was(tmp_path: Path) -> None:
    exam, path = draw_exam("inverse", FAMILY_LIST, SECRET), tmp_path / "exams" / "inverse.safetensors"
    save_exam(exam, path)
    found = load_exam("inverse", path)
    assert found.sha256 == exam.sha256
    assert differences(found, exam) == ()
    assert path.stat().st_mode & 0o077 == 0
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("data", [b"", b"not an exam", b"\xff" * 64])
def test_a_damaged_exam_is_named_with_the_way_out(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "inverse.safetensors"
    path.write_bytes(data)
    with pytest.raises(ExamError, match="steepest exam draw inverse"):
        load_exam("inverse", path)


def test_a_missing_exam_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ExamError, match="there is no exam yet"):
        load_exam("inverse", tmp_path / "inverse.safetensors")


def test_an_exam_that_lacks_a_family_is_refused() -> None:
    exam = draw_exam("inverse", FAMILY_LIST[1:], SECRET)
    with pytest.raises(ExamError, match=FAMILY_LIST[0].name):
        exam.examples({"M": FAMILY_LIST[0]})


def test_differences_name_the_family() -> None:
    ours, other = draw_exam("inverse", FAMILY_LIST, SECRET), draw_exam("inverse", FAMILY_LIST[1:], SECRET)
    assert differences(ours, other) == (f"family {FAMILY_LIST[0].name!r} is only in the frozen exam",)


def test_the_practice_exam_is_known_to_everyone() -> None:
    family: Family = FAMILY_LIST[0]
    assert practice_exam("inverse", [family]).sha256 == practice_exam("inverse", [family]).sha256
