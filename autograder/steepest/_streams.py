"""What this process prints is no command to a CI runner, whatever file names and student texts are in it.

GitHub's runner reads the log of a step line by line. It takes a line for a command that begins with ``::`` after white
space, or that holds ``##[`` anywhere. Its comparison may pass over characters that are not seen. So the streams
themselves break such lines up, for every verb and every library, and the kit's own commands take a way of their own.
"""

from __future__ import annotations

import io
import logging
import re
import sys
from collections.abc import Iterable, Iterator

MAX_REMEMBERED = 4096
"""How much of an unfinished line is remembered, to find a command that is printed in pieces."""
# Control characters but for line ends, soft hyphen, joiners, marks of direction, variation selectors, tags, combining
# marks: what a comparison by the rules of a language ignores.
_UNSEEN = (
    r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u0300-\u036f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
_WHITE = r" \t\x0b\x0c\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_COLOUR = r"\x1b\[[0-9;]*m"
_SKIPPED = rf"(?:{_COLOUR}|[{_UNSEEN}])*"
_COMMAND = re.compile(
    rf"(?:^|(?<=[\r\n]))(?:{_COLOUR}|[{_WHITE}{_UNSEEN}])*:{_SKIPPED}(?P<second>:)"
    rf"|\#{_SKIPPED}\#{_SKIPPED}(?P<bracket>\[)"
)
_BLANK = re.compile(rf"(?:{_COLOUR}|[{_WHITE}{_UNSEEN}])*")


def broken_up(text: str, before: str = "") -> str:
    """Return text in which no line is a command; ``before`` is what already stands in its first line."""
    whole, cut = before + text, [len(before)]
    for found in _COMMAND.finditer(whole):
        place = found.start("second") if found["second"] else found.start("bracket")
        if place >= len(before):
            cut.append(place)
    return " ".join(whole[start:end] for start, end in zip(cut, [*cut[1:], len(whole)], strict=True))


class GuardedStream(io.TextIOWrapper):
    """A text stream that lets no command through but by `command`."""

    _line = ""

    def write(self, text: str) -> int:
        """Write text, broken up where it would be a command; return its length."""
        super().write(broken_up(text, self._line))
        self._remember(text)
        return len(text)

    def command(self, line: str) -> None:
        """Write a command of the kit's own, on a line of its own."""
        super().write(("\n" if self._line else "") + " ".join(line.splitlines()) + "\n")
        self._line = ""

    def _remember(self, text: str) -> None:
        """Keep the unfinished line: of a long one its end, behind something that can be seen if anything could."""
        line = re.split(r"[\r\n]", self._line + text)[-1]
        if len(line) > MAX_REMEMBERED:
            line = _BLANK.sub("", line, count=1)
        self._line = line if len(line) <= MAX_REMEMBERED else "x" + line[-MAX_REMEMBERED:]


_kept: list[tuple[io.TextIOWrapper, GuardedStream]] = []
"""Streams that share a buffer: whichever is forgotten first, as when somebody puts the old one back, would close it."""


def guard_streams() -> None:
    """Let standard output and standard error of this process be guarded, loggers that use them included."""
    for name in ("stdout", "stderr"):
        old = getattr(sys, name)
        if isinstance(old, io.TextIOWrapper) and not isinstance(old, GuardedStream):
            old.flush()
            new = GuardedStream(
                old.buffer,
                encoding=old.encoding,
                errors=old.errors,
                line_buffering=old.line_buffering,
                write_through=old.write_through,
            )
            _kept.append((old, new))
            setattr(sys, name, new)
            for handler in _handlers():
                if handler.stream is old:
                    handler.setStream(new)


def print_commands(lines: Iterable[str]) -> None:
    """Print commands to the runner, one a line. Whoever makes them has escaped what they hold."""
    for line in lines:
        if isinstance(sys.stdout, GuardedStream):
            sys.stdout.command(line)
        else:
            sys.stdout.write(" ".join(line.splitlines()) + "\n")


def _handlers() -> Iterator[logging.StreamHandler[io.TextIOBase]]:
    """Yield the handlers of all loggers that write to a stream: each keeps the one that there was when it was made."""
    loggers = [logging.root, *map(logging.getLogger, list(logging.root.manager.loggerDict))]
    yield from (
        handler for logger in loggers for handler in logger.handlers if isinstance(handler, logging.StreamHandler)
    )
