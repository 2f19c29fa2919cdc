"""A node's page."""

from __future__ import annotations

import inspect
import json

import pytest

import tftutor as tf
from tftutor.inspection.graphs import graph_model
from tftutor.inspection.graphs.details import details_of, source_lines


def test_the_page_names_the_line_that_made_the_node() -> None:
    with tf.Graph().as_default():
        line = inspect.currentframe().f_lineno + 1
        total = tf.add(tf.constant(1.0), 2.0, name="total")
    made = source_lines(total.op)[0]
    assert (made.file, made.line, made.function) == (
        "test_details.py", line, "test_the_page_names_the_line_that_made_the_node")
    assert made.text == 'total = tf.add(tf.constant(1.0), 2.0, name="total")'
    assert str(made).startswith(f"test_details.py, line {line} in test_the_page")


def test_a_cell_of_a_notebook_is_called_so() -> None:
    source = "import tftutor as tf\nvalue = tf.constant(1)\n"
    names: dict = {}
    with tf.Graph().as_default():
        exec(compile(source, "/somewhere/ipykernel_417/123456.py", "exec"), names)
    assert source_lines(names["value"].op)[0][:2] == ("notebook", 2)


def test_attributes_neighbours_and_device_are_on_the_page(monkeypatch) -> None:
    monkeypatch.setenv("TFTUTOR_SIMULATED_GPUS", "1")
    with tf.Graph().as_default() as graph, tf.device("/gpu:0"):
        a = tf.ones([2, 3], name="a")
        product = tf.matmul(a, a, transpose_b=True, name="product")
        with tf.control_dependencies([product]):
            tf.no_op(name="after")
        tf.identity(product, name="user")
    with tf.Session(graph=graph) as sess:
        page = details_of(graph_model(sess), "product")
        row = sess.placement().table([product.op])[0]
    assert page.attrs["transpose_b"] == "true" and page.attrs["T"] == "DT_FLOAT"
    assert (page.consumers, page.control_consumers) == (("user",), ("after",))
    assert page.device_requested == "/device:GPU:0"
    assert (page.device_actual, page.device_reason) == ("/device:GPU:0 (simulated)", row.reason)
    text = page.text()
    assert "takes       a:0  float32 (2, 3)" in text
    assert f"runs on     /device:GPU:0 (simulated) ({row.reason})" in text
    json.dumps(page.to_dict())


def test_the_page_of_a_node_of_a_function_body_has_no_device() -> None:
    with tf.Graph().as_default() as graph:
        data = tf.data.Dataset.range(4).map(lambda value: value * value)
        data.make_initializable_iterator().get_next()
    with tf.Session(graph=graph) as sess:
        model = graph_model(sess)
    name = next(name for name in model.nodes if name.endswith("/mul"))
    page = details_of(model, name)
    assert page.device_actual is None and "runs on" not in page.text()


def test_a_long_attribute_is_cut_and_a_constants_value_stands_apart(network) -> None:
    model = graph_model(network.graph)
    assert all(len(text) <= 120 for name in model.nodes
               for text in details_of(model, name).attrs.values())
    page = details_of(model, "loss/Const")
    assert "value" not in page.attrs and "  value       [0]" in page.text()


def test_a_name_that_is_not_there_is_refused(network) -> None:
    with pytest.raises(KeyError, match="no operation 'nothing'"):
        details_of(graph_model(network.graph), "nothing")
