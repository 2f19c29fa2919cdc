"""A task runs cells of the notebook that started it: the programs of between-graph replication.

The text comes from the standard input, which only the program that started this process holds: a
task never runs what arrives over the network.
"""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import queue
import sys
import traceback
import types
from collections import deque
from collections.abc import Callable
from typing import Any

Send = Callable[..., None]


class Cells:
    """Runs cells one after another in the main thread, so that Ctrl-C interrupts them.

    `names` are the cells' variables to begin with; `send` tells the notebook what they print.
    """

    def __init__(self, names: dict[str, Any], send: Send) -> None:
        self._main = types.ModuleType("__main__")
        self._main.__dict__.update(names)
        self._send = send
        self._waiting: queue.SimpleQueue[tuple[int, str] | None] = queue.SimpleQueue()
        # Another thread may be printing when its cell has ended, and `print` doesn't hold its file.
        self._outputs: deque[_Output] = deque(maxlen=16)
        self.is_running = False

    def put(self, number: int, text: str) -> None:
        """Run a cell when those before it have ended."""
        self._waiting.put((number, text))

    def end(self) -> None:
        """Let `serve` return after the cells that are waiting."""
        self._waiting.put(None)

    def serve(self) -> None:
        """Run cells as they come, until `end`."""
        while (cell := self._waiting.get()) is not None:
            self._run(*cell)

    def _run(self, number: int, text: str) -> None:
        output = _Output(self._send, number, sys.stdout)
        self._outputs.append(output)
        error = None
        sys.modules["__main__"] = self._main
        try:
            self.is_running = True
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                execute(text, f"<cell {number}>", self._main.__dict__)
        except (Exception, KeyboardInterrupt) as raised:
            frames = raised.__traceback__ and raised.__traceback__.tb_next  # without our own
            error = "".join(traceback.format_exception(
                type(raised), raised, frames and frames.tb_next))
            print(error, file=sys.stderr, flush=True)
        finally:
            self.is_running = False
        output.flush()
        self._send(event="done", number=number, error=error)


def execute(text: str, file_name: str, names: dict[str, Any]) -> None:
    """Run a program's text and show the value of its last expression. Raises: what it raises."""
    linecache.cache[file_name] = (len(text), None, text.splitlines(True), file_name)
    tree = ast.parse(text, file_name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, file_name, "exec"), names)
    if isinstance(last, ast.Expr):
        exec(compile(ast.Interactive([last]), file_name, "single"), names)


class _Output(io.TextIOBase):
    """What a cell prints: to the notebook, and to the task's log; whole lines where possible."""

    def __init__(self, send: Send, number: int, log: Any) -> None:
        self._send = send
        self._number = number
        self._log = log
        self._line = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._line += text
        whole, newline, rest = self._line.rpartition("\n")
        if newline:
            self._line = rest
            self._say(whole + newline)
        return len(text)

    def flush(self) -> None:
        text, self._line = self._line, ""
        if text:
            self._say(text)

    def _say(self, text: str) -> None:
        self._log.write(text)
        self._log.flush()
        self._send(event="output", number=self._number, text=text)
