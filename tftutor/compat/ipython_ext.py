"""`%load_ext tftutor`: the `tensorflow` alias, shorter tracebacks and explained errors."""

from __future__ import annotations

import types
from typing import Any

from tftutor.compat import importer, tracebacks
from tftutor.compat.old_numpy import OldNumPy
from tftutor.framework import late_notes

_old_numpy = OldNumPy()


def _show_error(
    shell: Any, kind: type[BaseException], error: BaseException, tb: types.TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """IPython's hook for an uncaught error: the user's own lines, and below them its page."""
    writer = late_notes.writer()
    # The page is made first: it reads the frames that the traceback then loses.
    page = writer.notebook_page(error) if writer is not None else None
    late_notes.settle(error)
    if not tracebacks.wants_everything():
        tb = tracebacks.strip(error)
    shell.showtraceback((kind, error, tb), tb_offset=tb_offset)
    if page is not None:
        from IPython.display import display

        display(page, raw=True)


def load_ipython_extension(ipython: Any) -> None:
    """Make `import tensorflow` give tftutor, and show errors as a student can read them.

    Raises: RuntimeError when a real TensorFlow is installed (see tftutor.compat.install).
    """
    importer.install()
    ipython.set_custom_exc((Exception,), _show_error)
    if _old_numpy not in ipython.ast_transformers:
        ipython.ast_transformers.append(_old_numpy)


def unload_ipython_extension(ipython: Any) -> None:
    """Undo `load_ipython_extension`."""
    importer.uninstall()
    ipython.set_custom_exc((), None)
    if _old_numpy in ipython.ast_transformers:
        ipython.ast_transformers.remove(_old_numpy)
