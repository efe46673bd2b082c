"""``steepest corpus``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from steepest.cli import NOT_GRADED, console, course_option, fail
from steepest.confusion import Confusion, Cost, Kind, Run, regressions
from steepest.corpus.costs import each_cost, mean
from steepest.corpus.files import CorpusSource, choose, find_sources, path_of, read_sample
from steepest.corpus.kept import Kept
from steepest.corpus.run import Sitting, confusion_of, prepare, run, sittings
from steepest.course import Course, load_course
from steepest.grade_class import confining_walls
from steepest.outputs.corpus_html import render_confusions
from steepest.outputs.corpus_json import dump_confusions
from steepest.outputs.corpus_terminal import cost_table, property_lines, regression_lines, summary_table
from steepest.outputs.report_json import write_atomic

FOUND_ERRORS = 1


@click.command()
@click.argument("assignment_ids", metavar="[ASSIGNMENT]...", nargs=-1)
@course_option
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("tests/corpus"),
    show_default=True,
    help="Where ASSIGNMENT/wheats/*.py and ASSIGNMENT/chaffs/*.py lie.",
)
@click.option("--exams", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many exams each sits.")
@click.option("--jobs", type=click.IntRange(1, 64), help="How many to grade at a time.  [default: course.yml]")
@click.option("--sample", is_flag=True, help="Grade only what sample.txt in the folder lists.")
@click.option("--only", multiple=True, metavar="NAME", help="Grade only these files; * stands for any characters.")
@click.option("--costs", is_flag=True, help="Measure instead what each property costs, over the wheats.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("generated/corpus"),
    show_default=True,
    help="Where confusion.json, confusion.html and the kept results are written.",
)
def corpus(
    assignment_ids: Sequence[str],
    course_file: Path,
    folder: Path,
    exams: int,
    jobs: int | None,
    sample: bool,
    only: Sequence[str],
    costs: bool,
    output: Path,
) -> None:
    """Grade right and wrong solutions of each ASSIGNMENT, and say whether the properties tell them apart.

    Without ASSIGNMENT: all that have a folder. Each file is graded as a submission is, on exams that everyone may
    know; the first one with counterexamples, the others without. What was graded before, by the same kit, is kept.
    Exit code 1: a right solution lost something, or a wrong one did not lose what its first line says.
    """
    course = load_course(course_file)
    ids = _ids(course, assignment_ids, folder)
    sources = _chosen(find_sources(folder, ids), folder, sample=sample, only=only)
    graded = {source.file.assignment for source in sources}
    subjects = [prepare(course.assignment(each), range(1, exams + 1)) for each in ids if each in graded]
    wanted = sittings(subjects, sources, confining_walls())
    if costs:
        _measure([each for each in wanted if each.exam == 1 and each.source.file.kind is Kind.WHEAT])
        return
    results = _run(wanted, Kept(output / "kept"), jobs or course.engine.jobs)
    confusions = [confusion_of(subject, results) for subject in subjects]
    output.mkdir(parents=True, exist_ok=True)
    write_atomic(output / "confusion.json", dump_confusions(confusions))
    write_atomic(output / "confusion.html", render_confusions(confusions, course.title).encode())
    _show(confusions, output, partly=sample or bool(only))


def _ids(course: Course, wanted: Sequence[str], folder: Path) -> tuple[str, ...]:
    if wanted:
        return tuple(course.assignment(each).id for each in dict.fromkeys(wanted))
    found = tuple(assignment.id for assignment in course.assignments if (folder / assignment.id).is_dir())
    return found or fail(f"{folder} holds no folder of an assignment of {course.source.name}")


def _chosen(
    sources: tuple[CorpusSource, ...], folder: Path, *, sample: bool, only: Sequence[str]
) -> tuple[CorpusSource, ...]:
    if sample:
        listed = set(read_sample(folder))
        sources = tuple(source for source in sources if path_of(source.file) in listed)
    chosen = choose(sources, only) if only else sources
    return chosen or fail("no file of the corpus has such a name; --only takes names without .py, such as 'adam*'")


def _run(wanted: Sequence[Sitting], kept: Kept, jobs: int) -> list[tuple[Sitting, Run]]:
    results = []
    progress = Progress(
        *(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()),
        console=console,
        transient=True,
    )
    with progress:
        bar = progress.add_task("grading the corpus", total=len(wanted))
        for sitting, result in run(wanted, kept, jobs):
            results.append((sitting, result))
            progress.update(bar, advance=1, description=f"grading the corpus, exam {sitting.exam}")
    return results


def _measure(wanted: Sequence[Sitting]) -> None:
    found: dict[str, list[dict[str, Cost]]] = {}
    with console.status("measuring ...") as status:
        for sitting, costs in each_cost(wanted):
            found.setdefault(sitting.source.file.assignment, []).append(costs)
            status.update(f"measured {path_of(sitting.source.file)}")
    for assignment, measured in found.items():
        means = {name: mean(costs[name] for costs in measured) for name in measured[0]}
        console.print(cost_table(assignment, len(measured), means))


def _show(confusions: Sequence[Confusion], output: Path, *, partly: bool) -> None:
    console.print(summary_table(confusions))
    for line in (*(() if partly else property_lines(confusions)), *regression_lines(confusions)):
        console.print(line, soft_wrap=True)
    console.print(f"the whole matrix: {output / 'confusion.html'}", soft_wrap=True)
    found = [each for confusion in confusions for each in regressions(confusion)]
    if any(not each.fault for each in found):
        raise SystemExit(FOUND_ERRORS)
    if found:
        raise SystemExit(NOT_GRADED)
