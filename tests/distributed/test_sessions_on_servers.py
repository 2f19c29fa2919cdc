"""Sessions with a target: what TF1's distributed programs rely on, all tasks in one process."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

import numpy as np
import pytest

import tftutor as tf
from tests.distributed.processes import free_ports

PS, WORKER0, WORKER1 = "/job:ps/task:0", "/job:worker/task:0", "/job:worker/task:1"


def test_a_session_sees_the_devices_of_all_tasks(servers):
    with tf.Session(servers[1].target) as session:
        names = sorted(d.name for d in session.list_devices())
    assert names == [f"/job:{job}/replica:0/task:{i}/device:CPU:0"
                     for job, i in (("ps", 0), ("worker", 0), ("worker", 1))]


def test_device_filters_leave_tasks_out(servers):
    config = tf.ConfigProto(device_filters=["/job:ps"])
    with tf.Session(servers[1].target, config=config) as session:
        names = [d.name for d in session.list_devices()]
    assert not any("worker/replica:0/task:1" in name for name in names) and len(names) == 2


def test_training_across_tasks_gives_what_one_process_gives(servers):
    def train(target: str, ps: str | None, worker: str | None) -> list[float]:
        with tf.Graph().as_default():
            tf.set_random_seed(1)
            x, y = tf.placeholder(tf.float32, [None, 4]), tf.placeholder(tf.float32, [None, 1])
            with tf.device(ps):
                w = tf.get_variable("w", [4, 1])
                b = tf.get_variable("b", [1], initializer=tf.zeros_initializer())
            with tf.device(worker):
                loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - y))
            step = tf.train.AdamOptimizer(0.1).minimize(loss)
            random = np.random.RandomState(0)
            feeds = {x: random.randn(8, 4), y: random.randn(8, 1)}
            with tf.Session(target) as session:
                session.run(tf.global_variables_initializer())
                return [float(session.run([loss, step], feeds)[0]) for _ in range(5)]

    np.testing.assert_allclose(train(servers[1].target, PS, WORKER0), train("", None, None),
                               rtol=1e-5)


def test_the_graph_may_grow_after_the_session_was_made(servers):
    with tf.device(PS):
        a = tf.constant(2.0)
    with tf.Session(servers[1].target) as session:
        assert session.run(a) == 2.0
        with tf.device(WORKER1):
            b = a * 3.0
        assert session.run(b) == 6.0


def test_unpinned_operations_go_to_the_first_parameter_server(servers):
    a = tf.constant(1.0) + tf.constant(2.0)
    with tf.Session(servers[2].target) as session:
        session.run(a)
        assert session.placement().device_of(a.op).name.startswith("/job:ps/replica:0/task:0")


def test_a_device_that_no_task_has_fails_every_run(servers):
    good = tf.constant(1.0)
    with tf.device("/job:worker/task:7"):
        tf.constant(1.0)
    config = tf.ConfigProto(allow_soft_placement=True)
    with tf.Session(servers[1].target, config=config) as session, pytest.raises(
            tf.errors.InvalidArgumentError, match="/job:worker/task:7"):
        session.run(good)


def test_branches_and_loops_over_tasks(servers):
    with tf.device(PS):
        w = tf.Variable(tf.ones([3]), name="w")
    x = tf.placeholder(tf.float32, [])
    with tf.device(WORKER0):
        chosen = tf.cond(x > 0, lambda: w * 2.0, lambda: w - 5.0)
        _, total = tf.while_loop(lambda i, t: i < 4, lambda i, t: (i + 1, t + tf.reduce_sum(w)),
                                 [0, 0.0])
    with tf.Session(servers[1].target) as session:
        session.run(w.initializer)
        np.testing.assert_array_equal(session.run(chosen, {x: 1.0}), [2.0] * 3)
        np.testing.assert_array_equal(session.run(chosen, {x: -1.0}), [-4.0] * 3)
        assert session.run(total) == 12.0


def test_a_loop_whose_body_is_on_two_tasks(servers):
    def body(i: Any, a: Any) -> Any:
        with tf.device(WORKER0):
            b = a * 2.0
        with tf.device(WORKER1):
            return i + 1, b + 1.0

    with tf.device(PS):
        _, out = tf.while_loop(lambda i, a: i < 5, body, [0, 1.0])
    with tf.Session(servers[1].target) as session:
        for _ in range(3):
            assert session.run(out) == 63.0


def test_an_error_in_one_task_ends_the_step_in_all(servers):
    with tf.device(WORKER1):
        x = tf.placeholder(tf.float32, None, name="x")
        bad = tf.matmul(x, x, name="bad")
    with tf.device(WORKER0):
        y = tf.reduce_sum(bad)
    with tf.Session(servers[1].target) as session:
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            session.run(y, {x: np.ones([2, 3])})
        assert caught.value.op is bad.op
        assert str(caught.value).startswith("From /job:worker/replica:0/task:1:\n")
        assert session.run(y, {x: np.eye(2)}) == 2.0


def test_a_step_that_runs_out_of_time_leaves_the_session_usable(servers):
    with tf.device(PS):
        queue = tf.FIFOQueue(1, tf.float32, [], shared_name="q")
        taken = queue.dequeue()
    with tf.device(WORKER0):
        y = taken * 2.0
    with tf.Session(servers[1].target) as session:
        with pytest.raises(tf.errors.DeadlineExceededError):
            session.run(y, options=tf.RunOptions(timeout_in_ms=300))
        session.run(queue.enqueue(4.0))
        assert session.run(y, options=tf.RunOptions(timeout_in_ms=5000)) == 8.0


def test_a_queue_on_the_parameter_server_is_shared_between_sessions(servers):
    def queue() -> Any:
        with tf.device(PS):
            return tf.FIFOQueue(10, tf.int32, [], shared_name="work")

    with tf.Graph().as_default():
        taken = queue().dequeue()
        found: list[int] = []

        def consume() -> None:
            with tf.Session(servers[2].target, graph=taken.graph) as session:
                found.extend(int(session.run(taken)) for _ in range(5))

        thread = threading.Thread(target=consume)
        thread.start()
        with tf.Graph().as_default():
            put = queue().enqueue_many([[1, 2, 3, 4, 5]])
            with tf.Session(servers[1].target) as session:
                time.sleep(0.1)
                session.run(put)
        thread.join(10)
    assert found == [1, 2, 3, 4, 5]


def test_closing_a_session_ends_its_waiting_step(servers):
    with tf.device(PS):
        taken = tf.FIFOQueue(1, tf.float32, [], shared_name="empty").dequeue()
    session = tf.Session(servers[1].target)
    caught: list[BaseException] = []

    def wait() -> None:
        try:
            session.run(taken)
        except tf.errors.OpError as error:
            caught.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join(0.3)
    session.close()
    thread.join(10)
    assert not thread.is_alive() and isinstance(caught[0], tf.errors.CancelledError)


def test_what_a_node_keeps_to_itself_goes_with_the_session(servers):
    with tf.device(PS):
        own = tf.FIFOQueue(3, tf.int32, [[]], name="own")
        shared = tf.FIFOQueue(3, tf.int32, [[]], shared_name="shared")
        gradients = tf.ConditionalAccumulator(tf.float32, [])
        fill = [own.enqueue(1), shared.enqueue(1), gradients.apply_grad(1.0, 0)]
        sizes = [own.size(), shared.size(), gradients.num_accumulated()]
    with tf.device(WORKER0):
        iterator = tf.data.Dataset.range(3).make_initializable_iterator()
        element = iterator.get_next()
        once = tf.data.Dataset.range(3).make_one_shot_iterator().get_next()
    for count in (1, 2):
        with tf.Session(servers[1].target) as session:
            session.run(fill)
            assert session.run(sizes) == [1, count, 1]
            assert [session.run(once), session.run(once)] == [0, 1]
            session.run(own.close())
            with pytest.raises(tf.errors.FailedPreconditionError, match="not been initialized"):
                session.run(element)
            session.run(iterator.initializer)


def test_an_input_pipeline_runs_on_the_sessions_own_task(servers):
    with tf.device(WORKER0):
        batch = tf.data.Dataset.range(6).map(lambda x: x * 10).batch(3) \
            .make_one_shot_iterator().get_next()
    with tf.device(PS):
        total = tf.reduce_sum(batch)
    with tf.Session(servers[1].target) as session:
        assert [session.run(total) for _ in range(2)] == [30, 120]
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(total)


def test_strings_and_scalars_travel(servers):
    with tf.device(PS):
        text, number = tf.constant(["a", "bc"]), tf.constant(7, tf.int64)
    with tf.device(WORKER0):
        joined, doubled = tf.string_join([text, "!"]), number * 2
    with tf.Session(servers[1].target) as session:
        values = session.run([joined, doubled])
    assert values[0].tolist() == [b"a!", b"bc!"] and values[1] == 14


def test_empty_arrays_of_strings_keep_their_shape(servers):
    with tf.device(PS):
        x = tf.placeholder(tf.string, [None, None])
        y = tf.string_join([x, "!"])
    with tf.Session(servers[1].target) as session:
        assert session.run(y, {x: np.zeros([0, 3], object)}).shape == (0, 3)
    assert tf.constant(np.zeros([0, 3], "S1")).shape == [0, 3]


def test_a_scalar_string_is_fed_sent_and_fetched():
    with tf.cluster.local(ps=1, worker=1) as cluster, tf.Graph().as_default():
        with tf.device(PS):
            text = tf.placeholder(tf.string, [])
            longer = tf.string_join([text, "b"])
        with tf.device(WORKER0):
            longest = tf.string_join([longer, "c"])
        with tf.Session(cluster.target) as session:
            assert session.run([longest, longer], {text: "a"}) == [b"abc", b"ab"]


def test_a_cluster_for_tests_trains_with_a_session_for_each_worker():
    workers, parameter_servers = tf.test.create_local_cluster(num_workers=2, num_ps=2)
    try:
        with tf.Graph().as_default() as graph:
            adds, total = [], 0.0
            for i in range(2):
                with tf.device(f"/job:ps/task:{i}"):
                    w = tf.get_variable(f"w{i}", [], initializer=tf.zeros_initializer())
                with tf.device(f"/job:worker/task:{i}"):
                    adds.append(tf.assign_add(w, i + 1.0))
                total = total + w
            sessions = [tf.Session(worker.target, graph=graph) for worker in workers]
            sessions[0].run(tf.global_variables_initializer())
            for session, add in zip(sessions, adds, strict=True):
                session.run([add] * 3)
                session.run(add)
            assert [session.run(total) for session in sessions] == [6.0, 6.0]
            for session in sessions:
                session.close()
    finally:
        for server in (*workers, *parameter_servers):
            server.stop()


def test_a_local_server_is_a_cluster_of_one():
    with tf.Graph().as_default(), tf.train.Server.create_local_server() as server:
        c = tf.constant(2) * 3
        with tf.Session(server.target) as session:
            assert session.run(c) == 6
            assert session.list_devices()[0].name == "/job:local/replica:0/task:0/device:CPU:0"


@pytest.mark.parametrize(("arguments", "error", "text"), [
    (({"a": ["localhost:0"]}, "b", 0), tf.errors.InternalError,
     'Job "b" was not defined in cluster'),
    (({"a": ["localhost:0"]}, "a", 9), tf.errors.InvalidArgumentError,
     'Task 9 was not defined in job "a"'),
    (({"a": ["localhost:0"], "b": ["localhost:0"]},), ValueError, "explicit `job_name`"),
    (({"a": ["localhost:0", "localhost:0"]}, "a"), ValueError, "explicit `task_index`"),
    ((3,), TypeError, "Could not convert `server_or_cluster_def`"),
    (({"a": ["localhost:0"]}, "a", 0, "foo"), tf.errors.NotFoundError, "No server factory"),
])
def test_a_server_that_can_not_be_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        tf.train.Server(*arguments)


def test_a_port_that_is_taken_is_refused(servers):
    address = servers[0].target.removeprefix("grpc://")
    with pytest.raises(tf.errors.UnknownError, match="Could not start gRPC server"):
        tf.train.Server({"other": [address]}, "other", 0)


def test_a_malformed_target_is_refused():
    with tf.Graph().as_default(), pytest.raises(tf.errors.InvalidArgumentError,
                                                match="as a host-port pair"):
        tf.Session("grpc://nonsense")


def test_a_trace_shows_what_each_task_did(servers):
    with tf.device(PS):
        w = tf.Variable(tf.ones([4, 4]), name="w")
    with tf.device(WORKER0):
        y = tf.matmul(w, w, name="y")
    metadata = tf.RunMetadata()
    with tf.Session(servers[1].target) as session:
        session.run(w.initializer)
        session.run(y, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
                    run_metadata=metadata)
    names = {d.device: {n.node_name for n in d.node_stats} for d in metadata.step_stats.dev_stats}
    assert "y" in names["/job:worker/replica:0/task:0/device:CPU:0"]
    assert "w" in names["/job:ps/replica:0/task:0/device:CPU:0"]


def test_partition_graphs_show_what_each_task_runs(servers):
    """They are those of one process with as many devices, but for names, and for both ends."""
    ends = {"_Arg": "_Recv", "_Retval": "_Send"}

    def numberless(name: str) -> str:
        for here, there in (("arg", "recv"), ("retval", "send")):
            name = re.sub(rf"^_{here}_(.*)_\d+$", rf"_{there}_\1", name)
        return re.sub(r"(/_|_S)\d+$", "/_N", name)  # edges have numbers of a process or session

    def graphs(target: str, first: str, second: str, **config: Any) -> list[list[Any]]:
        with tf.Graph().as_default():
            x = tf.placeholder(tf.float32, [2], name="x")
            with tf.device(first):
                total = tf.get_variable("total", [2], initializer=tf.zeros_initializer())
            with tf.device(second):
                y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x + total),
                                  [tf.constant(0), x])[1]
            with tf.device(first), tf.control_dependencies([total.initializer]):
                z = total + y
            metadata = tf.RunMetadata()
            with tf.Session(target, config=tf.ConfigProto(**config)) as session:
                session.run(total.initializer)
                session.run([z, y], {x: [1.0, 2.0]}, run_metadata=metadata,
                            options=tf.RunOptions(output_partition_graphs=True))
            assert not metadata.step_stats.dev_stats
            return [[(numberless(node.name), ends.get(node.op, node.op),
                      [first, second].index(node.device), *map(numberless, node.input))
                     for node in graph.node] for graph in metadata.partition_graphs]

    whole = "/job:{}/replica:0/task:0/device:CPU:{}".format
    on_tasks = graphs(servers[1].target, whole("ps", 0), whole("worker", 0))
    assert on_tasks == graphs("", whole("localhost", 0), whole("localhost", 1),
                              device_count={"CPU": 2})
    assert len(on_tasks) == 2 and {node[2] for node in on_tasks[1]} == {1}
    assert {"_Send", "_Recv", "LoopCond", "Mul"} <= {node[1] for node in on_tasks[1]}


def test_a_partial_run_leaves_no_plans_at_the_tasks(servers):
    with tf.device(PS):
        x = tf.placeholder(tf.float32, [])
        y = x + 1.0
    with tf.device(WORKER1):
        z = y * 2.0
    with tf.Session(servers[1].target) as session:
        kept = [server._service._sessions.find(session._master.name) for server in servers]
        for _ in range(3):
            handle = session.partial_run_setup([y, z], [x])
            assert session.partial_run(handle, y, {x: 1.0}) == 2.0
            assert session.partial_run(handle, z) == 4.0
        assert not any(each.plans or each._cuts or each.quick for each in kept)
        assert session.run(z, {x: 2.0}) == 6.0


def test_a_table_of_the_placement_names_the_tasks(servers):
    with tf.Graph().as_default():
        with tf.device("/job:ps/task:0"):
            there = tf.constant(1.0, name="there")
        with tf.Session(servers[1].target) as session:
            row, = session.placement().table([there.op])
    assert row.actual == "/job:ps/task:0/device:CPU:0"


def test_the_operation_timeout_limits_the_wait_for_a_task():
    absent, = free_ports(1)
    with tf.train.Server({"ps": [f"localhost:{absent}"], "worker": ["localhost:0"]}, "worker",
                         0) as server, \
            pytest.raises(tf.errors.UnavailableError, match=f"in vain for .*:{absent}"):
        tf.Session(server.target, config=tf.ConfigProto(operation_timeout_in_ms=300))


def test_a_value_that_is_lost_after_its_part_has_ended_is_an_error_and_no_endless_wait(
        servers, monkeypatch):
    """The parameter server's part is over when its variable gets lost on the way to the worker."""
    with tf.device(PS):
        variable = tf.Variable(tf.ones([3]))
    with tf.device(WORKER0):
        total = tf.reduce_sum(variable)
    session = tf.Session(servers[1].target)
    session.run(tf.global_variables_initializer())
    assert session.run(total) == 3

    class Lost:
        """A message whose loss is noticed half a second later."""

        def __init__(self) -> None:
            self.done, self.callbacks = threading.Event(), []
            timer = threading.Timer(0.5, self.end)
            timer.daemon = True
            timer.start()

        def add_done_callback(self, callback):
            self.callbacks.append(callback)

        def end(self):
            self.done.set()
            for callback in self.callbacks:
                callback(self)

        def wait(self, timeout=None):
            self.done.wait(timeout)
            raise tf.errors.UnavailableError(None, None, "the network has eaten it")

    monkeypatch.setattr(servers[0]._service._steps, "_push", lambda *message: Lost())
    begun = time.monotonic()
    with pytest.raises(tf.errors.UnavailableError, match="the network has eaten it"):
        session.run(total)
    assert time.monotonic() - begun < 10
    session.close()


def test_a_small_constant_of_another_task_is_copied_and_not_sent(servers, monkeypatch):
    with tf.device(WORKER0):
        rate, much = tf.constant(2.0), tf.constant(np.ones(300, np.float32))
        inside = tf.cond(rate > 1.0, lambda: tf.constant(10.0), lambda: tf.constant(20.0))
    with tf.device(PS):
        total = tf.Variable(1.0)
        add, add_inside = total.assign_add(rate), total.assign_add(inside)
        add_much = total.assign_add(tf.reduce_sum(much))
    session = tf.Session(servers[1].target)
    session.run(total.initializer)
    sent: list[str] = []
    push = servers[1]._push
    monkeypatch.setattr(servers[1]._service._steps, "_push", lambda task, header, tensors: (
        sent.extend(header["keys"]), push(task, header, tensors))[1])
    assert session.run(add) == 3 and not sent
    assert session.run(add, {rate: 5.0}) == 8  # what is fed counts
    assert session.run(add_inside) == 18 and sent  # the branch decides what it is
    sent.clear()
    assert session.run(add_much) == 318 and len(sent) == 1  # 1,200 bytes
    session.close()
