"""tftutor: TensorFlow 1.15's graphs and sessions, for teaching.

    import tftutor as tf

    c = tf.multiply(tf.constant(2.0), tf.constant(3.0))
    with tf.Session() as sess:
        print(sess.run(c))          # 6.0

Importing it costs NumPy and little more; heavier parts load when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tftutor.namespace import build_namespace

if TYPE_CHECKING:  # the names come from a table at run time; a type checker can't see them
    def __getattr__(name: str) -> Any: ...

__version__ = "1.15.5"
__tftutor_version__ = "0.1.0"

build_namespace(globals())


def use_torch(setting: bool | str) -> None:
    """Let torch compute big convolutions on the CPU: True, False, or "auto", if it is installed.

    "auto" is the default; the environment variable TFTUTOR_TORCH (1, 0, auto) chooses, too. It
    holds for the whole process, from the next step on.
    Raises: ValueError for another setting. With True a step raises FailedPreconditionError when it
    needs a torch that isn't there.
    """
    from tftutor.backends import torch_on_cpu

    torch_on_cpu.use_torch(setting)


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext tftutor`: `import tensorflow` gives tftutor, tracebacks end in your own lines,
    and errors about shapes and types are explained below them."""
    from tftutor.compat import ipython_ext

    ipython_ext.load_ipython_extension(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """`%unload_ext tftutor`."""
    from tftutor.compat import ipython_ext

    ipython_ext.unload_ipython_extension(ipython)
