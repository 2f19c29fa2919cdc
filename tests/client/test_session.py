"""Sessions: life, contexts, callables, threads, failing runs, metadata."""

import threading

import numpy as np
import pytest

import tftutor as tf

pytestmark = pytest.mark.usefixtures("graph")


@pytest.fixture
def c():
    return tf.constant(2.0, name="c")


# -- life --------------------------------------------------------------------

def test_closed_session_refuses_to_run(c):
    sess = tf.Session()
    sess.close()
    sess.close()
    with pytest.raises(RuntimeError, match="Attempted to use a closed Session."):
        sess.run(c)


def test_empty_graph_is_refused():
    with pytest.raises(RuntimeError, match="The Session graph is empty."):
        tf.Session(graph=tf.Graph()).run("c:0")


@pytest.mark.parametrize(("arguments", "error", "text"), [
    (dict(graph=3), TypeError, "graph must be a tf.Graph, but got <class 'int'>"),
    (dict(target=3), TypeError, "target must be a string, but got <class 'int'>"),
    (dict(target="foo"), tf.errors.NotFoundError, "No session factory registered"),
    (dict(target="localhost:2222"), tf.errors.NotFoundError,
     "GRPC_SESSION}. The target of a server begins with grpc://, as in grpc://localhost:2222"),
    (dict(target="grpc://h"), tf.errors.InvalidArgumentError, "as a host-port pair")])
def test_unfit_argument_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        tf.Session(**arguments)


def test_session_shows_its_graph(graph, c):
    sess = tf.Session()
    assert sess.graph is graph
    assert sess.graph_def == graph.as_graph_def()
    assert sess.sess_str == b""


def test_graph_may_grow_between_runs(c):
    sess = tf.Session()
    assert sess.run(c) == 2.0
    assert sess.run(c * 3.0) == 6.0


@pytest.mark.parametrize("structure", [
    lambda c, d: c, lambda c, d: [c, d], lambda c, d: {"x": c, "y": [d, (c,)]},
    lambda c, d: [[c], {"z": d}], lambda c, d: "c:0"])
def test_same_structure_of_fetches_is_compiled_once(c, structure):
    d = c * 2.0
    sess = tf.Session()
    assert sess._lookup(structure(c, d), None) is sess._lookup(structure(c, d), None)


def test_structures_that_differ_are_not_confused(c):
    d = c * 2.0
    sess = tf.Session()
    assert sess.run({"x": c, "y": [d]}) == {"x": 2.0, "y": [4.0]}
    assert sess.run({"x": d, "y": [c]}) == {"x": 4.0, "y": [2.0]}
    assert sess.run([[c, d], []]) == [[2.0, 4.0], []]
    assert sess.run([[c], [d]]) == [[2.0], [4.0]]
    assert sess.run(([c], [d])) == ([2.0], [4.0])


def test_variables_belong_to_the_session():
    v = tf.Variable(1.0)
    first, second = tf.Session(), tf.Session()
    first.run(v.initializer)
    with pytest.raises(tf.errors.FailedPreconditionError):
        second.run(v)
    first.run(v.assign(5.0))
    second.run(v.initializer)
    assert (first.run(v), second.run(v)) == (5.0, 1.0)


def test_reset_of_this_process_does_nothing():
    assert tf.Session.reset("") is None


# -- contexts --------------------------------------------------------------------

def test_with_makes_it_the_default_and_closes_it(c):
    with tf.Session() as sess:
        assert tf.get_default_session() is sess
        assert c.eval() == 2.0
    assert tf.get_default_session() is None
    with pytest.raises(RuntimeError):
        sess.run(c)


def test_with_makes_its_graph_the_default():
    other = tf.Graph()
    with tf.Session(graph=other):
        assert tf.get_default_graph() is other


def test_with_lets_exceptions_through(c):
    with pytest.raises(KeyError, match="mine"), tf.Session():
        raise KeyError("mine")
    assert tf.get_default_session() is None


def test_with_is_not_reentrant(c):
    with tf.Session() as sess, pytest.raises(RuntimeError, match="not re-entrant"):
        sess.__enter__()


def test_as_default_leaves_it_open(c):
    sess = tf.Session()
    with sess.as_default():
        with sess.as_default():
            assert c.eval() == 2.0
        assert c.eval() == 2.0
    assert sess.run(c) == 2.0


def test_violated_nesting_is_an_error(c):
    outer, inner = tf.Session().as_default(), tf.Session().as_default()
    outer.__enter__()
    inner.__enter__()
    with pytest.raises(AssertionError, match="Nesting violated for default stack of"):
        outer.__exit__(None, None, None)
    inner.__exit__(None, None, None)
    # the outer one stays on the stack, as in TF; leave no trace for other tests
    from tftutor.framework.default_session import get_default_session, pop_session

    pop_session(get_default_session())


def test_eval_without_or_with_a_foreign_session(c):
    with pytest.raises(ValueError, match=r"Cannot evaluate tensor using `eval\(\)`: No default"):
        c.eval()
    with tf.Graph().as_default():
        foreign = tf.Session()
    with pytest.raises(ValueError, match="the tensor's graph is different from the session's"):
        c.eval(session=foreign)


def test_interactive_session_is_the_default_until_closed(c):
    sess = tf.InteractiveSession()
    assert tf.get_default_session() is sess
    assert c.eval() == 2.0
    sess.close()
    assert tf.get_default_session() is None


def test_second_interactive_session_warns(c):
    first = tf.InteractiveSession()
    with pytest.warns(UserWarning, match="An interactive session is already active."):
        second = tf.InteractiveSession()
    second.close()
    assert tf.get_default_session() is first
    first.close()


# -- callables --------------------------------------------------------------------

def test_callable_takes_its_feeds_in_order():
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.float32, [])
    run = tf.Session().make_callable({"d": x - y, "n": tf.no_op()}, feed_list=[x, y])
    assert run(5, 2) == {"d": 3.0, "n": None}
    assert run([5, 6], 2)["d"].tolist() == [3.0, 4.0]
    with pytest.raises(ValueError, match="Cannot feed value of shape"):
        run(5, [2])


def test_callable_without_feeds_and_with_options(c):
    run = tf.Session().make_callable(c * 2.0, accept_options=True)
    assert run() == 4.0
    assert run(options=tf.RunOptions(), run_metadata=tf.RunMetadata()) == 4.0


def test_callable_lacking_a_feed_names_the_placeholder():
    x = tf.placeholder(tf.float32, name="x")
    with pytest.raises(tf.errors.InvalidArgumentError, match="placeholder tensor 'x'"):
        tf.Session().make_callable(x * 2.0, [x])()


def test_callable_checks_its_arguments(c):
    sess = tf.Session()
    with pytest.raises(TypeError, match="`feed_list` must be a list or tuple."):
        sess.make_callable(c, feed_list=c)
    with pytest.raises(TypeError, match="has invalid type"):
        sess.make_callable(None)


# -- failing runs --------------------------------------------------------------------

def test_error_names_the_node_its_inputs_and_the_users_line():
    a, b = tf.placeholder(tf.float32, name="a"), tf.placeholder(tf.float32, name="b")
    product = tf.matmul(a, b, name="product")
    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        tf.Session().run(product, {a: np.zeros([2, 3]), b: np.zeros([2, 3])})
    assert raised.value.op is product.op
    assert f"node product (defined at {__file__}:" in raised.value.message
    note = raised.value.__notes__[0]
    assert "product (BatchMatMulV2)" in note
    assert "a:0: float32, shape [2, 3]" in note
    assert raised.value.input_shapes == [(2, 3), (2, 3)]


def test_failed_run_leaves_variables_whole_and_the_session_usable():
    v = tf.Variable([1.0, 1.0])
    x = tf.placeholder(tf.float32, [2])
    size = tf.placeholder(tf.int32, [])
    update = v.assign_add(x)
    with tf.control_dependencies([update]):
        broken = tf.reshape(x, [size])
    sess = tf.Session()
    sess.run(v.initializer)
    with pytest.raises(tf.errors.InvalidArgumentError):
        sess.run([update, broken], {x: [1, 2], size: 5})
    assert sess.run(v).tolist() in ([1.0, 1.0], [2.0, 3.0])
    sess.run(v.initializer)
    assert sess.run(update, {x: [1, 2]}).tolist() == [2.0, 3.0]


def test_uninitialized_variable_is_named():
    v = tf.Variable(1.0, name="weights")
    with pytest.raises(tf.errors.FailedPreconditionError,
                       match="Attempting to use uninitialized value weights"):
        tf.Session().run(v * 2.0)


# -- threads --------------------------------------------------------------------

def test_threads_run_at_the_same_time():
    """Each run waits for the other's: serialised runs would never end."""
    meeting = threading.Barrier(2, timeout=30)

    def wait(x):
        meeting.wait()
        return x

    from tftutor.framework.op_def import get_op_def

    x = tf.placeholder(tf.float32, [])
    with get_op_def("Exp").override(kernel=wait):
        y = tf.exp(x)
        sess = tf.Session()
        results = {}
        threads = [threading.Thread(target=lambda n=n: results.update({n: sess.run(y, {x: n})}))
                   for n in (1.0, 2.0)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == {1.0: 1.0, 2.0: 2.0}


def test_many_threads_get_their_own_results():
    x = tf.placeholder(tf.float32, [None])
    y = tf.reduce_sum(x * 2.0)
    sess = tf.Session()
    wrong = []

    def work(number):
        for size in range(1, 40):
            if sess.run(y, {x: np.full(size, number, np.float32)}) != 2.0 * number * size:
                wrong.append((number, size))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# -- metadata --------------------------------------------------------------------

def test_full_trace_fills_the_step_stats():
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.multiply(x, 3.0, name="y")
    z = tf.reduce_sum(y, name="z")
    metadata = tf.RunMetadata()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    value = tf.Session().run(z, {x: [1, 2]}, options=options, run_metadata=metadata)
    assert value == 9.0
    (device,) = metadata.step_stats.dev_stats
    assert device.device == "/job:localhost/replica:0/task:0/device:CPU:0"
    nodes = {node.node_name: node for node in device.node_stats}
    assert set(nodes) == {"_SOURCE", "_arg_x_0_0", "y/y", "Const", "y", "z", "_retval_z_0_0"}
    node = nodes["y"]
    assert node.timeline_label == "y = Mul(_arg_x_0_0, y/y)"
    assert 0 < node.all_start_nanos <= nodes["z"].all_start_nanos
    description = node.output[0].tensor_description
    assert (description.dtype, [d.size for d in description.shape.dim]) == (1, [2])
    assert description.allocation_description.requested_bytes == 8


def test_trace_of_a_failing_run_names_the_node():
    a = tf.placeholder(tf.float32, name="a")
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    with pytest.raises(tf.errors.InvalidArgumentError, match="node product"):
        tf.Session().run(tf.matmul(a, a, name="product"), {a: np.zeros([2, 3])}, options=options,
                         run_metadata=tf.RunMetadata())


def test_trace_of_a_loop_counts_every_iteration():
    n = tf.placeholder(tf.int32, [])
    total = tf.while_loop(lambda i, t: i < n, lambda i, t: (i + 1, tf.add(t, 2.0, name="step")),
                          [0, 1.0])[1]
    metadata = tf.RunMetadata()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    assert tf.Session().run(total, {n: 3}, options, metadata) == 7.0
    names = [node.node_name for node in metadata.step_stats.dev_stats[0].node_stats]
    assert names.count("while/step") == 3


def test_untraced_run_leaves_the_metadata_empty(c):
    metadata = tf.RunMetadata()
    tf.Session().run(c * 2.0, run_metadata=metadata)
    assert metadata == tf.RunMetadata()


def test_partition_graphs_are_what_ran(c):
    wanted = tf.multiply(c, 2.0, name="wanted")
    tf.multiply(c, 3.0, name="other")
    metadata = tf.RunMetadata()
    tf.Session().run(wanted, options=tf.RunOptions(output_partition_graphs=True),
                     run_metadata=metadata)
    (partition,) = metadata.partition_graphs
    names = [node.name for node in partition.node]
    assert "wanted" in names
    assert "other" not in names


def test_a_closed_session_lists_no_devices():
    session = tf.Session()
    session.close()
    with pytest.raises(tf.errors.CancelledError, match="Session has been closed"):
        session.list_devices()


def test_a_list_is_no_feed_dict():
    x = tf.placeholder(tf.float32, [], name="x")
    session = tf.Session()
    for _ in range(2):
        with pytest.raises(TypeError, match="input must be a dictionary"):
            session.run(x, [x])
        assert session.run(x, {x: 1.0}) == 1.0
