"""Variable scopes: names, reuse, inherited defaults, custom getters, templates, partitioners."""

import numpy as np
import pytest

import tftutor as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_scope_is_the_prefix_of_variables_and_nodes():
    with tf.variable_scope("a") as scope, tf.variable_scope("b"):
        v = tf.get_variable("v", [1])
        node = tf.constant(1.0)
    assert (v.name, node.name, scope.name) == ("a/b/v:0", "a/b/Const:0", "a")
    assert scope.original_name_scope == "a/"


def test_name_scope_does_not_change_get_variable():
    with tf.name_scope("n"):
        assert tf.get_variable("v", [1]).name == "v:0"
        assert tf.Variable(1.0, name="w").name == "n/w:0"


def test_reuse_finds_the_same_variable():
    with tf.variable_scope("a"):
        v = tf.get_variable("v", [1])
    with tf.variable_scope("a", reuse=True):
        assert tf.get_variable("v", [1]) is v
        assert tf.get_variable("v") is v
    with tf.variable_scope("a") as scope:
        scope.reuse_variables()
        assert tf.get_variable("v", [1]) is v


def test_reuse_is_inherited_and_cannot_be_taken_back():
    with tf.variable_scope("a"), tf.variable_scope("b"):
        v = tf.get_variable("v", [1])
    with tf.variable_scope("a", reuse=True), tf.variable_scope("b", reuse=False):
        assert tf.get_variable("v", [1]) is v


def test_auto_reuse_makes_then_finds():
    def layer():
        with tf.variable_scope("a", reuse=tf.AUTO_REUSE):
            return tf.get_variable("v", [1])

    assert layer() is layer()
    assert len(tf.global_variables()) == 1


def test_second_scope_of_a_name_gets_new_name_scope_but_same_variable_scope():
    for number, name_scope in enumerate(["a/", "a_1/"]):
        with tf.variable_scope("a") as scope:
            assert scope.original_name_scope == name_scope
            assert tf.get_variable(f"v{number}", [1]).name == f"a/v{number}:0"


def test_default_name_is_made_unique():
    def layer():
        with tf.variable_scope(None, "dense"):
            return tf.get_variable("w", [1]).name

    assert [layer(), layer(), layer()] == ["dense/w:0", "dense_1/w:0", "dense_2/w:0"]


def test_default_names_start_again_in_a_new_parent_scope():
    for _ in range(2):
        with tf.variable_scope("parent", reuse=tf.AUTO_REUSE), \
                tf.variable_scope(None, "dense") as scope:
            assert scope.name == "parent/dense"


def test_scope_object_jumps_back_to_its_place():
    with tf.variable_scope("a") as a:
        v = tf.get_variable("v", [1])
    with tf.variable_scope("elsewhere"), tf.variable_scope(a, reuse=True):
        assert tf.get_variable("v", [1]) is v
        assert tf.constant(1.0).name == "elsewhere/a/Const:0"
    with tf.variable_scope(a, auxiliary_name_scope=False):
        assert tf.constant(1.0, name="c").name == "c:0"
        assert tf.get_variable("w", [1]).name == "a/w:0"


def test_defaults_are_inherited_and_overridden():
    with tf.variable_scope("a", initializer=tf.constant_initializer(3.0), dtype=tf.float64):
        outer = tf.get_variable("v", [1])
        with tf.variable_scope("b", initializer=tf.ones_initializer()):
            inner = tf.get_variable("v", [1])
            own = tf.get_variable("w", [1], tf.float32, tf.zeros_initializer())
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run([outer, inner, own]) == [3, 1, 0]
    assert [v.dtype.base_dtype for v in (outer, inner, own)] == [tf.float64, tf.float64,
                                                                 tf.float32]


def test_regularizer_adds_its_loss_for_new_variables_only():
    with tf.variable_scope("a", regularizer=tf.reduce_sum, reuse=tf.AUTO_REUSE):
        tf.get_variable("v", [2])
        tf.get_variable("v", [2])
        tf.get_variable("w", [2], regularizer=tf.no_regularizer)
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    assert [loss.op.name for loss in losses] == ["a/v/Regularizer/Sum"]


def test_custom_getters_nest_with_the_innermost_called_last():
    calls = []

    def getter(tag):
        def get(getter, name, *args, **kwargs):
            calls.append((tag, name))
            return getter(name + tag, *args, **kwargs)

        return get

    with tf.variable_scope("s", custom_getter=getter("_outer")), \
            tf.variable_scope("t", custom_getter=getter("_inner")):
        v = tf.get_variable("v", [1])
    assert v.name == "s/t/v_inner_outer:0"
    assert calls == [("_inner", "s/t/v"), ("_outer", "s/t/v_inner")]


def test_constraint_and_use_resource_reach_the_variable():
    def constraint(x):
        return x

    with tf.variable_scope("s", constraint=constraint, use_resource=True):
        v = tf.get_variable("v", [1])
    assert v.constraint is constraint
    assert v.op.type == "VarHandleOp"


def test_resource_variables_can_be_the_default():
    tf.enable_resource_variables()
    try:
        assert tf.resource_variables_enabled()
        assert tf.Variable(1.0).op.type == "VarHandleOp"
        assert tf.get_variable("v", [1]).op.type == "VarHandleOp"
    finally:
        tf.disable_resource_variables()
    assert tf.Variable(1.0).op.type == "VariableV2"


def test_initializer_may_be_a_class_a_function_or_a_value():
    variables = [tf.get_variable("a", [2], initializer=tf.ones_initializer),
                 tf.get_variable("b", initializer=lambda: tf.constant([1.0, 1.0])),
                 tf.get_variable("c", initializer=np.ones(2, np.float32)),
                 tf.get_variable("d", [2], initializer=lambda shape, dtype, partition_info:
                                 tf.ones(shape, dtype))]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for value in session.run(variables):
            np.testing.assert_array_equal(value, [1, 1])


def test_existing_variable_error_tells_where_it_was_made():
    tf.get_variable("v", [1])
    with pytest.raises(ValueError, match="(?s)already exists, disallowed.*Originally defined at:"
                       ".*test_variable_scope.py"):
        tf.get_variable("v", [1])


def test_wrong_dtype_of_a_value_is_refused():
    with pytest.raises(ValueError, match="Initializer type .*float32.* don't match"):
        tf.get_variable("v", dtype=tf.float64, initializer=tf.constant(1.0))


def test_scope_lists_its_own_variables():
    with tf.variable_scope("a") as scope:
        v = tf.get_variable("v", [1])
        w = tf.get_local_variable("w", [1])
    tf.get_variable("other", [1])
    assert scope.global_variables() == scope.trainable_variables() == [v]
    assert scope.local_variables() == [w]


def test_scopes_of_two_graphs_are_apart():
    with tf.variable_scope("a"):
        with tf.Graph().as_default():
            assert tf.get_variable_scope().name == ""
        assert tf.get_variable_scope().name == "a"


def test_scope_ends_when_its_body_fails():
    with pytest.raises(RuntimeError), tf.variable_scope("a"):
        raise RuntimeError
    assert tf.get_variable_scope().name == ""
    assert tf.get_default_graph().get_name_scope() == ""


def test_values_choose_the_graph():
    with tf.Graph().as_default() as other:
        x = tf.constant(1.0)
    with tf.variable_scope("a", values=[x]):
        assert tf.get_default_graph() is other


def test_old_op_scope_has_its_arguments_in_the_old_order():
    x = tf.constant(1.0)
    with tf.variable_op_scope([x], None, "layer") as scope:
        assert scope.name == "layer"


@pytest.mark.parametrize("partitioner, parts", [
    (lambda: tf.fixed_size_partitioner(3, axis=1), [1, 2]),
    (lambda: tf.variable_axis_size_partitioner(64), [13, 1]),
    (lambda: tf.variable_axis_size_partitioner(64, max_shards=4), [4, 1]),
    (lambda: tf.min_max_variable_partitioner(8, min_slice_size=64), [8, 1])])
def test_partitioners_count_parts_as_tf(partitioner, parts):
    assert partitioner()(shape=tf.TensorShape([100, 2]), dtype=tf.float32) == parts


def test_template_shares_variables_between_calls():
    template = tf.make_template("scale", lambda x, n: x * tf.get_variable("w", []) * n, n=2.0)
    first, second = template(tf.constant(1.0)), template(tf.constant(2.0))
    assert (first.op.name, second.op.name) == ("scale/mul_1", "scale_1/mul_1")
    assert [v.name for v in template.variables] == ["scale/w:0"]
    other = tf.make_template("scale", lambda: tf.get_variable("w", []))
    assert other().name == "scale_1/w:0"


def test_template_refuses_new_trainable_variables_later():
    template = tf.make_template("t", lambda: tf.Variable(1.0))
    template()
    with pytest.raises(ValueError, match="(?s)Trainable variable created when calling a template "
                       "after the first time.*originally defined at:"):
        template()


def test_template_scope_can_be_settled_early():
    template = tf.make_template("t", lambda: tf.get_variable("q", []), create_scope_now_=True,
                                unique_name_="u")
    with tf.variable_scope("elsewhere"):
        assert template() is template()
    assert template.variable_scope.name == "u"
