"""The IPython shell that a submission's cells run in: rich output is kept, the system is not reached."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import sys
import types
from collections.abc import Iterator
from typing import Any, NoReturn

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

KEPT_MIME_TYPES = (
    *("text/plain", "text/html", "text/latex", "image/png", "image/svg+xml", "application/json"),
    "application/vnd.plotly.v1+json",
)
MAX_RICH_BYTES = 512 * 1024
REFUSAL = "shell commands (!, %%bash, %system) are not run by the grader; use Python instead"


class CappedText(io.TextIOBase):
    """A text stream that keeps the first ``limit`` characters and counts the rest."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.kept: list[str] = []
        self.size = 0

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, text: str) -> int:
        """Keep what fits of ``text`` and return its length."""
        room = self.limit - self.size
        if room > 0:
            self.kept.append(text[:room])
        self.size += len(text)
        return len(text)

    def take(self) -> str:
        """Return what was kept, with a word on what was cut, and start again with the room that is left."""
        cut = max(self.size - self.limit, 0)
        text = "".join(self.kept) + (f"\n[{cut} more characters were cut]" if cut else "")
        self.limit = max(self.limit - self.size, 0)
        self.kept, self.size = [], 0
        return text


class _KeepingHook(DisplayHook):
    """Keeps the value of a cell's last expression as rich output instead of printing it."""

    def __call__(self, result: Any = None) -> None:  # noqa: ANN401  # any object a student's cell ends with
        if result is None or self.quiet():  # type: ignore[no-untyped-call]
            return
        bundle, _ = self.compute_format_data(result)  # type: ignore[no-untyped-call]
        self.update_user_ns(result)  # type: ignore[no-untyped-call]
        if isinstance(self.shell, StudentShell):
            self.shell.keep(bundle)


class _KeepingPublisher(DisplayPublisher):
    """Keeps what ``display`` and plots publish."""

    def publish(self, data: dict[str, Any], *args: object, **kwargs: object) -> None:
        """Keep the bundle."""
        if isinstance(self.shell, StudentShell):
            self.shell.keep(data)

    def clear_output(self, wait: bool = False) -> None:
        """Forget what the cell displayed until now."""
        if isinstance(self.shell, StudentShell):
            self.shell.outputs.clear()


class StudentShell(InteractiveShell):
    """An InteractiveShell without history, system access or terminal, that keeps the rich outputs of each cell."""

    displayhook_class = Type(_KeepingHook)
    display_pub_class = Type(_KeepingPublisher)
    outputs: list[dict[str, str]]
    printed: CappedText

    def keep(self, bundle: dict[str, Any]) -> None:
        """Keep the known MIME types of ``bundle`` that are not too large; text/plain always stands for the rest."""
        kept = {
            mime: text
            for mime, text in ((mime, _text_of(bundle[mime])) for mime in KEPT_MIME_TYPES if mime in bundle)
            if len(text) <= MAX_RICH_BYTES
        }
        if kept:
            self.outputs.append(kept)

    def enable_gui(self, gui: object = None) -> None:
        """Do nothing: there is no event loop here."""

    def enable_matplotlib(self, gui: object = None) -> tuple[str, str]:
        """Return the inline backend, which is on already; ``%matplotlib inline`` (or any other) is welcome."""
        return "inline", "inline"

    def system(self, cmd: str) -> NoReturn:
        """Refuse politely."""
        raise PermissionError(REFUSAL)

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> NoReturn:
        """Refuse politely."""
        raise PermissionError(REFUSAL)


def make_shell(printed_limit: int = 0) -> StudentShell:
    """Return the shell of this process, whose ``print`` output is kept up to ``printed_limit`` characters in all."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Plain"
    config.InteractiveShell.cache_size = 0
    shell: StudentShell = StudentShell.instance(config=config)
    shell.outputs = []
    shell.printed = CappedText(printed_limit)
    _refuse_script_magics(shell)
    _show_plots_inline(shell)
    return shell


def _refuse_script_magics(shell: StudentShell) -> None:
    def refuse(*_: str) -> NoReturn:
        raise PermissionError(REFUSAL)

    names = ("bash", "sh", "script", "perl", "ruby", "python2", "python3", "python", "pypy", "system", "sx", "SVG")
    for kind in ("cell", "line"):
        for name in (*names, "!"):
            if name in shell.magics_manager.magics[kind]:
                shell.magics_manager.magics[kind][name] = refuse
    for name in ("pip", "conda", "mamba", "micromamba", "uv"):
        shell.magics_manager.magics["line"][name] = refuse


def _show_plots_inline(shell: StudentShell) -> None:
    with contextlib.suppress(ImportError):
        from matplotlib_inline.backend_inline import configure_inline_support

        configure_inline_support(shell, "module://matplotlib_inline.backend_inline")


def _text_of(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value)
    except (TypeError, ValueError):
        return repr(value)


@contextlib.contextmanager
def redirected(stream: io.TextIOBase) -> Iterator[None]:
    """Send ``sys.stdout`` and ``sys.stderr`` to ``stream`` for a while."""
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = stream
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def stub_module() -> types.ModuleType:
    """Return the ``steepest`` that a submission meets: ``check`` accepts anything and does nothing."""
    stub = types.ModuleType("steepest", "The self-check does nothing while a submission is being graded.")

    def check(*functions: object, **options: object) -> None:
        """Do nothing: grading asks the functions itself."""

    stub.__dict__.update(check=check, __version__="", __path__=[])
    return stub
