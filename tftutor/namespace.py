"""Building `tf.*` from the name table: sub-namespaces, lazy loading, and clear AttributeErrors."""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import os
import pkgutil
import sys
import threading
import types
from collections.abc import Iterator
from typing import Any

from tftutor.framework import api, late_notes, op_def

ROOT = "tftutor"
_HERE = os.path.dirname(os.path.abspath(__file__))
# Packages whose modules are imported with tftutor itself: they are light and always needed.
_EAGER = ("tftutor.platform", "tftutor.ops", "tftutor.composite", "tftutor.kernels.numpy",
          "tftutor.client")
# Namespaces that are filled when they are first used.
_LAZY_PACKAGES = {"train": "tftutor.train", "contrib": "tftutor.compat.contrib",
                  "summary": "tftutor.summary", "layers": "tftutor.layers",
                  "data": "tftutor.data", "estimator": "tftutor.estimator",
                  "feature_column": "tftutor.estimator.columns"}
# Names of TensorFlow before 1.0, in a module that is imported for them alone.
_OLD_SUMMARY_NAMES = ("scalar_summary", "histogram_summary", "image_summary", "merge_summary",
                      "merge_all_summaries")
# `tf.nn.rnn_cell` is made of layers, which `tf.nn` isn't: they load when a cell is asked for.
_RNN_CELLS = {
    "tftutor.layers.rnn_cell": ("RNNCell", "BasicRNNCell", "GRUCell"),
    "tftutor.layers.rnn_lstm": ("LSTMStateTuple", "BasicLSTMCell", "LSTMCell"),
    "tftutor.layers.rnn_wrappers": ("MultiRNNCell", "DropoutWrapper", "ResidualWrapper",
                                    "DeviceWrapper"),
}
# Ready-made estimators load when one is asked for.
_CANNED_ESTIMATORS = {
    "tftutor.estimator.canned.linear": ("LinearClassifier", "LinearRegressor"),
    "tftutor.estimator.canned.dnn": ("DNNClassifier", "DNNRegressor"),
    "tftutor.estimator.canned.combined": ("DNNLinearCombinedClassifier",
                                          "DNNLinearCombinedRegressor"),
    "tftutor.estimator.canned.baseline": ("BaselineClassifier", "BaselineRegressor"),
}
_filled: set[str] = set()
_fill_lock = threading.RLock()


class LazyNamespace(types.ModuleType):
    """A namespace such as `tf.nn`, filled by the name table; missing names are explained."""

    def __getattr__(self, name: str) -> Any:
        return resolve(self, name)

    def __dir__(self) -> list[str]:
        prefix = self.__name__[len(ROOT) + 1:] + "."
        names = {n[len(prefix):].split(".")[0] for n in api.exported_names()
                 if n.startswith(prefix)}
        return sorted(names | {n for n in self.__dict__ if n.startswith("__")})


def _public_path(module_name: str) -> str:
    return module_name[len(ROOT) + 1:] if module_name != ROOT else ""


def resolve(module: Any, name: str) -> Any:
    """Find `name` in a namespace: lazily exported, lazily filled, or missing.

    Raises: AttributeError that says whether TF 1.15 has the name and what is nearest here.
    """
    path = _public_path(module.__name__)
    full = f"{path}.{name}" if path else name
    entry = api.lazy_entry(full)
    if entry is not None:
        value = getattr(importlib.import_module(entry[0]), entry[1])
        setattr(module, name, value)
        return value
    if name.startswith("__") and name.endswith("__"):
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
    for namespace in (path, full):
        source = api.namespace_modules().get(namespace)
        if source is not None and source not in sys.modules:
            importlib.import_module(source)
            if name in module.__dict__:
                return module.__dict__[name]
    top = full.partition(".")[0]
    if top in _LAZY_PACKAGES:
        own = f"{module.__name__}.{name}"
        if module.__name__ == _LAZY_PACKAGES[top] and importlib.util.find_spec(own) is not None:
            return importlib.import_module(own)  # `from tftutor.train import saver`: it alone
        _fill(top)
        if name in module.__dict__:
            return module.__dict__[name]
    prefix = full + "."
    if any(n.startswith(prefix) for n in api.exported_names()):
        return _namespace(full)
    from tftutor.compat.support import explain_missing

    raise AttributeError(explain_missing(f"tf.{full}"))


def _fill(package: str) -> None:
    """Import a lazily filled package, once; other threads wait until it is complete."""
    with _fill_lock:
        if package in _filled:
            return
        _filled.add(package)  # first: what fills it may ask for its own names
        try:
            import_all(_LAZY_PACKAGES[package])
        except BaseException:
            _filled.discard(package)  # the next look-up shows the failure again
            raise


def _namespace(path: str) -> Any:
    """The module object of a namespace, made when there is none."""
    full = f"{ROOT}.{path}"
    module = sys.modules.get(full)
    if module is None:
        if os.path.isdir(os.path.join(_HERE, path)):  # a package of ours bears the name
            module = importlib.import_module(full)
        else:
            module = sys.modules[full] = LazyNamespace(full)
            module.__path__ = []  # type: ignore[attr-defined]
    if "__getattr__" not in module.__dict__ and not isinstance(module, LazyNamespace):
        module.__dict__["__getattr__"] = lambda name: resolve(module, name)
    parent_path, _, leaf = path.rpartition(".")
    parent = _namespace(parent_path) if parent_path else sys.modules[ROOT]
    if leaf not in parent.__dict__:
        setattr(parent, leaf, module)
    return module


def _place(name: str, value: Any) -> None:
    """Listener of the name table: put a published object where users look for it."""
    path, _, leaf = name.rpartition(".")
    module = _namespace(path) if path else sys.modules[ROOT]
    setattr(module, leaf, value)


def import_all(package_name: str) -> None:
    """Import every module of a package, so that its tf_exports happen.

    Modules that fill a namespace lazily (`api.lazy_namespace`) wait for its first use.
    """
    package = importlib.import_module(package_name)
    for info in pkgutil.iter_modules(package.__path__):
        name = f"{package_name}.{info.name}"
        if name not in api.namespace_modules().values():
            importlib.import_module(name)


@contextlib.contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Don't look for garbage while modules are imported, nor among their objects ever after.

    What an import makes lives as long as the process. Left to itself, Python's collector walks
    through these 130,000 objects again and again while a program builds graphs, which are objects
    that refer to each other in circles and so need the collector. See docs/decisions/0008.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def build_namespace(root: dict[str, Any]) -> None:
    """Fill the package's namespace. Called once, while `tftutor` is being imported."""
    with without_garbage_collection():
        _import_and_publish()
    module = sys.modules[ROOT]
    root["__getattr__"] = lambda name: resolve(module, name)


def _import_and_publish() -> None:
    from tftutor import errors

    # Imported for what they publish: calling OpDefs, functions on the default graph, gradients.
    from tftutor.distributed import public_names  # noqa: F401
    from tftutor.framework import (  # noqa: F401
        apply_op,
        device_spec,
        gradient_registry,
        gradients,
        graph_def_import,
        graph_functions,
        name_scope,
        protos,
        tensor_proto,
    )

    for name, value in errors.EXPORTS.items():
        api.export_value(name, value)
    for package in _EAGER:
        import_all(package)
    api.on_export(_place)
    api.lazy_export("tftutor.summary.legacy", train__SummaryWriter="SummaryWriter",
                    **{name: name for name in _OLD_SUMMARY_NAMES})
    for source, cells in _RNN_CELLS.items():
        api.lazy_export(source, **{f"nn__rnn_cell__{name}": name for name in cells})
    for source, models in _CANNED_ESTIMATORS.items():
        api.lazy_export(source, **{f"estimator__{name}": name for name in models})
    api.lazy_export("tftutor.inspection.gpu_state", gpu_state="gpu_state")
    api.lazy_export("tftutor.widgets.show", show="show")
    api.lazy_export("tftutor.widgets.explore", explore="explore")
    api.lazy_export("tftutor.widgets.shape_errors", explain_error="explain_error")
    late_notes.write_with("tftutor.inspection.shape_errors.showing")
    op_def.define_late(lambda: _fill("data"))
    api.lazy_export("tftutor.inspection.steps", record_step="record_step")
    for name in _LAZY_PACKAGES:
        _namespace(name)  # an import of one of its modules must find the hook for missing names
