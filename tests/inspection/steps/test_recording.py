"""Records of steps: real runs, with values that are computed here another way."""

from __future__ import annotations

import numpy as np
import pytest

import tftutor as tf
from tests.runtime.device_kinds import KINDS, use_gpus
from tftutor.inspection.steps import record_step


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as made:
        yield made


def named(record, name):
    return [step for step in record.steps if step.name == name]


def only(record, name):
    """The one output of the one step of an operation, as an array."""
    (step,) = named(record, name)
    ((_, value),) = step.outputs
    assert value.is_whole
    return value.array


def test_values_of_a_small_step_are_those_of_numpy():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.nn.relu(tf.matmul(x, tf.constant([[1.0], [-2.0], [3.0]]), name="xw"), name="y")
    given = np.array([[1, 2, 3], [1, 1, 0]], np.float32)
    with tf.Session() as sess:
        record = record_step(sess, y, {x: given})
    product = given @ np.array([[1.0], [-2.0], [3.0]], np.float32)
    np.testing.assert_array_equal(only(record, "x"), given)
    np.testing.assert_array_equal(only(record, "xw"), product)
    np.testing.assert_array_equal(only(record, "y"), np.maximum(product, 0))
    np.testing.assert_array_equal(record.results, np.maximum(product, 0))
    assert record.error is None and record.first_bad() is None
    assert record.feeds == ("x:0",) and record.fetches == ("y:0",)


def test_steps_are_numbered_in_order_and_inputs_name_the_step_they_come_from():
    x = tf.placeholder(tf.float32, [], name="x")
    y = tf.add(tf.multiply(x, x, name="square"), x, name="y")
    with tf.Session() as sess:
        record = record_step(sess, y, {x: 3.0})
    assert [step.number for step in record.steps] == list(range(1, len(record.steps) + 1))
    (last,) = named(record, "y")
    assert [(i.tensor, i.step) for i in last.inputs] == [
        ("square:0", named(record, "square")[0].number), ("x:0", named(record, "x")[0].number)]
    assert [float(i.value.array) for i in last.inputs] == [9.0, 3.0]
    assert record.step("y") is last and record.step(last.number) is last


def test_a_graph_of_constants_is_shown_though_nothing_is_left_to_compute():
    c = tf.multiply(tf.constant(2.0, name="a"), tf.constant(3.0, name="b"), name="c")
    with tf.Session() as sess:
        record = record_step(sess, c)
    assert {step.name: (step.kind, float(step.outputs[0][1].array)) for step in record.steps} == {
        "a": ("constant", 2.0), "b": ("constant", 3.0), "c": ("constant", 6.0)}
    assert "nothing to compute" in record.text()


def test_side_effects_happen_once_and_the_next_run_goes_on_from_there():
    counter = tf.Variable(10, name="counter")
    noise = tf.random_uniform([3], seed=5)
    update = tf.assign_add(counter, 1)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        expected = [sess.run(noise) for _ in range(3)]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        first = sess.run(noise)
        record = record_step(sess, [update, noise])
        third = sess.run(noise)
        assert sess.run(counter) == 11
    np.testing.assert_array_equal([first, record.results[1], third], expected)
    assert record.results[0] == 11


def test_variables_before_and_after_and_which_changed():
    moved = tf.Variable([1.0, 2.0], name="moved")
    still = tf.Variable([5.0], name="still")
    step = tf.assign(moved, moved * still)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        record = record_step(sess, step)
    changes = {change.name: change for change in record.variables}
    assert {name: change.changed for name, change in changes.items()} == {
        "moved": True, "still": False}
    np.testing.assert_array_equal(changes["moved"].before.array, [1, 2])
    np.testing.assert_array_equal(changes["moved"].after.array, [5, 10])


def test_an_operation_without_a_value_stands_at_the_end():
    w = tf.Variable(1.0, name="w")
    train = tf.group(tf.assign_add(w, 1.0, name="more"), name="train")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        record = record_step(sess, train)
    last = record.steps[-1]
    assert (last.name, last.kind, last.outputs) == ("train", "ordering", ())
    assert named(record, "more")[0].number < last.number and record.fetches == ("train",)


def test_a_value_is_kept_as_it_was_though_a_later_operation_writes_into_its_array():
    x = tf.placeholder(tf.float32, [4], name="x")
    a = tf.multiply(x, 2.0, name="a")
    b = tf.add(a, 1.0, name="b")  # the plan may compute it in a's array
    with tf.Session() as sess:
        record = record_step(sess, tf.multiply(b, 3.0, name="c"), {x: [1, 2, 3, 4]})
    np.testing.assert_array_equal(only(record, "a"), [2, 4, 6, 8])
    np.testing.assert_array_equal(only(record, "b"), [3, 5, 7, 9])


def test_each_iteration_of_a_loop_is_recorded_with_its_number():
    x = tf.placeholder(tf.float32, [], name="x")
    _, y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * 2.0), [0, x])
    with tf.Session() as sess:
        record = record_step(sess, y, {x: 5.0})
    products = named(record, "while/mul")
    assert [step.loops for step in products] == [(("while", i),) for i in (1, 2, 3)]
    assert [float(step.outputs[0][1].array) for step in products] == [10, 20, 40]
    variables = named(record, "while/Merge_1")
    assert [float(step.outputs[0][1].array) for step in variables] == [5, 10, 20, 40]
    assert record.loops == {"while": 3}
    came = [record.step(step.inputs[0].step).name for step in variables]
    assert came == ["while/Enter_1", *3 * ["while/NextIteration_1"]]


def test_a_loop_that_turns_very_often_fills_the_record_only_so_far(monkeypatch):
    monkeypatch.setattr("tftutor.runtime.watching.MOST_ENTRIES", 40)
    i = tf.while_loop(lambda i: i < 100, lambda i: i + 1, [0])
    with tf.Session() as sess:
        record = record_step(sess, i)
    assert record.results == 100 and record.left_out > 300
    assert not named(record, "while/Exit") and record.skipped == ()
    assert f"{record.left_out} operations ran after the record was full" in record.text()


def test_loops_in_loops_count_for_themselves():
    def inner(i, total):
        _, total = tf.while_loop(lambda j, t: j < i, lambda j, t: (j + 1, t + 1), [0, total],
                                 name="inner")
        return i + 1, total

    _, total = tf.while_loop(lambda i, t: i < 3, inner, [0, 0], name="outer")
    with tf.Session() as sess:
        record = record_step(sess, total)
    loops = [[turn for _, turn in step.loops] for step in named(record, "outer/inner/add_1")]
    assert loops == [[2, 1], [3, 1], [3, 2]]
    assert record.results == 3


def test_a_loop_that_never_turns():
    n = tf.placeholder(tf.int32, [], name="n")
    i = tf.while_loop(lambda i: i < n, lambda i: i + 1, [0])
    with tf.Session() as sess:
        record = record_step(sess, i, {n: 0})
    assert record.loops == {"while": 0}
    assert {each.name for each in record.skipped} == {"while/add"}
    assert "no iteration" in record.skipped[0].why


@pytest.mark.parametrize(("given", "ran", "skipped"), [(2.0, "Log", "Sqrt"), (-2.0, "Sqrt", "Log")])
def test_the_branch_that_was_not_taken_is_named(given, ran, skipped):
    x = tf.placeholder(tf.float32, [], name="x")
    y = tf.cond(x > 0, lambda: tf.log(x), lambda: tf.sqrt(-x))
    with tf.Session() as sess:
        record = record_step(sess, y, {x: given})
    assert named(record, f"cond/{ran}") and not named(record, f"cond/{skipped}")
    assert f"cond/{skipped}" in {each.name for each in record.skipped}
    assert all(f"was {given > 0}" in each.why for each in record.skipped)


def test_a_failing_operation_ends_the_record_with_what_it_got():
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.placeholder_with_default(np.ones([3, 1], np.float32), [None, 1])
    y = tf.matmul(tf.add(x, 1.0, name="before"), w, name="bad")
    after = tf.nn.relu(y, name="after")
    with tf.Session() as sess:
        with pytest.raises(tf.errors.InvalidArgumentError) as raised:
            sess.run(after, {x: [[1, 2]]})
        record = record_step(sess, after, {x: [[1, 2]]})
    assert type(record.error) is tf.errors.InvalidArgumentError
    assert record.error.message == raised.value.message
    last = record.steps[-1]
    assert (last.name, last.kind) == ("bad", "failed")
    np.testing.assert_array_equal(last.inputs[0].value.array, [[2, 3]])
    assert last.inputs[1].value.shape == (3, 1)
    assert record.results is None and not named(record, "after")
    assert "after" in {each.name for each in record.skipped}


def test_an_uninitialised_variable_ends_the_record():
    w = tf.Variable([1.0], name="w")
    with tf.Session() as sess:
        record = record_step(sess, w * 2.0)
    assert isinstance(record.error, tf.errors.FailedPreconditionError)
    assert "FailedPreconditionError" in record.text()


def test_big_values_are_kept_as_a_corner_and_statistics():
    x = tf.placeholder(tf.float32, [200, 300], name="x")
    given = np.arange(60_000, dtype=np.float32).reshape(200, 300)
    with tf.Session() as sess:
        record = record_step(sess, tf.negative(x, name="y"), {x: given})
    value = named(record, "y")[0].values["y:0"]
    assert not value.is_whole and value.shape == (200, 300)
    np.testing.assert_array_equal(value.array, -given[:8, :8])
    assert value.statistics.minimum == -59_999 and value.statistics.maximum == 0
    assert value.statistics.zeros == pytest.approx(1 / 60_000)


def test_when_the_memory_is_used_up_statistics_remain():
    x = tf.placeholder(tf.float32, [100], name="x")
    with tf.Session() as sess:
        record = record_step(sess, tf.negative(tf.add(x, x, name="two"), name="minus"),
                             {x: np.ones(100)}, memory=900)
    assert record.is_memory_full
    assert named(record, "two")[0].values["two:0"].is_whole
    last = named(record, "minus")[0].values["minus:0"]
    assert last.array is None and last.statistics.mean == -2


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_on_two_gpus_says_where_each_operation_ran(monkeypatch, kind):
    if kind != "simulated":
        pytest.importorskip(kind)
    use_gpus(monkeypatch, kind, 2)
    x = tf.placeholder(tf.float32, [2, 2], name="x")
    with tf.device("/gpu:0"):
        a = tf.matmul(x, x, name="a")
        w = tf.Variable([[2.0, 0.0], [0.0, 2.0]], name="w")
    with tf.device("/gpu:1"):
        b = tf.matmul(a, x, name="b")
    update = tf.assign_add(w, a, name="update")
    given = np.array([[1, 2], [3, 4]], np.float32)
    with tf.Session() as sess:
        sess.run(w.initializer)
        record = record_step(sess, [b, update], {x: given})
    np.testing.assert_array_equal(only(record, "a"), given @ given)
    np.testing.assert_array_equal(only(record, "b"), given @ given @ given)
    np.testing.assert_array_equal(only(record, "update"), given @ given + 2 * np.eye(2))
    assert named(record, "a")[0].device == "/device:GPU:0"
    assert named(record, "b")[0].device == "/device:GPU:1"
    (change,) = record.variables
    assert change.changed and change.after.array[0, 0] == 9 and change.before.array[0, 0] == 2
    assert len(record.simulated) == (2 if kind == "simulated" else 0)
    assert ("simulated" in record.text()) == (kind == "simulated")


def test_plain_runs_and_their_plans_are_untouched():
    x = tf.placeholder(tf.float32, [2], name="x")
    y = x * 2.0
    with tf.Session() as sess:
        sess.run(y, {x: [1, 2]})
        (compiled,) = sess._cache.values()
        source, function = compiled.plan.source, compiled.plan.function
        record_step(sess, y, {x: [1, 2]})
        assert compiled.plan.source == source and compiled.plan.function is function
        np.testing.assert_array_equal(sess.run(y, {x: [3, 4]}), [6, 8])


def test_a_closed_session_and_wrong_feeds_raise_as_run_does():
    x = tf.placeholder(tf.float32, [2], name="x")
    sess = tf.Session()
    with pytest.raises(ValueError, match="Cannot feed value of shape"):
        record_step(sess, x * 2.0, {x: [1, 2, 3]})
    sess.close()
    with pytest.raises(RuntimeError, match="closed"):
        record_step(sess, x * 2.0, {x: [1, 2]})


def test_a_graph_is_no_session(graph):
    with pytest.raises(TypeError, match="takes a tf.Session first, not Graph"):
        record_step(graph, [])


def test_what_is_no_array_is_named():
    queue = tf.FIFOQueue(3, tf.float32, shapes=[()])
    with tf.Session() as sess:
        sess.run(queue.enqueue(4.0))
        record = record_step(sess, queue.dequeue(name="taken"))
    assert only(record, "taken") == 4.0
    assert record.to_dict()["error"] is None


def test_the_record_as_plain_data_goes_through_json():
    import json

    x = tf.placeholder(tf.float32, [2], name="x")
    with tf.Session() as sess:
        record = record_step(sess, tf.log(x, name="y"), {x: [0.0, -1.0]})
    data = json.loads(json.dumps(record.to_dict(), allow_nan=False))
    (step,) = [each for each in data["steps"] if each["name"] == "y"]
    assert step["outputs"][0]["rows"] == ["-inf", "nan"]
    assert data["first_bad"]["step"] == step["number"]
