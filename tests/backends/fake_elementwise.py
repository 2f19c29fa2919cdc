"""cupy.ElementwiseKernel without a GPU: its C++ code in a loop, compiled for the host by g++.

Host C++ is close to what NVRTC compiles, so that mistakes in the code show. Played are parameters
of one letter types (`T x`) and of NumPy's types (`float32 x`), not `raw` ones.
"""

from __future__ import annotations

import ctypes
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

_C_TYPES = {"float32": "float", "float64": "double", "int8": "int8_t", "int16": "int16_t",
            "int32": "int32_t", "int64": "int64_t", "uint8": "uint8_t", "uint16": "uint16_t",
            "uint32": "uint32_t", "uint64": "uint64_t", "bool": "bool", "float16": "_Float16"}

_HALF_ROOT = "static inline _Float16 sqrt(_Float16 x) { return (_Float16)std::sqrt((float)x); }"


class CannotPlay(Exception):
    """The host can't run this kernel."""


def parameters(text: str) -> list[tuple[str, str]]:
    """`"T x, float32 y"` -> [("T", "x"), ("float32", "y")]."""
    found = []
    for part in filter(None, (part.split() for part in text.split(","))):
        if len(part) != 2 or not (len(part[0]) == 1 or part[0] in _C_TYPES):
            raise CannotPlay(f"the parameter {' '.join(part)!r}")
        found.append((part[0], part[1]))
    return found


def bind_types(inputs: list[tuple[str, str]], values: list[Any]) -> dict[str, str]:
    """Type letter -> NumPy type. Raises: TypeError when two arrays disagree, as in CuPy."""
    types: dict[str, str] = {}
    for (letter, name), value in zip(inputs, values, strict=True):
        if isinstance(value, np.ndarray | np.generic) and len(letter) == 1:
            if types.setdefault(letter, value.dtype.name) != value.dtype.name:
                raise TypeError(f"Type is mismatched. {name} {types[letter]} {value.dtype.name}")
        elif isinstance(value, np.ndarray) and letter != value.dtype.name:
            raise TypeError(f"Type is mismatched. {name} {letter} {value.dtype.name}")
    return types


def run(in_params: str, out_params: str, operation: str, preamble: str,
        values: list[Any]) -> tuple[np.ndarray, ...]:
    """What the kernel gives for NumPy arrays and scalars."""
    inputs, outputs = parameters(in_params), parameters(out_params)
    if len(values) != len(inputs):
        raise TypeError(f"Wrong number of arguments: {len(values)} for {in_params!r}")
    types = bind_types(inputs, values)
    arrays = np.broadcast_arrays(*[
        np.asarray(value, types.get(letter, letter))
        for (letter, _), value in zip(inputs, values, strict=True)])
    shape = arrays[0].shape
    arrays = [np.ascontiguousarray(array) for array in arrays]  # of rank 1 at least
    results = [np.empty(shape, types.get(letter, letter)) for letter, _ in outputs]
    function = _compiled(tuple(inputs), tuple(outputs), operation, preamble,
                         tuple(sorted(types.items())))
    function(ctypes.c_long(results[0].size),
             *(ctypes.c_void_p(array.ctypes.data) for array in (*arrays, *results)))
    return tuple(results)


@functools.cache
def _compiled(inputs: tuple[tuple[str, str], ...], outputs: tuple[tuple[str, str], ...],
              operation: str, preamble: str, types: tuple[tuple[str, str], ...]) -> Any:
    compiler = shutil.which("g++")
    if compiler is None:
        raise CannotPlay("an elementwise kernel without g++")
    known = {letter: _C_TYPES[name] for letter, name in types}
    of = [(known.get(letter) or _C_TYPES[letter], name) for letter, name in (*inputs, *outputs)]
    constant = ["const "] * len(inputs) + [""] * len(outputs)
    arguments = "".join(f", {c}{t}* all_{n}" for c, (t, n) in zip(constant, of, strict=True))
    elements = "".join(f"{c}{t}& {n} = all_{n}[i];\n"
                       for c, (t, n) in zip(constant, of, strict=True))
    if "_Float16" in known.values():  # NVRTC converts a half to float by itself
        preamble = f"{_HALF_ROOT}\n{preamble}"
    aliases = "".join(f"typedef {t} {letter};\n" for letter, t in known.items())
    source = (f"#include <cmath>\n#include <cstdint>\n#include <algorithm>\nusing namespace std;\n"
              f'{aliases}{preamble}\nextern "C" void run(long n{arguments}) {{\n'
              f"for (long i = 0; i < n; ++i) {{\n{elements}{operation};\n}}\n}}\n")
    folder = Path(tempfile.mkdtemp(prefix="played_kernel"))
    (folder / "kernel.cc").write_text(source)
    done = subprocess.run([compiler, "-O0", "-shared", "-fPIC", "kernel.cc", "-o", "kernel.so"],
                          cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{done.stderr}\n{source}")
    function = ctypes.CDLL(str(folder / "kernel.so")).run
    function.restype = None
    shutil.rmtree(folder, ignore_errors=True)
    return function
