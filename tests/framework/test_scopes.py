"""What acts on new nodes beside names: devices, colocation, control inputs, attributes, containers;
the stack of default graphs; graphs that are finalized."""

import threading

import pytest

import tftutor as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def new_node(name=None):
    return tf.constant(1.0, name=name or "c").op


# -- devices -----------------------------------------------------------------------------------

@pytest.mark.parametrize("outer, inner, expected", [
    ("/cpu:0", None, ""),
    ("/job:ps", "/cpu:0", "/job:ps/device:CPU:0"),
    ("/job:ps/task:1", "/task:2", "/job:ps/task:2"),
    ("/gpu:1", "/cpu:0", "/device:CPU:0"),
    ("/job:worker/gpu:1", "/cpu:*", "/job:worker/device:CPU:1"),
    ("/job:worker/gpu:1", "/device:CPU:0", "/job:worker/device:CPU:0"),
    ("/job:ps/replica:3", "", "/job:ps/replica:3"),
    ("", "/replica:1/task:2/device:GPU:3", "/replica:1/task:2/device:GPU:3"),
])
def test_inner_device_fills_up_with_the_outer_one(outer, inner, expected):
    with tf.device(outer), tf.device(inner):
        assert new_node().device == expected


def test_device_function_sees_the_node_and_decides():
    seen = []

    def by_type(op):
        seen.append(op.type)
        return "/device:GPU:0" if op.type == "MatMul" else "/job:ps"

    with tf.device(by_type):
        a = tf.constant([[1.0]])
        product = tf.matmul(a, a)
    assert seen == ["Const", "MatMul"]
    assert (a.device, product.device) == ("/job:ps", "/device:GPU:0")


def test_outer_device_function_sees_the_inner_device():
    seen = []
    with tf.device(lambda op: seen.append(op.device) or "/job:ps"):
        with tf.device("/cpu:1"):
            new_node()
    assert seen == ["/device:CPU:1"]


def test_malformed_device_is_refused():
    with pytest.raises(ValueError, match="Unknown attribute: 'nonsense' in '/nonsense:0'"):
        with tf.device("/nonsense:0"):
            new_node()


# -- colocation --------------------------------------------------------------------------------

def test_colocation_takes_device_and_group_of_the_other_node():
    with tf.device("/cpu:1"):
        place = new_node("place")
    with tf.device("/gpu:0"), tf.colocate_with(place):
        inside = new_node("inside")
    assert (inside.device, inside.colocation_groups()) == ("/device:CPU:1", [b"loc:@place"])


def test_colocation_groups_add_up_and_can_be_reset(graph):
    a, b = new_node("a"), new_node("b")
    with tf.colocate_with(a), tf.colocate_with(b):
        both = new_node()
        with tf.colocate_with(b, ignore_existing=True):
            last = new_node()
        with graph.colocate_with(None, ignore_existing=True):
            free = new_node("free")
    assert both.colocation_groups() == [b"loc:@a", b"loc:@b"]
    assert last.colocation_groups() == [b"loc:@b"]
    assert free.colocation_groups() == [b"loc:@free"]


def test_reset_of_colocation_must_be_asked_for(graph):
    with pytest.raises(ValueError, match="Trying to reset colocation"):
        with graph.colocate_with(None):
            pass


# -- control dependencies ----------------------------------------------------------------------

def test_nodes_inside_wait_for_operations_and_tensors():
    a, b = new_node("a"), tf.constant(2.0, name="b")
    with tf.control_dependencies([a, b]):
        assert new_node().control_inputs == [a, b.op]
        with tf.control_dependencies([new_node("d")]):
            assert [op.name for op in new_node().control_inputs] == ["a", "b", "d"]


def test_a_node_whose_input_waits_already_gets_no_control_input():
    a = new_node("a")
    with tf.control_dependencies([a]):
        x = tf.constant(1.0)
        y = tf.exp(x)
    z = tf.constant(2.0)
    with tf.control_dependencies([a]):
        w = tf.exp(z)
        v = tf.exp(x)
    assert y.op.control_inputs == []
    assert w.op.control_inputs == [a]
    assert v.op.control_inputs == [a]


def test_only_the_blocks_that_an_input_was_made_in_are_covered():
    a, b = new_node("a"), new_node("b")
    with tf.control_dependencies([a]):
        x = tf.constant(1.0)
        with tf.control_dependencies([b]):
            y = tf.exp(x)
    assert y.op.control_inputs == [b]


def test_none_clears_the_dependencies_around_it():
    a, b = new_node("a"), new_node("b")
    with tf.control_dependencies([a]):
        with tf.control_dependencies(None):
            assert new_node().control_inputs == []
            with tf.control_dependencies([b]):
                assert new_node().control_inputs == [b]
        assert new_node().control_inputs == [a]


def test_no_control_input_beside_a_data_input_from_the_same_node():
    x = tf.constant(1.0)
    with tf.control_dependencies([x]):
        assert tf.exp(x).op.control_inputs == []


def test_variables_stand_for_their_operation():
    v = tf.Variable(1.0, name="v")
    with tf.control_dependencies([v]):
        assert [op.name for op in new_node().control_inputs] == ["v"]


def test_control_input_must_be_of_the_graph():
    with tf.Graph().as_default():
        other = tf.constant(1.0)
    with pytest.raises(ValueError, match="is not an element of this graph"):
        tf.control_dependencies([other])
    with pytest.raises(TypeError, match="Can not convert a int into a Tensor or Operation"):
        tf.control_dependencies([3])


# -- attributes and containers -----------------------------------------------------------------

def test_attr_scope_sets_attributes_and_none_takes_them_away(graph):
    def value(text):
        return tf.AttrValue(s=text)

    with graph._attr_scope({"_label": value(b"outer"), "_other": value(b"kept")}):
        outer = new_node()
        with graph._attr_scope({"_label": None}):
            inner = new_node()
    assert (outer.get_attr("_label"), outer.get_attr("_other")) == (b"outer", b"kept")
    assert inner.get_attr("_other") == b"kept"
    with pytest.raises(ValueError, match="_label"):
        inner.get_attr("_label")
    with pytest.raises(ValueError, match="_other"):
        new_node().get_attr("_other")


def test_container_is_an_attribute_of_stateful_nodes():
    with tf.container("outer"):
        first = tf.Variable(1.0)
        with tf.container("inner"):
            second = tf.Variable(1.0)
            queue = tf.FIFOQueue(3, tf.float32)
    outside = tf.Variable(1.0)
    containers = [op.get_attr("container")
                  for op in (first.op, second.op, queue.queue_ref.op, outside.op)]
    assert containers == [b"outer", b"inner", b"inner", b""]


# -- finalized graphs --------------------------------------------------------------------------

def test_finalized_graph_takes_no_more_nodes(graph):
    x = tf.constant(1.0)
    graph.finalize()
    assert graph.finalized
    with pytest.raises(RuntimeError, match="Graph is finalized and cannot be modified"):
        tf.constant(2.0)
    for made in (lambda: tf.no_op(), lambda: tf.multiply(x, x), lambda: tf.identity(x),
                 lambda: tf.group(x), lambda: tf.global_variables_initializer()):
        with pytest.raises(RuntimeError, match="Graph is finalized and cannot be modified"):
            made()
    with pytest.raises(RuntimeError, match="Graph is finalized and cannot be modified"):
        graph.add_to_collection("some", x)
    assert len(graph.get_operations()) == 1
    with tf.Session() as sess:
        assert sess.run(x) == 1.0


# -- default graphs ----------------------------------------------------------------------------

def test_default_graphs_nest_and_come_back(graph):
    inner = tf.Graph()
    with inner.as_default() as entered:
        assert entered is inner and tf.get_default_graph() is inner
        with graph.as_default():
            assert tf.get_default_graph() is graph
        assert tf.get_default_graph() is inner
    assert tf.get_default_graph() is graph


def test_each_thread_has_its_own_stack_of_default_graphs(graph):
    found = []

    def look():
        found.append(tf.get_default_graph())
        with tf.Graph().as_default() as own:
            found.append(own)
            found.append(tf.get_default_graph())

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    outside, own, inside = found
    assert outside is not graph and own is inside
    assert tf.get_default_graph() is graph


def test_name_scopes_of_a_graph_belong_to_the_thread(graph):
    names = []

    def build():
        with graph.as_default():
            names.append(new_node("c").name)

    with tf.name_scope("a"):
        thread = threading.Thread(target=build)
        thread.start()
        thread.join()
    assert names == ["c"]


def test_switching_to_thread_local_devices_keeps_the_devices_of_others_out(graph):
    graph.switch_to_thread_local()
    devices = []

    def build():
        with graph.as_default():
            devices.append(new_node().device)

    with tf.device("/cpu:0"):
        thread = threading.Thread(target=build)
        thread.start()
        thread.join()
        devices.append(new_node().device)
    assert devices == ["", "/device:CPU:0"]


def test_reset_inside_a_default_graph_is_refused():
    with pytest.raises(AssertionError, match="Do not use tf.reset_default_graph"):
        tf.reset_default_graph()


def test_reset_gives_a_new_global_graph():
    graphs = []

    def reset():  # in a thread of its own no other graph is the default one
        graphs.append(tf.get_default_graph())
        tf.reset_default_graph()
        graphs.append(tf.get_default_graph())

    thread = threading.Thread(target=reset)
    thread.start()
    thread.join()
    before, after = graphs
    assert before is not after and after.get_operations() == []
