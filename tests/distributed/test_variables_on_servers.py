"""Variables on servers: they belong to the task, whichever sessions and graphs come and go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tftutor as tf

PS, WORKER0, WORKER1 = "/job:ps/task:0", "/job:worker/task:0", "/job:worker/task:1"


def test_variables_belong_to_the_task_and_outlive_sessions_and_graphs(servers):
    def variable() -> Any:
        with tf.device(PS):
            return tf.Variable(1.0, name="shared")

    with tf.Graph().as_default():
        v = variable()
        with tf.Session(servers[1].target) as session:
            session.run(v.initializer)
            session.run(tf.assign_add(v, 41.0))
    with tf.Graph().as_default():
        v = variable()
        with tf.Session(servers[2].target) as session:
            assert session.run(v) == 42.0


def test_another_shape_under_the_same_name_is_refused_and_the_old_value_stays(servers):
    with tf.device(PS):
        v = tf.Variable([1.0, 2.0], name="v")
    with tf.Session(servers[1].target) as session:
        session.run(v.initializer)
        with tf.Graph().as_default():
            with tf.device(PS):
                other = tf.Variable([1.0, 2.0, 3.0], name="v")
            with tf.Session(servers[2].target) as second, \
                    pytest.raises(tf.errors.InvalidArgumentError, match="Assign requires shapes"):
                second.run(other.initializer)
        np.testing.assert_array_equal(session.run(v), [1.0, 2.0])


def test_another_type_under_the_same_name_is_refused(servers):
    with tf.device(PS):
        v = tf.Variable([1.0, 2.0], name="v")
    with tf.Session(servers[1].target) as session:
        session.run(v.initializer)
        with tf.Graph().as_default():
            with tf.device(PS):
                other = tf.Variable([1, 2], name="v")
            with tf.Session(servers[2].target) as second:
                for each in (other, other.initializer):
                    with pytest.raises(tf.errors.InternalError, match="Output 0 of type float_ref "
                                       "does not match declared output type int32_ref"):
                        second.run(each)
        np.testing.assert_array_equal(session.run(v), [1.0, 2.0])


def test_isolated_sessions_have_variables_of_their_own(servers):
    with tf.device(PS):
        v = tf.Variable(1.0, name="v")
    config = tf.ConfigProto(isolate_session_state=True)
    with tf.Session(servers[1].target) as session:
        session.run(v.initializer)
        with tf.Session(servers[1].target, config=config) as alone:
            assert not alone.run(tf.is_variable_initialized(v))
        assert session.run(tf.is_variable_initialized(v))


@pytest.mark.parametrize(("place", "node"), [(PS, "node w .defined at .*"),
                                             (WORKER0, "{{node _send_w_0}}")])
def test_an_uninitialized_fetch_names_the_node_as_tf_does(servers, place, node):
    with tf.device(place):
        w = tf.Variable(1.0, name="w")
    with tf.Session(servers[1].target) as session:
        with pytest.raises(tf.errors.FailedPreconditionError, match=rf"value w\n\t \[\[{node}\]\]"):
            session.run(w)


def test_an_uninitialized_read_says_where(servers):
    with tf.device(PS):
        v = tf.Variable(1.0, name="v")
    with tf.device(WORKER0):
        y = v * 2.0
    with tf.Session(servers[1].target) as session, pytest.raises(
            tf.errors.FailedPreconditionError,
            match="(?s)^From /job:ps/replica:0/task:0:\nAttempting to use uninitialized value v"):
        session.run(y)


@pytest.mark.parametrize("looped", [False, True])
def test_a_fetched_variable_is_as_before_the_update_unless_it_is_on_the_targets_task(
        servers, looped):
    # TF 1.15 gives these numbers in every run when the update waits for another task.
    for place, seen in ((PS, [0, 1, 2]), (WORKER1, [0, 1, 2]), (WORKER0, [1, 2, 3])):
        with tf.Graph().as_default(), tf.Session(servers[1].target) as session:
            with tf.device(place):
                v = tf.Variable(0, name=f"v{looped}")
            with tf.device(WORKER1 if place == WORKER0 else WORKER0):
                one = tf.constant(1) + tf.py_func(lambda: np.int32(0), [], tf.int32) \
                    if place != WORKER0 else tf.constant(1)
                if looped:
                    one = tf.while_loop(lambda i: i < 1, lambda i: i + 1, [one - 1])
            train = v.assign_add(one).op
            session.run(v.initializer)
            assert [session.run([train, v])[1] for _ in range(3)] == seen
            session.run(v.initializer)
            assert [session.run([train, v.value()])[1] for _ in range(3)] == seen


@pytest.mark.parametrize("device", ["/job:ps/gpu:0", "/job:ps/cpu:0"])
def test_what_is_fetched_before_an_update_is_in_host_memory(device, monkeypatch):
    monkeypatch.setenv("TFTUTOR_SIMULATED_GPUS", "1")
    (worker,), (ps,) = tf.test.create_local_cluster(num_workers=1, num_ps=1)
    try:
        with tf.Graph().as_default(), tf.Session(worker.target) as session:
            with tf.device(device):
                v = tf.Variable([1.0, 2.0], name="v")
            with tf.device("/job:worker/cpu:0"):
                one = tf.exp(tf.zeros([2])) * tf.placeholder_with_default(1.0, [])
            with tf.device(device):
                add = tf.assign_add(v, one).op
            session.run(v.initializer)
            for fetch, seen in ((v, [1.0, 2.0]), (v.value(), [2.0, 3.0]), (v, [3.0, 4.0])):
                value = session.run([add, fetch])[1]
                assert type(value) is np.ndarray
                np.testing.assert_array_equal(value, seen)
            traced = session.run([add, v], options=tf.RunOptions(
                trace_level=tf.RunOptions.FULL_TRACE), run_metadata=tf.RunMetadata())[1]
            np.testing.assert_array_equal(traced, [4.0, 5.0])
    finally:
        worker.stop()
        ps.stop()


def test_a_variable_is_initialized_and_fetched_in_one_step(servers):
    with tf.device(PS):
        v = tf.Variable([1.0, 2.0], name="v")
    with tf.Session(servers[1].target) as session:
        np.testing.assert_array_equal(session.run([v.initializer, v])[1], [1.0, 2.0])


def test_containers_that_are_not_named_are_called_after_the_job(servers):
    with tf.device(PS):
        v = tf.get_variable("v", [], use_resource=True, initializer=tf.zeros_initializer())
        w = tf.get_variable("w", [], use_resource=True, initializer=tf.zeros_initializer())
    with tf.Session(servers[1].target) as session:
        session.run(w.initializer)
        with pytest.raises(tf.errors.FailedPreconditionError, match="Container: ps. This could "
                           "mean .* Not found: Resource ps/v/N10tensorflow3VarE does not exist"):
            session.run(v)
    for containers, value in ((["localhost", "worker"], 0.0), (["ps"], None)):
        tf.Session.reset(servers[1].target, containers)
        with tf.Session(servers[1].target) as session:
            assert session.run(tf.is_variable_initialized(w)) is np.bool_(value is not None)


@pytest.mark.parametrize("resource", [False, True])
def test_a_variable_that_is_sent_to_another_task_keeps_its_value(servers, resource):
    with tf.device(PS):
        total = tf.Variable(tf.zeros([50_000]), use_resource=resource)
    with tf.device(WORKER0):
        delta = tf.Variable(tf.ones([50_000]))
    with tf.device(PS):
        add, put = total.assign_add(delta).op, total.assign(delta).op
    with tf.Session(servers[1].target) as session:  # all tasks are of this process
        session.run(tf.global_variables_initializer())
        for update in (add, put, add, add):
            session.run(update)
        np.testing.assert_array_equal(session.run(delta), np.ones(50_000, np.float32))
        np.testing.assert_array_equal(session.run(total), np.full(50_000, 3, np.float32))


def test_values_that_come_over_a_connection_are_added_to_each_variable_that_wants_them():
    sizes = (3, 50_000, 600_000)  # within a header, in a frame, in pieces
    with tf.cluster.local(ps=1, worker=1) as cluster, tf.Graph().as_default():
        with tf.device(WORKER0):
            deltas = [tf.Variable(tf.ones([size])) for size in sizes]
        with tf.device(PS):
            totals, others, sums = ([tf.Variable(tf.zeros([size])) for size in sizes]
                                    for _ in range(3))
            add = tf.group(*[total.assign_add(d) for total, d in zip(totals, deltas, strict=True)])
            both = tf.group(*[kept.assign_sub(d) for d, total, other in zip(
                deltas, sums, others, strict=True) for kept in (total, other)])
            put = tf.group(*[other.assign(d) for other, d in zip(others, deltas, strict=True)])
        with tf.Session(cluster.target) as session:
            session.run(tf.global_variables_initializer())
            before = session.run(totals)
            assert [repr(value.dtype) for value in before] == ["dtype('float32')"] * 3
            for update in (add, add, both, put):
                session.run(update)
            after = map(session.run, (totals, sums, others, deltas))
            for size, *found in zip(sizes, before, *after, strict=True):
                for value, wanted in zip(found, (0, 2, -1, 1, 1), strict=True):
                    np.testing.assert_array_equal(value, np.full(size, wanted, np.float32))
