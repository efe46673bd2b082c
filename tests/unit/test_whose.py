"""Files are matched to students by the names that platforms give them, and by nothing that a student can choose."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from steepest.roster import RosterEntry
from steepest.whose import Owned, Whose

ROSTER = (
    RosterEntry("enoether", "Emmy", "Noether", "emmy.noether@example.org"),
    RosterEntry("s77", "Évariste", "Galois", "galois@example.org"),
    RosterEntry("alkhwarizmi", "Muhammad", "al-Khwarizmi", ""),
    RosterEntry("smith1", "Anna", "Smith", "a.smith@example.org"),
    RosterEntry("smith2", "Anna", "Smith", "anna.smith@example.org"),
)


def owner(path: str) -> Owned | str:
    return Whose(ROSTER, "inverse").owner(PurePosixPath(path))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("noetheremmy_1234_567890_inverse.ipynb", Owned("enoether", "inverse")),
        ("noetheremmy_LATE_1234_567890_inverse-2.ipynb", Owned("enoether", "inverse", version=2, late=True)),
        ("galoisévariste_12_34_my solution (1).ipynb", Owned("s77", "my solution", version=1)),
        ("galoisevariste_12_34_inverse.ipynb", Owned("s77", "inverse")),
        ("alkhwarizmimuhammad_12_34_inverse.ipynb", Owned("alkhwarizmi", "inverse")),
        ("submissions/noetheremmy_1234_567890_inverse.ipynb", Owned("enoether", "inverse")),
        ("Emmy Noether_1234567_assignsubmission_file_/inverse.ipynb", Owned("enoether", "inverse")),
        ("LA-1/Emmy Noether_1234567_assignsubmission_file_/inverse.ipynb", Owned("enoether", "inverse")),
        ("Noether Emmy_1234567_assignsubmission_file_inverse.ipynb", Owned("enoether", "inverse")),
        ("Muhammad al-Khwarizmi_1_assignsubmission_file_/x.ipynb", Owned("alkhwarizmi", "x")),
        ("submitted/enoether/inverse/inverse.ipynb", Owned("enoether", "inverse")),
        ("repositories/inverse-enoether/inverse.ipynb", Owned("enoether", "inverse")),
        ("notebooks/ENoether.ipynb", Owned("enoether", "ENoether")),
        ("notebooks/inverse_s77.ipynb", Owned("s77", "inverse_s77")),
        ("emmy.noether@example.org/inverse.ipynb", Owned("enoether", "inverse")),
        ("Anna Smith_1_assignsubmission_file_/inverse.ipynb", "'Anna Smith' may be any of smith1, smith2"),
        ("strangerdanger_1_2_inverse.ipynb", "'strangerdanger': no student of the roster"),
        ("Participant_123_assignsubmission_file_/a.ipynb", "the platform left out the names; download it again"),
        ("anonymous_1_2_inverse.ipynb", "the platform left out the names; download it again"),
    ],
)
def test_a_name_leads_to_its_student(path: str, expected: Owned | str) -> None:
    found = owner(path)
    assert found == expected or (isinstance(expected, str) and isinstance(found, str) and found.startswith(expected))


@pytest.mark.parametrize(
    "path",
    [
        "Stranger Danger_1_assignsubmission_file_/enoether.ipynb",
        "Stranger Danger_1_assignsubmission_file_/noetheremmy_1_2_inverse.ipynb",
        "Stranger Danger_1_assignsubmission_file_Emmy Noether_2_assignsubmission_file_x.ipynb",
        "strangerdanger_1_2_noetheremmy_3_4_inverse.ipynb",
        "strangerdanger_1_2_enoether.ipynb",
        "submitted/stranger/inverse/enoether.ipynb",
        "repositories/inverse-stranger/enoether.ipynb",
    ],
)
def test_nobody_hands_in_under_the_name_of_another(path: str) -> None:
    assert isinstance(owner(path), str)


@pytest.mark.parametrize(
    "path", ["Évariste Galois_1_assignsubmission_file_/enoether/inverse/inverse.ipynb", "x/s77/enoether/inverse.ipynb"]
)
def test_the_outermost_name_decides(path: str) -> None:
    found = owner(path)
    assert isinstance(found, Owned)
    assert found.student == "s77"
