"""The shape of course.yml as pydantic models, and its mistakes as problems in the kit's own words."""

from __future__ import annotations

import difflib
import keyword
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from steepest._text_file import SAFE_ID, SAFE_ID_RULE, read_yaml, short
from steepest.errors import CourseError, Problem

_OURS = "steepest"
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LOCATION_HELP = "give a path relative to course.yml that stays inside the course's folder"


def _refuse(way_out: str) -> NoReturn:
    """Raise a validation error whose text is shown as it is; braces are kept, since pydantic would format them."""
    raise PydanticCustomError(_OURS, "{way_out}", {"way_out": way_out})


def _title(value: str) -> str:
    if not value.strip() or not value.isprintable():
        _refuse("write one line of text")
    return value.strip()


def _identifier(value: str) -> str:
    if not SAFE_ID.fullmatch(value):
        _refuse(f"unsafe as a file name; {SAFE_ID_RULE}")
    return value


def _function(value: str) -> str:
    if not (value.isascii() and value.isidentifier()) or value.startswith("_") or keyword.iskeyword(value):
        _refuse("write the name of a Python function that does not begin with _")
    return value


def _environment_name(value: str) -> str:
    if not _ENVIRONMENT_NAME.fullmatch(value):
        _refuse("write the name of an environment variable, such as STEEPEST_SECRET, never the secret itself")
    return value


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        _refuse(f"listed more than once: {', '.join(twice)}; keep one of each")
    return values


def _timezone(value: object) -> ZoneInfo:
    if not isinstance(value, str):
        _refuse("write a time zone by name, such as Europe/Berlin")
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        _refuse(
            f"no such time zone; {_suggestion(value, available_timezones()) or 'write one like Europe/Berlin or UTC'}"
        )


def _due(value: object) -> datetime:
    if isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    _refuse("write a date that exists with a time of day, such as 2027-02-01T23:59; the course's time zone is assumed")


def _points(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse("write a number of points, such as 36 or 7.5, without quotes")
    points = Decimal(str(value))
    if not points.is_finite() or not 0 < points <= 100_000 or points != round(points, 2):
        _refuse("write a number above 0 and at most 100000, with at most two decimals")
    return points


def _inside_root(value: object, info: ValidationInfo) -> Path:
    """Return the absolute path, symbolic links followed, that ``value`` names below the course root."""
    root = _root(info)
    if not isinstance(value, str) or not value or not value.isprintable() or Path(value).is_absolute():
        _refuse(_LOCATION_HELP)
    path = _resolved(root / value)
    if not path.is_relative_to(root) or path == root:
        _refuse(f"leads out of the course's folder; {_LOCATION_HELP}")
    return path


def _secret_file(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str) or not value or not value.isprintable():
        _refuse("give the path of a file that holds the secret, best outside the course's folder")
    return _resolved(_root(info) / Path(value).expanduser())


def _gradebook_url(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme not in ("sqlite", "postgresql") or not rest.strip("/"):
        _refuse("write sqlite:///path, relative to course.yml, or postgresql://user@host/database")
    if re.match(r"[^/@]*:[^/@]*@", rest):
        _refuse(
            "holds a password, which git would publish; keep it in ~/.pgpass or in PGPASSWORD, and leave it out here"
        )
    return value


def _folder(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str) or not value or not value.isprintable():
        _refuse("give the path of a folder that instructors and students share")
    return _resolved(_root(info) / Path(value).expanduser())


def _no_processes(value: int) -> int:
    if value:
        _refuse("out of range: the sandbox lets no process be started, so write 0")
    return value


def _root(info: ValidationInfo) -> Path:
    return Path(info.context["root"]) if info.context else Path.cwd()


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        _refuse("this path cannot be followed (a loop of links, or a name that is too long)")


InsideRoot = Annotated[Path, BeforeValidator(_inside_root)]
AssignmentId = Annotated[str, AfterValidator(_identifier)]
Function = Annotated[str, AfterValidator(_function)]
Title = Annotated[str, AfterValidator(_title)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", arbitrary_types_allowed=True)


class SecretEntry(_Entry):
    """Where the secret of the exams lies: an environment variable or a file, exactly one of them."""

    env: Annotated[str, AfterValidator(_environment_name)] | None = None
    file: Annotated[Path, BeforeValidator(_secret_file)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> SecretEntry:
        if (self.env is None) == (self.file is None):
            _refuse("name exactly one place: {env: STEEPEST_SECRET} or {file: path}")
        return self


class EngineEntry(_Entry):
    """What runs the gradings, and how many at a time."""

    kind: Literal["local"] = "local"
    jobs: Annotated[int, Field(ge=1, le=256)] = 2


class LateEntry(_Entry):
    """What a late submission costs: ``percent`` of the points a day, for at most ``max_days`` days."""

    policy: Literal["none", "per_day"] = "none"
    percent: Annotated[float, Field(gt=0, le=100)] | None = None
    max_days: Annotated[int, Field(ge=1, le=365)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> LateEntry:
        given = (self.percent is not None, self.max_days is not None)
        if self.policy == "per_day" and not all(given):
            _refuse("per_day needs both numbers: {policy: per_day, percent: 10, max_days: 5}")
        if self.policy == "none" and any(given):
            _refuse("percent and max_days need policy: per_day; without a penalty write {policy: none}")
        return self


class LimitsEntry(_Entry):
    """What a submission may use; None means the value of the course, or else of the kit."""

    call_cpu_s: Annotated[int, Field(ge=1, le=3600)] | None = None
    submission_cpu_s: Annotated[int, Field(ge=1, le=86_400)] | None = None
    memory_mib: Annotated[int, Field(ge=256, le=1 << 20)] | None = None
    processes: Annotated[int, AfterValidator(_no_processes)] | None = None
    output_kib: Annotated[int, Field(ge=1, le=16_384)] | None = None
    scratch_mib: Annotated[int, Field(ge=1, le=65_536)] | None = None


class GradebookEntry(_Entry):
    """Where nbgrader's gradebook lies, and the names under which nbgrader and its exchange know the course."""

    url: Annotated[str, AfterValidator(_gradebook_url)] = "sqlite:///generated/gradebook.db"
    course_id: AssignmentId | None = None
    exchange: Annotated[Path, BeforeValidator(_folder)] | None = None


class AssignmentEntry(_Entry):
    """One assignment as course.yml has it."""

    id: AssignmentId
    title: Title
    notebook: InsideRoot
    properties: InsideRoot
    functions: Annotated[tuple[Function, ...], Field(min_length=1, strict=False), AfterValidator(_distinct)]
    points: Annotated[Decimal, BeforeValidator(_points)]
    due: Annotated[datetime, BeforeValidator(_due)] | None = None
    late: LateEntry = LateEntry()
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    limits: LimitsEntry = LimitsEntry()


class CourseEntry(_Entry):
    """The whole of course.yml."""

    title: Title
    timezone: Annotated[ZoneInfo, BeforeValidator(_timezone)]
    roster: InsideRoot | None = None
    secret: SecretEntry = SecretEntry(env="STEEPEST_SECRET")
    engine: EngineEntry = EngineEntry()
    outputs: Annotated[
        tuple[Literal["terminal", "json", "html", "badge", "classroom50", "github", "gradescope", "junit"], ...],
        Field(strict=False),
        AfterValidator(_distinct),
    ] = ("terminal", "json", "html")
    limits: LimitsEntry = LimitsEntry()
    gradebook: GradebookEntry = GradebookEntry()
    assignments: Annotated[tuple[AssignmentEntry, ...], Field(min_length=1, strict=False)]


_ENTRIES: dict[str, type[_Entry]] = {
    "secret": SecretEntry,
    "engine": EngineEntry,
    "late": LateEntry,
    "limits": LimitsEntry,
    "gradebook": GradebookEntry,
    "assignments": AssignmentEntry,
}


def read_course_file(path: Path) -> CourseEntry:
    """Return course.yml as validated entries, its paths absolute.

    Raises:
        CourseError: The file cannot be read, or has mistakes; all of them are in the error.
    """
    tree, problems = read_yaml(path)
    try:
        entry = CourseEntry.model_validate(tree, context={"root": path.parent.resolve()})
    except ValidationError as error:
        # pydantic calls a list too short when each of its entries is wrong; those are told one by one.
        details = [
            detail for detail in error.errors(include_url=False) if detail["type"] != "too_short" or not detail["input"]
        ]
        problems += [_problem(detail) for detail in details]
    problems += _repeated_ids(tree)
    if problems:
        raise CourseError(str(path), problems)
    return entry


def _repeated_ids(tree: Mapping[Any, Any]) -> list[Problem]:
    entries = tree.get("assignments")
    seen: dict[str, int] = {}
    problems = []
    for place, entry in enumerate(entries if isinstance(entries, list) else []):
        name = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(name, str):
            continue
        first = seen.setdefault(name.casefold(), place)
        if first != place:
            way_out = f"assignments[{first}] has this id already (capitals do not count); choose another"
            problems.append(Problem(f"assignments[{place}].id", short(name), way_out))
    return problems


def _problem(detail: ErrorDetails) -> Problem:
    location = detail["loc"]
    value = "(missing)" if detail["type"] == "missing" else short(detail["input"])
    if any("secret" in str(part).lower() for part in location) and detail["type"] != "missing":
        value = "(hidden)"
    return Problem(_where(location), value, _way_out(detail))


def _where(location: Sequence[int | str]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".") or "file"


def _way_out(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "steepest":
            return str(context["way_out"])
        case "missing":
            return "this key is needed; add it"
        case "extra_forbidden" | "invalid_key":
            return _unknown_key(detail["loc"])
        case "string_type":
            return "wrong type: write text; put it in quotes if it looks like a number"
        case "int_type" | "int_from_float":
            return "wrong type: write a whole number, without quotes"
        case "float_type":
            return "wrong type: write a number, without quotes"
        case "tuple_type" | "list_type":
            return "wrong type: write a list, such as [a, b], or one entry a line after '- '"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "wrong type: write keys with values, such as {key: value}"
        case "literal_error":
            return f"not one of the choices: {context['expected']}"
        case "too_short":
            return "empty: list at least one entry"
        case _:
            return _range(context)


def _range(context: Mapping[str, Any]) -> str:
    words = {"ge": "at least {}", "gt": "above {}", "le": "at most {}", "lt": "below {}"}
    bounds = [text.format(context[name]) for name, text in words.items() if name in context]
    return f"out of range: must be {' and '.join(bounds)}" if bounds else "not usable here; see docs/course-yml.md"


def _unknown_key(location: Sequence[int | str]) -> str:
    names = [part for part in location[:-1] if isinstance(part, str)]
    known = list((_ENTRIES.get(names[-1], CourseEntry) if names else CourseEntry).model_fields)
    return f"unknown key; {_suggestion(str(location[-1]), known) or 'the keys here are ' + ', '.join(known)}"


def _suggestion(word: str, known: Sequence[str] | set[str]) -> str:
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f"did you mean {close[0]!r}?" if close else ""
