"""The scan before the JSON parser: what it counts, where it ends, and that twenty megabytes of anything pass once."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest import json_scan
from steepest.notebook import MAX_NOTEBOOK_BYTES

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def depth_of(value: object) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inside is None else 1 + max(map(depth_of, inside), default=0)


def commas_of(value: object) -> int:
    inside = list(value.values() if isinstance(value, dict) else value) if isinstance(value, list | dict) else []
    return max(len(inside) - 1, 0) + sum(map(commas_of, inside))


def containers_of(value: object) -> int:
    inside = list(value.values() if isinstance(value, dict) else value) if isinstance(value, list | dict) else []
    return isinstance(value, list | dict) + sum(map(containers_of, inside))


@settings(max_examples=50)
@given(VALUES.map(lambda value: [value]))
def test_depth_and_values_are_those_of_what_the_parser_builds(value: list[object]) -> None:
    text = json.dumps(value)
    depth, values = depth_of(value), containers_of(value) + commas_of(value)
    json_scan.check(text, max_depth=depth, max_values=values)
    with pytest.raises(json_scan.TooDeepError):
        json_scan.check(text, max_depth=depth - 1, max_values=values)
    with pytest.raises(json_scan.TooManyValuesError):
        json_scan.check(text, max_depth=depth, max_values=values - 1)


@pytest.mark.parametrize("text", ['["[[[", "\\"[", "\\\\"]', '{"a,b{": ",,,"}', '["\\', '["'])
def test_what_stands_in_a_string_is_not_counted(text: str) -> None:
    json_scan.check(text, max_depth=1, max_values=3)


@pytest.mark.parametrize("text", ["", "7", '"a"', "]]]" * 99, ",,,", "[]" + "[[[" * 99, "{}, " + "0," * 99, "[}[[["])
def test_scan_ends_where_a_parser_would(text: str) -> None:
    json_scan.check(text, max_depth=1, max_values=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "unit"),
    [
        ("", '"'),
        ("[", '"'),
        ("[", '"a"'),
        ("[", "\\"),
        ('["', "\\"),
        ('["', '\\"'),
        ("[", " "),
        ("[", "]"),
        ("[", "[],"),
        ("{", '"":{},'),
        ("[", "x"),
        ('["', '"cells": [{'),
    ],
)
def test_twenty_megabytes_of_anything_are_scanned_once(start: str, unit: str) -> None:
    # A scan that begins anew at each character, or at each quote, would take days.
    text = start + unit * (MAX_NOTEBOOK_BYTES // len(unit))
    try:
        json_scan.check(text, max_depth=100, max_values=100_000)
    except (json_scan.TooDeepError, json_scan.TooManyValuesError):
        assert unit in ("[],", '"":{},')
