"""``steepest ci`` as runners call it: cold, in a clone, with what they do to processes, disks and networks."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from steepest.outputs.report_json import load_report
from tests.e2e.ci_folder import Clone, clone_in
from tests.e2e.conftest import RIGHT, notebook

pytestmark = pytest.mark.slow

TOO_FAST = RIGHT.replace("return n**2 /", "return 1000 * n**2 /")

CURIOUS = (
    "import os\n"
    "seen = [name for name in os.environ if 'GITHUB' in name or 'SECRET' in name or 'TOKEN' in name]\n"
    "assert not seen, seen\n"
    "for name in ('/proc/self/environ', f'/proc/{os.getppid()}/environ', '../outputs', '../summary'):\n"
    "    try:\n"
    "        open(name, 'a').write('x')\n"
    "    except OSError:\n"
    "        continue\n"
    "    raise AssertionError(name)\n"
)


def runner(folder: Path) -> dict[str, str]:
    """Return what an Actions runner puts into the environment of a step."""
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTOR": "noether",
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "GITHUB_OUTPUT": str(folder / "outputs"),
        "GITHUB_TOKEN": "a token",
        "STEEPEST_SECRET": "a secret that this runner should not have",
    }


def table_of(printed: str) -> str:
    """Return what was printed without the workflow commands around it."""
    return "\n".join(line for line in printed.splitlines() if not line.startswith("::"))


def check_valid(folder: Path) -> list[str]:
    """Assert that every result file is whole, and return the names of those there are."""
    for path in folder.iterdir():
        data = path.read_bytes()
        if path.name == "report.json":
            load_report(data)
        elif path.suffix == ".json":
            json.loads(data)
        elif path.suffix in (".xml", ".svg"):
            ElementTree.fromstring(data)
        elif path.suffix == ".html":
            assert data.rstrip().endswith(b"</html>")
        else:
            # A file on its way has a name of its own, which nobody reads.
            assert path.name.startswith(".") or path.name in ("summary.md",)
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_a_clone_shows_the_same_table_as_the_runner(tmp_path: Path) -> None:
    clone = clone_in(tmp_path / "clone", notebook(CURIOUS, TOO_FAST))
    there = clone.run("--timings", environment=runner(tmp_path))
    assert there.returncode == 0, there.stderr
    written = sorted(path.name for path in clone.root.rglob("*") if path.is_file())
    here = clone.run("--local", "--fail-below", "100%")
    assert here.returncode == 1
    assert "below the 36 points" in here.stderr
    assert here.stdout.strip() == table_of(there.stdout).strip()
    assert sorted(path.name for path in clone.root.rglob("*") if path.is_file()) == written
    assert "cell 1" not in there.stdout, "the notebook saw or touched what it must not"
    for fact in ("versions ", "exam ", "properties ", "device cpu", "limits ", "sandbox system calls", "torch "):
        assert fact in there.stdout.replace(
            "sandbox files (Landlock), TCP (Landlock), signals and abstract sockets (Landlock), ", "sandbox "
        )
    assert "the notebook's own code" in there.stderr
    check_runner_files(clone, tmp_path, there.stdout)


def check_runner_files(clone: Clone, folder: Path, printed: str) -> None:
    """Assert what a runner finds after the step: annotations, outputs, summary, results, and no secret."""
    lines = clone.root.joinpath("inverse.ipynb").read_text().splitlines()
    places = [int(line) for line in re.findall(r"^::error file=inverse\.ipynb,line=(\d+),", printed, re.MULTILINE)]
    assert places
    assert all("def safe_learning_rate" in lines[place - 1] for place in places)
    report = clone.report()
    outputs = folder.joinpath("outputs").read_text()
    assert outputs.index("graded=false") < outputs.index("graded=true")
    assert f"points={report['points']}" in outputs
    assert report["student"] == "noether"
    assert folder.joinpath("summary").read_text().count("## inverse") == 1
    assert check_valid(clone.results) == [
        *("badge.json", "badge.svg", "junit.xml", "report.html", "report.json", "summary.md")
    ]
    everything = "".join(path.read_text() for path in clone.results.iterdir()) + printed + outputs
    assert "should not have" not in everything
    assert "a token" not in everything


def test_a_killed_runner_leaves_valid_results_at_any_moment(tmp_path: Path) -> None:
    clone = clone_in(tmp_path / "clone", notebook(RIGHT))
    for delay in (0.0, 0.31, 0.97, 2.3):
        process = subprocess.Popen(
            clone.command("--write", "json", "--write", "junit", "--write", "gradescope"),
            cwd=clone.root,
            env=clone.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(clone.results / "results.json", process)
        try:
            process.wait(timeout=delay)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
        assert set(check_valid(clone.results)) == {"report.json", "junit.xml", "results.json"}
        for path in clone.results.iterdir():
            path.unlink()


def test_a_stopped_runner_leaves_results_that_say_so(tmp_path: Path) -> None:
    clone = clone_in(tmp_path / "clone", notebook("while True:\n    pass"))
    process = subprocess.Popen(clone.command(), cwd=clone.root, env=clone.environment(), stdout=subprocess.DEVNULL)
    wait_for(clone.results / "junit.xml", process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 3
    assert "the runner stopped the grading" in clone.report()["fault"]
    check_valid(clone.results)


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Return once a file exists."""
    until = time.monotonic() + 120
    while not path.exists():
        assert process.poll() is None, "it ended before its first file"
        assert time.monotonic() < until
        time.sleep(0.01)


def in_namespace(*kinds: str) -> list[str]:
    """Return what to put before a command that is to have mounts or networks of its own; skip where nobody may."""
    command = ["unshare", *kinds, "--"]
    try:
        tried = subprocess.run([*command, "true"], capture_output=True, timeout=30)
    except OSError:
        pytest.skip("no unshare here")
    if tried.returncode:
        pytest.skip("this user may make no namespace")
    return command


def mounted(script: str, *kinds: str) -> list[str]:
    """Return what to put before a command that is to run after a script of mounts."""
    return [
        *in_namespace("-m", *kinds),
        "sh",
        "-c",
        f'{script}\n"$@"\nresult=$?\ncp -r "$RESULTS" "$KEPT"\nexit $result',
        "sh",
    ]


def test_a_read_only_checkout_without_a_network_gives_results_elsewhere(tmp_path: Path) -> None:
    clone = clone_in(tmp_path / "clone", b"")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    before = mounted('mount --bind "$PWD" "$PWD" && mount -o remount,ro,bind "$PWD" && cd "$PWD" || exit 77', "-n")
    environment = {"RUNNER_TEMP": str(temporary), "RESULTS": str(temporary), "KEPT": str(tmp_path / "kept")}
    done = clone.run(before=before, environment=environment)
    if done.returncode == 77:
        pytest.skip("this user may not mount")
    assert done.returncode == 3, done.stderr
    assert "cannot be written to; results are in" in done.stderr
    (folder,) = temporary.iterdir()
    check_valid(folder)
    assert "the file is empty" in folder.joinpath("report.json").read_text()


def test_a_full_disk_leaves_the_first_results_and_names_the_cause(tmp_path: Path) -> None:
    clone = clone_in(tmp_path / "clone", b"")
    environment = {"RESULTS": str(tmp_path / "disk"), "KEPT": str(tmp_path / "kept")}
    (tmp_path / "disk").mkdir()
    before = mounted('mount -t tmpfs -o size=16k tmpfs "$RESULTS" || exit 77')
    done = clone.run("--write", "json", "--output", str(tmp_path / "disk"), before=before, environment=environment)
    if done.returncode == 77:
        pytest.skip("this user may not mount")
    assert done.returncode == 3
    assert "report.json: No space left on device; what stood there still stands" in done.stderr
    assert check_valid(tmp_path / "kept") == ["report.json"]
    assert "not graded yet" in (tmp_path / "kept" / "report.json").read_text()
