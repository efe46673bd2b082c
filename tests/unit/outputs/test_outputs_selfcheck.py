"""The self-check and the plain text of a failure: short, aligned, complete, and deaf to commands in it."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from steepest.model import GradeReport, PropertyResult, Tensor
from steepest.outputs.plain import explanation
from steepest.outputs.selfcheck import show


def shown(results: tuple[PropertyResult, ...]) -> str:
    """Return what a student sees in a terminal 100 wide."""
    stream = io.StringIO()
    show(results, Console(file=stream, width=100))
    return stream.getvalue()


def test_a_failure_is_explained_from_call_to_remedy(report: GradeReport) -> None:
    assert explanation(report.properties[3]).splitlines() == [
        "✗ X M = I and M X = I for orthogonal matrices.",
        "M = torch.tensor([[1., 1.], [0., 2.]])",
        "calculate_inverse(M)",
        "float32, condition number 2.62",
        "came back: a float32 tensor of shape (2, 2), a list of 2000 numbers:",
        "[[ 1.   0. ]",
        " [-0.5  0.5]]",
        "max |X M - I| = 1, allowed: at most 0.001",
        "Try: Check the order of the product: X M and M X differ unless X is the inverse on both sides.",
    ]


def test_a_failure_without_an_example_is_explained_by_facts(report: GradeReport) -> None:
    assert explanation(report.properties[10]).splitlines() == [
        "✗ X M = I and M X = I for sides from 8 to 12.",
        "max |X M - I| = 0.0312, allowed: at most 0.00214",
        "Seen on: matrices with sides from 8 to 12: 11 x 11, float32, condition number 9.8",
        "Try: Take more steps, or a learning rate nearer to the stability limit.",
    ]


def test_a_call_that_raised_is_explained_by_its_message(report: GradeReport) -> None:
    assert "safe_learning_rate raised ZeroDivisionError: float division by zero" in explanation(report.properties[0])


def test_the_self_check_names_each_property_and_explains_one(report: GradeReport) -> None:
    lines = shown(report.properties).splitlines()
    assert [line[0] for line in lines[:17]] == list("!✓✓✗✓✓✓✓✓✓✗✓✓✓✓✗–")
    assert lines[17] == "Practice matrices: 12 passed, 3 failed, 1 errored, 1 skipped."
    assert lines[19:21] == ["Mend this first:", "! The learning rate is below the stability limit."]
    assert sum(line.startswith("Try:") for line in lines) == 1


def test_the_self_check_of_a_solution_ends_with_all(perfect: GradeReport) -> None:
    assert shown(perfect.properties).splitlines()[-1] == "All 17 properties hold on the practice matrices."


def test_the_smallest_of_several_failures_is_explained(report: GradeReport) -> None:
    failed = report.properties[3]
    assert failed.counterexample is not None
    large = replace(failed.counterexample, arguments=(("M", Tensor((3, 3), "float32", (1.0,) * 9)),))
    results = (replace(failed, counterexample=large), failed)
    assert "M = torch.tensor([[1., 1.], [0., 2.]])\n" in shown(results)
    assert "M = torch.tensor([[1., 1.], [0., 2.]])\n" in shown(results[::-1])


def test_the_self_check_of_nothing_says_so() -> None:
    assert shown(()) == "Practice matrices: no property was tried.\n"


def test_hostile_text_commands_nothing(hostile: GradeReport) -> None:
    text = shown(hostile.properties)
    assert "[red]markup[/red]" in text
    assert not [c for c in text if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0]
