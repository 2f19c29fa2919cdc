"""Worker: one implementation in a process of its own, asked over standard input and output.

`python -m benchmarks.worker MODULE` reads one JSON object a line and answers with one:

  {"program": "mlp", "sizes": {...}}  builds and warms up a program   -> {"ready": true}
  {"seconds": 0.2}                    times it for about that long    -> {"time": seconds a unit}
  {"measure": "import_time"}          a measurement without a program -> {"value": number}

An answer {"error": "..."} says what went wrong. Runs on Python 3.7 too.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

MODULES = {"tftutor": "tftutor", "tensorflow": "tensorflow.compat.v1"}
DISTRIBUTIONS = {"tftutor": "tftutor", "tensorflow": "tensorflow"}
_WARM_UP_SECONDS = 0.2


def load(kind: str) -> Any:
    """Import the `tf` module."""
    import importlib

    tf = importlib.import_module(MODULES[kind])
    if kind == "tensorflow":
        tf.disable_v2_behavior()
    return tf


# -- programs -----------------------------------------------------------------------------------

def make_case(tf: Any, program: str, sizes: dict[str, Any]) -> Any:
    """Build a program in a graph of its own."""
    from benchmarks.programs import PROGRAMS

    with tf.Graph().as_default():
        return PROGRAMS[program](tf, **sizes)


def _once(case: Any, call: Any) -> float:
    made = (case.prepare(),) if case.prepare is not None and call is case.step else ()
    start = time.perf_counter()
    call(*made)
    return time.perf_counter() - start


def _many(case: Any, call: Any, seconds: float) -> float:
    """Mean time of one call, from as many calls as fit into `seconds`."""
    estimate = _once(case, call)
    count = max(1, int(seconds / max(estimate, 1e-7)))
    if case.prepare is not None or count < 10:
        return sum(_once(case, call) for _ in range(count)) / count
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count


def _multiple(case: Any, seconds: float) -> float:
    """The quickest step by the quickest baseline, of calls that take turns.

    What another program takes from them would fall on the one with more threads.
    """
    end = time.perf_counter() + seconds
    steps: list[float] = []
    baselines: list[float] = []
    while not steps or time.perf_counter() < end:
        steps.append(_once(case, case.step))
        baselines.append(_once(case, case.baseline))
    return min(steps) / min(baselines)


def time_case(case: Any, seconds: float) -> float:
    """Seconds for one unit of the case, or how many times its baseline's."""
    if case.is_multiple:
        return _multiple(case, seconds)
    spent = _many(case, case.step, seconds)
    if case.baseline is not None:
        spent -= _many(case, case.baseline, seconds)
    return spent / case.units


# -- measurements without a program -------------------------------------------------------------

def import_time(kind: str) -> float:
    """Seconds that the import takes in this fresh process."""
    start = time.perf_counter()
    load(kind)
    return time.perf_counter() - start


def import_memory(kind: str) -> float:
    """Largest resident size of this fresh process after the import, in MB."""
    load(kind)
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1000
    except OSError:
        pass  # not Linux
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1000


def install_size(kind: str) -> float:
    """Size on disk of the distribution and all that it requires, in MB."""
    try:
        from importlib import metadata
    except ImportError:
        import importlib_metadata as metadata  # Python 3.7
    sizes: dict[str, int] = {}
    waiting = [_distribution_name(metadata, kind)]
    while waiting:
        name = waiting.pop()
        key = name.lower().replace("_", "-")
        if key in sizes:
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            sizes[key] = 0  # required on another platform only
            continue
        sizes[key] = _distribution_size(distribution)
        waiting.extend(_requirements(distribution))
    return sum(sizes.values()) / 1e6


def _distribution_name(metadata: Any, kind: str) -> str:
    for name in (kind, kind + "-cpu"):
        try:
            metadata.distribution(name)
            return name
        except metadata.PackageNotFoundError:
            continue
    raise LookupError(f"no distribution {kind} is installed here")


def _requirements(distribution: Any) -> list[str]:
    from re import match

    names = []
    for text in distribution.requires or []:
        requirement, _, marker = text.partition(";")
        if "extra" not in marker:
            names.append(match(r"[\w.-]+", requirement.strip()).group())  # type: ignore[union-attr]
    return names


def _distribution_size(distribution: Any) -> int:
    files = [str(distribution.locate_file(f)) for f in distribution.files or []]
    if not any(f.endswith(f"{os.sep}__init__.py") for f in files):
        # Installed as editable: the files are in the source tree.
        name = distribution.metadata["Name"].replace("-", "_")
        root = os.path.join(os.getcwd(), name)
        files += [os.path.join(folder, f) for folder, _, found in os.walk(root) for f in found]
    return sum(os.path.getsize(f) for f in files if os.path.isfile(f))


MEASUREMENTS = {"import_time": import_time, "import_memory": import_memory,
                "install_size": install_size}


# -- the conversation ---------------------------------------------------------------------------

class Worker:
    """Answers requests for one implementation."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.case: Any = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what a request asks for."""
        if "measure" in request:
            return {"value": MEASUREMENTS[request["measure"]](self.kind)}
        if "about" in request:
            return about(self.kind)
        if "program" in request:
            self.case = make_case(load(self.kind), request["program"], request["sizes"])
            time_case(self.case, _WARM_UP_SECONDS)
            return {"ready": True}
        return {"time": time_case(self.case, request["seconds"])}


def about(kind: str) -> dict[str, Any]:
    """Versions, and the kernels of the BLAS library when it tells."""
    tf = load(kind)
    import numpy

    return {"python": sys.version.split()[0], "numpy": numpy.__version__,
            "version": tf.__version__, "blas": blas_kernel()}


def blas_kernel() -> str:
    """Which of its kernels NumPy's OpenBLAS runs, asked of the library itself."""
    import ctypes

    try:
        with open("/proc/self/maps") as maps:
            paths = {line.split()[-1] for line in maps if "openblas" in line.lower()}
    except OSError:
        return "unknown"
    for path in sorted(paths):
        library = ctypes.CDLL(path)
        for symbol in ("scipy_openblas_get_corename64_", "openblas_get_corename64_",
                       "openblas_get_corename"):
            function = getattr(library, symbol, None)
            if function is not None:
                function.restype = ctypes.c_char_p
                return "OpenBLAS " + function().decode()
    return "unknown"


def main() -> None:
    """Answer until standard input ends."""
    worker = Worker(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not mix with the answers
    for line in sys.stdin:
        try:
            answer = worker.answer(json.loads(line))
        except Exception as error:  # noqa: BLE001 - one row's failure must not stop the others
            lines = str(error).strip().splitlines() or [""]
            answer = {"error": f"{type(error).__name__}: {lines[0]}"}
            if os.environ.get("BENCH_TRACEBACK"):
                raise
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
