"""The holes in the walls that a CUDA driver needs; they are made only where submissions run on a card.

NOT TRIED ON A CARD YET: the list follows what the driver's documentation and open sources name. Where it is too
short, a worker does not come up and says so; it never runs with fewer walls than are listed here.

Source: NVIDIA, open-gpu-kernel-modules, nv-ioctl-numbers.h and uvm_ioctl.h; the driver's README, "The /proc interface".
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

HOLES: Final = (
    "It may open the card's device files, read and write them, and send them any ioctl of the driver.",
    "It may read what /proc and /sys say of the processor, of memory, of the driver and of its own mappings.",
    "It may make shared anonymous memory, which the memory limit does not count.",
    "It may map any amount of address space, since the driver maps as much as host and card have together.",
    "It may use 1024 MiB of host memory more than its limit, for the driver's own.",
    "The limit of memory on the card is kept by torch in the submission's own process, which could lift it.",
)
"""What a submission can do on a card that it cannot do on the CPU, one sentence each."""

HOST_MIB: Final = 1024
"""What driver and kernels of torch take of the host's memory, beyond the limit of a submission."""

READABLE: Final = (
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/devices", "/proc/driver/nvidia", "/proc/sys/vm/overcommit_memory"),
    *("/proc/self/maps", "/proc/self/status", "/sys/devices/system/cpu", "/sys/devices/system/node"),
    *("/sys/bus/pci/devices", "/sys/module/nvidia", "/sys/module/nvidia_uvm"),
)
"""What the driver reads when it starts, as far as it exists."""

IOCTLS: Final = ((0xFF00, 0x4600), (0xFFFF_FF00, 0), (0xFFFF_FFFF, 0x3000_0001), (0xFFFF_FFFF, 0x3000_0002))
"""As (mask, value): type 'F' is the driver's, numbers below 256 are unified memory's, the last two begin and end it."""


def readable() -> tuple[Path, ...]:
    """Return what exists of `READABLE` here, links followed: a Landlock rule holds for what a path leads to."""
    return tuple(Path(name).resolve() for name in READABLE if Path(name).exists())
