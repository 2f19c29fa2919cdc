"""ES modules and style sheets of the widgets: read from `static/`, bundled into one text each.

A browser in a notebook gets a widget's code as one text, so `import {a, b} from "./common.js"` is
replaced here by the declarations that the module needs, and by what those need in turn. That is all
the building there is. The rules for a module in `static/`: every import stands on lines of its own
at the top, names what it takes and renames nothing; a declaration begins in the first column; and
only the widget's own module has an `export default`.
"""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import NamedTuple

LIMIT_BYTES = 40_000

_IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"\./([\w.]+)";?[ \t]*\n', re.MULTILINE)
_OTHER_IMPORT = re.compile(r"^(?:import\b|export\b.*\bfrom\b).*", re.MULTILINE)
_DECLARATION = re.compile(
    r"^(?:export )?(?:async )?(?:function\*?|const|let|class) +([A-Za-z_$][\w$]*)", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default\b)", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_COMMENTS = re.compile(r"(?:^[ \t]*//[^\n]*\n|^[ \t]*/\*\*.*?\*/[ \t]*\n)+",
                       re.MULTILINE | re.DOTALL)


class EsModuleError(ValueError):
    """A module in `static/` breaks the rules that keep bundling simple."""


class _Module(NamedTuple):
    """A module's imports, {file name: names}, and its text without them."""

    imports: dict[str, tuple[str, ...]]
    body: str


@functools.cache
def module_text(name: str) -> str:
    """The ES module `static/<name>.js` in one piece, ready for a browser.

    Raises: EsModuleError for an import that can't be bundled or two declarations of one name.
    """
    module = _parse(f"{name}.js")
    wanted: dict[str, set[str]] = {}
    for file_name, names in module.imports.items():
        _collect(file_name, names, wanted)
    parts = [_pick(file_name, names) for file_name, names in sorted(wanted.items())]
    _check_names(f"{name}.js", module.body, wanted)
    return "\n".join([*parts, _EXPORT.sub("", _COMMENTS.sub("", module.body))])


def style_class(name: str) -> str:
    """The class of the page's element that holds a panel drawn by `static/<name>.js`."""
    return f"tft-w-{name}"


@functools.cache
def style_text(name: str) -> str:
    """`common.css`, then the sheets of the modules that are imported and the widget's own.

    These hold inside the widget alone: all panels of a page share one page, and two of them may
    use one class in different ways.
    """
    modules = dict.fromkeys([*_imported(f"{name}.js"), name])
    own = "".join(_sheet(module) for module in modules if module != "common")
    return _sheet("common") + (f".{style_class(name)} {{\n{own}}}\n" if own else "")


def _sheet(name: str) -> str:
    sheet = _folder() / f"{name}.css"
    return sheet.read_text(encoding="utf-8") if sheet.is_file() else ""


def _imported(file_name: str) -> list[str]:
    """The modules that one imports, without `.js`: what they import themselves comes first."""
    found: list[str] = []
    if (_folder() / file_name).is_file():
        for source in _parse(file_name).imports:
            found += [*_imported(source), source.removesuffix(".js")]
    return found


def _folder() -> resources.abc.Traversable:
    return resources.files(__package__) / "static"


def _read(file_name: str) -> str:
    return (_folder() / file_name).read_text(encoding="utf-8")


@functools.cache
def _parse(file_name: str) -> _Module:
    text = _read(file_name)
    imports: dict[str, tuple[str, ...]] = {}
    for match in _IMPORT.finditer(text):
        names = tuple(name.strip() for name in match[1].split(",") if name.strip())
        if odd := [name for name in names if not _WORD.fullmatch(name)]:
            raise EsModuleError(f"{file_name}: import {odd[0]!r} by its own name")
        imports[match[2]] = imports.get(match[2], ()) + names
    body = _IMPORT.sub("", text)
    if other := _OTHER_IMPORT.search(body):
        raise EsModuleError(f"{file_name}: can't bundle {other[0]!r}")
    return _Module(imports, body)


@functools.cache
def _declarations(file_name: str) -> dict[str, str]:
    """{name: its text}; a comment belongs to the declaration below it."""
    body = _parse(file_name).body
    found = list(_DECLARATION.finditer(body))
    starts = [_comment_start(body, match.start()) for match in found]
    return {match[1]: body[start:end] for match, start, end in
            zip(found, starts, [*starts[1:], len(body)], strict=True)}


def _comment_start(body: str, position: int) -> int:
    """Where the comments begin that end right before `position`."""
    return next((match.start() for match in _COMMENTS.finditer(body, 0, position)
                 if match.end() == position), position)


def _collect(file_name: str, names: tuple[str, ...], wanted: dict[str, set[str]]) -> None:
    """Add to `wanted` the declarations of a module that are asked for, and all that they need."""
    declarations, imports = _declarations(file_name), _parse(file_name).imports
    taken = wanted.setdefault(file_name, set())
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in taken:
            continue
        if name not in declarations:
            raise EsModuleError(f"{file_name} has no {name!r}")
        taken.add(name)
        words = set(_WORD.findall(declarations[name]))
        waiting += sorted(words & declarations.keys() - taken)
        for source, imported in imports.items():
            _collect(source, tuple(sorted(words & set(imported))), wanted)


def _pick(file_name: str, names: set[str]) -> str:
    """The chosen declarations in the order in which they stand, without lines of comment."""
    texts = [text for name, text in _declarations(file_name).items() if name in names]
    return _EXPORT.sub("", "".join(_COMMENTS.sub("", text) for text in texts))


def _check_names(file_name: str, body: str, wanted: dict[str, set[str]]) -> None:
    """One text has one scope: a name must not be declared twice in it."""
    seen: dict[str, str] = {match[1]: file_name for match in _DECLARATION.finditer(body)}
    for source, names in sorted(wanted.items()):
        for name in sorted(names):
            if name in seen:
                raise EsModuleError(f"{name!r} is declared in {seen[name]} and in {source}")
            seen[name] = source
