"""Cases for sparse tensors of other shapes, rows filled, crosses, and look-up tables."""

import os
import tempfile

import numpy as np

import tftutor as tf
from tests.op_cases.op_case import OpCase
from tftutor.framework.op_def import get_op_def

INDICES = np.array([[0, 1], [1, 0], [1, 2]], np.int64)
ROWS = np.array([[3, 1], [1, 0], [1, 2]], np.int64)
SHAPE = np.array([2, 3], np.int64)
VALUES = np.array([1.0, 2.0, 3.0], np.float32)
WORDS = np.array([b"b", b"c", b"a"], object)


def reshape(indices, shape, target):
    return list(get_op_def("SparseReshape")(indices, shape, target))


def filled(values, default):
    op = get_op_def("SparseFillEmptyRows")
    return list(op(ROWS, values, np.array([5, 3], np.int64), default))


def crossed(**settings):
    def build(indices, values, dense):
        return list(get_op_def("SparseCross")(
            [indices], [values], [tf.constant([2, 3], tf.int64)], [dense], hash_key=956888297470,
            **settings))

    return build


def table():
    fill = tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([1, 2], tf.int64))
    return tf.lookup.StaticHashTable(fill, -1)


def looked_up(keys):
    made = table()
    with tf.control_dependencies([made.initializer]):
        return [made.lookup(keys), made.size(), *made.export()]


def initialized(keys):
    find, init = get_op_def("LookupTableFindV2"), get_op_def("InitializeTableV2")
    handle = get_op_def("HashTableV2")(key_dtype=tf.string, value_dtype=tf.float32)
    with tf.control_dependencies([init(handle, ["a"], [2.5])]):
        return find(handle, keys, 0.5)


def from_file(keys):
    path = os.path.join(tempfile.mkdtemp(), "words.txt")
    with open(path, "w") as file:
        file.write("a\t3\nb\t5\n")
    fill = tf.lookup.TextFileInitializer(path, tf.string, 0, tf.int64, 1)
    made = tf.lookup.StaticHashTable(fill, -1)
    with tf.control_dependencies([made.initializer]):
        return made.lookup(keys)


CASES = [
    OpCase("SparseReshape", reshape, [INDICES, SHAPE, np.array([3, -1], np.int64)],
           [np.array([[0, 1], [1, 1], [2, 1]]), np.array([3, 2])]),
    OpCase("SparseReshape", reshape, [INDICES, SHAPE, np.array([6], np.int64)],
           [np.array([[1], [3], [5]]), np.array([6])], label="flat"),
    OpCase("SparseFillEmptyRows", filled, [VALUES, np.float32(-1)],
           [np.array([[0, 0], [1, 0], [1, 2], [2, 0], [3, 1], [4, 0]]),
            np.array([-1, 2, 3, -1, 1, -1], np.float32),
            np.array([True, False, True, False, True]), np.array([4, 1, 2])]),
    OpCase("SparseFillEmptyRows", lambda values, default: filled(values, default)[1],
           [VALUES, np.float32(-1)], np.array([-1, 2, 3, -1, 1, -1], np.float32),
           differentiable=[0, 1], label="gradient"),
    OpCase("SparseFillEmptyRowsGrad",
           lambda places, grad: list(get_op_def("SparseFillEmptyRowsGrad")(places, grad)),
           [np.array([2, 0], np.int64), np.array([1, 2, 3, 4], np.float32)],
           [np.array([3, 1], np.float32), np.float32(6)]),
    OpCase("SparseCross", crossed(hashed_output=True, num_buckets=100, out_type=tf.int64,
                                  internal_type=tf.string),
           [np.array([[0, 0], [0, 1], [1, 0]], np.int64), np.array([b"a", b"b", b"c"], object),
            np.array([[b"x", b"y"], [b"z", b"w"]], object)],
           [np.array([[0, 0], [0, 1], [0, 2], [0, 3], [1, 0], [1, 1]]),
            np.array([92, 47, 4, 5, 80, 35]), np.array([2, 4])], label="TF's buckets"),
    OpCase("SparseCross", crossed(hashed_output=False, num_buckets=0, out_type=tf.string,
                                  internal_type=tf.int64),
           [np.array([[0, 0], [0, 1], [1, 0]], np.int64), np.array([b"a", b"b", b"c"], object),
            np.array([[1], [2]], np.int64)],
           [np.array([[0, 0], [0, 1], [1, 0]]),
            np.array([b"a_X_1", b"b_X_1", b"c_X_2"], object), np.array([2, 2])], label="text"),
    OpCase("LookupTableFindV2", looked_up, [WORDS],
           [np.array([2, -1, 1]), np.int64(2), np.array([b"a", b"b"], object), np.array([1, 2])],
           covers=["HashTableV2", "LookupTableImportV2", "LookupTableSizeV2",
                   "LookupTableExportV2"]),
    OpCase("InitializeTableFromTextFileV2", from_file, [WORDS], np.array([5, -1, 3])),
    OpCase("InitializeTableV2", initialized, [WORDS], np.array([0.5, 0.5, 2.5], np.float32)),
]
