"""Programs about placement, for TensorFlow and tftutor: graphs, and what their nodes ask for.

Each builds a graph with `tf`; a program in steps (a list) is run after each, so the graph grows.
The session has two CPU devices and, in TensorFlow, the device XLA_CPU:0, a type of its own that has
kernels for few operations.
"""

from __future__ import annotations

XLA = "/device:XLA_CPU:0"


def _requested(tf, device):
    """A device that the runtime gets as it is written."""
    return tf.device(lambda op: device)


def _classed(tf, tensor, *groups):
    names = [("loc:@" + name).encode() for name in groups]
    tensor.op._set_attr("_class", tf.AttrValue(list=tf.AttrValue.ListValue(s=names)))


def unfetched(tf):
    with tf.device("/gpu:0"):
        tf.constant(2, name="bad")


def no_such_number(tf):
    with tf.device("/cpu:7"):
        tf.constant(1, name="a")


def no_such_job(tf):
    with tf.device("/job:ps/task:1"):
        tf.Variable([1.0], name="v", use_resource=False)


def no_such_replica(tf):
    with tf.device("/replica:3"):
        tf.add(tf.placeholder(tf.float32, name="p"), 1.0, name="a")


def no_such_type(tf):
    with tf.device("/device:FOO:0"):
        tf.constant(1, name="a")


def malformed(tf):
    with _requested(tf, "/foo"):
        tf.placeholder(tf.float32, name="p")


def parts(tf):
    with _requested(tf, "/job:localhost"):
        tf.constant(1, name="job")
    with _requested(tf, "/device:CPU:*"):
        tf.constant(1, name="any_cpu")
    with _requested(tf, "/device:*:1"):
        tf.constant(1, name="only_number")
    with _requested(tf, "/job:localhost/replica:0/task:0/device:CPU:1"):
        tf.constant(1, name="full")


def consumer(tf):
    a, b, c, d = (tf.constant(1.0, name=name) for name in "abcd")
    with tf.device("/cpu:1"):
        tf.add(a, b, name="there")
        tf.negative(b, name="there_too")
    tf.negative(c, name="here")
    with tf.device("/cpu:1"):
        tf.add(c, d, name="mixed")
    e = tf.placeholder(tf.float32, name="e")
    with tf.device("/cpu:1"):
        tf.negative(e, name="takes_a_placeholder")


def controlled(tf):
    a, b = tf.constant(1.0, name="a"), tf.constant(2.0, name="b")
    with tf.device("/cpu:1"):
        with tf.control_dependencies([a]):
            tf.no_op(name="waits")
        with tf.control_dependencies([b]):
            c = tf.constant(3.0, name="c")
    tf.negative(c, name="d")
    with tf.control_dependencies([b]):
        tf.constant(4.0, name="e")


def fixed_sources(tf):
    with tf.device("/cpu:0"):
        a = tf.constant(1.0, name="a")
    v = tf.Variable([1.0], name="v", use_resource=False, trainable=False)
    with tf.device("/cpu:1"):
        tf.negative(a, name="b")
        tf.negative(v, name="c")


def metadata(tf):
    with tf.device("/cpu:1"):
        a = tf.negative(tf.placeholder(tf.float32, name="one"), name="a")
        c = tf.placeholder(tf.float32, name="c")
    p = tf.placeholder(tf.float32, name="p")
    tf.shape(a, name="shape")
    tf.size(a, name="size")
    tf.rank(p, name="rank")
    tf.shape(p, name="shape_of_source")
    tf.shape(c, name="shape_of_constant")
    with tf.device("/cpu:0"):
        tf.shape(a, name="fixed")


def ref_edges(tf):
    with tf.device("/cpu:0"):
        v = tf.Variable(1.0, name="v", use_resource=False)
    with tf.device("/cpu:1"):
        tf.Variable(1.0, name="w", use_resource=False)
        tf.assign(v, 2.0, name="u")
        tf.assign_add(v, tf.constant(3.0) + 1, name="x")
        tf.identity(v, name="copy")


def ref_of_unplaced(tf):
    v = tf.Variable(1.0, name="v", use_resource=False)
    with tf.device("/cpu:1"):
        tf.assign(v, 2.0, name="u")
    tf.negative(v, name="n")


def resource_edges(tf):
    with tf.device("/cpu:1"):
        v = tf.Variable(1.0, name="v", use_resource=True)
    with tf.device("/cpu:0"):
        v.assign(2.0, name="u")
        v.read_value()
    w = tf.Variable(1.0, name="w", use_resource=True)
    with tf.device("/cpu:1"):
        w.assign(2.0, name="x")


def queues(tf):
    with tf.device("/cpu:1"):
        queue = tf.FIFOQueue(3, [tf.float32], name="q")
    with tf.device("/cpu:0"):
        queue.enqueue([1.0], name="put")
        queue.dequeue(name="get")
    queue.size(name="count")


def two_variables(tf):
    with tf.device("/cpu:0"):
        v = tf.Variable([1.0], name="v", use_resource=False)
    with tf.device("/cpu:1"):
        w = tf.Variable([1.0], name="w", use_resource=False)
    _classed(tf, v, "together")
    _classed(tf, w, "together")


def contradiction(tf):
    with tf.device("/cpu:0"):
        a = tf.constant(1, name="a")
    with tf.device("/cpu:1"):
        b = tf.constant(2, name="b")
    _classed(tf, b, "a")
    tf.add(a, b, name="c")


def contradicting_jobs(tf):
    with tf.device("/job:a/task:0"):
        a = tf.negative(tf.placeholder(tf.float32, name="p"), name="a")
    with tf.device("/job:b/cpu:1"):
        b = tf.negative(a, name="b")
    _classed(tf, b, "a")


def contradicting_types(tf):
    with tf.device("/cpu:0"):
        tf.constant(1, name="a")
    with tf.device(XLA):
        b = tf.constant(2, name="b")
    _classed(tf, b, "a")


def group_without_leader(tf):
    a, b, c = (tf.constant(1, name=name) for name in "abc")
    with tf.device("/cpu:1"):
        d = tf.constant(1, name="d")
    for tensor in (a, b, d):
        _classed(tf, tensor, "nobody")
    tf.add(c, 1, name="e")


def two_groups(tf):
    a, b, c = (tf.constant(1, name=name) for name in "abc")
    with tf.device("/cpu:1"):
        d = tf.constant(1, name="d")
    _classed(tf, b, "a", "c")
    _classed(tf, d, "c")
    tf.add(a, 0, name="e")
    tf.add(c, 0, name="f")


def incompatible_group(tf):
    w, x = tf.constant(1.0, name="w"), tf.constant(1.0, name="x")
    with tf.device("/cpu:9"):
        y = tf.constant(1.0, name="y")
    for tensor in (w, x, y):
        _classed(tf, tensor, "group")


def colocated(tf):
    with tf.device("/cpu:1"):
        a = tf.placeholder(tf.float32, name="a")
    with tf.get_default_graph().colocate_with(a):
        tf.constant(1.0, name="b")
    with tf.device("/cpu:0"), tf.get_default_graph().colocate_with(a):
        tf.constant(1.0, name="c")


def slots(tf):
    with tf.device("/cpu:1"):
        v = tf.Variable([1.0], name="v", use_resource=False)
    tf.train.MomentumOptimizer(0.1, 0.9).minimize(tf.reduce_sum(v * v))


def gradients(tf):
    v = tf.Variable([[1.0, 2.0]], name="v", use_resource=False)
    with tf.device("/cpu:1"):
        y = tf.matmul(v, v, transpose_b=True, name="y") + 1.0
    tf.gradients(y, v, colocate_gradients_with_ops=True)


def loop(tf):
    with tf.device("/cpu:1"):
        i = tf.constant(0, name="i")
    tf.while_loop(lambda i: i < 3, lambda i: i + 1, [i])


def branches(tf):
    p = tf.placeholder(tf.bool, [], name="p")
    with tf.device("/cpu:1"):
        x = tf.placeholder(tf.float32, [], name="x")
    tf.cond(p, lambda: x + 1.0, lambda: x - 1.0)


def no_kernel(tf):
    with tf.device(XLA):
        tf.decode_raw(tf.constant("x", name="text"), tf.int32, name="a")


def no_kernel_for_type(tf):
    with tf.device(XLA):
        tf.constant("x", name="a")


def no_kernel_for_group(tf):
    with tf.device(XLA):
        v = tf.Variable([1.0], name="v", use_resource=False)
        tf.assign(v, [2.0], name="u")


def no_kernel_for_member(tf):
    with tf.device(XLA):
        tf.constant(1.0, name="a")
    b = tf.constant("x", name="b")
    _classed(tf, b, "a")


def types_without_request(tf):
    a = tf.placeholder(tf.float32, name="a")
    with tf.device("/device:XLA_CPU:*"):
        b = tf.identity(a, name="b")
    tf.shape(b, name="shape")


def _grown_first(tf):
    tf.Variable(1.0, name="v", use_resource=False)
    tf.constant(1.0, name="c")


def _grown_second(tf):
    graph = tf.get_default_graph()
    with tf.device("/cpu:1"):
        tf.assign(graph.get_tensor_by_name("v:0"), 2.0, name="u")
        tf.negative(graph.get_tensor_by_name("c:0"), name="n")


def _grown_third(tf):
    with tf.device("/cpu:1"):
        w = tf.placeholder(tf.float32, name="w")
    _classed(tf, w, "v")


PROGRAMS = {program.__name__: [program] for program in (
    unfetched, no_such_number, no_such_job, no_such_replica, no_such_type, malformed, parts,
    consumer, controlled, fixed_sources, metadata, ref_edges, ref_of_unplaced, resource_edges,
    queues, two_variables, contradiction, contradicting_jobs, contradicting_types,
    group_without_leader, two_groups, incompatible_group, colocated, slots, gradients, loop,
    branches, no_kernel, no_kernel_for_type, no_kernel_for_group, no_kernel_for_member,
    types_without_request)}
PROGRAMS["grown"] = [_grown_first, _grown_second]
PROGRAMS["grown into a contradiction"] = [_grown_first, _grown_third]
