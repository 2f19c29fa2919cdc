"""Writes down what CuPy offers and how it is called: tests/backends/cupy_surface.json.

CuPy can be imported without a GPU, but few machines have it. With the record, the tests tell
everywhere whether the code for CuPy calls what exists, with arguments that it takes. Run it with
an interpreter that has CuPy and array-api-compat:

    python3.11 -m venv scratch && scratch/bin/pip install cupy-cuda12x array-api-compat
    scratch/bin/python tools/record_cupy_surface.py

An entry is the text of the parameters as in `def`, every default written as 0 (`"a, axis=0"`);
`"value"` for what isn't called, and `"?"` where nobody says what it takes. `ufuncs` has the types
that an elementwise function is compiled for, as in NumPy's `ufunc.types`.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).parents[1] / "tests/backends/cupy_surface.json"
MODULES = ("cupy", "cupy.linalg", "cupy.fft", "cupy.random", "cupy.lib.stride_tricks", "cupy.cuda",
           "cupy.cuda.runtime", "cupy.cuda.memory", "cupyx", "cupyx.scipy.special",
           "array_api_compat.cupy", "array_api_compat.cupy.linalg", "array_api_compat.cupy.fft")
CLASSES = ("cupy.ndarray", "cupy.cuda.Device", "cupy.cuda.Stream", "cupy.cuda.Event",
           "cupy.cuda.MemoryPointer", "cupy.cuda.MemoryPool", "cupy.cuda.PinnedMemoryPool",
           "cupy.RawKernel", "cupy.RawModule", "cupy.ElementwiseKernel", "cupy.ReductionKernel")


def main() -> int:
    """Write the record."""
    record: dict[str, Any] = {"versions": versions(), "modules": {}, "classes": {},
                              "ufuncs": {}}
    for name in MODULES:
        record["modules"][name] = members(importlib.import_module(name))
    for name in CLASSES:
        module, _, attribute = name.rpartition(".")
        record["classes"][name] = members(getattr(importlib.import_module(module), attribute),
                                          of_class=True)
    for name in ("cupy", "array_api_compat.cupy"):
        for member in vars(importlib.import_module(name)).items():
            if type(member[1]).__name__ == "ufunc":
                record["ufuncs"][member[0]] = " ".join(member[1].types)
    OUTPUT.write_text(as_text(record), encoding="utf-8")
    print(f"{OUTPUT}: {record['versions']}")
    return 0


def versions() -> dict[str, str]:
    """The versions of the recorded packages."""
    import array_api_compat
    import cupy

    return {"cupy": cupy.__version__, "array-api-compat": array_api_compat.__version__,
            "python": ".".join(map(str, sys.version_info[:2]))}


def members(owner: Any, of_class: bool = False) -> dict[str, str]:
    """Public names of a module or class -> their parameters."""
    found = {}
    for name in sorted(dir(owner)):
        if name.startswith("_"):
            continue
        try:
            member = getattr(owner, name)
        except (AttributeError, ImportError, RuntimeError):
            continue  # a part whose shared libraries this machine lacks
        if not inspect.ismodule(member):
            found[name] = parameters(member, of_class)
    if of_class:  # what only instances have stands in the docstring: `~Stream.ptr (intptr_t): ...`
        for name in re.findall(r"~\w+\.(\w+) \(", owner.__doc__ or ""):
            found.setdefault(name, "value")
    return found


def parameters(member: Any, of_class: bool) -> str:
    """The text of a member's parameters; a method's without `self`."""
    if not callable(member):
        return "value"
    if type(member).__name__ == "ufunc":
        inputs = ", ".join(f"x{i}" for i in range(1, member.nin + 1))
        outputs = ", ".join(f"out{i}=0" for i in range(1, member.nout + 1))
        outputs = "out=0" if member.nout == 1 else outputs
        return f"{inputs}, /, {outputs}, *, casting=0, dtype=0"
    try:
        text = from_signature(inspect.signature(member))
    except (ValueError, TypeError):
        text = from_docstring(member)
    return re.sub(r"^self(, (/, )?|$)", "", text) if of_class else text


def from_signature(signature: inspect.Signature) -> str:
    """Without annotations, and with 0 for each default."""
    empty = inspect.Parameter.empty
    plain = [p.replace(annotation=empty, default=empty if p.default is empty else 0)
             for p in signature.parameters.values()]
    return str(inspect.Signature(plain))[1:-1]


def from_docstring(member: Any) -> str:
    """Cython begins a docstring with the signature: `set(self, arr, stream=None) -> None`."""
    first = (getattr(member, "__doc__", None) or "").strip().split("\n")[0]
    match = re.match(r"[\w.]+\((.*)\)(\s*->.*)?$", first)
    if not match or "..." in match[1]:
        return "?"
    plain = [_plain(part) for part in re.split(r",\s*(?![^\[(]*[\])])", match[1]) if part]
    text = ", ".join(plain)
    try:
        compile(f"def f({text}): pass", "", "exec")
    except SyntaxError:
        return "?"
    return text


def _plain(part: str) -> str:
    """`intptr_t ptr=0` -> `ptr=0`, `str mode: int = 2` -> `mode=0`."""
    name, equals, _ = part.replace("\\", "").partition("=")
    name = name.partition(":")[0].strip()
    return (name.split()[-1] if name else "") + ("=0" if equals else "")


def as_text(record: dict[str, Any]) -> str:
    """JSON with one line a module or class."""
    parts = [f'"versions": {json.dumps(record["versions"])}']
    for kind in ("modules", "classes", "ufuncs"):
        rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(entries, separators=(',', ':'))}"
                          for name, entries in record[kind].items())
        parts.append(f'"{kind}": {{\n{rows}\n}}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
