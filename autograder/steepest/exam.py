"""The exam: the graded matrices of an assignment, drawn once per family under a secret and frozen in a file."""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from steepest.answers import Array
from steepest.errors import ExamError
from steepest.strategies import Family

PRACTICE_SECRET = b"practice: known to everyone"
"""The secret of practice exams, which self-checks draw and anyone may look at."""


@dataclass(frozen=True)
class Exam:
    """The graded matrices of one assignment by family, with the SHA-256 of their frozen form."""

    assignment: str
    matrices: Mapping[str, tuple[Array, ...]]
    sha256: str

    def examples(self, families: Mapping[str, Family]) -> tuple[dict[str, Array], ...]:
        """Return the examples of a property whose arguments are drawn from ``families``, argument by argument.

        Raises:
            ExamError: The exam holds no matrix of a family, since the properties changed after it was drawn.
        """
        columns = [self._of(family) for family in families.values()]
        return tuple(dict(zip(families, row, strict=True)) for row in zip(*columns, strict=False))

    def _of(self, family: Family) -> tuple[Array, ...]:
        found = self.matrices.get(family.name, ())
        if not found:
            raise ExamError(
                f"the exam of {self.assignment} holds no {family.description} (family {family.name!r}). "
                f"Try: steepest exam draw {self.assignment} --force, and grade the class again"
            )
        return found


def draw_exam(assignment: str, families: Iterable[Family], secret: bytes) -> Exam:
    """Return the exam of an assignment under ``secret``: for each family its special matrices, then its draws.

    Every matrix has a generator of its own, keyed by (secret, assignment, family, index), so that one family can
    change without another. The stream of numpy's Philox may change between its releases; the frozen file does not.
    """
    matrices = {family.name: tuple(_members(assignment, family, secret)) for family in families}
    return Exam(assignment, matrices, hashlib.sha256(_encode(matrices)).hexdigest())


def practice_exam(assignment: str, families: Iterable[Family]) -> Exam:
    """Return the exam that everyone may know: the same matrices at every self-check."""
    return draw_exam(assignment, families, PRACTICE_SECRET)


def save_exam(exam: Exam, path: Path) -> None:
    """Freeze the exam at ``path``, readable by its owner only; an earlier file is replaced at once or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".exam-")
    with os.fdopen(handle, "wb") as file:
        file.write(_encode(exam.matrices))
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def load_exam(assignment: str, path: Path) -> Exam:
    """Return the exam that was frozen at ``path``.

    Raises:
        ExamError: There is no such file, or it is not an exam.
    """
    way_out = f"Try: steepest exam draw {assignment}"
    try:
        data = path.read_bytes()
        with safe_open(path, framework="numpy") as file:
            names = list(file.keys())
            entries = {name: file.get_tensor(name) for name in names}
        matrices = _grouped(entries)
    except FileNotFoundError:
        raise ExamError(f"{path}: there is no exam yet. {way_out}") from None
    except (OSError, SafetensorError, ValueError) as error:
        raise ExamError(f"{path}: not an exam ({error}). {way_out} --force, and grade the class again") from None
    return Exam(assignment, matrices, hashlib.sha256(data).hexdigest())


def differences(frozen: Exam, redrawn: Exam) -> tuple[str, ...]:
    """Return, in words, how a frozen exam differs from one drawn anew under the same secret; nothing if it does not."""
    names = sorted({*frozen.matrices, *redrawn.matrices})
    return tuple(word for name in names if (word := _difference(name, frozen, redrawn)))


def _difference(name: str, frozen: Exam, redrawn: Exam) -> str:
    ours, theirs = frozen.matrices.get(name, ()), redrawn.matrices.get(name, ())
    if not ours or not theirs:
        return f"family {name!r} is only in the {'redrawn' if theirs else 'frozen'} exam"
    same = len(ours) == len(theirs) and all(
        a.dtype == b.dtype and np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True)
    )
    return "" if same else f"family {name!r} has other matrices"


def _members(assignment: str, family: Family, secret: bytes) -> Iterable[Array]:
    yield from family.specials
    for index in range(family.draws):
        label = f"{assignment}/{family.name}/{index}".encode()
        key = int.from_bytes(hmac.new(secret, label, hashlib.sha256).digest()[:16], "big")
        yield family.draw(np.random.Generator(np.random.Philox(key=key)), index)


def _encode(matrices: Mapping[str, Sequence[Array]]) -> bytes:
    named = {
        f"{family}/{index:03d}": matrix for family, drawn in matrices.items() for index, matrix in enumerate(drawn)
    }
    return bytes(save({name: np.ascontiguousarray(matrix) for name, matrix in named.items()}))


def _grouped(entries: Mapping[str, Array]) -> dict[str, tuple[Array, ...]]:
    groups: dict[str, list[Array]] = {}
    for name in sorted(entries):
        family, _, index = name.rpartition("/")
        if not family or not index.isdigit():
            raise ValueError(f"unknown entry {name!r}")
        groups.setdefault(family, []).append(entries[name])
    return {family: tuple(drawn) for family, drawn in groups.items()}
