"""Steps on several devices: cut right, run at the same time, and never waiting for each other."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

import tftutor as tf
from tftutor.runtime.partitioned_plan import PartitionedPlan

GPUS = 2
DEVICES = ["/cpu:0", "/gpu:0", "/gpu:1"]


def _config(**settings: Any) -> Any:
    return tf.ConfigProto(device_count={"GPU": GPUS}, **settings)


def _run(fetches: Any, feeds: Any = None, times: int = 1, **settings: Any) -> Any:
    with tf.Session(config=_config(**settings)) as session:
        if tf.global_variables():
            session.run(tf.global_variables_initializer())
        for _ in range(times):
            values = session.run(fetches, feeds)
        return values


def _plan(session: Any, fetches: Any) -> Any:
    session.run(fetches)
    return list(session._cache.values())[-1].plan


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as made:
        yield made


@pytest.fixture(autouse=True)
def no_step_takes_forever():
    """Fail rather than hang: a thread dumps and the session's own deadline ends a deadlock."""
    before = set(threading.enumerate())
    yield
    stuck = [t for t in threading.enumerate() if t not in before and t.name.startswith("/device")
             and not t.daemon]
    assert not stuck


TIMEOUT = {"operation_timeout_in_ms": 20_000}


# -- cutting ------------------------------------------------------------------------------------

def test_an_edge_between_devices_becomes_a_send_and_a_recv():
    with tf.device("/gpu:0"):
        a = tf.constant([1.0, 2.0], name="a") * tf.constant(3.0)
    with tf.device("/gpu:1"):
        b = tf.add(a, a, name="b")
    with tf.Session(config=_config()) as session:
        plan = _plan(session, b)
        assert isinstance(plan, PartitionedPlan)
        assert [part.device.short_name for part in plan.parts] == ["/device:GPU:0", "/device:GPU:1"]
        kinds = [[op.type for op in part.plan.ops if op.type.startswith("_")]
                 for part in plan.parts]
        assert kinds == [["_Send"], ["_Recv"]]
        (channel,) = plan.channels
        assert channel.nbytes == 8 and channel.tensor is a
        np.testing.assert_array_equal(session.run(b), [6.0, 12.0])


def test_a_value_taken_twice_on_a_device_is_sent_once():
    with tf.device("/gpu:0"):
        a = tf.ones([3]) + 1.0
    with tf.device("/gpu:1"):
        b, c = a * 2.0, a * 3.0
    with tf.Session(config=_config()) as session:
        plan = _plan(session, [b, c])
        assert len(plan.channels) == 1


def test_a_session_with_gpus_runs_a_step_for_the_host_alone_as_ever():
    with tf.device("/cpu:0"):
        c = tf.constant(2.0) * 3.0
    with tf.Session(config=_config()) as session:
        assert not isinstance(_plan(session, c), PartitionedPlan)


def test_control_edges_between_devices_are_kept():
    with tf.device("/cpu:0"):
        v = tf.Variable(1.0, name="v")
    with tf.device("/gpu:0"):
        slow = tf.reduce_sum(tf.matmul(tf.ones([300, 300]), tf.ones([300, 300])))
    with tf.device("/cpu:0"), tf.control_dependencies([slow]):
        update = tf.assign_add(v, 1.0)
    with tf.device("/gpu:1"), tf.control_dependencies([update]):
        after = tf.constant(5.0) * 2.0
    with tf.Session(config=_config(**TIMEOUT)) as session:
        session.run(v.initializer)
        for round_ in range(5):
            assert session.run(after) == 10.0
            assert session.run(v) == 2.0 + round_


# -- answers ------------------------------------------------------------------------------------

def test_training_on_two_gpus_gives_what_one_cpu_gives():
    def train(devices: list[str]) -> Any:
        with tf.Graph().as_default():
            tf.set_random_seed(3)
            x, labels = tf.placeholder(tf.float32, [None, 5]), tf.placeholder(tf.int64, [None])
            with tf.device(devices[0]):
                hidden = tf.layers.dense(x, 8, tf.nn.relu)
            with tf.device(devices[1]):
                logits = tf.layers.dense(hidden, 3)
            with tf.device(devices[2]):
                loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
            step = tf.train.AdamOptimizer(0.05).minimize(loss)
            random = np.random.RandomState(0)
            feeds = {x: random.randn(12, 5), labels: random.randint(0, 3, 12)}
            with tf.Session(config=_config(allow_soft_placement=True)) as session:
                session.run(tf.global_variables_initializer())
                return [session.run([loss, step], feeds)[0] for _ in range(6)]

    np.testing.assert_allclose(train(["/gpu:0", "/gpu:1", "/cpu:0"]), train(["/cpu:0"] * 3),
                               rtol=1e-5)


def test_variables_stay_on_their_gpu_between_steps():
    with tf.device("/gpu:1"):
        v = tf.Variable(tf.zeros([64]), name="v")
        add = tf.assign_add(v, tf.ones([64]))
    with tf.Session(config=_config()) as session:
        session.run(v.initializer)
        for _ in range(3):
            session.run(add.op)
        gpu = next(d for d in session._devices if d.short_name == "/device:GPU:1")
        cell = session._resources.variable("", "v")
        assert gpu.library.owns(cell.value)
        np.testing.assert_array_equal(session.run(v), np.full(64, 3.0))


# -- waiting for each other -----------------------------------------------------------------------

def test_a_diamond_across_devices_ends():
    with tf.device("/cpu:0"):
        top = tf.random_uniform([50, 50], seed=1)
    sides = []
    for device in ("/gpu:0", "/gpu:1"):
        with tf.device(device):
            sides.append(tf.matmul(top, top))
    with tf.device("/cpu:0"):
        bottom = tf.reduce_sum(sides[0] - sides[1])
    assert _run(bottom, times=20, **TIMEOUT) == 0.0


@pytest.mark.parametrize("seed", range(12))
def test_random_diamonds_across_devices_end_with_the_right_answer(seed):
    random = np.random.RandomState(seed)
    made = [tf.constant(random.uniform(-1, 1, (4, 4)), tf.float32)]
    expected = [np.asarray(tf.contrib.util.constant_value(made[0]))]
    for _ in range(60):
        i, j = random.randint(0, len(made), 2)
        with tf.device(DEVICES[random.randint(3)]):
            if random.rand() < 0.5:
                made.append(tf.add(made[i], made[j]) * 0.5)
                expected.append((expected[i] + expected[j]) * np.float32(0.5))
            else:
                made.append(tf.nn.relu(made[i]) - made[j])
                expected.append(np.maximum(expected[i], 0) - expected[j])
    picked = random.randint(0, len(made), 8)
    values = _run([made[i] for i in picked], times=3, **TIMEOUT)
    for value, i in zip(values, picked, strict=True):
        np.testing.assert_allclose(value, expected[i], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("threads", [0, 1, 2])
def test_partitions_that_may_only_compute_one_at_a_time_end_too(threads):
    value = tf.constant(1.0)
    for i in range(30):
        with tf.device(DEVICES[i % 3]):
            value = value + 1.0
    assert _run(value, times=3, inter_op_parallelism_threads=threads, **TIMEOUT) == 31.0


def test_a_loop_over_two_gpus_gives_what_one_device_gives():
    def body(i: Any, a: Any, b: Any) -> Any:
        with tf.device("/gpu:0"):
            c = tf.matmul(a, b) * 0.1
        with tf.device("/gpu:1"):
            d = tf.nn.relu(c) + b
        return i + 1, c, d

    start = np.random.RandomState(0).uniform(-1, 1, (3, 3)).astype(np.float32)
    result = tf.while_loop(lambda i, a, b: i < 7, body, [0, start, start])
    a = b = start
    for _ in range(7):
        a = a @ b * np.float32(0.1)
        b = np.maximum(a, 0) + b
    count, first, second = _run(result, times=3, **TIMEOUT)
    assert count == 7
    np.testing.assert_allclose(first, a, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(second, b, rtol=1e-4, atol=1e-6)


def test_a_loop_whose_condition_is_on_another_device():
    def condition(i: Any, a: Any) -> Any:
        with tf.device("/gpu:1"):
            return tf.reduce_sum(a) < 100.0

    def body(i: Any, a: Any) -> Any:
        with tf.device("/gpu:0"):
            return i + 1, a * 2.0

    count, value = _run(tf.while_loop(condition, body, [0, tf.ones([2])]), times=3, **TIMEOUT)
    assert count == 6
    np.testing.assert_array_equal(value, [64.0, 64.0])


def test_the_gradient_of_a_loop_over_two_gpus():
    w = tf.Variable(1.1)

    def body(i: Any, a: Any) -> Any:
        with tf.device("/gpu:0"):
            b = a * w
        with tf.device("/gpu:1"):
            return i + 1, tf.sin(b)

    _, out = tf.while_loop(lambda i, a: i < 4, body, [0, tf.constant(0.5)])
    gradient = tf.gradients(out, w)[0]

    def reference(weight: float) -> float:
        value = 0.5
        for _ in range(4):
            value = np.sin(value * weight)
        return value

    numeric = (reference(1.1 + 1e-5) - reference(1.1 - 1e-5)) / 2e-5
    assert _run(gradient, times=2, **TIMEOUT) == pytest.approx(numeric, rel=1e-3)


@pytest.mark.parametrize("flag", [True, False])
def test_a_branch_on_another_device_than_its_predicate(flag):
    pred = tf.placeholder(tf.bool, [])
    with tf.device("/gpu:0"):
        x = tf.ones([3]) + 1.0

    def yes() -> Any:
        with tf.device("/gpu:1"):
            return x * 10.0

    def no() -> Any:
        with tf.device("/cpu:0"):
            return x - 5.0

    value = tf.cond(pred, yes, no)
    with tf.device("/gpu:0"):
        result = value + 1.0
    np.testing.assert_array_equal(_run(result, {pred: flag}, times=3, **TIMEOUT),
                                  [21.0] * 3 if flag else [-2.0] * 3)


def test_a_branch_inside_a_loop_across_devices():
    def body(i: Any, total: Any) -> Any:
        with tf.device("/gpu:0"):
            even = tf.equal(tf.mod(i, 2), 0)
        with tf.device("/gpu:1"):
            return i + 1, tf.cond(even, lambda: total + 1.0, lambda: total * 2.0)

    total = 0.0
    for i in range(9):
        total = total + 1.0 if i % 2 == 0 else total * 2.0
    assert _run(tf.while_loop(lambda i, t: i < 9, body, [0, 0.0]), times=2, **TIMEOUT)[1] == total


def test_nested_loops_across_devices():
    def inner(j: Any, t: Any) -> Any:
        with tf.device("/gpu:1"):
            return j + 1, t + 1.0

    def outer(i: Any, t: Any) -> Any:
        with tf.device("/gpu:0"):
            t = t * 2.0
        return i + 1, tf.while_loop(lambda j, t: j < 3, inner, [0, t])[1]

    total = 1.0
    for _ in range(4):
        total = total * 2.0 + 3.0
    assert _run(tf.while_loop(lambda i, t: i < 4, outer, [0, 1.0]), **TIMEOUT)[1] == total


def test_a_dynamic_rnn_on_a_gpu_gives_what_the_cpu_gives():
    def run(device: str) -> Any:
        with tf.Graph().as_default():
            tf.set_random_seed(1)
            x = np.random.RandomState(0).randn(4, 6, 3).astype(np.float32)
            with tf.device(device):
                cell = tf.nn.rnn_cell.LSTMCell(5)
                outputs, _ = tf.nn.dynamic_rnn(cell, x, [6, 2, 4, 1], dtype=tf.float32)
                loss = tf.reduce_sum(outputs ** 2)
            grads = tf.gradients(loss, tf.trainable_variables())
            return _run([loss, *grads], allow_soft_placement=True, **TIMEOUT)

    for ours, expected in zip(run("/gpu:0"), run("/cpu:0"), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-5)


# -- failures -------------------------------------------------------------------------------------

def test_an_error_on_one_device_ends_the_step_on_all_and_names_the_node():
    with tf.device("/gpu:0"):
        x = tf.placeholder(tf.float32, None, name="x")
        bad = tf.matmul(x, x, name="bad")
    with tf.device("/gpu:1"):
        waits = bad + 1.0
    with tf.device("/cpu:0"):
        last = tf.reduce_sum(waits)
    with tf.Session(config=_config()) as session:
        with pytest.raises(tf.errors.InvalidArgumentError, match="bad"):
            session.run(last, {x: np.ones([2, 3])})
        assert session.run(last, {x: np.eye(2)}) == 6.0


def test_a_step_that_waits_on_one_device_runs_out_of_time_on_all():
    queue = tf.FIFOQueue(1, tf.float32, [])
    taken = queue.dequeue()
    with tf.device("/gpu:0"):
        late = taken * 2.0
    with tf.device("/gpu:1"):
        result = late + 1.0
    with tf.Session(config=_config(operation_timeout_in_ms=300)) as session:
        with pytest.raises(tf.errors.DeadlineExceededError):
            session.run(result)
        session.run(queue.enqueue(3.0))
        assert session.run(result) == 7.0


def test_closing_the_session_lets_a_step_on_devices_go():
    queue = tf.FIFOQueue(1, tf.float32, [])
    taken = queue.dequeue()
    with tf.device("/gpu:0"):
        result = taken * 2.0
    session = tf.Session(config=_config())
    caught: list[BaseException] = []

    def wait() -> None:
        try:
            session.run(result)
        except tf.errors.OpError as error:
            caught.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()
    session.close()
    thread.join(10)
    assert not thread.is_alive()
    assert isinstance(caught[0], tf.errors.CancelledError)


def test_two_threads_may_run_steps_on_the_same_devices():
    with tf.device("/gpu:0"):
        x = tf.placeholder(tf.float32, [])
        y = x * 2.0
    with tf.device("/gpu:1"):
        z = y + 1.0
    found: dict[int, list[float]] = {}
    with tf.Session(config=_config()) as session:
        def work(number: int) -> None:
            found[number] = [float(session.run(z, {x: number})) for _ in range(50)]

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {number: [2.0 * number + 1.0] * 50 for number in range(4)}


# -- variables of another device ------------------------------------------------------------------

def test_a_read_ordered_after_an_update_on_another_device_sees_it():
    counter = tf.Variable(0)  # int32: TensorFlow has no GPU kernel for such a variable
    with tf.control_dependencies([tf.assign_add(counter, 1)]):
        after = counter.read_value()
        later = tf.identity(counter) * 10
    with tf.Session(config=_config()) as session:
        session.run(counter.initializer)
        assert session.placement().device_of(after.op).short_name == "/device:GPU:0"
        for expected in range(1, 4):
            assert session.run([after, later]) == [expected, expected * 10]


def test_branches_written_in_turn_on_a_device_close_properly():
    pred = tf.placeholder(tf.bool, [])
    value = tf.cond(pred, lambda: tf.py_func(lambda: np.float32(1), [], tf.float32),
                    lambda: tf.py_func(lambda: np.float32(2), [], tf.float32))
    assert _run(value * 3.0, {pred: True}) == 3.0
    assert _run(value * 3.0, {pred: False}) == 6.0


@pytest.mark.parametrize("device", ["/cpu:0", "/gpu:0", "/gpu:1"])
def test_a_branch_that_updates_a_variable_of_another_device_gives_its_value(device):
    pred = tf.placeholder(tf.bool, [])
    with tf.device("/gpu:0"):
        variable = tf.Variable([1.0, 2.0])
    with tf.device(device):
        value = tf.cond(pred, lambda: variable * 2.0, lambda: tf.assign_add(variable, [1.0, 1.0]))
        more = value + 1.0
    for flag, expected in ((True, [2.0, 4.0]), (False, [2.0, 3.0])):
        np.testing.assert_array_equal(_run(value, {pred: flag}, **TIMEOUT), expected)
        np.testing.assert_array_equal(_run(more, {pred: flag}, **TIMEOUT), np.add(expected, 1))
