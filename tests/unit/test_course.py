"""course.yml, the secret and the roster: what is read, and what each mistake is told as."""

from __future__ import annotations

import re
import subprocess
from dataclasses import Field, fields
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from steepest._course_file import AssignmentEntry, CourseEntry, EngineEntry, LateEntry, LimitsEntry, SecretEntry
from steepest.course import Course, RosterEntry, load_course, load_roster
from steepest.errors import CourseError
from steepest.model import Limits

SECRET = "a secret of the whole course"

ASSIGNMENT = """
  - id: inverse
    title: The inverse by descent
    notebook: assignments/inverse/inverse.ipynb
    properties: assignments/inverse/test_inverse.py
    functions: [safe_learning_rate, calculate_inverse]
    points: 36
"""
COURSE = f"title: Descent\ntimezone: Europe/Berlin\nassignments:{ASSIGNMENT}"


def write(folder: Path, text: str) -> Path:
    path = folder / "course.yml"
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, text: str) -> Course:
    return load_course(write(folder, text))


def mistakes(folder: Path, text: str) -> dict[str, str]:
    """Return the way out of each mistake in a course.yml, by where it stands."""
    with pytest.raises(CourseError) as caught:
        load(folder, text)
    assert all(str(problem) in str(caught.value) for problem in caught.value.problems)
    return {problem.where: problem.way_out for problem in caught.value.problems}


def test_smallest_course_gets_every_default(tmp_path: Path) -> None:
    course = load(tmp_path, COURSE)
    (assignment,) = course.assignments
    assert (course.title, course.timezone.key, course.root) == ("Descent", "Europe/Berlin", tmp_path.resolve())
    assert (course.roster, course.secret.env, course.secret.file) == (None, "STEEPEST_SECRET", None)
    assert (course.engine.kind, course.engine.jobs, course.outputs) == ("local", 2, ("terminal", "json", "html"))
    assert assignment.notebook == tmp_path.resolve() / "assignments/inverse/inverse.ipynb"
    assert assignment.folder == tmp_path.resolve() / "assignments/inverse"
    assert assignment.functions == ("safe_learning_rate", "calculate_inverse")
    assert (assignment.points, assignment.max_points) == (Decimal(36), 3600)
    assert (assignment.due, assignment.late.policy, assignment.device) == (None, "none", "cpu")
    assert assignment.limits == Limits()
    assert course.generated == tmp_path.resolve() / "generated"


def test_models_are_frozen(tmp_path: Path) -> None:
    course = load(tmp_path, COURSE)
    for thing, name in ((course, "title"), (course.assignments[0], "id"), (course.engine, "jobs")):
        with pytest.raises((AttributeError, ValueError)):
            setattr(thing, name, "other")


def test_limits_of_an_assignment_go_over_those_of_the_course_over_those_of_the_kit(tmp_path: Path) -> None:
    text = f"limits: {{call_cpu_s: 7, memory_mib: 512}}\n{COURSE}    limits: {{memory_mib: 1024}}\n"
    limits = load(tmp_path, text).assignments[0].limits
    assert limits == Limits(call_cpu_s=7, memory_mib=1024)


@pytest.mark.parametrize("written", ["2027-02-01T23:59", "2027-02-01 23:59:00", "'2027-02-01T23:59:00'"])
def test_due_without_a_zone_is_in_the_zone_of_the_course(tmp_path: Path, written: str) -> None:
    due = load(tmp_path, f"{COURSE}    due: {written}\n").assignments[0].due
    assert due is not None
    assert due.utcoffset() == timedelta(hours=1)
    assert due.isoformat() == "2027-02-01T23:59:00+01:00"


def test_due_with_a_zone_keeps_it(tmp_path: Path) -> None:
    due = load(tmp_path, f"{COURSE}    due: 2027-07-01T12:00Z\n").assignments[0].due
    assert due == datetime.fromisoformat("2027-07-01T14:00+02:00")


def test_fractional_points_are_exact_hundredths(tmp_path: Path) -> None:
    assignment = load(tmp_path, COURSE.replace("points: 36", "points: 0.29")).assignments[0]
    assert assignment.max_points == 29


def test_late_policy_is_read(tmp_path: Path) -> None:
    late = load(tmp_path, f"{COURSE}    late: {{policy: per_day, percent: 10, max_days: 5}}\n").assignments[0].late
    assert (late.policy, late.percent, late.max_days) == ("per_day", 10, 5)


# Each row: what is put in place of what, where the mistake must be found, and a part of its way out.
BAD = [
    ("title: Descent", "title: 2026", "title", "put it in quotes"),
    ("title: Descent", "title: ''", "title", "one line of text"),
    ("title: Descent", "titel: Descent", "titel", "did you mean 'title'?"),
    ("title: Descent", "titel: Descent", "title", "this key is needed"),
    ("Europe/Berlin", "Europe/Berln", "timezone", "did you mean 'Europe/Berlin'?"),
    ("Europe/Berlin", "../../etc/passwd", "timezone", "no such time zone"),
    ("Europe/Berlin", "Europe", "timezone", "no such time zone"),
    ("Europe/Berlin", "[1]", "timezone", "by name"),
    ("points: 36", "point: 36", "assignments[0].point", "did you mean 'points'?"),
    ("points: 36", "points: '36'", "assignments[0].points", "without quotes"),
    ("points: 36", "points: true", "assignments[0].points", "number of points"),
    ("points: 36", "points: 0", "assignments[0].points", "above 0"),
    ("points: 36", "points: .nan", "assignments[0].points", "above 0"),
    ("points: 36", "points: .inf", "assignments[0].points", "at most 100000"),
    ("points: 36", "points: 0.125", "assignments[0].points", "two decimals"),
    ("id: inverse", "id: ../inverse", "assignments[0].id", "unsafe"),
    ("id: inverse", "id: -inverse", "assignments[0].id", "not beginning with -"),
    ("id: inverse", "id: ｉnverse", "assignments[0].id", "unsafe"),
    ("id: inverse", f"id: {'x' * 65}", "assignments[0].id", "1 to 64"),
    ("id: inverse", "id: 7", "assignments[0].id", "quotes"),
    ("assignments/inverse/inverse.ipynb", "../x.ipynb", "assignments[0].notebook", "leads out"),
    ("assignments/inverse/inverse.ipynb", "/etc/passwd", "assignments[0].notebook", "relative to course.yml"),
    ("assignments/inverse/inverse.ipynb", ".", "assignments[0].notebook", "leads out"),
    ("assignments/inverse/inverse.ipynb", '"a\\0b"', "assignments[0].notebook", "relative to course.yml"),
    ("[safe_learning_rate, calculate_inverse]", "[]", "assignments[0].functions", "at least one"),
    ("[safe_learning_rate, calculate_inverse]", "f", "assignments[0].functions", "write a list"),
    ("[safe_learning_rate, calculate_inverse]", "[f, f]", "assignments[0].functions", "more than once: f"),
    ("[safe_learning_rate, calculate_inverse]", "[f, _g]", "assignments[0].functions[1]", "Python function"),
    ("[safe_learning_rate, calculate_inverse]", "[lambda]", "assignments[0].functions[0]", "Python function"),
    ("points: 36", "points: 36\n    due: 2027-02-31T10:00", "assignments[0].due", "a date that exists"),
    ("points: 36", "points: 36\n    due: 2027-02-01", "assignments[0].due", "with a time of day"),
    ("points: 36", "points: 36\n    late: none", "assignments[0].late", "keys with values"),
    ("points: 36", "points: 36\n    late: {policy: per_day}", "assignments[0].late", "both numbers"),
    ("points: 36", "points: 36\n    late: {percent: 5}", "assignments[0].late", "need policy: per_day"),
    ("points: 36", "points: 36\n    device: gpu", "assignments[0].device", "choices: 'cpu', 'cuda' or 'auto'"),
    (
        "points: 36",
        "points: 36\n    limits: {call_cpu: 1}",
        "assignments[0].limits.call_cpu",
        "did you mean 'call_cpu_s'",
    ),
    ("title: Descent", "title: Descent\nlimits: {memory_mib: 1}", "limits.memory_mib", "at least 256"),
    ("title: Descent", "title: Descent\nlimits: {call_cpu_s: 2.5}", "limits.call_cpu_s", "whole number"),
    ("title: Descent", "title: Descent\nlimits: {processes: false}", "limits.processes", "whole number"),
    ("title: Descent", "title: Descent\nengine: {kind: dask}", "engine.kind", "choices: 'local'"),
    ("title: Descent", "title: Descent\nengine: {jobs: 0}", "engine.jobs", "at least 1"),
    ("title: Descent", "title: Descent\noutputs: [html, html]", "outputs", "more than once: html"),
    ("title: Descent", "title: Descent\noutputs: [pdf]", "outputs[0]", "choices"),
    ("title: Descent", "title: Descent\nroster: ../roster.csv", "roster", "leads out"),
    ("title: Descent", "title: Descent\nsecret: {}", "secret", "exactly one"),
    ("title: Descent", "title: Descent\nsecret: {env: A, file: b}", "secret", "exactly one"),
    ("title: Descent", "title: Descent\nsecret: {env: not-a-name}", "secret.env", "environment variable"),
    ("title: Descent", "title: Descent\ntitle: Again", "line 2", "stands twice"),
    ("title: Descent", "title: Descent\n1: 2", "[1]", "unknown key"),
    ("title: Descent", "title: [Descent", "line 2, column 9", "not YAML"),
    ("title: Descent", "title: Descent\n\tx: 1", "line 2, column 1", "tab"),
    ("title: Descent", "title: !!python/name:os.system", "line 1, column 8", "not YAML"),
    ("title: Descent", "title: a\0b", "file", "not YAML"),
]


@pytest.mark.parametrize(("good", "bad", "where", "way_out"), BAD)
def test_mistake_is_told_with_its_place_and_a_way_out(
    tmp_path: Path, good: str, bad: str, where: str, way_out: str
) -> None:
    assert good in COURSE
    found = mistakes(tmp_path, COURSE.replace(good, bad))
    assert way_out in found[where]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = COURSE.replace("points: 36", "point: 3").replace("Berlin", "Berln") + ASSIGNMENT.replace("inverse\n", "B\n")
    found = mistakes(tmp_path, f"{text}{ASSIGNMENT.replace('id: inverse', 'id: Inverse')}")
    assert set(found) == {"timezone", "assignments[0].point", "assignments[0].points", "assignments[2].id"}
    assert "assignments[0] has this id already" in found["assignments[2].id"]


def test_list_of_wrong_assignments_is_not_called_empty(tmp_path: Path) -> None:
    assert "assignments" not in mistakes(tmp_path, COURSE.replace("points: 36", "points: 0"))


@pytest.mark.parametrize("text", ["", "[]", "just words", "3"])
def test_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    assert "begin with keys" in mistakes(tmp_path, text)["file"]


def test_deeply_nested_file_is_refused(tmp_path: Path) -> None:
    assert "not YAML" in mistakes(tmp_path, "[" * 5000)["file"]


def test_aliases_that_multiply_are_shown_short(tmp_path: Path) -> None:
    lines = ["title: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"x{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(CourseError) as caught:
        load(tmp_path, "\n".join(lines))
    assert len(str(caught.value)) < 5000


def test_missing_file_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="--course"):
        load_course(tmp_path / "course.yml")


def test_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "course.yml").write_bytes(COURSE.replace("Descent", "Déscent").encode("latin-1"))
    with pytest.raises(CourseError, match="save it as UTF-8"):
        load_course(tmp_path / "course.yml")


def test_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff" + COURSE).title == "Descent"


def test_file_above_the_cap_is_refused(tmp_path: Path) -> None:
    assert "longer than" in mistakes(tmp_path, COURSE + "#" * (1 << 20))["file"]


def test_link_that_leads_out_of_the_course_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "course"
    root.mkdir()
    (root / "assignments").symlink_to(tmp_path)
    assert "leads out" in mistakes(root, COURSE)["assignments[0].notebook"]


def test_unknown_assignment_lists_the_known_ones(tmp_path: Path) -> None:
    course = load(tmp_path, COURSE)
    assert course.assignment("inverse") is course.assignments[0]
    with pytest.raises(CourseError, match=r"'invers': .* has: inverse$"):
        course.assignment("invers")
    with pytest.raises(CourseError, match=r"'invers': .* has: inverse$"):
        course.only(["inverse", "invers"])


def test_course_is_narrowed_to_the_assignments_that_are_named_or_left_as_it_is() -> None:
    course = load_course(Path(__file__).parents[2] / "course.yml")
    assert [chosen.id for chosen in course.only(["svd", "inverse", "svd"]).assignments] == ["svd", "inverse"]
    assert course.only([]) == course


@pytest.mark.parametrize("line", [f"secret: {SECRET}", f"secrets: {SECRET}", f"secret: {{value: {SECRET}}}"])
def test_secret_written_into_the_file_is_never_shown(tmp_path: Path, line: str) -> None:
    with pytest.raises(CourseError) as caught:
        load(tmp_path, f"{line}\n{COURSE}")
    assert SECRET not in str(caught.value)


def test_secret_comes_from_the_environment_and_is_in_no_repr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = load(tmp_path, COURSE)
    monkeypatch.setenv("STEEPEST_SECRET", f" {SECRET}\n")
    assert course.read_secret() == SECRET.encode()
    assert SECRET not in repr(course)


@pytest.mark.parametrize(
    ("value", "says"), [(None, "not set"), ("", "shorter than 16"), ("x" * 15 + " \n", "shorter than 16")]
)
def test_secret_missing_or_short_in_the_environment_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None, says: str
) -> None:
    course = load(tmp_path, COURSE)
    if value is not None:
        monkeypatch.setenv("STEEPEST_SECRET", value)
    with pytest.raises(CourseError, match=f"environment variable STEEPEST_SECRET: {says}"):
        course.read_secret()


def course_with_secret_file(folder: Path) -> Course:
    return load(folder, f"secret: {{file: secret.txt}}\n{COURSE}")


def test_secret_comes_from_a_file_relative_to_the_course(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(SECRET + "\n", encoding="utf-8")
    assert course_with_secret_file(tmp_path).read_secret() == SECRET.encode()


def test_secret_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"secret\.txt.*\n.*no such file"):
        course_with_secret_file(tmp_path).read_secret()


def test_secret_file_that_git_tracks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(SECRET, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    course = course_with_secret_file(tmp_path)
    assert course.read_secret() == SECRET.encode()
    subprocess.run(["git", "add", "secret.txt"], cwd=tmp_path, check=True)
    with pytest.raises(CourseError, match="git tracks this file") as caught:
        course.read_secret()
    assert SECRET not in str(caught.value)


def roster(folder: Path, text: str) -> tuple[RosterEntry, ...]:
    path = folder / "roster.csv"
    path.write_bytes(text.encode())
    return load_roster(path)


HEADER = "id,first_name,last_name,email\n"


def test_roster_is_read_in_order_with_quotes_and_blank_lines(tmp_path: Path) -> None:
    assert roster(tmp_path, HEADER + 'ada,Ada,"Lovelace, Countess",ada@example.org\n\nbo-2,Bo,Ö,\r\n') == (
        RosterEntry("ada", "Ada", "Lovelace, Countess", "ada@example.org"),
        RosterEntry("bo-2", "Bo", "Ö", ""),
    )


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + HEADER + "ada,A,L,e",
        "id;first_name;last_name;email\nada;A;L;e",
        "Email,ID,x,Last_Name,First_Name\ne,ada,,L,A",
    ],
)
def test_roster_of_another_program_is_read(tmp_path: Path, text: str) -> None:
    assert roster(tmp_path, text) == (RosterEntry("ada", "A", "L", "e"),)


BAD_ROSTERS = [
    ("", "line 1", "must name each"),
    ("id,first_name\nada,A", "line 1", "mend: last_name, email"),
    ("id,id,first_name,last_name,email\n", "line 1", "mend: id"),
    (HEADER + "../x,,,", "line 2, id", "unsafe as a folder name"),
    (HEADER + ",A,B,", "line 2, id", "unsafe"),
    (HEADER + "-rf,,,", "line 2, id", "not beginning with -"),
    (HEADER + "ａda,,,", "line 2, id", "unsafe"),
    (HEADER + "a\0,,,", "line 2, id", "unsafe"),
    (HEADER + f"{'a' * 65},,,", "line 2, id", "1 to 64"),
    (HEADER + "ada,,,\nAda,,,", "line 3, id", "line 2 has this id already"),
    (HEADER + "ada,A,B", "line 2", "names 4 columns"),
    (HEADER + "ada,A,B,C,D", "line 2", "names 4 columns"),
    (HEADER + "ada,\x1b[31mA,B,", "line 2, first_name", "control character"),
    (HEADER + f"ada,A,{'B' * 201},", "line 2, last_name", "longer than 200"),
    (HEADER + 'ada,"A,B,', "line 2", "quote"),
]


@pytest.mark.parametrize(("text", "where", "way_out"), BAD_ROSTERS)
def test_bad_roster_is_refused_with_line_and_column(tmp_path: Path, text: str, where: str, way_out: str) -> None:
    with pytest.raises(CourseError) as caught:
        roster(tmp_path, text)
    assert way_out in {problem.where: problem.way_out for problem in caught.value.problems}[where]


def test_all_mistakes_of_a_roster_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        roster(tmp_path, HEADER + "a b,,,\nc\nd,,,\nD,,,")
    assert [problem.where for problem in caught.value.problems] == ["line 2, id", "line 3", "line 5, id"]


def test_course_of_this_repository_is_read() -> None:
    root = Path(__file__).parents[2]
    course = load_course(root / "course.yml")
    expected = ["gradients", "inverse", "pinverse", "svd", "indicator"]
    assert [assignment.id for assignment in course.assignments] == expected
    assert course.assignment("inverse").max_points == 3600


@pytest.mark.parametrize("entry", [CourseEntry, AssignmentEntry, LimitsEntry, LateEntry, EngineEntry, SecretEntry])
def test_every_key_is_documented(entry: type[BaseModel]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "course-yml.md").read_text(encoding="utf-8")
    assert [name for name in entry.model_fields if not re.search(rf"[`{{ ]{name}[`:]", page)] == []


@pytest.mark.parametrize("field", fields(Limits), ids=lambda field: field.name)
def test_documented_limits_are_the_ones_in_force(tmp_path: Path, field: Field[int]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "course-yml.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| `{field.name}`"))
    least, most, default = (int(number) for number in row.split("|")[4:7])
    assert default == field.default
    for good in (least, most):
        course = load(tmp_path, f"limits: {{{field.name}: {good}}}\n{COURSE}")
        assert getattr(course.assignments[0].limits, field.name) == good
    for bad in (least - 1, most + 1):
        assert (
            "out of range" in mistakes(tmp_path, f"limits: {{{field.name}: {bad}}}\n{COURSE}")[f"limits.{field.name}"]
        )


def test_documented_example_is_a_course_without_mistakes(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "course-yml.md").read_text(encoding="utf-8")
    course = load(tmp_path, page.partition("```yaml\n")[2].partition("```")[0])
    assert course.assignment("inverse").limits.call_cpu_s == 30


def test_reading_a_course_leaves_yaml_itself_unchanged() -> None:
    assert str(yaml.safe_load("2027-02-01")) == "2027-02-01"
    assert not isinstance(yaml.safe_load("2027-02-01"), str)
