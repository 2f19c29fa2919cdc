"""The modules of `tensorflow.*` that an old program imports, made from tftutor's names.

`locate("tensorflow.python.framework.ops")` gives a module object whose attributes are looked up
in tftutor when asked for. Nothing here touches the import system: install.py does.
"""

from __future__ import annotations

import importlib
import types
from collections.abc import Callable
from typing import Any

from tftutor.compat import python_modules
from tftutor.compat.support import canonical, explain_missing

ROOT = "tensorflow"


def public(path: str) -> Any:
    """The object that is `tf.<path>`; "." or "" is tftutor itself. Raises: AttributeError."""
    found: Any = importlib.import_module("tftutor")
    for part in path.split("."):
        if part:
            found = getattr(found, part)
    return found


def is_namespace(obj: Any) -> bool:
    """Whether an object stands for a module (and not for a class, function or value)."""
    return isinstance(obj, types.ModuleType)


class AliasModule(types.ModuleType):
    """A module whose names are found by `lookup(name)` at first use.

    Raises: AttributeError saying what is known about a name that isn't found.
    """

    def __init__(self, name: str, lookup: Callable[[str], Any], names: Callable[[], list[str]]):
        super().__init__(name, f"{name}, as far as tftutor has it.")
        self.__dict__["_lookup"] = lookup
        self.__dict__["_names"] = names
        self.__path__: list[str] = []  # makes it a package: submodules may be imported from it

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return [each for each in self._names() if not each.startswith("_")]
        if name.startswith("__") and name != "__version__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = self._lookup(name)
        self.__dict__[name] = value
        return value

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *self._names()})

    def __repr__(self) -> str:
        return f"<module {self.__name__!r} (provided by tftutor)>"


def locate(fullname: str) -> types.ModuleType:
    """The module for `tensorflow` or `tensorflow.<...>`.

    Raises: ImportError naming the module, whether TF 1.15 has it, and the nearest supported way.
    """
    name = canonical(f"{fullname}.").strip(".")
    name = "" if name in (ROOT, "compat.v1") else name
    if name in python_modules.REAL_MODULES:
        return importlib.import_module(python_modules.REAL_MODULES[name])
    if name == "core" or name.startswith("core."):
        return _core_module(fullname, name)
    if name == "python" or name.startswith("python."):
        module = _python_module(fullname, name.partition(".")[2])
        if module is not None:
            return module
    return _namespace_module(fullname, _without_internals(name))


def _without_internals(name: str) -> str:
    """`contrib.layers.python.layers.initializers` -> `contrib.layers`, where its names are."""
    if name.startswith("contrib.") and ".python." in f"{name}.":
        return name.partition(".python")[0]
    return name.removeprefix("python.") if name.startswith("python.keras") else name


def _core_module(fullname: str, name: str) -> types.ModuleType:
    if name in python_modules.CORE_PACKAGES:
        return _container(fullname)
    proto = python_modules.proto_module(name)
    if proto is not None:
        try:
            return importlib.import_module(proto)
        except ModuleNotFoundError as error:
            raise _import_error(fullname) from error
    raise _import_error(fullname)


def _python_module(fullname: str, module: str) -> types.ModuleType | None:
    """The module `tensorflow.python.<module>`; None when the table doesn't have it."""
    namespaces = python_modules.namespaces_of(module)
    if namespaces is None:
        return _container(fullname) if module in python_modules.PACKAGES else None

    def lookup(attribute: str) -> Any:
        if f"{module}.{attribute}" in python_modules.MODULES:
            return _submodule(fullname, attribute)  # before a module of ours of that name
        explicit = python_modules.EXPLICIT.get(f"{module}.{attribute}")
        candidates = [explicit] if explicit else [
            attribute if namespace == "." else f"{namespace}.{attribute}"
            for namespace in namespaces
        ]
        for candidate in candidates:
            try:
                return _explicit(candidate) if ":" in candidate else public(candidate)
            except (AttributeError, ModuleNotFoundError):
                continue  # the next namespace may have it
        return _submodule(fullname, attribute)

    return AliasModule(fullname, lookup, lambda: _names_in(namespaces))


def _names_in(namespaces: tuple[str, ...]) -> list[str]:
    names: list[str] = []
    for namespace in namespaces:
        try:
            names += dir(public(namespace))
        except AttributeError:
            continue  # a namespace of the table that tftutor doesn't have
    return names


def _explicit(place: str) -> Any:
    """The object at "module:attribute"."""
    module, _, attribute = place.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _container(fullname: str) -> types.ModuleType:
    """A package that only holds modules."""
    return AliasModule(fullname, lambda name: _submodule(fullname, name), list)


def _submodule(fullname: str, name: str) -> types.ModuleType:
    """The module `<fullname>.<name>`. Raises: AttributeError, explained."""
    try:
        return locate(f"{fullname}.{name}")
    except ImportError as error:
        raise AttributeError(str(error)) from None


def _namespace_module(fullname: str, name: str) -> types.ModuleType:
    """The module for the public namespace `tf.<name>`."""
    try:
        namespace = public(name)
    except AttributeError:
        raise _import_error(fullname) from None
    if not is_namespace(namespace):
        raise _import_error(fullname, "isn't a module; take it from the module around it")

    def lookup(attribute: str) -> Any:
        try:
            return getattr(namespace, attribute)
        except AttributeError as error:
            child = f"{name}.{attribute}".strip(".")
            if _is_alias_only(child):
                return locate(f"{fullname}.{attribute}")
            raise AttributeError(str(error) or explain_missing(child)) from None

    return AliasModule(fullname, lookup, lambda: dir(namespace))


def _is_alias_only(name: str) -> bool:
    """Whether `tensorflow.<name>` is a module that has no public namespace behind it."""
    return (
        name in ("compat.v1", "python", "core", "examples")
        or name in python_modules.REAL_MODULES
        or (name.startswith("contrib.") and name.endswith(".python"))
        or ".python." in name
    )


def _import_error(fullname: str, text: str = "") -> ImportError:
    message = f"tf.{canonical(fullname)} {text}." if text else explain_missing(fullname)
    return ImportError(message, name=fullname)


class _Public:
    """`tf` for modules of this package, which can't import tftutor while it is being imported."""

    def __getattr__(self, name: str) -> Any:
        return public(name)


tf: Any = _Public()
