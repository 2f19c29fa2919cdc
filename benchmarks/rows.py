"""The rows of the table: what is measured, with which sizes, and the budget it has to meet."""

from __future__ import annotations

from typing import Any, NamedTuple


class Row(NamedTuple):
    """One line of the table.

    name: for `--rows`.
    title: for the reader.
    unit: "s", "ms", "us", "MB", or "x" for a multiple of something else.
    program: a name in `benchmarks.programs.PROGRAMS`; or a measurement of the worker's own:
      "import_time", "import_memory", "install_size" (each in a fresh process).
    sizes: the program's keyword arguments.
    tiny: the same for a quick trial.
    at_least: how many times as fast (or small) as TensorFlow it must be, or None.
    at_most: the largest value allowed, in `unit`, or None.
    alone: only tftutor is measured.
    settings: environment variables of tftutor's process.
    needs: a package without which the row is left out.
    """

    name: str
    title: str
    unit: str
    program: str
    sizes: dict[str, Any] = {}
    tiny: dict[str, Any] = {}
    at_least: float | None = None
    at_most: float | None = None
    alone: bool = False
    settings: dict[str, str] = {}
    needs: str = ""


IN_A_FRESH_PROCESS = ("import_time", "import_memory", "install_size")

_CHAIN = {"ops": 2000, "width": 0}
_VECTORS = {"ops": 2000, "width": 10}
_FEW = {"ops": 4, "width": 0}
_FEW_VECTORS = {"ops": 4, "width": 10}
_CNN: dict[str, Any] = {"batch": 128, "side": 28, "filters": [32, 64], "dense": 1024}
_SMALL_CNN: dict[str, Any] = {"batch": 2, "side": 8, "filters": [2, 3], "dense": 4, "classes": 3}

_TCP = {"TFTUTOR_UNIX_SOCKETS": "0"}  # without it, tasks of one machine use a unix socket
_SIZES = (("scalar", "a scalar", 0, 1.5), ("64k", "64 KiB", 2**14, 1.5),
          ("1m", "1 MiB", 2**18, 2.0), ("64m", "64 MiB", 2**24, 1.2))


def _to_and_from_ps() -> list[Row]:
    """Variables that cross from a parameter server to a worker, and back, by size and socket."""
    rows = [Row(f"no-op-{socket}", f"a step on a ps with nothing to do, {socket}", "ms",
                "run_nothing", at_least=1.5, settings=settings)
            for socket, settings in (("tcp", _TCP), ("ipc", {}))]
    for way, program, verb in (("pull", "pull_variable", "from"), ("push", "push_variable", "to")):
        for name, size, count, at_least in _SIZES:
            for socket, settings in (("tcp", _TCP), ("ipc", {})):
                rows.append(Row(f"{way}-{name}-{socket}", f"{way} {size} {verb} a ps, {socket}",
                                "ms", program, {"count": count}, {"count": min(count, 4)},
                                at_least=at_least, settings=settings))
        rows.append(Row(f"raw-{way}", f"{way} 64 MiB over tcp, to a raw socket's", "x",
                        "raw_transfer", {"count": 2**24, "is_push": way == "push"},
                        {"count": 4, "is_push": way == "push"}, at_most=1.3, alone=True,
                        settings=_TCP))
    return rows


ROWS = (
    Row("import", "import", "s", "import_time", at_most=0.35),
    Row("import-memory", "memory after the import", "MB", "import_memory", at_most=60),
    Row("install", "installed size, dependencies included", "MB", "install_size", at_most=200),
    Row("scalar", "sess.run of a scalar multiply, one feed", "us", "multiply_scalar",
        at_least=10, at_most=15),
    Row("overhead-scalar", "overhead of a scalar op over NumPy's call", "us", "chain_overhead",
        _CHAIN, _FEW, at_most=0.3, alone=True),
    Row("overhead-vector", "overhead of a 10-vector op over NumPy's call", "us",
        "chain_overhead", _VECTORS, _FEW_VECTORS, at_most=0.3, alone=True),
    Row("ops-scalar", "2,000 chained scalar ops in one run, per op", "us", "chained_ops",
        _CHAIN, _FEW, at_least=1.0),
    Row("ops-vector", "2,000 chained 10-vector ops in one run, per op", "us", "chained_ops",
        _VECTORS, _FEW_VECTORS, at_least=1.0),
    Row("build", "building a graph of 4,000 nodes", "ms", "build_graph",
        {"nodes": 4000}, {"nodes": 9}, at_least=10),
    Row("gradients", "gradients of a graph of 4,000 nodes", "ms", "build_gradients",
        {"nodes": 4000}, {"nodes": 9}, at_least=10),
    Row("linear", "linear regression step", "us", "linear_regression", at_least=5),
    Row("logistic", "logistic regression step, batch 128", "us", "logistic_regression",
        {"batch": 128}, {"batch": 2, "pixels": 9, "classes": 3}, at_least=3),
    Row("mlp", "MLP 784-256-256-10 Adam step, batch 128", "ms", "mlp",
        {"batch": 128, "hidden": 256}, {"batch": 2, "hidden": 4, "pixels": 9, "classes": 3},
        at_least=1.0),
    Row("cnn", "CNN 5x5x32, 5x5x64, fc 1024, Adam step, batch 128", "ms", "cnn", _CNN, _SMALL_CNN,
        at_least=0.5, settings={"TFTUTOR_TORCH": "0"}),
    Row("cnn-torch", "the same with torch on the CPU", "ms", "cnn", _CNN, _SMALL_CNN, at_least=1.0,
        settings={"TFTUTOR_TORCH": "1"}, needs="torch"),
    Row("lstm", "LSTM 28x128 unrolled, Adam step, batch 128", "ms", "lstm",
        {"batch": 128, "steps": 28, "hidden": 128},
        {"batch": 2, "steps": 3, "hidden": 4, "features": 5, "classes": 3}, at_least=1.0),
    Row("while", "while_loop of 1,000 iterations", "ms", "count_in_while_loop",
        {"iterations": 1000}, {"iterations": 3}, at_least=2),
    *_to_and_from_ps(),
    Row("cross-task", "worker computes from a ps variable of 1 KiB", "ms", "compute_from_variable",
        {"count": 256}, {"count": 4}, at_least=1.5),
    Row("async-mnist", "async MLP 784-128-10, 1 ps + 2 workers, per digit", "us",
        "train_asynchronously", {"steps": 50, "batch": 100, "hidden": 128},
        {"steps": 2, "batch": 3, "hidden": 4}, at_least=1.0),
)


def select(names: str | None) -> list[Row]:
    """The rows called for by a comma-separated list (None: all).

    Raises: ValueError for a name that no row has.
    """
    if not names:
        return list(ROWS)
    known = {row.name: row for row in ROWS}
    wanted = [name.strip() for name in names.split(",")]
    missing = [name for name in wanted if name not in known]
    if missing:
        raise ValueError(f"no row is called {', '.join(missing)}; there are {', '.join(known)}")
    return [known[name] for name in wanted]
