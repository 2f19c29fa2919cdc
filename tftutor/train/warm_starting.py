"""`tf.train.warm_start`: the variables of a model begin with the values of an earlier one."""

from __future__ import annotations

from typing import Any, NamedTuple

from tftutor import errors
from tftutor.framework.api import tf_export
from tftutor.framework.collections import GraphKeys
from tftutor.framework.default_graph import get_default_graph
from tftutor.ops.partitioned_variable import PartitionedVariable
from tftutor.platform import tf_logging
from tftutor.train.checkpoint_initializers import init_from_checkpoint, is_variable
from tftutor.train.saveables import by_name


class _VocabInfo(NamedTuple):
    new_vocab: str
    new_vocab_size: int
    num_oov_buckets: int
    old_vocab: str
    old_vocab_size: int = -1
    backup_initializer: Any = None
    axis: int = 0


@tf_export("train.VocabInfo")
class VocabInfo(_VocabInfo):
    """Which rows of a variable belong to which words, in the old model and in the new one.

    `tf.train.warm_start` refuses it so far: it takes over whole variables only.

    Raises: ValueError for an axis other than 0 and 1.
    Source: TF 1.15 docs, tf.train.VocabInfo.
    """

    __slots__ = ()

    def __new__(cls, new_vocab: str, new_vocab_size: int, num_oov_buckets: int, old_vocab: str,
                old_vocab_size: int = -1, backup_initializer: Any = None, axis: int = 0
                ) -> VocabInfo:
        if axis not in (0, 1):
            raise ValueError("The only supported values for the axis argument are 0 and 1.  "
                             f"Provided axis: {axis}")
        return super().__new__(cls, new_vocab, new_vocab_size, num_oov_buckets, old_vocab,
                               old_vocab_size, backup_initializer, axis)


@tf_export("train.warm_start")
def warm_start(ckpt_to_initialize_from: str, vars_to_warm_start: Any = ".*",
               var_name_to_vocab_info: Any = None, var_name_to_prev_var_name: Any = None) -> None:
    """Let variables be initialised with those of the same names in a checkpoint.

    Args:
      vars_to_warm_start: a regular expression for trainable variables, a list of them for all
        variables, or a list of variables.
      var_name_to_prev_var_name: names in the checkpoint, where they differ.

    Raises: ValueError for names that aren't used or not in the checkpoint, UnsupportedError for
    vocabularies.
    Source: TF 1.15 docs, tf.train.warm_start.
    """
    tf_logging.info(f"Warm-starting from: {ckpt_to_initialize_from}")
    grouped = _grouped(vars_to_warm_start)
    vocabularies, old_names = var_name_to_vocab_info or {}, var_name_to_prev_var_name or {}
    if any(name in vocabularies for name in grouped):
        raise errors.UnsupportedError("tf.train.warm_start(var_name_to_vocab_info=...)",
                                      "tf.train.init_from_checkpoint takes over whole variables")
    wanted: dict[str, Any] = {}
    for name, variables in grouped.items():
        if vars_to_warm_start:
            old = old_names.get(name)
            tf_logging.debug(f"Warm-starting variable: {name}; prev_var_name: {old or 'Unchanged'}")
            old_name, variable = _with_name(
                variables[0] if len(variables) == 1 else variables, old)
            wanted[old_name] = variable
    init_from_checkpoint(ckpt_to_initialize_from, wanted)
    tf_logging.info("Warm-started %d variables.", len(wanted))
    _check_used("var_name_to_prev_var_name", set(old_names) - set(grouped), grouped)
    _check_used("var_name_to_vocab_info", set(vocabularies) - set(grouped), grouped)


def _check_used(argument: str, unused: set[str], grouped: dict[str, Any]) -> None:
    if unused:
        raise ValueError(f"You provided the following variables in {argument} that were not used: "
                         f"{unused}.  Perhaps you misspelled them?  Here is the list of viable "
                         f"variable names: {grouped.keys()}")


def _grouped(wanted: Any) -> dict[str, list[Any]]:
    """Name in a checkpoint -> the variable, or the parts of it, in a list."""
    graph = get_default_graph()
    if isinstance(wanted, str) or wanted is None:
        tf_logging.info("Warm-starting variables only in TRAINABLE_VARIABLES.")
        found = graph.get_collection(GraphKeys.TRAINABLE_VARIABLES, scope=wanted)
    elif not isinstance(wanted, list):
        raise ValueError("`vars_to_warm_start must be a `list` or `str`.  Given type is "
                         f"{type(wanted)}")
    elif all(isinstance(each, str) for each in wanted):
        found = [variable for scope in wanted
                 for variable in graph.get_collection(GraphKeys.GLOBAL_VARIABLES, scope=scope)]
    elif all(is_variable(each) for each in wanted):
        found = wanted
    else:
        raise ValueError("If `vars_to_warm_start` is a list, it must be all `Variable` or all "
                         f"`str`.  Given types are {[type(each) for each in wanted]}")
    grouped: dict[str, list[Any]] = {}
    for variable in found:
        grouped.setdefault(_name_of([variable]), []).append(variable)
    return grouped


def _name_of(variables: list[Any]) -> str:
    names = by_name(variables)
    if len(names) > 1:
        raise TypeError(f"`var` = {variables} passed as arg violates the constraints.  "
                        f"name_to_var_dict = {names}")
    return next(iter(names))


def _with_name(variable: Any, old_name: str | None) -> tuple[str, Any]:
    if isinstance(variable, PartitionedVariable):
        return old_name or _name_of([variable]), variable._get_variable_list()
    return old_name or _name_of(variable if isinstance(variable, list) else [variable]), variable
