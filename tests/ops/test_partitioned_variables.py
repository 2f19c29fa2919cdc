"""Variables in parts: tf.get_variable with a partitioner, and their checkpoints.

Names, nodes and error texts are compared with TF 1.15's in tests/programs/distributed.
"""

from __future__ import annotations

import pathlib

import numpy as np
import pytest

import tftutor as tf
from tftutor.formats.tensor_bundle import BundleReader
from tftutor.formats.tensor_slices import (
    TensorSlice,
    decode_slice,
    encode_slice,
    parse_spec,
    slice_key,
)

GOLDEN = pathlib.Path(__file__).parent.parent / "golden" / "checkpoint" / "tf115_parts"


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def in_parts(count, shape=(7, 2), axis=0, name="w"):
    numbers = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    return tf.get_variable(name, initializer=tf.constant(numbers),
                           partitioner=tf.fixed_size_partitioner(count, axis)), numbers


def test_the_first_parts_have_one_row_more():
    w, numbers = in_parts(3)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        values = session.run(list(w))
        assert [part.name for part in w] == ["w/part_0:0", "w/part_1:0", "w/part_2:0"]
        assert [len(value) for value in values] == [3, 2, 2]
        np.testing.assert_array_equal(np.concatenate(values), numbers)
        np.testing.assert_array_equal(session.run(tf.multiply(w, 1.0)), numbers)


@pytest.mark.parametrize("strategy", ["mod", "div"])
def test_embeddings_are_looked_up_in_the_parts(strategy):
    w, numbers = in_parts(3)
    found = tf.nn.embedding_lookup(w, [6, 0, 3, 3], partition_strategy=strategy)
    rows = numbers if strategy == "div" else np.empty_like(numbers)
    if strategy == "mod":  # row i is row i // 3 of part i % 3
        begins = [0, 3, 5]
        rows = np.array([numbers[begins[i % 3] + i // 3] for i in range(7)])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_array_equal(session.run(found), rows[[6, 0, 3, 3]])


def test_each_part_is_trained_as_the_whole_would_be():
    def trained(make):
        with tf.Graph().as_default(), tf.Session() as session:
            w = make()
            loss = tf.reduce_sum(tf.square(tf.matmul(tf.ones([1, 7]), w) - 3.0))
            train = tf.train.AdamOptimizer(0.1).minimize(loss)
            session.run(tf.global_variables_initializer())
            for _ in range(3):
                session.run(train)
            return session.run(tf.convert_to_tensor(w)), session.run(loss)

    one, two = trained(lambda: in_parts(1)[0]), trained(lambda: in_parts(3)[0])
    np.testing.assert_allclose(one[0], two[0], rtol=1e-6)
    assert one[1] == pytest.approx(two[1])


@pytest.mark.parametrize(("saved", "restored"), [(3, 3), (3, 2), (3, None), (1, 4)])
def test_a_checkpoint_of_parts_is_restored_into_others(tmp_path, saved, restored):
    with tf.Graph().as_default(), tf.Session() as session:
        w, numbers = in_parts(saved)
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(session, str(tmp_path / "ck"))
    assert tf.train.list_variables(path) == [("w", [7, 2])]
    with tf.Session() as session:
        v = tf.get_variable("w", [7, 2], partitioner=restored and tf.fixed_size_partitioner(
            restored))
        tf.train.Saver().restore(session, path)
        np.testing.assert_array_equal(session.run(tf.convert_to_tensor(v)), numbers)


def test_a_checkpoint_that_tf_wrote_in_parts_is_read():
    reader = BundleReader(str(GOLDEN))
    assert reader.names() == ["columns", "integers", "rows"]
    for name, shape, kind in (("rows", (300, 2), np.float32), ("columns", (2, 9000), np.uint8),
                              ("integers", (7,), np.int64)):
        value = reader.read(name)
        assert value.dtype == kind
        np.testing.assert_array_equal(
            value, np.arange(np.prod(shape)).reshape(shape).astype(kind))
    np.testing.assert_array_equal(reader.read("rows", "300 2 70,10:0,2"),
                                  np.arange(140, 160).reshape(10, 2))


def test_a_checkpoint_in_parts_has_the_bytes_that_tf_writes(tmp_path):
    with tf.Session() as session:
        for name, shape, dtype, axis in (("rows", (300, 2), tf.float32, 0),
                                         ("columns", (2, 9000), tf.uint8, 1),
                                         ("integers", (7,), tf.int64, 0)):
            numbers = np.arange(np.prod(shape)).reshape(shape).astype(dtype.as_numpy_dtype)
            tf.get_variable(name, initializer=tf.constant(numbers),
                            partitioner=tf.fixed_size_partitioner(4, axis))
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(session, str(tmp_path / "ck"))
    data = ".data-00000-of-00001"
    assert pathlib.Path(path + data).read_bytes() == pathlib.Path(f"{GOLDEN}{data}").read_bytes()
    ours, theirs = BundleReader(path), BundleReader(str(GOLDEN))
    assert {key: entry.SerializeToString() for key, entry in ours._entries.items()} == {
        key: entry.SerializeToString() for key, entry in theirs._entries.items()}


def test_slices_that_are_missing_are_told(tmp_path):
    with tf.Graph().as_default(), tf.Session() as session:
        w, _ = in_parts(3)
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver(list(w)[:2]).save(session, str(tmp_path / "ck"))
    w = tf.get_variable("w", [7, 2], partitioner=tf.fixed_size_partitioner(2))
    with tf.Session() as session, pytest.raises(
            tf.errors.InvalidArgumentError,
            match="sufficient slices for partitioned tensor w to restore in slice_spec: 4,3:0,2"):
        tf.train.Saver().restore(session, path)


@pytest.mark.parametrize("text", ["", "4", "4 0,5", "4 2 0,2", "4 x,1", "a 0,1", "4 0"])
def test_text_that_is_no_slice_is_refused(text):
    with pytest.raises((tf.errors.InvalidArgumentError, tf.errors.InternalError)):
        parse_spec(text)


@pytest.mark.parametrize("part", [TensorSlice((0, 5), (3, -1)), TensorSlice((64, 8191), (63, 64)),
                                  TensorSlice((1 << 40,), (1 << 33,)), TensorSlice((), ())])
def test_slices_are_encoded_and_decoded(part):
    assert decode_slice(encode_slice(part)) == part


def test_keys_of_slices_sort_by_name_and_then_by_begin():
    places = [0, 1, 63, 64, 8191, 8192, 1 << 20, 1 << 27, 1 << 41, 1 << 62]
    keys = [slice_key(name, TensorSlice((begin,), (1,)))
            for name in ("a", "a\0", "a\0b", "ab", "b") for begin in places]
    assert keys == sorted(keys) and len(set(keys)) == len(keys)
