"""`tftutor run`: a TF1 script or notebook as if TensorFlow 1.15 were installed.

A script runs as under `python script.py`: it is `__main__`, its directory leads `sys.path`, its
arguments are `sys.argv`, its exit code is ours. Only tracebacks are shorter: they end in the
user's own lines. Python programs that it starts find tftutor as `tensorflow`, too.
"""

from __future__ import annotations

import argparse
import ast
import io
import os
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tftutor.compat import importer, tracebacks
from tftutor.compat.old_numpy import with_old_numpy

INTERRUPTED = 130  # what shells report for a program that Ctrl-C ended


def run_command(arguments: argparse.Namespace) -> int:
    """`tftutor run FILE [args]`; the result is the exit code."""
    path = arguments.file
    if not os.path.isfile(path):
        print(f"tftutor: can't open file {path!r}: no such file", file=sys.stderr)
        return 2
    if arguments.full_traceback:
        os.environ[tracebacks.FULL] = "1"
    real = importer.real_tensorflow()
    if real:
        print(f"tftutor: hiding the TensorFlow installed at {real}", file=sys.stderr)
    importer.install(force=True)
    with program_environment(path, arguments.args) as main_module:
        if path.endswith(".ipynb"):
            from tftutor.compat.notebook_runner import run_notebook

            return guarded(lambda: run_notebook(path, main_module, arguments.allow_shell))
        return guarded(lambda: run_script(path, main_module))


@contextmanager
def program_environment(path: str, args: Sequence[str]) -> Iterator[types.ModuleType]:
    """`__main__`, `sys.argv` and `sys.path` as the program at `path` expects them."""
    main_module = types.ModuleType("__main__")
    main_module.__dict__.update(__file__=path, __builtins__=__builtins__, __spec__=None)
    before = sys.modules["__main__"], sys.argv, sys.path[:]
    sys.modules["__main__"] = main_module
    sys.argv = [path, *args]
    directory = os.path.dirname(os.path.realpath(path))
    # `python -m tftutor` and the console script have put their own directory first.
    rest = sys.path[1:] if _leads_with_launcher() else sys.path
    # What multiprocessing starts takes over `sys.path`, other processes take over PYTHONPATH.
    sys.path[:] = [directory, importer.FOR_CHILDREN, *rest]
    with _in_pythonpath(importer.FOR_CHILDREN):
        try:
            yield main_module
        finally:
            sys.modules["__main__"], sys.argv, sys.path[:] = before


@contextmanager
def _in_pythonpath(directory: str) -> Iterator[None]:
    before = os.environ.get("PYTHONPATH")
    if directory not in (before or "").split(os.pathsep):
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [directory, before]))
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("PYTHONPATH", None)
        else:
            os.environ["PYTHONPATH"] = before


def _leads_with_launcher() -> bool:
    """Whether `sys.path[0]` is the directory of the tftutor command itself."""
    first = sys.path[0] if sys.path else None
    return first is not None and os.path.realpath(first or os.curdir) == os.path.dirname(
        os.path.realpath(sys.argv[0] or os.curdir)
    ) and os.path.basename(sys.argv[0]).startswith("tftutor")


def run_script(path: str, main_module: types.ModuleType) -> int:
    """Execute a script's text in `main_module`. Raises: whatever the script raises."""
    with io.open_code(path) as file:
        source = file.read()
    try:
        tree = compile(source, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        python2 = _python2_hint(source, error)
        if python2:
            print(f"tftutor: {path}: {python2}", file=sys.stderr)
        error.__traceback__ = None
        raise
    code = compile(with_old_numpy(tree), path, "exec", dont_inherit=True)
    exec(code, main_module.__dict__)
    return 0


def _python2_hint(source: bytes, error: SyntaxError) -> str | None:
    """One line saying that the program is written in Python 2, when it is."""
    from tftutor.compat.python2 import python2_line

    found = python2_line(source.decode("utf-8", "replace"), error)
    return found and f"line {found[0]} is Python 2 ({found[1]}); convert the file to Python 3 first"


def guarded(program: Callable[[], int]) -> int:
    """Call the program; print an uncaught error as Python would; the result is the exit code.

    SystemExit passes through, so that its code or text is treated as Python treats it.
    """
    try:
        return program()
    except SystemExit:
        raise
    except KeyboardInterrupt as error:
        sys.stdout.flush()
        sys.stderr.write(tracebacks.format_for_user(error))
        return INTERRUPTED
    except BaseException as error:  # noqa: BLE001 - this is the program's outermost frame
        sys.stdout.flush()
        sys.stderr.write(tracebacks.format_for_user(error))
        return 1
