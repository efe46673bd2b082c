"""Formgrader in a real browser, on a course of the kit: what an instructor clicks does what it says.

JupyterLab serves the course, Chromium is driven through it: the assignment is listed, a submission is autograded in
the sandbox, the written answer gets its points by hand, feedback is made. A machine without Chromium says so.
"""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .conftest import ROOT, SECRET

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.kernel, pytest.mark.timeout(600)]

TOKEN = "only-for-this-test"
STUDENT = "leibniz"
WAIT_MS = 240_000
"""The button grades inside the server; how long that takes is for the machine to say."""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course as a checkout has it, with one submission and its exam drawn."""
    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "assignments" / "inverse", tmp_path / "assignments" / "inverse")
    (tmp_path / "examples").mkdir()
    shutil.copy(ROOT / "examples" / "roster.csv", tmp_path / "examples")
    shutil.copytree(ROOT / "examples" / "submitted" / STUDENT, tmp_path / "generated" / "submitted" / STUDENT)
    run(tmp_path, "nbgrader", "generate_assignment", "inverse")
    run(tmp_path, "steepest", "exam", "draw", "inverse")
    return tmp_path


def environment(course: Path) -> dict[str, str]:
    """Return an environment whose Jupyter knows nothing of this machine's settings."""
    places = {f"JUPYTER_{kind}_DIR": str(course / ".jupyter" / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {"PATH": programs, "HOME": str(course), "STEEPEST_SECRET": SECRET, "LC_ALL": "C.UTF-8", **places}


def run(course: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=course, env=environment(course), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def server(course: Path) -> Iterator[str]:
    """JupyterLab with formgrader on the course; yields its address."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    command = ["jupyter", "lab", *options, f"--IdentityProvider.token={TOKEN}"]
    with (course / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=course, env=environment(course), stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_it_answers(f"{address}/api?token={TOKEN}", process, course / "server.log")
            yield address
        finally:
            process.terminate()
            process.wait(30)


def wait_until_it_answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the server answers; fail with its log if it ends or does not."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.2)  # either it ends now, or it gets the processor
    pytest.fail(f"the server does not answer:\n{log.read_text()[-3000:]}")


@pytest.fixture
def page(server: str) -> Iterator[Page]:
    """A page of Chromium that is logged in."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1300, "height": 1000})
        opened.set_default_timeout(WAIT_MS)
        opened.goto(f"{server}/formgrader/manage_assignments?token={TOKEN}")
        yield opened
        browser.close()


def grades(course: Path) -> dict[str, tuple[float | None, float | None, bool]]:
    """Return automatic score, manual score and whether a person must look, by cell."""
    query = (
        "SELECT base_cell.name, auto_score, manual_score, needs_manual_grade FROM grade"
        " JOIN base_cell ON base_cell.id = grade.cell_id"
    )
    with closing(sqlite3.connect(course / "generated" / "gradebook.db")) as database:
        return {name: (auto, manual, bool(needs)) for name, auto, manual, needs in database.execute(query)}


def test_an_instructor_lists_autogrades_grades_by_hand_and_makes_feedback(
    course: Path, server: str, page: Page
) -> None:
    row = page.locator("tbody tr", has=page.get_by_text("inverse", exact=True))
    assert row.locator("td.num-submissions").inner_text().strip() == "1"

    page.goto(f"{server}/formgrader/manage_submissions/inverse")
    row = page.locator("tbody tr", has_text=STUDENT)
    assert row.locator("td.status").inner_text() == "needs autograding"
    row.locator("td.autograde a").click()
    page.wait_for_selector(".modal.in, .modal.show")
    assert f"Successfully autograded 'inverse' for student '{STUDENT}'" in page.locator(".modal").first.inner_text()
    assert grades(course)["calculate_inverse"][0] == 9.0
    assert grades(course)["why_faster"][0] is None

    page.goto(f"{server}/formgrader/gradebook/inverse/inverse")
    with page.expect_response(lambda response: "/formgrader/api/grades" in response.url):
        page.locator("tbody tr a").first.click()
    page.wait_for_load_state("networkidle")  # only then does the page listen to what is typed
    written = page.locator("#why_faster")
    shown = page.locator("body").inner_text()
    assert "9 of 24 points" in shown
    assert "X' M = I: the answer is transposed" in shown
    with page.expect_response(lambda response: "/formgrader/api/grade/" in response.url and response.ok):
        written.fill("2.5")
        written.blur()
    assert grades(course)["why_faster"][1] == 2.5
    assert len(page.screenshot(full_page=True)) > 20_000

    page.goto(f"{server}/formgrader/manage_submissions/inverse")
    row = page.locator("tbody tr", has_text=STUDENT)
    assert row.locator("td.status").inner_text() == "graded"
    assert row.locator("td.score").inner_text() == "23.5 / 40"
    row.locator("td.generate-feedback a").click()
    page.wait_for_selector(".modal.in, .modal.show")
    feedback = course / "generated" / "feedback" / STUDENT / "inverse" / "inverse.html"
    text = feedback.read_text(encoding="utf-8")
    assert "23.5" in text
    assert "MARK SCHEME" not in text
