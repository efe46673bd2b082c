"""What judges, in one digest: an edit of a bound, a hint or a measure gives another one, an edit of a page does not.

What judges is found by following imports, from `ROOTS` and from the file with the properties. Modules of the kit
count, and so does every other module that no package manager installed: a report names installed libraries by their
versions. Sources are read and never run. The digest is the same wherever the kit lies.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

KIT = "steepest"
KIT_FOLDER = Path(__file__).parent
ROOTS = ("steepest.grade", "steepest.sandbox.zygote")
"""Where grading begins: the judge, and the zygote, which is started by its name and imported by nobody."""

INSTALLED = frozenset({"site-packages", "dist-packages"})
"""Folders that package managers fill."""

_GAP = r"[ \t\f]*"
_IMPORT = re.compile(
    rf"(?:^|[;:]){_GAP}(?:"
    rf"from{_GAP}(?P<origin>[.\w]+){_GAP}import\b{_GAP}(?P<names>\((?:[^)#]|#[^\n]*)*|[^\n;]*)"
    rf"|import\b(?P<modules>[^\n;]*))",
    re.MULTILINE,
)
"""An import statement. Parsing the sources of the kit takes 0.14 s of CPU time, this takes a twentieth of it."""

_COMMENT = re.compile(r"#[^\n]*")


@dataclass(frozen=True)
class Module:
    """A source file: the digest of its text, and the modules that it may import."""

    sha256: str
    imports: frozenset[str]


def judging_sha256(properties: Path, properties_sha256: str) -> str:
    """Return the digest of all that judges submissions by these properties, less the file of the properties itself.

    A process computes it once for a file of properties, and again when ``properties_sha256``, the digest of that
    file, is another one.
    """
    return _judging_sha256(properties, properties_sha256)


@lru_cache(maxsize=64)
def _judging_sha256(properties: Path, _properties_sha256: str) -> str:
    lines = [f"{name} {module.sha256}\n" for name, module in sorted(judging_modules(properties).items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def judging_modules(properties: Path) -> dict[str, Module]:
    """Return every module that judges submissions by these properties, by its dotted name.

    ``steepest/__init__.py`` is none: it holds the version and the names that notebooks import.
    """
    found: dict[str, Module] = {}
    waiting = {*ROOTS, *imports_of(properties.read_bytes())}
    seen = {KIT}
    while new := {each for name in waiting for each in _with_parents(name)} - seen:
        seen |= new
        paths = {name: _path_of(name, properties.parent) for name in new}
        modules = {name: _module(name, path) for name, path in paths.items() if path not in (None, properties)}
        found |= modules
        waiting = {name for module in modules.values() for name in module.imports}
    return found


def module_sha256(name: str) -> str:
    """Return the digest of one module of the kit, for what is made of a verdict after it was given."""
    path = _below(KIT_FOLDER, name.partition(".")[2])
    return "" if path is None else _module(name, path).sha256


def imports_of(source: bytes, package: str = "") -> frozenset[str]:
    """Return the dotted names that a source may import; a name that is no module does no harm.

    ``package`` is what a relative import is relative to.
    """
    text = source.decode("utf-8", "replace").replace("\r\n", "\n").replace("\\\n", " ")
    return frozenset(name for found in _IMPORT.finditer(text) for name in _named(found, package))


def _named(found: re.Match[str], package: str) -> Iterator[str]:
    if found["modules"] is not None:
        yield from _listed(found["modules"])
        return
    origin = _absolute(found["origin"], package)
    if origin:
        yield origin
        yield from (f"{origin}.{name}" for name in _listed(found["names"]))


def _listed(names: str) -> Iterator[str]:
    """Yield the names of a list with commas, perhaps in brackets, without what each is called afterwards."""
    for piece in _COMMENT.sub("", names).strip("() \t\f\n").split(","):
        yield from (word for word in piece.split()[:1] if all(part.isidentifier() for part in word.split(".")))


def _absolute(origin: str, package: str) -> str:
    """Return the absolute name of what is imported from; empty where it is relative to nothing."""
    dots = len(origin) - len(origin.lstrip("."))
    parts = package.split(".")
    if not dots:
        return origin
    if not package or dots > len(parts):
        return ""
    return ".".join([*parts[: len(parts) - dots + 1], *filter(None, [origin[dots:]])])


def _with_parents(name: str) -> Iterator[str]:
    """Yield ``a``, ``a.b`` and ``a.b.c`` for ``a.b.c``: to import the last one is to import all."""
    parts = name.split(".")
    yield from (".".join(parts[: end + 1]) for end in range(len(parts)))


def _path_of(name: str, folder: Path) -> Path | None:
    """Return the file of a module: in the kit, else beside the properties, else outside the installed libraries."""
    top, _, rest = name.partition(".")
    if top == KIT:
        return _below(KIT_FOLDER, rest)
    return _below(folder, name) or (None if top in sys.stdlib_module_names else _elsewhere(name))


@cache
def _below(folder: Path, name: str) -> Path | None:
    place = folder.joinpath(*name.split("."))
    return next((path for path in (place / "__init__.py", place.with_suffix(".py")) if _is_file(path)), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is longer than a file system allows
        return False


@cache
def _elsewhere(name: str) -> Path | None:
    spec = _spec(name)
    path = Path(spec.origin) if spec is not None and spec.origin else None
    return path if path is not None and _is_file(path) and not INSTALLED & set(path.parts) else None


def _spec(name: str) -> ModuleSpec | None:
    """Return where Python would find a module; unlike `importlib.util.find_spec`, without importing its package."""
    parent = name.rpartition(".")[0]
    try:
        if not parent:
            return importlib.util.find_spec(name)
        above = _spec(parent)
        locations = None if above is None else above.submodule_search_locations
        return None if locations is None else PathFinder.find_spec(name, list(locations))
    except (ImportError, ValueError, AttributeError):
        return None


@cache
def _module(name: str, path: Path) -> Module:
    """Return what is to be known of a module, as it was when this process first met it: so it was loaded."""
    source = path.read_bytes()
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    imports = imports_of(source, package) if path.suffix == ".py" else frozenset[str]()
    if name.partition(".")[0] == KIT:
        imports = frozenset(each for each in imports if each.partition(".")[0] == KIT)
    return Module(hashlib.sha256(source.replace(b"\r\n", b"\n")).hexdigest(), imports)
