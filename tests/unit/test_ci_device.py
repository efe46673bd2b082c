"""Devices, as far as a machine without a card can tell: what is chosen, what is sent, which holes are made.

What needs a card is in tests/gpu.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from steepest.errors import CourseError, SandboxUnavailableError
from steepest.model import Limits
from steepest.sandbox import cuda_holes, seccomp, worker
from steepest.sandbox.client import Zygote
from steepest.sandbox.gpu import CPU, Device, DeviceUnavailableError, choose_device, device_from, device_nodes, probe
from steepest.sandbox.landlock import READ, USE, FileRight, rules_for
from steepest.sandbox.limits import standing_walls

CARD = Device("cuda", "cuda (a card)", visible="1", nodes=("/dev/null",), memory_mib=81_920)
FOUND: dict[str, object] = {"name": "A Card", "cuda": "12.8", "memory_mib": 81_920, "pci": "0000:3b:00"}


def nothing_found() -> Device:
    """Look for a device in vain."""
    raise DeviceUnavailableError("torch is built without CUDA")


def may_not_look() -> Device:
    """Fail the test: nobody has asked for a card."""
    raise AssertionError


# ----------------------------------------------------------------------------------------------- choosing


def test_the_cpu_is_taken_without_a_look() -> None:
    assert choose_device("cpu", may_not_look) is CPU


def test_cuda_without_a_card_is_an_error_that_names_reason_and_way_out() -> None:
    with pytest.raises(DeviceUnavailableError, match=r"built without CUDA\. Try: .*device: auto"):
        choose_device("cuda", nothing_found)


def test_auto_without_a_card_is_the_cpu_and_says_so() -> None:
    chosen = choose_device("auto", nothing_found)
    assert not chosen.is_cuda
    assert chosen.text == "cpu (auto: torch is built without CUDA)"


@pytest.mark.parametrize("wanted", ["cuda", "auto"])
def test_a_card_that_is_found_is_taken(wanted: str) -> None:
    assert choose_device(wanted, lambda: CARD) is CARD


def test_a_found_card_says_that_tf32_is_off() -> None:
    device = device_from(FOUND, "GPU-1234")
    assert device.text == "cuda (A Card, CUDA 12.8, TF32 off)"
    assert device.visible == "GPU-1234"
    assert device.memory_mib == 81_920


def test_the_reason_of_a_look_in_vain_is_kept() -> None:
    with pytest.raises(DeviceUnavailableError, match="no driver"):
        device_from({"error": "no driver"}, "0")


def test_workers_may_open_the_files_of_one_card_only(tmp_path: Path) -> None:
    for minor, address in enumerate(["0000:1a:00.0", "0000:3B:00.0"]):
        folder = tmp_path / "proc/driver/nvidia/gpus" / address
        folder.mkdir(parents=True)
        (folder / "information").write_text(f"Model: \t\t A Card\nDevice Minor: \t {minor}\n")
    (tmp_path / "dev").mkdir()
    for name in ("nvidia0", "nvidia1", "nvidiactl"):
        (tmp_path / "dev" / name).touch()
    assert device_nodes("0000:3b:00", tmp_path) == ("/dev/nvidia1",)
    assert device_nodes("", tmp_path) == ("/dev/nvidia0", "/dev/nvidia1")


@pytest.mark.parametrize("hidden", ["", "-1", " ,1"])
def test_hidden_devices_are_not_looked_for(hidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    with pytest.raises(DeviceUnavailableError, match="hides every device"):
        probe()


@pytest.mark.slow
@pytest.mark.skipif(torch.version.cuda is not None, reason="this torch may find a card")
def test_a_torch_without_cuda_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    with pytest.raises(DeviceUnavailableError, match="is built without CUDA"):
        probe()


def test_workers_see_no_card_on_the_cpu_and_one_on_cuda() -> None:
    assert CPU.environment == {"CUDA_VISIBLE_DEVICES": ""}
    assert CARD.environment["CUDA_VISIBLE_DEVICES"] == "1"
    assert CARD.environment["NVIDIA_TF32_OVERRIDE"] == "0"
    assert CARD.environment["PYTORCH_NVML_BASED_CUDA_CHECK"] == "1"


@pytest.mark.parametrize("device", ["cuda", "auto", "cpu", "gpu"])
def test_course_yml_names_a_device(device: str, tmp_path: Path) -> None:
    from steepest.course import load_course

    entry = "{id: a, title: A, notebook: a/a.ipynb, properties: a/test_a.py, functions: [f], points: 1, device: %s}"
    (tmp_path / "course.yml").write_text(f"title: T\ntimezone: UTC\nassignments:\n  - {entry % device}\n")
    if device == "gpu":
        with pytest.raises(CourseError, match=r"assignments\[0\]\.device = 'gpu'"):
            load_course(tmp_path / "course.yml")
    else:
        assert load_course(tmp_path / "course.yml").assignments[0].device == device


# ----------------------------------------------------------------------------------------------- holes


def test_only_mmap_and_ioctl_are_decided_otherwise_for_a_card() -> None:
    plain, holed = seccomp.rules(4711), seccomp.rules(4711, card=True)
    changed = [a.call for a, b in zip(plain, holed, strict=True) if a != b]
    assert changed == ["mmap", "ioctl"]


@pytest.mark.parametrize(
    ("command", "allowed"),
    [
        (0xC020462A, True),  # a control call of the driver
        (0x30000001, True),  # unified memory begins
        (75, True),
        (0x5401, True),
        (0x5412, False),  # TIOCSTI
        (0x541C, False),  # TIOCLINUX
        (0x5600, False),  # VT_OPENQRY: most of its bits are those of the driver's type
        (0x8933, False),  # an interface of the network
    ],
)
def test_a_card_is_sent_the_drivers_ioctls_and_no_others(command: int, allowed: bool) -> None:
    (rule,) = [rule for rule in seccomp.rules(1, card=True) if rule.call == "ioctl"]
    assert any(command & mask == value for mask, value in rule.tests) == allowed


def test_without_a_card_no_ioctl_of_the_driver_passes() -> None:
    (rule,) = [rule for rule in seccomp.rules(1) if rule.call == "ioctl"]
    assert not any(0xC020462A & mask == value for mask, value in rule.tests)


def test_the_files_of_a_card_may_be_driven_and_no_others(tmp_path: Path) -> None:
    rules = rules_for([Path("/lib")], tmp_path, [Path("/dev/null")], [Path("/dev/nvidia0")])
    assert rules[Path("/dev/nvidia0")] == USE | FileRight.IOCTL_DEV
    assert rules[Path("/dev/null")] == USE
    assert rules[Path("/lib")] == READ


def test_what_the_driver_reads_holds_no_other_process_and_no_home() -> None:
    own = str(os.getpid())
    for path in cuda_holes.readable():
        if path.parts[1] == "proc" and path.parts[2].isdigit():
            assert path.parts[2] == own
        assert path.parts[1] in ("proc", "sys")
        assert len(path.parts) > 2


LOCKED = """
import os, resource, sys
from pathlib import Path
from steepest.model import Limits
from steepest.sandbox.limits import lock, readable_paths, standing_walls
card = [Path(name) for name in sys.argv[2:]]
lock(Limits(), Path(sys.argv[1]), readable_paths(), standing_walls(), card)
print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_DATA)[0] >> 20)
for name in ("/proc/cpuinfo", "/etc/passwd"):
    try:
        open(name).close()
        print("opened")
    except OSError:
        print("refused")
"""


@pytest.mark.parametrize("card", [(), ("/dev/null",)], ids=["cpu", "card"])
def test_a_locked_process_has_the_holes_of_a_card_only_with_one(card: tuple[str, ...], tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-s", "-c", LOCKED, str(tmp_path), *card]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd="/")
    space, data, facts, secrets = done.stdout.split()
    assert (int(space) == resource.RLIM_INFINITY) == bool(card), done.stderr
    assert int(data) == Limits().memory_mib + (cuda_holes.HOST_MIB if card else 0)
    if "files (Landlock)" in [wall.value for wall in standing_walls()]:
        assert (facts, secrets) == ("opened" if card else "refused", "refused")


@pytest.mark.slow
def test_a_card_that_is_not_there_after_all_stops_the_first_worker_with_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Zygote(CARD) as zygote:
        zygote.wait_until_ready()  # raises if the zygote has touched CUDA
        with pytest.raises(SandboxUnavailableError, match=r"(?i)cuda"):
            zygote.fork(Limits(), standing_walls())


# ----------------------------------------------------------------------------------------------- the worker

META = torch.device("meta")
"""A device that is not the CPU, and that every machine has."""


def test_tensors_made_in_a_call_are_on_the_device_and_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: None)
    with worker.on_device(META):
        assert torch.eye(2).device == META
        assert torch.rand(3).device == META
    assert torch.eye(2).device.type == "cpu"


def test_precision_that_a_cell_has_lowered_is_raised_before_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: None)
    try:
        torch.set_float32_matmul_precision("medium")
        torch.backends.cudnn.allow_tf32 = True
        with worker.on_device(META):
            assert torch.get_float32_matmul_precision() == "highest"
            assert not torch.backends.cudnn.allow_tf32
    finally:
        worker.exact_products()


def test_a_dead_context_ends_the_process_and_not_the_call_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def dead(device: torch.device) -> None:
        raise RuntimeError("CUDA error: device-side assert triggered")

    ended: list[int] = []
    monkeypatch.setattr(torch.cuda, "synchronize", dead)
    monkeypatch.setattr(worker, "_device", META)
    monkeypatch.setattr(os, "_exit", ended.append)
    from steepest.sandbox.wire import encode_arguments

    worker.call({"f": lambda: None}, "f", bytes(8) + encode_arguments({}))
    assert ended == [worker.CONTEXT_LOST_STATUS]


def test_arguments_are_sent_to_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    from steepest.sandbox.wire import encode_arguments

    seen: list[torch.device] = []
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: None)
    monkeypatch.setattr(worker, "_device", META)
    monkeypatch.setattr(torch, "equal", lambda a, b: True)
    payload = bytes(8) + encode_arguments({"0": np.eye(2, dtype=np.float32), "steps": 3})
    worker.ask(lambda M, steps: seen.append(M.device), "f", payload)
    assert seen == [META]


def test_the_share_of_a_cards_memory_is_that_of_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, int]] = []

    def remember(fraction: float, device: int) -> None:
        asked.append((fraction, device))
        raise RuntimeError("no card here")

    monkeypatch.setattr(worker, "_device", worker._device)
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", remember)
    for memory_mib in (2048, 1 << 20):
        with pytest.raises(RuntimeError, match="no card here"):
            worker.use_card(memory_mib, 81_920)
    assert asked == [(0.025, 0), (1.0, 0)]
