"""Ask TF 1.15 to write checkpoints: tests/golden/checkpoint/tf115.{index,data-00000-of-00001}.

`tf115_parts` has variables in parts, with the numbers 0, 1, 2, ...; so has `tf115_sharded`, in two
data files, one a device.

Run with the oracle's Python: python tests/golden/ask_checkpoint.py
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))


def values():
    """Name -> array, one of each kind; the test makes the same."""
    random = np.random.RandomState(0)
    found = {
        "float32": random.rand(7, 5).astype(np.float32), "float64": random.rand(3),
        "float16": random.rand(4).astype(np.float16), "int64_scalar": np.int64(-7),
        "uint8": np.arange(6, dtype=np.uint8).reshape(1, 2, 3),
        "bool": np.array([True, False]), "complex64": np.array([1 + 2j], np.complex64),
        "string": np.array([b"x", b"", b"a\0b" * 40], object), "empty": np.zeros((0, 3), np.int32),
    }
    for number in range(40):
        found["scope/many_%03d" % number] = np.full([number % 4], number, np.int32)
    return found


PARTS = [("rows", [300, 2], tf.float32, 0), ("columns", [2, 9000], tf.uint8, 1),
         ("integers", [7], tf.int64, 0)]


def save_parts():
    for name, shape, dtype, axis in PARTS:
        numbers = np.arange(np.prod(shape)).reshape(shape)
        tf.get_variable(name, initializer=tf.cast(numbers, dtype),
                        partitioner=tf.fixed_size_partitioner(4, axis))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, os.path.join(HERE, "checkpoint", "tf115_parts"),
                              write_meta_graph=False, write_state=False)


def save_sharded():
    with tf.Session(config=tf.ConfigProto(device_count={"CPU": 2})) as session:
        for number in (0, 1):
            with tf.device("/cpu:%d" % number):
                tf.get_variable("v%d" % number, initializer=np.arange(3 + number))
        for number in (0, 1):
            with tf.device("/cpu:%d" % number):
                part = tf.Variable(np.arange(5.0) + 5 * number, name="parts/part_%d" % number)
            part._set_save_slice_info(tf.Variable.SaveSliceInfo("parts", [10], [5 * number], [5]))
        with tf.device("/cpu:0"):
            tf.get_variable("text", initializer=tf.constant(["a", "bc"]))
        session.run(tf.global_variables_initializer())
        tf.train.Saver(sharded=True).save(
            session, os.path.join(HERE, "checkpoint", "tf115_sharded"), write_meta_graph=False,
            write_state=False)


def main():
    tf.compat.v1.logging.set_verbosity("ERROR")
    variables = {name: tf.Variable(value, name=name, dtype=tf.string if name == "string" else None)
                 for name, value in values().items()}
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        tf.train.Saver(variables).save(session, os.path.join(HERE, "checkpoint", "tf115"),
                                       write_meta_graph=False, write_state=False)
    with tf.Graph().as_default():
        save_parts()
    with tf.Graph().as_default():
        save_sharded()


if __name__ == "__main__":
    main()
