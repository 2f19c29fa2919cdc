"""Exporters: what is done with a model after it was evaluated.

Those of TensorFlow write SavedModels and aren't here; a class of one's own derives from Exporter.
"""

from __future__ import annotations

from typing import Any

from tftutor.framework.api import tf_export


@tf_export("estimator.Exporter")
class Exporter:
    """Base class; a subclass has `name` and `export`. Source: TF 1.15 docs, tf.estimator.Exporter.
    """

    @property
    def name(self) -> str:
        """What its folder is called."""
        raise NotImplementedError

    def export(self, estimator: Any, export_path: str, checkpoint_path: str, eval_result: Any,
               is_the_final_export: bool) -> Any:
        """Do something with the checkpoint that gave `eval_result`."""
        raise NotImplementedError


def checked_exporters(exporters: Any) -> tuple[Exporter, ...]:
    """One or several exporters, as a tuple.

    Raises: TypeError for something else; ValueError for names that are missing or not unique.
    """
    if not exporters:
        return ()
    given = exporters
    found = [given] if isinstance(given, Exporter) else given
    try:
        found = list(found)
        are_exporters = all(isinstance(each, Exporter) for each in found)
    except TypeError:
        are_exporters = False
    names: list[Any] = [getattr(each, "name", None) for each in found] if are_exporters else []
    for place, name in enumerate(names):
        if not name:
            raise ValueError("An Exporter cannot have a name that is `None` or empty. All exporter "
                             f"names: {names}")
        if not isinstance(name, str):
            raise ValueError(f"An Exporter must have a string name. Given: {type(name)}")
        if name in names[:place]:
            raise ValueError("`exporters` must have unique names. Such a name cannot be `None`. All"
                             f" exporter names: {names}")
    if not are_exporters:
        raise TypeError("`exporters` must be an Exporter, an iterable of Exporter, or `None`, found"
                        f" {given}.")
    return tuple(found)
