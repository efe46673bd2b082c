"""The wheel that a release carries: the installed kit packed up again, so that a released folder works offline.

Packed here and not by a build tool, because an instructor has the kit installed and need not have its sources; the
format is a zip file with a list of digests (PEP 427). The same kit gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.resources import files
from importlib.resources.abc import Traversable

from steepest import __version__
from steepest.errors import ReleaseError

NAME = f"steepest-{__version__}-py3-none-any.whl"
_INFO = f"steepest-{__version__}.dist-info"
_WHEEL = "Wheel-Version: 1.0\nGenerator: steepest\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_LEFT_OUT = ("__pycache__",)


def kit_wheel() -> bytes:
    """Return the kit of this interpreter as a wheel named `NAME`.

    Raises:
        ReleaseError: The kit is not installed, or its metadata is of another version.
    """
    entries = sorted([*_sources(files("steepest"), "steepest"), *_metadata(_installed())])
    record = "".join(f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in entries)
    entries.append((f"{_INFO}/RECORD", f"{record}{_INFO}/RECORD,,\n".encode()))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return packed.getvalue()


def _installed() -> Distribution:
    way_out = "Try: install the kit again, pip install steepest (in a checkout: pip install -e .)"
    try:
        found = distribution("steepest")
    except PackageNotFoundError:
        raise ReleaseError(f"the kit is not installed, so no wheel of it can be packed. {way_out}") from None
    if found.version != __version__:
        raise ReleaseError(f"the kit is {__version__}, but is installed as {found.version}. {way_out}")
    return found


def _metadata(found: Distribution) -> Iterator[tuple[str, bytes]]:
    yield f"{_INFO}/WHEEL", _WHEEL.encode()
    for name in ("METADATA", "entry_points.txt", "licenses/LICENSE"):
        text = found.read_text(name)
        if text is not None:
            yield f"{_INFO}/{name}", text.encode()


def _sources(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.name in _LEFT_OUT:
            continue
        path = f"{name}/{entry.name}"
        if entry.is_dir():
            yield from _sources(entry, path)
        else:
            yield path, entry.read_bytes()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
