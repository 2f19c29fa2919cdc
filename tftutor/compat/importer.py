"""`tftutor.compat.install()`: from then on `import tensorflow as tf` gives tftutor.

A finder on `sys.meta_path` answers every import of `tensorflow` and below with the modules of
aliases.py. What can't be answered fails at once, saying what tftutor has instead.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import types
from collections.abc import Sequence
from typing import Literal

import numpy

from tftutor.compat import old_numpy
from tftutor.compat.aliases import ROOT, locate

# With this module present TensorBoard uses its own small stand-in for TensorFlow's file system,
# instead of looking for `tensorflow` and taking us for it.
_TENSORBOARD_WITHOUT_TF = "tensorboard.compat.notf"
# Where processes that a program starts find a module called tensorflow; it calls `install`.
FOR_CHILDREN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "for_children")
_OLD_PRINTING: Literal["1.25"] = "1.25"  # the last NumPy whose scalars print as plain numbers


class TensorflowFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and loads `tensorflow` and its submodules."""

    changed_printing = False

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """A spec for `tensorflow...`, None for others. Raises: ImportError, explained."""
        if fullname != ROOT and not fullname.startswith(f"{ROOT}."):
            return None
        spec = importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        spec.loader_state = locate(fullname)
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """An empty module; exec_module puts the located one in its place."""
        return types.ModuleType(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Answer with the located module itself, whose own name and spec stay as they are."""
        spec = module.__spec__
        if spec is not None:
            sys.modules[spec.name] = spec.loader_state


_finder = TensorflowFinder()
_hidden: dict[str, types.ModuleType] = {}


def is_installed() -> bool:
    """Whether `import tensorflow` currently gives tftutor."""
    return _finder in sys.meta_path


def real_tensorflow() -> str | None:
    """Where a real TensorFlow is installed, or None."""
    if is_installed():
        return None
    loaded = sys.modules.get(ROOT)
    if loaded is not None:
        found = getattr(loaded, "__file__", None) or ROOT
    else:
        spec = importlib.util.find_spec(ROOT)
        found = (spec.origin or ROOT) if spec else None
    return None if found and os.path.dirname(found) == FOR_CHILDREN else found


def install(force: bool = False) -> None:
    """Make `import tensorflow` give tftutor, in all the spellings that TF1 programs use.

    Example:
        import tftutor
        tftutor.compat.install()
        import tensorflow as tf                     # tftutor
        from tensorflow.examples.tutorials.mnist import input_data

    Calling it again changes nothing. `force` hides a TensorFlow that is really installed.
    Raises: RuntimeError when there is one and `force` isn't given.
    """
    if is_installed():
        return
    real = real_tensorflow()
    if real and not force:
        raise RuntimeError(
            f"TensorFlow itself is installed here ({real}). To have `import tensorflow` give"
            " tftutor all the same in this process, call tftutor.compat.install(force=True)."
        )
    for name in _tensorflow_modules():
        _hidden[name] = sys.modules.pop(name)
    sys.meta_path.insert(0, _finder)
    sys.modules.setdefault(_TENSORBOARD_WITHOUT_TF, types.ModuleType(_TENSORBOARD_WITHOUT_TF))
    _print_numbers_as_then()
    old_numpy.restore_names()


def _print_numbers_as_then() -> None:
    """Have NumPy print `[6.0]`, not `[np.float32(6.0)]`, for a list of scalars: TF1 books do.

    NumPy 2 changed this. Who has chosen a print mode already keeps it.
    """
    if not numpy.get_printoptions()["legacy"]:
        numpy.set_printoptions(legacy=_OLD_PRINTING)
        _finder.changed_printing = True


def uninstall() -> None:
    """Undo `install`: a real TensorFlow, where there is one, can be imported again."""
    if not is_installed():
        return
    if _finder.changed_printing:
        _finder.changed_printing = False
        numpy.set_printoptions(legacy=False)
    old_numpy.remove_names()
    sys.meta_path.remove(_finder)
    for name in _tensorflow_modules():
        del sys.modules[name]
    sys.modules.update(_hidden)
    _hidden.clear()
    sys.modules.pop(_TENSORBOARD_WITHOUT_TF, None)


def _tensorflow_modules() -> list[str]:
    return [name for name in sys.modules if name == ROOT or name.startswith(f"{ROOT}.")]
