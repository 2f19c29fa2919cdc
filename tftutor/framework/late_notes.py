"""Notes of exceptions that are written when the exception is first printed, not when it is raised.

A shape error is explained by a page of text. Most errors are caught and never seen, so the page is
made when somebody reads `error.__notes__`, which Python does when it prints a traceback.
`str(error)` stays TensorFlow's text.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any, Protocol, TypeVar, cast

Error = TypeVar("Error", bound=BaseException)
_writer_name = ""


class Writer(Protocol):
    """What the module that writes about errors has."""

    def note(self, error: BaseException) -> str:
        """The note of an error, "" for none."""

    def notebook_page(self, error: BaseException) -> dict[str, str] | None:
        """What a notebook displays below an error, by MIME type; None for nothing."""


def write_with(module: str) -> None:
    """Say which module is the Writer. It is imported when it is needed: it is layers above."""
    global _writer_name
    _writer_name = module


def writer() -> Writer | None:
    """The module that writes about errors; None where nobody said which."""
    return cast(Writer, importlib.import_module(_writer_name)) if _writer_name else None


def explained(error: Error) -> Error:
    """Give an error that is about to be raised a late note; returns the error."""
    notes = getattr(error, "__notes__", ())
    if not isinstance(notes, LateNotes):
        error.__notes__ = LateNotes(error, notes)
    return error


def settle(error: BaseException) -> None:
    """Write the late notes of an error and of those behind it, while the tracebacks are whole."""
    for one in _chain(error):
        notes = getattr(one, "__notes__", None)
        if isinstance(notes, LateNotes):
            notes.text()


def drop(error: BaseException) -> None:
    """Take the late notes away, from the errors behind it too: the page is shown elsewhere."""
    for one in _chain(error):
        notes = getattr(one, "__notes__", None)
        if isinstance(notes, LateNotes):
            one.__notes__ = notes.early()


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and the errors behind it that Python would print with it, each once."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            waiting.append(one.__cause__ if one.__suppress_context__ else one.__context__)
            yield one


class LateNotes(list[str]):
    """An exception's notes: those that were added, then the one that is written on demand.

    It holds its exception, which holds it: a cycle, so an exception that was raised and dropped
    goes with Python's next garbage collection.
    """

    def __init__(self, error: BaseException, notes: Any = ()) -> None:
        super().__init__(notes)
        self._error: BaseException | None = error
        self._text = ""

    def early(self) -> list[str]:
        """The notes that were there without writing one."""
        return list(super().__iter__())

    def text(self) -> str:
        """The late note; it is written once."""
        error, self._error = self._error, None
        if error is not None and (by := writer()) is not None:
            self._text = by.note(error)
        return self._text

    def _all(self) -> list[str]:
        text = self.text()
        return [*self.early(), text] if text else self.early()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __getitem__(self, index: Any) -> Any:
        return self._all()[index]

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (self._all(),)
