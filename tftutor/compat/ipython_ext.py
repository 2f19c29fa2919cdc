"""`%load_ext tftutor`: the `tensorflow` alias, shorter tracebacks and explained errors."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from tftutor.compat import importer, tracebacks
from tftutor.compat.old_numpy import OldNumPy

# From an error to what is displayed below its traceback: a MIME bundle, or None.
PageOf = Callable[[BaseException], "dict[str, str] | None"]

_old_numpy = OldNumPy()


class _ErrorHook:
    """IPython's hook for an uncaught error: its own lines only, and below them its page."""

    def __init__(self, page_of: PageOf | None) -> None:
        self._page_of = page_of

    def __call__(
        self, shell: Any, kind: type[BaseException], error: BaseException,
        tb: types.TracebackType | None, tb_offset: int | None = None,
    ) -> None:
        page = self._page_of(error) if self._page_of is not None else None
        if not tracebacks.wants_everything():
            tb = tracebacks.strip(error)
        shell.showtraceback((kind, error, tb), tb_offset=tb_offset)
        if page is not None:
            from IPython.display import display

            display(page, raw=True)


def load_ipython_extension(ipython: Any, page_of: PageOf | None = None) -> None:
    """Make `import tensorflow` give tftutor and tracebacks end in the notebook's own lines.

    Args:
      ipython: the shell.
      page_of: makes the page that explains an error, while its traceback is whole; it gives None
        for errors that it can't explain.

    Raises: RuntimeError when a real TensorFlow is installed (see tftutor.compat.install).
    """
    importer.install()
    # IPython binds what it gets here as a method of the shell, so it has to be a plain function.
    hook = _ErrorHook(page_of)
    ipython.set_custom_exc((Exception,), lambda *args, **options: hook(*args, **options))
    if _old_numpy not in ipython.ast_transformers:
        ipython.ast_transformers.append(_old_numpy)


def unload_ipython_extension(ipython: Any) -> None:
    """Undo `load_ipython_extension`."""
    importer.uninstall()
    ipython.set_custom_exc((), None)
    if _old_numpy in ipython.ast_transformers:
        ipython.ast_transformers.remove(_old_numpy)
