"""Kernels with state (variables, optimizers, generators, tensor arrays) on each array library."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tftutor as tf
from tests.backends import fake_cupy
from tests.backends.state_harness import fits_a_gpu, run_case
from tests.backends.strict_library import StrictLibrary
from tests.op_cases import control_flow, random, state, training
from tests.op_cases.op_case import OpCase
from tftutor.backends.array_library import ArrayLibrary, NumpyLibrary
from tftutor.framework.op_def import get_op_def
from tftutor.ops.training_formulas import FORMULAS
from tftutor.ops.training_rules import RULES
from tftutor.runtime.binding import NodeBinder
from tftutor.runtime.resources import ResourceManager, VariableCell

CASES = [case for module in (state, training, random, control_flow) for case in module.CASES
         if case.op.startswith(("TensorArray", "Stack")) or module is not control_flow]
CASES = [case for case in CASES if fits_a_gpu(case)]
IDS = [case.id for case in CASES]


def _library_names() -> list[str]:
    names = ["array_api_strict"]
    if importlib.util.find_spec("torch"):
        import torch

        names += ["torch"] + ["torch on a GPU"] * torch.cuda.is_available()
    if importlib.util.find_spec("cupy"):
        import cupy

        names += ["cupy"] * cupy.cuda.is_available()
    elif shutil.which("g++"):
        names += ["recorded cupy"]
    return names


def _make_library(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    if name == "array_api_strict":
        return StrictLibrary()
    if name.startswith("torch"):
        import tftutor.kernels.torch.state_scatter
        import tftutor.kernels.torch.training  # noqa: F401 - registers kernels
        from tftutor.backends.torch_library import TorchLibrary

        return TorchLibrary("cuda:0" if "GPU" in name else "cpu")
    import tftutor.kernels.cupy.state_scatter
    import tftutor.kernels.cupy.training

    tftutor.kernels.cupy.training._kernel.cache_clear()
    if name == "recorded cupy":
        fake_cupy.install(monkeypatch)
        return fake_cupy.fake_library()
    from tftutor.backends.cupy_library import CupyLibrary

    return CupyLibrary(0)


@pytest.fixture(params=_library_names())
def library(request, monkeypatch) -> Iterator[ArrayLibrary]:
    found = _make_library(request.param, monkeypatch)
    with found.activate():
        yield found


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_program_with_state_gives_what_it_gives_on_numpy(case: OpCase, library) -> None:
    expected, _ = run_case(case, NumpyLibrary())
    found, computed = run_case(case, library)
    assert case.op in computed
    for value, other in zip(found, expected, strict=True):
        assert value.dtype == other.dtype and value.shape == other.shape
        np.testing.assert_allclose(value, other, rtol=1e-5, atol=1e-7)


# -- what the programs of the op cases don't show -------------------------------------------------

TABLE = np.arange(12, dtype=np.float32).reshape(4, 3) + 1
UFUNCS = {"Update": None, "Add": np.add, "Sub": np.subtract, "Mul": np.multiply,
          "Div": np.divide, "Min": np.minimum, "Max": np.maximum}


def _cell(library: ArrayLibrary, value: np.ndarray) -> VariableCell:
    cell = VariableCell("v")
    cell.commit(library.from_host(value))
    return cell


def _kernel(op_type: str, library: ArrayLibrary):
    definition = get_op_def(op_type)
    function, params = definition.library_kernels.get(
        library.name, (definition.kernel_fn, definition.kernel_params))
    return lambda *args: function(*args, **({"xp": library.xp} if "xp" in params else {}))


@pytest.mark.parametrize("kind", UFUNCS)
def test_scatter_with_equal_and_impossible_indices(kind, library) -> None:
    cell = _cell(library, TABLE)
    indices = np.array([2, 0, 2, 2, -1, 4, 0], np.int32)
    updates = np.random.RandomState(0).uniform(0.5, 9, (7, 3)).astype(np.float32)
    expected = TABLE.copy()
    for index, row in zip(indices, updates, strict=True):
        if 0 <= index < 4:
            expected[index] = row if kind == "Update" else UFUNCS[kind](expected[index], row)
    _kernel(f"Scatter{kind}", library)(cell, library.from_host(indices), library.from_host(updates))
    np.testing.assert_allclose(library.to_host(cell.value), expected, rtol=1e-6)


@pytest.mark.parametrize("kind", UFUNCS)
def test_scatter_of_nothing_changes_nothing(kind, library) -> None:
    cell = _cell(library, TABLE)
    _kernel(f"ResourceScatter{kind}", library)(
        cell, library.from_host(np.zeros(0, np.int64)), library.from_host(TABLE[:0]))
    np.testing.assert_array_equal(library.to_host(cell.value), TABLE)


def test_scatter_of_whole_tensors_and_of_slices(library) -> None:
    cell = _cell(library, TABLE)
    add = _kernel("ResourceScatterNdAdd", library)
    add(cell, library.from_host(np.zeros((1, 0), np.int32)), library.from_host(TABLE[None]))
    np.testing.assert_array_equal(library.to_host(cell.value), 2 * TABLE)
    add(cell, library.from_host(np.array([[3], [9]])), library.from_host(TABLE[:2]))
    expected = 2 * TABLE
    expected[3] += TABLE[0]
    np.testing.assert_array_equal(library.to_host(cell.value), expected)


@pytest.mark.parametrize("op_type", ["AssignAdd", "AssignSub", "ScatterAdd", "ScatterUpdate",
                                     "ScatterMax", "StridedSliceAssign", "ApplyGradientDescent"])
def test_update_leaves_the_value_that_somebody_reads(op_type, library) -> None:
    with tf.Graph().as_default(), tf.Session():
        cell = _cell(library, TABLE)
        reader = cell.value
        arguments = {
            "ScatterAdd": (np.array([0]), TABLE[:1]), "ScatterUpdate": (np.array([0]), TABLE[1:2]),
            "ScatterMax": (np.array([0]), TABLE[1:2]),
            "ApplyGradientDescent": (np.float32(1), TABLE)}.get(op_type, (TABLE,))
        arguments = [library.from_host(value) for value in arguments]
        v = tf.Variable(TABLE)
        if op_type == "StridedSliceAssign":
            op = v[1:2].assign(TABLE[:1]).op
            arguments = [*(np.array(t, np.int32) for t in ([1], [2], [1])),
                         library.from_host(TABLE[:1])]
        else:
            op = get_op_def(op_type)(v._ref(), *(np.zeros_like(library.to_host(a))
                                                 for a in arguments)).op
        kernel = NodeBinder(ResourceManager(), library=library).bind(op)
        kernel.function(cell, *arguments, **kernel.keywords)
        np.testing.assert_array_equal(library.to_host(reader), TABLE)
        assert not np.array_equal(library.to_host(cell.value), TABLE)


def test_assigned_value_is_the_variables_own(library) -> None:
    source = library.from_host(TABLE)
    cell = VariableCell("v")
    _kernel("AssignVariableOp", library)(cell, source)
    cell.value[0, ...] = 0
    np.testing.assert_array_equal(library.to_host(source), TABLE)


def test_update_of_another_shape_is_refused_and_changes_nothing(library) -> None:
    cell = _cell(library, TABLE)
    with pytest.raises(tf.errors.InvalidArgumentError, match="must be the same size"):
        _kernel("AssignAdd", library)(cell, library.from_host(TABLE[:2]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Must have updates.shape"):
        _kernel("ScatterAdd", library)(cell, library.from_host(np.array([0])),
                                       library.from_host(TABLE[:2]))
    np.testing.assert_array_equal(library.to_host(cell.value), TABLE)


def test_exclusive_array_of_a_library_is_a_copy(library) -> None:
    cell = _cell(library, TABLE)
    table = cell.exclusive_array()
    table[0, ...] = 0
    np.testing.assert_array_equal(library.to_host(cell.value), TABLE)
    cell.commit_array(table)
    assert library.to_host(cell.value)[0].tolist() == [0, 0, 0]


def test_gathering_a_batch_of_rows_from_a_variable(library) -> None:
    cell = _cell(library, np.arange(24, dtype=np.float32).reshape(2, 4, 3))
    indices = np.array([[3, 0], [1, 1]], np.int64)
    definition = get_op_def("ResourceGather")
    found = definition.kernel_fn(cell, library.from_host(indices), xp=library.xp, batch_dims=1)
    table = library.to_host(cell.value)
    np.testing.assert_array_equal(library.to_host(found),
                                  np.stack([table[0][[3, 0]], table[1][[1, 1]]]))


# CuPy's fused kernels compute float16 in float32 between loads and stores.
_TOLERANCES = {"float16": (1e-2, 4e-3), "float32": (1e-5, 0), "float64": (1e-12, 0)}


@pytest.mark.parametrize("dtype", ["float16", "float64"])
@pytest.mark.parametrize("name", FORMULAS)
def test_update_rule_in_other_precisions(name, dtype, library) -> None:
    if library.name == "array_api_strict" and dtype == "float16":
        dtype = "float32"  # the standard has no float16
    rule = next(rule for rule in RULES if rule.name == name)
    random = np.random.RandomState(1)
    values = [random.uniform(0.1, 0.9, (3, 5) if argument in (*rule.state, rule.gradient) else ())
              .astype(dtype) for argument in rule.arguments]
    if "mg" in rule.state:
        values[rule.state.index("mg")] *= values[0].dtype.type(0.1)  # a mean, below its square
    with tf.Graph().as_default():
        variables = [tf.Variable(value)._ref() for value in values[:len(rule.state)]]
        op = get_op_def("Apply" + name)(*variables, *values[len(rule.state):]).op
    results = []
    for each in (NumpyLibrary(), library):
        cells = [_cell(each, value) for value in values[:len(rule.state)]]
        kernel = NodeBinder(ResourceManager(), library=each).bind(op)
        others = [value[()] if each.name == "numpy" else each.from_host(value)
                  for value in values[len(rule.state):]]
        kernel.function(*cells, *others, **kernel.keywords)
        results.append([each.to_host(cell.value) for cell in cells])
    for found, expected in zip(results[1], results[0], strict=True):
        assert found.dtype == dtype
        rtol, atol = _TOLERANCES[dtype]
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=atol)
