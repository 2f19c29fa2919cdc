"""Optimizers: descent, update rules in NumPy, slots, sparse gradients, constraints, errors."""

import numpy as np
import pytest

import tftutor as tf

# Name -> (maker for a graph's global step, slots, steps until a quadratic is nearly at its minimum)
OPTIMIZERS = {
    "GradientDescent": (lambda step: tf.train.GradientDescentOptimizer(0.1), [], 60),
    "ProximalGradientDescent": (
        lambda step: tf.train.ProximalGradientDescentOptimizer(0.1), [], 60),
    "Momentum": (lambda step: tf.train.MomentumOptimizer(0.05, 0.7), ["momentum"], 80),
    "Nesterov": (lambda step: tf.train.MomentumOptimizer(0.05, 0.7, use_nesterov=True),
                 ["momentum"], 80),
    "Adagrad": (lambda step: tf.train.AdagradOptimizer(0.9), ["accumulator"], 100),
    "ProximalAdagrad": (lambda step: tf.train.ProximalAdagradOptimizer(0.9), ["accumulator"], 100),
    "AdagradDA": (lambda step: tf.train.AdagradDAOptimizer(0.9, step),
                  ["gradient_accumulator", "gradient_squared_accumulator"], 300),
    "Adadelta": (lambda step: tf.train.AdadeltaOptimizer(1.0, epsilon=1e-2),
                 ["accum", "accum_update"], 200),
    "Adam": (lambda step: tf.train.AdamOptimizer(0.1), ["m", "v"], 200),
    "RMSProp": (lambda step: tf.train.RMSPropOptimizer(0.02), ["momentum", "rms"], 200),
    "CenteredRMSProp": (lambda step: tf.train.RMSPropOptimizer(0.01, momentum=0.3, centered=True),
                        ["mg", "momentum", "rms"], 300),
    "Ftrl": (lambda step: tf.train.FtrlOptimizer(0.9), ["accum", "linear"], 200),
}
KINDS = pytest.mark.parametrize("use_resource", [False, True], ids=["ref", "resource"])


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture(params=sorted(OPTIMIZERS))
def name(request):
    return request.param


def new_step():
    return tf.Variable(0, trainable=False, dtype=tf.int64, name="step")


def trained(train, fetches, steps):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(steps):
            sess.run(train)
        return sess.run(fetches)


@KINDS
def test_quadratic_is_minimised_and_the_step_counted(name, use_resource):
    make, _, steps = OPTIMIZERS[name]
    x = tf.get_variable("x", initializer=[0.5, -0.8], use_resource=use_resource)
    step = new_step()
    loss = tf.reduce_sum(tf.square(x - [1.0, -0.2]))
    train = make(step).minimize(loss, global_step=step)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run(loss)
        for _ in range(steps):
            sess.run(train)
        after, count = sess.run([loss, step])
    assert count == steps
    assert after < 0.02 * before


def test_slots_have_names_and_initial_values(name):
    make, slots, _ = OPTIMIZERS[name]
    with tf.variable_scope("layer"):
        x = tf.get_variable("x", initializer=[1.0, 2.0])
    optimizer = make(new_step())
    assert optimizer.get_slot_names() == []
    optimizer.minimize(tf.reduce_sum(x * x))
    assert optimizer.get_slot_names() == slots
    made = [optimizer.get_slot(x, slot) for slot in slots]
    label = optimizer.get_name()
    prefix = f"layer/x/{label}"
    assert sorted(slot.op.name for slot in made) == [
        prefix + (f"_{i}" if i else "") for i in range(len(slots))]
    assert all(slot.shape == x.shape and slot not in tf.trainable_variables() for slot in made)
    assert set(made) <= set(optimizer.variables())
    assert optimizer.get_slot(x, "nonsense") is None


def test_adam_has_its_powers_once_a_graph():
    x, y = tf.Variable(1.0, name="x"), tf.Variable(2.0, name="y")
    optimizer = tf.train.AdamOptimizer(0.1, beta1=0.75, beta2=0.5)
    train = optimizer.minimize(x * x + y * y)
    assert [v.op.name for v in optimizer.variables()] == [
        "beta1_power", "beta2_power", "x/Adam", "x/Adam_1", "y/Adam", "y/Adam_1"]
    powers = optimizer._get_beta_accumulators()
    assert trained(train, list(powers), 2) == [0.75 ** 3, 0.5 ** 3]


# -- update rules ------------------------------------------------------------------------------

def momentum(x, grads, rate=0.1, decay=0.9, nesterov=False):
    total = np.zeros_like(x)
    for grad in grads:
        total = decay * total + grad
        x = x - rate * (grad + decay * total if nesterov else total)
    return x


def adagrad(x, grads, rate=0.1, start=0.1):
    total = np.full_like(x, start)
    for grad in grads:
        total = total + grad ** 2
        x = x - rate * grad / np.sqrt(total)
    return x


def adam(x, grads, rate=0.1, beta1=0.9, beta2=0.999, epsilon=1e-8):
    m, v = np.zeros_like(x), np.zeros_like(x)
    for t, grad in enumerate(grads, start=1):
        m = beta1 * m + (1 - beta1) * grad
        v = beta2 * v + (1 - beta2) * grad ** 2
        rate_t = rate * np.sqrt(1 - beta2 ** t) / (1 - beta1 ** t)
        x = x - rate_t * m / (np.sqrt(v) + epsilon)
    return x


def rmsprop(x, grads, rate=0.1, decay=0.9, momentum=0.5, epsilon=1e-10, centered=False):
    square, mean, moved = np.ones_like(x), np.zeros_like(x), np.zeros_like(x)
    for grad in grads:
        square = decay * square + (1 - decay) * grad ** 2
        mean = decay * mean + (1 - decay) * grad
        spread = square - mean ** 2 if centered else square
        moved = momentum * moved + rate * grad / np.sqrt(spread + epsilon)
        x = x - moved
    return x


def adadelta(x, grads, rate=0.1, rho=0.95, epsilon=1e-2):
    squares, updates = np.zeros_like(x), np.zeros_like(x)
    for grad in grads:
        squares = rho * squares + (1 - rho) * grad ** 2
        update = np.sqrt(updates + epsilon) / np.sqrt(squares + epsilon) * grad
        updates = rho * updates + (1 - rho) * update ** 2
        x = x - rate * update
    return x


def proximal_descent(x, grads, rate=0.1, l1=0.5, l2=2.0):
    for grad in grads:
        moved = x - rate * grad
        x = np.sign(moved) * np.maximum(np.abs(moved) - rate * l1, 0) / (1 + rate * l2)
    return x


@pytest.mark.parametrize("make, rule", [
    (lambda: tf.train.GradientDescentOptimizer(0.1), lambda x, g: x - 0.1 * sum(g)),
    (lambda: tf.train.ProximalGradientDescentOptimizer(0.1, 0.5, 2.0), proximal_descent),
    (lambda: tf.train.MomentumOptimizer(0.1, 0.9), momentum),
    (lambda: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
     lambda x, g: momentum(x, g, nesterov=True)),
    (lambda: tf.train.AdagradOptimizer(0.1), adagrad),
    (lambda: tf.train.AdamOptimizer(0.1), adam),
    (lambda: tf.train.RMSPropOptimizer(0.1, momentum=0.5), rmsprop),
    (lambda: tf.train.RMSPropOptimizer(0.1, momentum=0.5, centered=True),
     lambda x, g: rmsprop(x, g, centered=True)),
    (lambda: tf.train.AdadeltaOptimizer(0.1, epsilon=1e-2), adadelta),
], ids=["descent", "proximal", "momentum", "nesterov", "adagrad", "adam", "rmsprop", "centered",
        "adadelta"])
@KINDS
def test_update_follows_its_formula(make, rule, use_resource):
    start = np.array([1.0, -2.0, 0.5], np.float32)
    grads = np.array([[0.5, -1.0, 0.0], [1.5, 0.25, 0.0], [-0.5, 2.0, 1.0]])
    x = tf.get_variable("x", initializer=start, use_resource=use_resource)
    grad = tf.placeholder(tf.float32, [3])
    train = make().apply_gradients([(grad, x)])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in grads:
            sess.run(train, {grad: value})
        np.testing.assert_allclose(sess.run(x), rule(start, grads), rtol=1e-5)


def test_learning_rate_may_be_fed():
    x, rate = tf.Variable(1.0), tf.placeholder(tf.float32, [])
    train = tf.train.GradientDescentOptimizer(rate).minimize(3.0 * x)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(train, {rate: 0.5})
        sess.run(train, {rate: 0.25})
        assert sess.run(x) == 1.0 - 1.5 - 0.75


# -- sparse gradients --------------------------------------------------------------------------

@KINDS
def test_sparse_update_is_the_dense_update_of_the_rows(name, use_resource):
    make = OPTIMIZERS[name][0]
    start = np.array([[1.0, -1.0], [0.5, 2.0], [-1.5, 0.25], [3.0, 4.0]], np.float32)
    sparse = tf.get_variable("sparse", initializer=start, use_resource=use_resource)
    dense = tf.get_variable("dense", initializer=start, use_resource=use_resource)
    weights = tf.constant([[1.0, 2.0], [0.5, -1.0], [3.0, 0.25]])
    rows = [2, 0, 2]
    picked = tf.matmul(tf.one_hot(rows, 4), dense)
    step = new_step()
    optimizer = make(step)
    pairs = optimizer.compute_gradients(
        tf.reduce_sum(weights * tf.square(tf.gather(sparse, rows)))
        + tf.reduce_sum(weights * tf.square(picked)), [sparse, dense])
    assert isinstance(pairs[0][0], tf.IndexedSlices) and isinstance(pairs[1][0], tf.Tensor)
    train = optimizer.apply_gradients(pairs, global_step=step)
    by_rows, whole = trained(train, [sparse, dense], 3)
    np.testing.assert_allclose(by_rows[[0, 2]], whole[[0, 2]], rtol=1e-5, atol=1e-6)
    assert not np.allclose(by_rows[[0, 2]], start[[0, 2]])
    np.testing.assert_array_equal(by_rows[[1, 3]], start[[1, 3]])


# -- constraints -------------------------------------------------------------------------------

@KINDS
def test_constraint_is_applied_after_the_update(use_resource):
    x = tf.get_variable("x", initializer=[0.25, 1.0], use_resource=use_resource,
                        constraint=lambda value: tf.maximum(value, 0.0))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(x))
    np.testing.assert_array_equal(trained(train, x, 1), [0.0, 0.5])


def test_constraint_with_a_sparse_gradient_is_refused():
    x = tf.get_variable("x", initializer=[[1.0], [2.0]], constraint=tf.identity)
    with pytest.raises(RuntimeError, match="Cannot use a constraint function on a sparse variable"):
        tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(tf.gather(x, [0])))


# -- minimize, compute_gradients, apply_gradients ----------------------------------------------

def test_minimize_is_compute_then_apply():
    x, y = tf.Variable(1.0), tf.Variable(2.0)
    optimizer = tf.train.GradientDescentOptimizer(1.0)
    pairs = optimizer.compute_gradients(3.0 * x, var_list=[x, y])
    assert [variable for _, variable in pairs] == [x, y] and pairs[1][0] is None
    train = optimizer.apply_gradients([(grad if grad is None else grad * 2.0, v)
                                       for grad, v in pairs])
    assert trained(train, [x, y], 1) == [1.0 - 6.0, 2.0]


def test_var_list_says_what_is_trained():
    x, y = tf.Variable(1.0), tf.Variable(2.0)
    train = tf.train.GradientDescentOptimizer(0.5).minimize(x * y, var_list=[y])
    assert trained(train, [x, y], 1) == [1.0, 1.5]


def test_variables_that_are_not_trainable_stay():
    x, y = tf.Variable(1.0, trainable=False), tf.Variable(2.0)
    train = tf.train.GradientDescentOptimizer(0.5).minimize(x * y)
    assert trained(train, [x, y], 1) == [1.0, 1.5]


def test_grad_loss_scales_the_gradients():
    x = tf.Variable([1.0, 1.0])
    train = tf.train.GradientDescentOptimizer(1.0).minimize(
        x * x, grad_loss=tf.constant([10.0, 100.0]))
    np.testing.assert_array_equal(trained(train, x, 1), [1 - 20.0, 1 - 200.0])


def test_train_op_is_named_and_collected(graph):
    x = tf.Variable(1.0)
    first = tf.train.GradientDescentOptimizer(0.1).minimize(x)
    second = tf.train.AdamOptimizer(name="Mine").minimize(x, name="train")
    assert (first.name, second.name) == ("GradientDescent", "train")
    assert graph.get_collection(tf.GraphKeys.TRAIN_OP) == [first, second]


@pytest.mark.parametrize("gate", [tf.train.Optimizer.GATE_OP, tf.train.Optimizer.GATE_GRAPH])
def test_gates_keep_updates_behind_the_gradients(gate):
    x, y = tf.Variable(2.0), tf.Variable(3.0)
    train = tf.train.GradientDescentOptimizer(0.5).minimize(x * y, gate_gradients=gate)
    assert trained(train, [x, y], 1) == [2.0 - 1.5, 3.0 - 1.0]


@pytest.mark.parametrize("gate, waiting", [
    (tf.train.Optimizer.GATE_NONE, []),
    (tf.train.Optimizer.GATE_OP, ["gradients/mul_grad/tuple/group_deps"]),
    (tf.train.Optimizer.GATE_GRAPH, ["tuple/group_deps"]),
])
def test_gates_are_groups_that_gradients_wait_for(gate, waiting):
    x, y = tf.Variable(2.0), tf.Variable(3.0)
    pairs = tf.train.GradientDescentOptimizer(0.5).compute_gradients(x * y, gate_gradients=gate)
    for grad, _ in pairs:
        assert [op.name for op in grad.op.control_inputs] == waiting


# -- errors ------------------------------------------------------------------------------------

def descent():
    return tf.train.GradientDescentOptimizer(0.1)


def test_graph_without_variables_is_refused():
    with pytest.raises(ValueError, match="No variables to optimize"):
        descent().minimize(tf.constant(1.0))


def test_loss_that_depends_on_no_variable_is_refused():
    tf.Variable(1.0, name="v")
    with pytest.raises(ValueError, match="No gradients provided for any variable, check your graph "
                                         "for ops that do not support gradients, between "
                                         "variables .*v:0"):
        descent().minimize(tf.constant(1.0))


def test_integer_loss_is_refused():
    tf.Variable(1.0)
    with pytest.raises(ValueError, match="Invalid type tf.int32 for loss:0, expected"):
        descent().minimize(tf.constant(1, name="loss"))


def test_unknown_gate_is_refused():
    with pytest.raises(ValueError, match="gate_gradients must be one of: Optimizer.GATE_NONE, "
                                         "Optimizer.GATE_OP, Optimizer.GATE_GRAPH.  Not 7"):
        descent().minimize(tf.Variable(1.0) * 1.0, gate_gradients=7)


def test_apply_gradients_wants_pairs_with_gradients():
    x = tf.Variable(1.0)
    with pytest.raises(ValueError, match="No variables provided"):
        descent().apply_gradients([])
    with pytest.raises(ValueError, match="No gradients provided for any variable: "):
        descent().apply_gradients([(None, x)])


def test_a_constant_is_no_variable():
    x = tf.Variable(1.0)
    with pytest.raises(NotImplementedError, match="Trying to update a Tensor"):
        descent().apply_gradients([(tf.constant(1.0), x * 2.0)])


@pytest.mark.parametrize("make, text", [
    (lambda: tf.train.GradientDescentOptimizer(0.1, name=""), "Must specify the optimizer name"),
    (lambda: tf.train.AdagradOptimizer(0.1, initial_accumulator_value=0.0),
     "initial_accumulator_value must be positive: 0.0"),
    (lambda: tf.train.FtrlOptimizer(0.1, learning_rate_power=1.0),
     "learning_rate_power 1.000000 needs to be negative or zero"),
    (lambda: tf.train.FtrlOptimizer(0.1, l1_regularization_strength=-1.0),
     "l1_regularization_strength -1.000000 needs to be positive or zero"),
])
def test_hyperparameters_that_cannot_work_are_refused(make, text):
    with pytest.raises(ValueError, match=text):
        make()


@pytest.mark.parametrize(("optimizer", "attribute"), [
    (tf.train.GradientDescentOptimizer, "_learning_rate_tensor"),
    (tf.train.AdagradOptimizer, "_learning_rate_tensor"),
    (tf.train.AdamOptimizer, "_lr_t"), (tf.train.AdadeltaOptimizer, "_lr_t"),
])
def test_the_learning_rate_is_found_where_programs_look_for_it(optimizer, attribute):
    with tf.Graph().as_default(), tf.Session() as session:
        made = optimizer(0.25)
        made.minimize(tf.square(tf.Variable(1.0)))
        assert session.run(getattr(made, attribute)) == 0.25
