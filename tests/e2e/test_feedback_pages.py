"""Every page in a real browser: on a phone and on a desk, light and dark, for eyes and for a screen reader."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("playwright", reason="no playwright here: the pages are not looked at in a browser")

from playwright.sync_api import Browser

from steepest.answers import Answer, CallStatus, TensorItem
from steepest.counterexample import describe
from steepest.errors import PropertyFailed
from steepest.explain import explain
from steepest.model import GradeReport, PropertyResult, Verdict
from steepest.outputs.code import snippet
from steepest.outputs.html import render_index, render_report
from steepest.plugin import collect_trials
from steepest.sandbox.inprocess import NamespaceCaller

from ..unit.outputs.samples import fault_report, hostile_report, ordinary_report, perfect_report
from .browser import CHROMIUM, DESK, PHONE, chromium, opened

ROOT = Path(__file__).parent.parent.parent
TITLE = "The inverse by descent"
SHOWN = ("test_well_conditioned_matrices", "test_one_update")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: the pages are not looked at in a browser"),
]


def failing_report() -> GradeReport:
    """Return the report of an answer that is transposed, with what the explanation really finds."""
    path = ROOT / "tests" / "corpus" / "inverse" / "chaffs" / "answer_transposed.py"
    namespace: dict[str, object] = {"__name__": path.stem}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    caller = NamespaceCaller(namespace)
    trials = collect_trials(ROOT / "assignments" / "inverse" / "test_inverse.py")
    results = []
    for trial in trials:
        info = trial.info
        found = explain(trial, caller) if info.name in SHOWN else None
        result = PropertyResult(info.name, info.title, info.exercise, Verdict.PASSED, info.max_points, info.max_points)
        if found is not None:
            result = replace(result, verdict=Verdict.FAILED, points=0, message=found.message, help=found.help)
            result = replace(result, counterexample=found.counterexample)
        results.append(result)
    return replace(ordinary_report(), properties=tuple(results))


def batch_report() -> GradeReport:
    """Return a report with counterexamples of all shapes: batches, an empty one, a wide matrix, a vector, a scalar."""
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape).round(2) for shape in ((3, 2, 3), (0, 3, 2), (20, 1, 2), (14, 20), (5,), ())]
    results = []
    for place, array in enumerate(arrays):
        answer = Answer(CallStatus.RETURNED, (TensorItem(array.shape, "float64", array),))
        error = PropertyFailed("max |A X A - A|", 1.5, 1e-3, heat_map=("A X A - A", array))
        example = describe("calculate_pinverse", {"0": array, "rcond": 0.1}, ("A", "rcond"), answer, error)
        results.append(
            PropertyResult(
                f"test_shape_{place}",
                f"A X A = A for shape {array.shape}.",
                "calculate_pinverse",
                Verdict.FAILED,
                0,
                100,
                help="A batch is taken for one matrix: use `A.mT`, which transposes each item.",
                counterexample=example,
            )
        )
    return replace(ordinary_report(), properties=tuple(results))


def pages() -> dict[str, str]:
    """Return the pages to look at, by name."""
    ordinary, hostile = ordinary_report(), hostile_report()
    reports = [ordinary, perfect_report(), fault_report(), replace(hostile, student="eve"), hostile]
    attack = hostile.notes[0]
    return {
        "failing": render_report(failing_report(), "Linear Algebra", TITLE),
        "ordinary": render_report(ordinary, "Linear Algebra", TITLE),
        "batch": render_report(batch_report(), "Linear Algebra", "The pseudo-inverse"),
        "perfect": render_report(perfect_report(), "Linear Algebra", TITLE),
        "fault": render_report(fault_report(), "Linear Algebra", TITLE),
        "hostile": render_report(hostile, attack, attack),
        "index": render_index(reports, "Linear Algebra", TITLE, {"emmy": "Emmy Noether", "eve": attack}),
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield one browser for all looks."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the pages as files."""
    folder = tmp_path_factory.mktemp("pages")
    for name, html in pages().items():
        (folder / f"{name}.html").write_text(html, "utf-8")
    return folder


@pytest.mark.parametrize("name", ["failing", "ordinary", "batch", "perfect", "fault", "hostile", "index"])
def test_a_page_fits_is_readable_and_does_nothing(browser: Browser, folder: Path, name: str) -> None:
    with opened(browser, folder / f"{name}.html", PHONE) as look:
        assert look.faults() == []
        assert look.background() > 0.8
        look.page.emulate_media(color_scheme="dark")
        assert look.faults() == []
        assert look.background() < 0.2
        look.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        assert look.faults() == []


def test_the_look_notices_what_it_is_for(browser: Browser, tmp_path: Path) -> None:
    """A page with every fault is told for every fault; else the looks above could never fail."""
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!doctype html><body style='background:#fff'><p style='width:2000px;color:#ccc'>wide and pale"
        "<script>alert('ran'); console.log('printed')</script><img src='https://example.org/x.png'>"
    )
    with opened(browser, bad) as look:
        told = "\n".join(look.faults())
    for words in (
        "console: printed",
        "asked for https://example.org",
        "a script ran: ran",
        "a script stands",
        "pixels",
    ):
        assert words in told
    assert "weak contrast: ['wide and pale" in told
    empty = tmp_path / "empty.html"
    empty.write_text("<!doctype html>")
    with opened(browser, empty) as look:
        assert "it is blank" in look.faults()


def test_the_policy_stops_a_script_that_would_get_into_a_page(browser: Browser, folder: Path, tmp_path: Path) -> None:
    html = (folder / "ordinary.html").read_text()
    attacks = "<script>alert(1)</script><img src=x onerror=alert(2)><p style='color:red' onclick=alert(3)>click</p>"
    planted = tmp_path / "planted.html"
    planted.write_text(
        html.replace("<header>", attacks + "<iframe srcdoc='<script>alert(4)</script>'></iframe><header>")
    )
    with opened(browser, planted) as look:
        look.page.get_by_text("click", exact=True).click()
        assert look.dialogs == []
        assert any("Content Security Policy" in line for line in look.console)


def test_a_screen_reader_finds_landmarks_headings_tables_and_pictures(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "ordinary.html") as look:
        told, page = look.told(), look.page
        assert page.get_by_role("main").count() == 1
        for name in ("What to mend", "All properties", "Notes on the notebook"):
            assert page.get_by_role("region", name=name, exact=True).count() == 1
        assert page.get_by_role("list", name="Points by exercise").get_by_role("listitem").count() == 3
        assert page.get_by_role("article").count() == 5
        assert page.get_by_role("article", name="X M = I and M X = I for orthogonal matrices.").count() == 1
        for name in ("Property", "Verdict", "Points"):
            assert page.get_by_role("columnheader", name=name).count() == 1
        assert page.get_by_role("table", name="M, 2 x 2").count() == 2
        assert page.get_by_role("img").count() == 2
        assert 'img "X M - I: 2 x 2 heat map, largest entry 1 in row 1, column 2"' in told
        assert "✗" not in told, "marks are for eyes; the word stands beside them"


@pytest.mark.parametrize("name", ["failing", "ordinary", "batch", "perfect", "fault", "index"])
def test_headings_begin_with_one_and_leave_no_level_out(browser: Browser, folder: Path, name: str) -> None:
    with opened(browser, folder / f"{name}.html") as look:
        levels = [int(level) for level in re.findall(r"heading .*\[level=(\d)\]", look.told())]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_a_class_table_names_students_and_properties(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "index.html") as look:
        page = look.page
        assert page.get_by_role("region", name="Students and properties").get_by_role("table").count() == 1
        assert page.get_by_role("rowheader", name="emmy").count() == 1
        assert page.get_by_role("columnheader", name="orthogonal matrices").count() == 1
        assert page.get_by_role("link").all_inner_texts() == ["noether", "emmy", "hilbert", "eve"]


def test_one_click_selects_the_code_and_nothing_else(browser: Browser, folder: Path) -> None:
    example = ordinary_report().properties[3].counterexample
    assert example is not None
    with opened(browser, folder / "ordinary.html") as look:
        look.page.get_by_label("the call as code").nth(1).click()
        assert look.page.evaluate("getSelection().toString()").strip() == snippet(example)


def test_the_keyboard_reaches_what_scrolls(browser: Browser, folder: Path) -> None:
    lost = """() => [...document.querySelectorAll('*')].filter(e => e.checkVisibility()
        && e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX)
        && e.tabIndex < 0).map(e => e.outerHTML.slice(0, 80))"""
    for name in ("failing", "batch", "index"):
        with opened(browser, folder / f"{name}.html") as look:
            assert look.page.evaluate(lost) == []
