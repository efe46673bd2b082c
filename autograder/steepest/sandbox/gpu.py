"""Which device submissions run on: the CPU, or one CUDA device that a process of its own has tried out.

Looking for a device is done in a child process that ends: whoever asks CUDA anything in earnest has initialised its
driver, and after that no fork of that process can use it. The judge needs no torch for it, and the zygote stays clean.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from steepest.errors import SteepestError

PROBE_S = 120
MIB = 2**20
CONTROL_NODES = ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools")

ENVIRONMENT = {
    "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
    "NVIDIA_TF32_OVERRIDE": "0",  # the libraries obey this, whatever a notebook sets
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # the same call gives the same bits
    "CUDA_CACHE_DISABLE": "1",
    "CUDA_MODULE_LOADING": "LAZY",
    "PYTORCH_NVML_BASED_CUDA_CHECK": "1",  # else `is_available` initialises the driver, in the zygote
}
"""What a zygote and its workers are told where submissions run on a CUDA device."""


class DeviceUnavailableError(SteepestError):
    """A CUDA device was asked for, and none can be used here."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"device cuda: {reason}. Try: a runner with an NVIDIA card, its driver and a CUDA build of torch; "
            "or `device: auto`, which takes the CPU where there is no card and says so in every report"
        )


@dataclass(frozen=True)
class Device:
    """Where the tensors of a submission live.

    ``text`` is for reports. ``visible`` is the one device that workers see, as CUDA_VISIBLE_DEVICES has it, and
    ``nodes`` are the device files that they may open. ``memory_mib`` is all the memory of the card.
    """

    name: str
    text: str
    visible: str = ""
    nodes: tuple[str, ...] = ()
    memory_mib: int = 0

    @property
    def is_cuda(self) -> bool:
        """Return whether tensors are sent to a card."""
        return self.name == "cuda"

    @property
    def environment(self) -> dict[str, str]:
        """Return what a zygote's environment needs for this device; on the CPU no card is to be seen at all."""
        return {"CUDA_VISIBLE_DEVICES": self.visible} | (ENVIRONMENT if self.is_cuda else {})


CPU = Device("cpu", "cpu")


def choose_device(wanted: str, look: Callable[[], Device] | None = None) -> Device:
    """Return the device for ``wanted``, one of ``cpu``, ``cuda`` and ``auto``; only ``auto`` ever falls back.

    Raises:
        DeviceUnavailableError: ``cuda`` was asked for, and there is no device that can be used.
    """
    if wanted == "cpu":
        return CPU
    try:
        return (look or probe)()
    except DeviceUnavailableError as error:
        if wanted == "cuda":
            raise
        return Device("cpu", f"cpu (auto: {error.reason})")


def probe() -> Device:
    """Return the first CUDA device that this process may see, after a multiplication on it in a child process.

    Raises:
        DeviceUnavailableError: torch has no CUDA, there is no device, or it does not compute.
    """
    first = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
    if not first or first == "-1":
        raise DeviceUnavailableError("CUDA_VISIBLE_DEVICES hides every device")
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **ENVIRONMENT, "CUDA_VISIBLE_DEVICES": first}
    if "LD_LIBRARY_PATH" in os.environ:
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    command = [sys.executable, "-P", "-s", "-m", "steepest.sandbox.gpu"]
    try:
        done = subprocess.run(command, env=environment, cwd="/", capture_output=True, timeout=PROBE_S)
        found = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError) as error:
        raise DeviceUnavailableError(f"looking for one failed ({type(error).__name__})") from None
    return device_from(found, first)


def device_from(found: dict[str, object], visible: str) -> Device:
    """Return the device that a look has found; ``visible`` names it in CUDA_VISIBLE_DEVICES.

    Raises:
        DeviceUnavailableError: It found none; the text says why.
    """
    if "error" in found:
        raise DeviceUnavailableError(str(found["error"])[:300])
    text = f"cuda ({found['name']}, CUDA {found['cuda']}, TF32 off)"
    nodes = (*CONTROL_NODES, *device_nodes(str(found["pci"])))
    return Device("cuda", text, visible, nodes, int(str(found["memory_mib"])))


def device_nodes(pci: str, root: Path = Path("/")) -> tuple[str, ...]:
    """Return the device files of the card at a PCI address such as ``0000:3b:00``; those of all cards if unknown.

    Source: the driver's README, "The /proc interface": ``/proc/driver/nvidia/gpus/<address>/information``.
    """
    for folder in sorted((root / "proc/driver/nvidia/gpus").glob("*")):
        if pci and folder.name.lower().startswith(pci.lower()):
            try:
                lines = (folder / "information").read_text(encoding="utf-8", errors="replace").splitlines()
            except OSError:
                break
            minors = [line.partition(":")[2].strip() for line in lines if line.startswith("Device Minor")]
            return tuple(f"/dev/nvidia{minor}" for minor in minors)
    return tuple(f"/dev/{path.name}" for path in sorted((root / "dev").glob("nvidia[0-9]*")))


def look_here() -> dict[str, object]:
    """Return what there is to say of CUDA device 0 of this process, or why it cannot be used; creates a context."""
    try:
        import torch
    except ImportError:
        return {"error": "torch is not installed"}
    if torch.version.cuda is None:
        return {"error": f"torch {torch.__version__} is built without CUDA"}
    try:
        one = torch.ones(8, 8, device="cuda:0")
        if float((one @ one).sum()) != 512.0:
            return {"error": "a product of ones came out wrong on the card"}
        facts = torch.cuda.get_device_properties(0)
    except Exception as error:  # whatever a broken driver raises, the reason is what is wanted
        return {"error": f"torch cannot use CUDA ({str(error).splitlines()[0][:200]})"}
    numbers = [getattr(facts, name, None) for name in ("pci_domain_id", "pci_bus_id", "pci_device_id")]
    domain, bus, slot = (number if isinstance(number, int) else -1 for number in numbers)
    pci = f"{domain:04x}:{bus:02x}:{slot:02x}" if min(domain, bus, slot) >= 0 else ""
    return {"name": facts.name, "cuda": torch.version.cuda, "memory_mib": facts.total_memory // MIB, "pci": pci}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(look_here()) + "\n")
