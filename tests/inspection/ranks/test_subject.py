"""What is learnt about a value without running anything."""

from __future__ import annotations

import numpy as np
import pytest

import tftutor as tf
from tftutor.inspection.ranks.subject import subject


@pytest.mark.parametrize("x, shape, dtype", [
    (42, (), "int32"),
    ([10, 15, 20], (3,), "int32"),
    ([[1.5, 2.0]], (1, 2), "float32"),
    (np.zeros((2, 3)), (2, 3), "float64"),
    (["red", "green"], (2,), "string"),
    ([True], (1,), "bool"),
    ((10, 512, 1), (10, 512, 1), ""),
    ([None, 784], (None, 784), ""),
    ((), (), ""),
], ids=str)
def test_values_and_shapes(x, shape, dtype):
    found = subject(x)
    assert (found.shape, found.dtype) == (shape, dtype)


@pytest.mark.parametrize("value", [42, [10, 15, 20], [[1.5, 2.0]], ["red"], [True], 2**40])
def test_a_list_has_the_dtype_that_a_constant_of_it_has(value):
    with tf.Graph().as_default():
        assert subject(value).dtype == tf.constant(value).dtype.name


def test_tensors_and_variables_tell_their_names():
    with tf.Graph().as_default():
        images = subject(tf.placeholder(tf.uint8, [None, 28, 28], name="images"))
        weights = subject(tf.Variable(tf.zeros([784, 10]), name="W"))
        resource = subject(tf.get_variable("b", [10], use_resource=True))
    assert (images.name, images.shape, images.dtype) == ("images", (None, 28, 28), "uint8")
    assert (weights.name, weights.shape, weights.dtype) == ("W", (784, 10), "float32")
    assert (resource.name, resource.shape, resource.dtype) == ("b", (10,), "float32")


def test_a_constants_value_is_known_and_it_can_still_be_fed():
    with tf.Graph().as_default():
        x = tf.constant([1, 2, 3])
        assert subject(x).values.tolist() == [1, 2, 3]
        with tf.Session() as sess:
            assert sess.run(x, {x: [4, 5, 6]}).tolist() == [4, 5, 6]


def test_counts_and_bytes():
    batch = subject(np.zeros((10, 3), np.float32))
    assert (batch.elements, batch.bytes, batch.rank) == (30, 120, 2)
    unknown = subject((None, 784))
    assert (unknown.elements, unknown.known_elements, unknown.bytes) == (None, 784, None)
    assert subject((None, 0)).elements == 0
    assert subject(["a", "b"]).bytes is None
    rankless = subject(tf.TensorShape(None))
    assert (rankless.shape, rankless.rank, rankless.elements) == (None, None, None)


@pytest.mark.parametrize("rank, entity", [(0, "scalar"), (1, "vector"), (2, "matrix"),
                                          (3, "cube"), (4, "set of cubes"), (6, "6-tensor")])
def test_entities_of_the_lecture(rank, entity):
    assert subject((2,) * rank).entity.startswith(entity)


def test_what_has_no_shape_says_why():
    with pytest.raises(TypeError, match="rows of this list differ in length"):
        subject([[1], [2, 3]])
    with pytest.raises(TypeError, match="no shape to draw"):
        subject(object())
    with pytest.raises(ValueError, match="3 names of axes .* rank 2"):
        subject((2, 3), axes=("a", "b", "c"))
