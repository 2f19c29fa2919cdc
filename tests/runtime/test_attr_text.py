"""Attributes in the runtime's errors. The expected texts are TensorFlow 1.15's ("Node attrs:")."""

from __future__ import annotations

import numpy as np
import pytest

import tftutor as tf
from tftutor.framework.attr_values import ShapeValue
from tftutor.runtime.attr_text import attr_text, attrs_text, type_list
from tftutor.runtime.kernel_listing import registered_kernels


@pytest.mark.parametrize("value, text", [
    (3, "3"), (0.1, "0.1"), (1e10, "1e+10"), (True, "true"), ([True, False], "[true, false]"),
    (b'a"b\n\xff', r'"a\"b\n\377"'), ("x", '"x"'), (tf.float32, "DT_FLOAT"),
    ([tf.float32, tf.float32._as_ref], "[DT_FLOAT, DT_FLOAT_REF]"),
    (ShapeValue((None, 3)), "[?,3]"), (ShapeValue(None), "<unknown>"), (ShapeValue(()), "[]"),
    ([ShapeValue((2,))], "[[2]]"), ([], "[]"),
    (list(range(14)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]"),
    (list(range(15)), "[0, 1, 2, 3, 4, ..., 10, 11, 12, 13, 14]"),
    (np.array([1.5, 2, 3, 4], np.float32), "Tensor<type: float shape: [4] values: 1.5 2 3...>"),
    (np.array([[1, 2], [3, 4]], np.int32),
     "Tensor<type: int32 shape: [2,2] values: [1 2][3...]...>"),
    (np.zeros([2, 2, 2]), "Tensor<type: double shape: [2,2,2] values: [[0 0][0...]]...>"),
    (np.array([True, False]), "Tensor<type: bool shape: [2] values: 1 0>"),
    (np.array(b"abc", object), "Tensor<type: string shape: [] values: abc>"),
    (np.array([b"a", b"b"], object), "Tensor<type: string shape: [2] values: a b>"),
    (np.array([1e-8, 1e20], np.float32), "Tensor<type: float shape: [2] values: 1e-08 1e+20>"),
    (np.array(1 + 2j), "Tensor<type: complex128 shape: [] values: ?>"),
    (np.zeros([0], np.float32), "Tensor<type: float shape: [0] values: >"),
])
def test_attribute_as_tensorflow_writes_it(value, text):
    assert attr_text(value) == text


def test_attributes_come_by_name():
    assert attrs_text({"b": 1, "a": tf.int32}) == "a=DT_INT32, b=1"


def test_types_of_inputs():
    assert type_list([tf.float32._as_ref, tf.int64]) == "float_ref, int64"


def test_registered_kernels_of_an_operation():
    assert registered_kernels("VariableV2") == (
        "  device='GPU'; dtype in [DT_INT64]\n  device='GPU'; dtype in [DT_DOUBLE]\n"
        "  device='GPU'; dtype in [DT_FLOAT]\n  device='GPU'; dtype in [DT_HALF]\n"
        "  device='CPU'\n")
    assert registered_kernels("NoSuchOp") == "  <no registered kernels>\n"
