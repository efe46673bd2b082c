"""Text files that instructors write: read with a cap, as UTF-8, as YAML without repeated keys; which ids are safe."""

from __future__ import annotations

import re
import reprlib
from pathlib import Path
from typing import Any

import yaml

from steepest.errors import CourseError, Problem

MAX_YAML_BYTES = 1 << 20
SAFE_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")
SAFE_ID_RULE = "use 1 to 64 of the letters A-Z and a-z, digits, _ and -, not beginning with -"
_YAML_HELP = "this is not YAML; look there for a tab, a missing quote or a wrong indentation"


class _Loader(yaml.SafeLoader):
    """Safe YAML in which a repeated key is remembered as a mistake, and a date stays the text that was written."""

    repeated: list[tuple[str, int]]


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
    for place, (key, _) in enumerate(node.value):
        if isinstance(key, yaml.ScalarNode) and key.value in keys[:place]:
            loader.repeated.append((str(key.value), key.start_mark.line + 1))
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> tuple[dict[Any, Any], list[Problem]]:
    """Return the mapping in a YAML file, and the keys that stand twice in it as problems.

    Dates stay the text that was written, so that the caller decides about time zones.

    Raises:
        CourseError: The file cannot be read, is not YAML, or is not a mapping.
    """
    text = read_text(path, MAX_YAML_BYTES, "run this beside course.yml, or name the file with --course")
    repeated: list[tuple[str, int]] = []
    try:
        loader = _Loader(text)
        loader.repeated = repeated
        tree = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "file"
        raise CourseError(str(path), [Problem(where, str(error.problem), _YAML_HELP)]) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise CourseError(str(path), [Problem("file", type(error).__name__, _YAML_HELP)]) from error
    if not isinstance(tree, dict):
        raise CourseError(str(path), [Problem("file", short(tree), "begin with keys such as title: and assignments:")])
    return tree, [
        Problem(f"line {line}", key, "this key stands twice in one mapping; keep one") for key, line in repeated
    ]


def read_text(path: Path, max_bytes: int, if_missing: str) -> str:
    """Return the text of a small UTF-8 file, without a byte order mark.

    Raises:
        CourseError: It is missing, not a regular file, longer than ``max_bytes``, or not UTF-8.
    """
    if not path.is_file():
        what = "(not a regular file)" if path.exists() else "(missing)"
        raise CourseError(str(path), [Problem("file", what, f"there is no such file; {if_missing}")])
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
        if len(data) > max_bytes:
            way_out = f"longer than {max_bytes} bytes; is this the right file?"
            raise CourseError(str(path), [Problem("file", f"more than {max_bytes} bytes", way_out)])
        return data.decode("utf-8-sig")
    except OSError as error:
        raise CourseError(str(path), [Problem("file", error.strerror or "unreadable", "make it readable")]) from error
    except UnicodeDecodeError as error:
        raise CourseError(str(path), [Problem("file", f"byte {error.start}", "save it as UTF-8")]) from error


_shortener = reprlib.Repr()
_shortener.maxlevel, _shortener.maxstring, _shortener.maxother = 2, 80, 80


def short(value: object) -> str:
    """Return ``value`` as Python writes it, cut to a length that fits on a line."""
    return _shortener.repr(value)
