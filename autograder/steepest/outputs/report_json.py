"""report.json: the machine's record of one grading, in bytes that depend on nothing but the report.

``docs/report-format.md`` documents every field. In the file points are decimal numbers (``3.5``) and in
`steepest.model` they are hundredths (``350``); this module is the only place that converts between the two.
"""

from __future__ import annotations

import json
import math
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from steepest.errors import SteepestError
from steepest.model import REPORT_SCHEMA, Counterexample, GradeReport, Tensor
from steepest.text import clean, one_line

SIGNIFICANT_DIGITS = 6
_IN_POINTS = {"points", "max_points"}
_IN_PAIRS = {"limits", "versions"}
_NOT_WHERE_NONE = {"judging_sha256"}
"""Fields that older files lack: such a report has the same bytes when it is read and written again."""

_GRADE_REPORT = TypeAdapter(GradeReport)


class ReportError(SteepestError):
    """A report.json is damaged, or was written by another version of the format."""

    def __init__(self, where: str, value: str, reason: str) -> None:
        self.where = where
        self.value = value
        self.reason = reason
        found = f" = {one_line(value, 80)}" if value else ""
        super().__init__(f"report.json, {where}{found}: {reason}. Try: delete the file and grade this submission again")


def dump_report(report: GradeReport) -> bytes:
    """Return the bytes of report.json: ASCII, keys in a fixed order, a line feed at the end.

    Texts are cleaned and capped, floats have six significant digits (the arguments of a call: all that they need),
    NaN and infinities are the strings ``"nan"``, ``"inf"`` and ``"-inf"``. The sums at the top are null when the kit
    failed, for then there is no score.
    """
    record = _plain(replace(report, shown=()))
    del record["shown"]  # it has a file of its own: `steepest.outputs.cells_json`
    score = {
        "points": None if report.needs_human else _points(report.points),
        "max_points": None if report.needs_human else _points(report.max_points),
        "needs_human": report.needs_human,
    }
    head = {name: record.pop(name) for name in ("schema", "assignment", "student", "fault")}
    return json.dumps(head | score | record, allow_nan=False, ensure_ascii=True, indent=1).encode("ascii") + b"\n"


def load_report(data: bytes) -> GradeReport:
    """Return the report that `dump_report` wrote; fields that this version does not know are ignored.

    Raises:
        ReportError: The bytes are no JSON, of another schema, or a field is missing or wrong; the text names it.
    """
    record = _parsed(data)
    if record.get("schema") != REPORT_SCHEMA:
        raise ReportError("schema", repr(record.get("schema")), f"this version reads {REPORT_SCHEMA!r}")
    for result in _dicts(record.get("properties")):
        _convert(result, _IN_POINTS, _hundredths)
        for example in _dicts([result.get("counterexample")]):
            _convert(example, {"arguments"}, _pairs)
            example |= {"arguments": _arguments(example)} if "arguments" in example else {}
    for provenance in _dicts([record.get("provenance")]):
        _convert(provenance, _IN_PAIRS, _pairs)
        for name in _NOT_WHERE_NONE:
            provenance.setdefault(name, None)
    report = _validated(record)
    _check_sums(report, record)
    return report


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file so that a reader, or a machine that loses power, sees the old content or the new, never a part.

    The folder must exist. A symbolic link at ``path`` is replaced, not followed.
    """
    if not hasattr(os, "O_DIRECTORY"):  # Windows, where only a student's own report is written
        temporary_path = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
        temporary_path.write_bytes(data)
        temporary_path.replace(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    temporary = f".{path.name}.{secrets.token_hex(8)}.tmp"
    try:
        _write_synced(folder, temporary, data)
        os.replace(temporary, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    finally:
        os.close(folder)


def _write_synced(folder: int, name: str, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, flags, 0o644, dir_fd=folder)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(name, dir_fd=folder)
        raise


def _plain(value: Any) -> Any:  # noqa: ANN401  # JSON in, JSON out: the recursion has no narrower type
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return _rounded(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Counterexample):
        return _example(value)
    if is_dataclass(value):
        return _record({field.name: getattr(value, field.name) for field in fields(value)})
    return value


def _record(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _field(name, value) for name, value in values.items() if value is not None or name not in _NOT_WHERE_NONE
    }


def _field(name: str, value: Any) -> Any:  # noqa: ANN401  # as _plain
    if name in _IN_POINTS:
        return _points(value)
    if name in _IN_PAIRS:
        return {clean(key): _plain(item) for key, item in value}
    return _plain(value)


def _example(example: Counterexample) -> dict[str, Any]:
    """Return a counterexample with its arguments as nested arrays, and beside them what the arrays do not say."""
    record: dict[str, Any] = {}
    for field in fields(example):
        if field.name != "arguments":
            record[field.name] = _field(field.name, getattr(example, field.name))
            continue
        record["arguments"] = {clean(name): _exact(value) for name, value in example.arguments}
        record["tensors"] = {
            clean(name): {"shape": list(value.shape), "dtype": clean(value.dtype)}
            for name, value in example.arguments
            if isinstance(value, Tensor)
        }
    return record


def _exact(value: Tensor | float) -> Any:  # noqa: ANN401  # as _plain
    if isinstance(value, Tensor):
        return _nested(value.shape, [_exact(entry) for entry in value.entries])
    return value if math.isfinite(value) else str(value)


def _nested(shape: tuple[int, ...], entries: list[Any]) -> Any:  # noqa: ANN401  # arrays in arrays, as deep as the shape
    if not shape:
        return entries[0]
    size = len(entries) // shape[0] if shape[0] else 0
    return [_nested(shape[1:], entries[place * size : (place + 1) * size]) for place in range(shape[0])]


def _rounded(value: float) -> float | str:
    """Return six significant digits without a negative zero; a string when JSON has no such number."""
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0 if math.isfinite(value) else str(value)


def _points(hundredths: int) -> int | float:
    """Return hundredths of a point as the JSON number that people write: 350 as ``3.5``, 400 as ``4``."""
    return hundredths // 100 if hundredths % 100 == 0 else hundredths / 100


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        record = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise ReportError("the whole file", "", f"it is not JSON ({one_line(str(error))})") from error
    if not isinstance(record, dict):
        raise ReportError("the whole file", "", "it is not a JSON object")
    return record


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return record


def _dicts(values: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # anything that JSON can hold
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _convert(record: dict[str, Any], names: set[str], convert: Callable[[str, Any], Any]) -> None:
    for name in names & record.keys():
        record[name] = convert(name, record[name])


def _hundredths(name: str, value: Any) -> int:  # noqa: ANN401  # anything that JSON can hold
    number = float(value) if type(value) in (int, float) else math.nan
    if math.isfinite(number) and abs(number * 100 - round(number * 100)) < 1e-6:
        return round(number * 100)
    raise ReportError(name, repr(value), "points are numbers with at most two decimals")


def _pairs(name: str, value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401  # anything that JSON can hold
    if isinstance(value, dict):
        return list(value.items())
    raise ReportError(name, repr(value), "it has to be an object")


def _arguments(example: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the arguments of a counterexample; a file from before ``tensors`` held matrices of one dtype only."""
    described = example.get("tensors", {})
    if not isinstance(described, dict):
        raise ReportError("tensors", repr(described), "it has to be an object")
    return [
        (name, _tensor(name, value, described.get(name), example.get("dtype")))
        if name in described or isinstance(value, list)
        else (name, value)
        for name, value in example["arguments"]
    ]


def _tensor(name: str, value: Any, described: Any, dtype: Any) -> dict[str, Any]:  # noqa: ANN401  # anything of JSON
    shape, entries = _measured(value)
    if described is None:
        return {"shape": shape, "dtype": dtype, "entries": entries}
    if not isinstance(described, dict) or not _is_shape(described.get("shape"), shape, entries):
        raise ReportError(f"tensors.{name}", repr(described), f"the entries of {name} have another shape")
    return {**described, "entries": entries}


def _measured(value: Any) -> tuple[list[int], list[Any]]:  # noqa: ANN401  # anything that JSON can hold
    """Return the shape of nested arrays, as far as they tell it, and what they hold in order."""
    shape: list[int] = []
    entries = [value]
    while entries and all(isinstance(entry, list) for entry in entries):
        if len({len(entry) for entry in entries}) > 1:
            break
        shape.append(len(entries[0]))
        entries = [inner for entry in entries for inner in entry]
    return shape, entries


def _is_shape(shape: Any, measured: list[int], entries: list[Any]) -> bool:  # noqa: ANN401  # anything of JSON
    """Return whether a described shape is that of the arrays, which do not tell what is inside an empty one."""
    if not isinstance(shape, list) or not all(type(side) is int and side >= 0 for side in shape):
        return False
    return shape == measured if entries else 0 in shape and shape[: len(measured)] == measured


def _validated(record: dict[str, Any]) -> GradeReport:
    try:
        return _GRADE_REPORT.validate_python(record)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ReportError(where, repr(first["input"]), f"{first['msg'][0].lower()}{first['msg'][1:]}") from error


def _check_sums(report: GradeReport, record: dict[str, Any]) -> None:
    """Refuse a file whose sums do not belong to its properties: someone edited it, or a part is missing."""
    expected = (None, None) if report.needs_human else (_points(report.points), _points(report.max_points))
    for name, value in zip(("points", "max_points"), expected, strict=True):
        if record.get(name) != value:
            raise ReportError(name, repr(record.get(name)), f"the properties add up to {value}")
