"""Cases for the checkpoint ops: what SaveV2 writes RestoreV2 reads."""

import tempfile

import numpy as np

import tftutor as tf
from tests.op_cases.op_case import OpCase, f32
from tftutor.framework.op_def import get_op_def

_ = tf.train


def _save_and_restore(x):
    prefix = tempfile.mkdtemp() + "/case"
    save = get_op_def("SaveV2")(prefix, ["x"], [""], [x])
    with tf.control_dependencies([save]):
        (restored,) = get_op_def("RestoreV2")(prefix, ["x"], [""], dtypes=[tf.float32])
        return restored


def _save_merge_and_restore(x):
    folder = tempfile.mkdtemp()
    save = get_op_def("SaveV2")(folder + "/parts/a", ["x"], [""], [x])
    with tf.control_dependencies([save]):
        merge = get_op_def("MergeV2Checkpoints")([folder + "/parts/a"], folder + "/whole")
    with tf.control_dependencies([merge]):
        (restored,) = get_op_def("RestoreV2")(folder + "/whole", ["x"], [""], dtypes=[tf.float32])
        return restored


CASES = [OpCase(op, _save_and_restore, [f32(3, 2)], lambda x: np.array(x))
         for op in ("SaveV2", "RestoreV2")]
CASES.append(OpCase("MergeV2Checkpoints", _save_merge_and_restore, [f32(3, 2)],
                    lambda x: np.array(x)))
