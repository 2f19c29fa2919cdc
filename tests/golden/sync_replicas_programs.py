"""Programs with accumulators and SyncReplicasOptimizer, asked of both libraries.

`GRAPHS`: a program's nodes are compared. `RUNS`: `show` collects what a program finds, and an
error ends it. Sources are text: they run with `tf`, `np` and `show`.
"""

_MODEL = """
x = tf.placeholder(tf.float32, [None, 2], name='x')
y = tf.placeholder(tf.float32, [None], name='y')
w = tf.Variable([1.0, -1.0], name='w')
b = tf.get_variable('b', initializer=0.5)
unused = tf.Variable(3.0, name='unused')
step = tf.train.get_or_create_global_step()
loss = tf.reduce_mean(tf.square(tf.reduce_sum(x * w, 1) + b - y))
"""
_SPARSE = """
table = tf.Variable(tf.zeros([4, 2]), name='table')
rows = tf.gather(table, [1, 3, 1])
step = tf.train.get_or_create_global_step()
loss = tf.reduce_sum(rows * [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
"""
_DEVICES = """
with tf.device('/job:worker/task:1'):
    with tf.device('/job:ps/task:1'):
        w = tf.Variable([1.0, 2.0], name='w')
        r = tf.get_variable('r', initializer=0.5, use_resource=True)
    with tf.device('/job:ps/task:0'):
        step = tf.Variable(0, trainable=False, dtype=tf.int64, name='step')
    loss = tf.reduce_sum(w * w) * r
"""

GRAPHS = {
    "dense_accumulator": """
a = tf.ConditionalAccumulator(tf.float32, shape=[2], name='acc')
a.apply_grad([1., 2.]), a.apply_grad(tf.zeros([2]), local_step=3, name='again')
a.take_grad(1), a.take_grad(tf.constant(2), name='taken')
a.num_accumulated(), a.num_accumulated(name='count')
a.set_global_step(3), a.set_global_step(tf.Variable(3), name='set')
""",
    "dense_accumulator_options": """
with tf.name_scope('outer'), tf.device('/cpu:0'):
    a = tf.ConditionalAccumulator(tf.float64, shape=[None, 2], shared_name='s', name='acc',
                                  reduction_type='SUM')
    a.take_grad(1)
    a.num_accumulated()
    tf.ConditionalAccumulator(tf.float16)
    a.apply_grad(np.zeros([1, 2]), local_step=tf.constant(1, tf.int64))
""",
    "sparse_accumulator": """
a = tf.SparseConditionalAccumulator(tf.float32, shape=[4, 2])
a.apply_grad([1], [[1., 2.]]), a.apply_grad([1], [[1., 2.]], [4, 2], local_step=2, name='again')
a.apply_indexed_slices_grad(tf.IndexedSlices([[1., 2.]], [0], [4, 2]))
a.apply_indexed_slices_grad(tf.IndexedSlices([[1., 2.]], tf.constant([0], tf.int64)), name='n')
a.take_grad(1), a.take_indexed_slices_grad(2, name='taken')
a.num_accumulated(), a.set_global_step(3), a.set_global_step(4, name='set')
""",
    "sync_minimize": _MODEL + """
opt = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2)
opt.minimize(loss, global_step=step)
""",
    "sync_adam_backup_and_tokens": _MODEL + """
opt = tf.train.SyncReplicasOptimizer(tf.train.AdamOptimizer(0.1), 2, total_num_replicas=3)
opt.minimize(loss, global_step=step)
opt.get_init_tokens_op()
opt.get_init_tokens_op(0)
opt.get_init_tokens_op(5)
""",
    "sync_hook": _MODEL + """
opt = tf.train.SyncReplicasOptimizer(tf.train.MomentumOptimizer(0.1, 0.9), 4, 2, name='together')
opt.apply_gradients(opt.compute_gradients(loss), global_step=step)
opt.make_session_run_hook(True).begin()
opt.make_session_run_hook(False).begin()
""",
    "sync_averages": _MODEL + """
ema = tf.train.ExponentialMovingAverage(0.9, step)
opt = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2,
                                     variable_averages=ema, variables_to_average=[w, b])
with tf.name_scope('training'):
    opt.minimize(loss, global_step=step)
""",
    "sync_sparse": _SPARSE + """
opt = tf.train.SyncReplicasOptimizer(tf.train.AdagradOptimizer(0.1), 2)
opt.minimize(loss, global_step=step)
""",
    "sync_devices": _DEVICES + """
with tf.device('/job:worker/task:1'):
    opt = tf.train.SyncReplicasOptimizer(tf.train.MomentumOptimizer(0.1, 0.9), 3)
    opt.minimize(loss, global_step=step)
    opt.get_init_tokens_op()
""",
}

_ACC = "s = tf.Session()\na = tf.ConditionalAccumulator(tf.float32, shape=[2], name='acc')\n"
_ANY = ("s = tf.Session()\na = tf.ConditionalAccumulator(tf.float32, name='acc')\n"
        "p = tf.placeholder(tf.float32)\n")
_ROWS = "s = tf.Session()\na = tf.SparseConditionalAccumulator(tf.float32, [3, 2], name='acc')\n"
_FREE = "s = tf.Session()\na = tf.SparseConditionalAccumulator(tf.float32, name='acc')\n"


def _run(*calls):
    return "".join(f"show(s.run({call}))\n" for call in calls)


RUNS = {
    "mean": _ACC + _run("a.apply_grad([1., 2.])", "a.apply_grad([3., 8.])", "a.num_accumulated()",
                        "a.take_grad(2)", "a.num_accumulated()"),
    "take_more_than_required": _ACC + _run("a.apply_grad([1., 2.])", "a.apply_grad([3., 8.])",
                                           "a.take_grad(1)", "a.num_accumulated()"),
    "sum": """
s = tf.Session()
a = tf.ConditionalAccumulator(tf.float64, shape=[2], reduction_type='SUM')
""" + _run("a.apply_grad([1., 2.])", "a.apply_grad([3., 8.])", "a.take_grad(2)"),
    "half": "s = tf.Session()\na = tf.ConditionalAccumulator(tf.float16, [])\n" + _run(
        "a.apply_grad(np.float16(0.1))", "a.apply_grad(np.float16(0.7))",
        "a.apply_grad(np.float16(0.3))", "a.take_grad(3)"),
    "stale_is_dropped": _ACC + _run(
        "a.set_global_step(2)", "a.apply_grad([1., 2.], local_step=1)", "a.num_accumulated()",
        "a.apply_grad([1., 2.], local_step=2)", "a.apply_grad([3., 2.], local_step=9)",
        "a.num_accumulated()", "a.take_grad(1)", "a.apply_grad([1., 2.], local_step=2)",
        "a.num_accumulated()", "a.apply_grad([1., 2.], local_step=3)", "a.num_accumulated()"),
    "set_step_back": _ACC + _run("a.set_global_step(2)", "a.set_global_step(1)",
                                 "a.apply_grad([1., 2.], local_step=1)", "a.num_accumulated()"),
    "set_same_step": _ACC + _run("a.set_global_step(2)", "a.set_global_step(2)",
                                 "a.apply_grad([1., 2.], local_step=2)", "a.take_grad(1)",
                                 "a.apply_grad([1., 2.], local_step=2)", "a.num_accumulated()"),
    "take_none": _ACC + _run("a.take_grad(0)"),
    "take_negative": _FREE + _run("a.take_grad(-1)"),
    "take_vector": _ACC + _run("a.take_grad([1])"),
    "take_word": _ACC + _run("a.take_grad('x')"),
    "step_vector": _ACC + _run("a.apply_grad([1., 2.], local_step=[1])"),
    "set_step_vector": _FREE + _run("a.set_global_step([1])"),
    "wrong_static_shape": _ACC + _run("a.apply_grad([1., 2., 3.])"),
    "wrong_shape": _ACC + "p = tf.placeholder(tf.float32)\n" + _run(
        "a.apply_grad(p), {p: [1., 2., 3.]}"),
    "wrong_second_shape": _ANY + _run("a.apply_grad(p), {p: [1., 2., 3.]}",
                                      "a.apply_grad(p), {p: [1., 2.]}"),
    "other_shape_after_taking": _ANY + _run(
        "a.apply_grad(p), {p: [1., 2., 3.]}", "a.take_grad(1)",
        "a.apply_grad(p, local_step=1), {p: [1., 2.]}", "a.take_grad(1)"),
    "partial_shape": """
s = tf.Session()
a = tf.ConditionalAccumulator(tf.float32, shape=[None, 2])
p = tf.placeholder(tf.float32)
""" + _run("a.apply_grad(p), {p: [[1., 2.]]}", "a.apply_grad(p), {p: [[1., 2.], [3., 4.]]}"),
    "partial_shape_rank": """
s = tf.Session()
a = tf.ConditionalAccumulator(tf.float32, shape=[None, 2])
p = tf.placeholder(tf.float32)
""" + _run("a.apply_grad(p), {p: [1., 2.]}"),
    "wrong_dtype": _ACC + _run("a.apply_grad(tf.constant([1, 2]))"),
    "no_gradient": _ACC + _run("a.apply_grad(None)"),
    "string_accumulator": "tf.ConditionalAccumulator(tf.string)",
    "odd_dtype": "tf.ConditionalAccumulator('float33')",
    "odd_shape": "tf.ConditionalAccumulator(tf.float32, shape='abc')",
    "odd_reduction": "tf.SparseConditionalAccumulator(tf.float32, reduction_type='mean')",
    "timeout": """
s = tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=100))
s.run(tf.ConditionalAccumulator(tf.float32, shape=[2]).take_grad(1))
""",
    "properties": """
with tf.name_scope('outer'):
    a = tf.ConditionalAccumulator(tf.float32, shape=[2, None], name='a')
show(a.name, a.dtype, a.accumulator_ref.name, a.take_grad(1).shape)
b = tf.SparseConditionalAccumulator(tf.float64)
show(b.name, b.dtype, b.accumulator_ref.dtype, [t.shape for t in b.take_grad(1)])
""",
    "shared": """
s = tf.Session()
a = tf.ConditionalAccumulator(tf.float32, [2], shared_name='s')
b = tf.ConditionalAccumulator(tf.float32, [2], shared_name='s')
q = tf.FIFOQueue(1, tf.float32, shared_name='s')
c = tf.ConditionalAccumulator(tf.float32, [2])
""" + _run("a.apply_grad([1., 2.])", "b.num_accumulated()", "c.num_accumulated()", "q.size()"),
    "shared_ref": "s = tf.Session()\n" + _run(
        "tf.SparseConditionalAccumulator(tf.float32, shared_name='s').accumulator_ref"),
    "sparse_mean": _ROWS + _run(
        "a.apply_grad([2, 0], [[1., 2.], [3., 4.]], [3, 2])",
        "a.apply_grad([2, 1], [[10., 20.], [30., 40.]])", "a.num_accumulated()", "a.take_grad(2)",
        "a.num_accumulated()"),
    "sparse_sum": """
s = tf.Session()
a = tf.SparseConditionalAccumulator(tf.float32, [3, 2], reduction_type='SUM')
""" + _run("a.apply_grad([2, 0], [[1., 2.], [3., 4.]], [3, 2])",
           "a.apply_grad([2, 1], [[10., 20.], [30., 40.]])", "a.take_indexed_slices_grad(2)"),
    "sparse_rows_that_come_twice": _FREE + _run(
        "a.apply_grad([2, 2, 0], [[1., 2.], [3., 4.], [5., 6.]])",
        "a.apply_grad([0, 2], [[1., 2.], [3., 4.]])",
        "a.apply_grad([1, 2, 2], [[1., 2.], [3., 4.], [5., 6.]])", "a.take_grad(3)"),
    "sparse_unsorted": _FREE + _run(
        "a.apply_grad([5, 1], [[1., 2.], [3., 4.]])", "a.apply_grad([3, 2], [[1., 2.], [3., 4.]])",
        "a.apply_grad([1, 5], [[1., 2.], [3., 4.]])", "a.take_grad(1)"),
    "sparse_scalars": _FREE + _run("a.apply_grad([2], [7.])", "a.apply_grad([2, 3], [9., 1.])",
                                   "a.take_grad(1)"),
    "sparse_empty": _FREE + _run(
        "a.apply_grad(np.zeros([0], np.int64), np.zeros([0, 2], np.float32))", "a.take_grad(1)"),
    "sparse_partial_shape": """
s = tf.Session()
a = tf.SparseConditionalAccumulator(tf.float32, [None, 2])
""" + _run("a.apply_grad([2], [[1., 2.]])", "a.take_grad(1)"),
    "sparse_scalar_shape": "s = tf.Session()\n"
                           "a = tf.SparseConditionalAccumulator(tf.float32, ())\n" + _run(
                               "a.apply_grad([2], [[1., 2.]], [4, 2])", "a.take_grad(1)"),
    "sparse_negative_index": _ROWS + _run("a.apply_grad([-1], [[1., 2.]])", "a.take_grad(1)"),
    "sparse_stale": _ROWS + _run("a.set_global_step(5)", "a.apply_grad([2, 3], [7.], local_step=4)",
                                 "a.num_accumulated()"),
    "sparse_shape_dim": _ROWS + _run("a.apply_grad([2], [[1., 2.]], [4, 2])"),
    "sparse_shape_rank": _ROWS + _run("a.apply_grad([2], [[1., 2.]], [3])"),
    "sparse_shape_longer": _ROWS + _run("a.apply_grad([2], [[1., 2.]], [3, 2, 1])"),
    "sparse_values_dim": _ROWS + _run("a.apply_grad([2], [[1., 2., 3.]])"),
    "sparse_values_rank": _ROWS + _run("a.apply_grad([2], [1.])"),
    "sparse_second_dim": _FREE + _run("a.apply_grad([2], [[1., 2.]])",
                                      "a.apply_grad([2], [[1., 2., 3.]])"),
    "sparse_second_rank": _FREE + _run("a.apply_grad([2], [[1., 2.]])",
                                       "a.apply_grad([2], [[[1., 2.]]])"),
    "sparse_index_beyond": _ROWS + _run("a.apply_grad([0, 5, 7], np.ones([3, 2], np.float32))"),
    "sparse_index_matrix": _ROWS + _run("a.apply_grad([[0]], [[1., 2.]])"),
    "sparse_too_few_values": _ROWS + _run("a.apply_grad([0, 1], [[1., 2.]])"),
    "sparse_scalar_value": _FREE + _run("a.apply_grad([1], 7.)"),
    "sparse_step_vector": _ROWS + _run("a.apply_grad([1], [[1., 2.]], local_step=[1])"),
    "sync_attributes": _MODEL + """
inner = tf.train.MomentumOptimizer(0.1, 0.9)
opt = tf.train.SyncReplicasOptimizer(inner, 2)
train_op = opt.minimize(loss, global_step=step)
show(train_op.name, train_op.dtype, opt.chief_init_op.name, opt.local_step_init_op.name)
show(opt.ready_for_local_init_op.name, opt.get_name())
show([v.name for v in opt.variables()], opt.get_slot_names())
show(opt.get_slot(w, 'momentum') is inner.get_slot(w, 'momentum'), opt.get_slot(unused, 'momentum'))
runner = opt.get_chief_queue_runner()
show(runner.name, [op.name for op in runner.enqueue_ops], runner.close_op.name)
show([v.name for v in tf.local_variables()], [v.name for v in tf.global_variables()])
show([op.name for op in tf.get_collection(tf.GraphKeys.TRAIN_OP)])
show(tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS))
""",
    "sync_no_pairs": _MODEL + """
opt = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2)
opt.apply_gradients([], global_step=step)
""",
    "sync_no_step": _MODEL + """
opt = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2)
opt.minimize(loss)
""",
    "sync_runner_too_early": """
tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(1.), 2).get_chief_queue_runner()
""",
    "sync_tokens_too_early": """
tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2).get_init_tokens_op()
""",
    "sync_hook_too_early": """
opt = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2)
opt.make_session_run_hook(True).begin()
""",
    "sync_too_few_tokens": _MODEL + """
opt = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 4, 2)
opt.minimize(loss, global_step=step)
opt.get_init_tokens_op(1)
""",
    "sync_odd_gradient": _MODEL + """
opt = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2)
opt.apply_gradients([('abc', w)], global_step=step)
""",
    "sync_hook_not_ready": _MODEL + """
opt = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2)
opt.minimize(loss, global_step=step)
hook = opt.make_session_run_hook(False)
hook.begin()
hook.after_create_session(tf.Session(), None)
""",
    "sync_one_worker": _MODEL + """
opt = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.25), 1)
train_op = opt.minimize(loss, global_step=step)
feed = {x: [[1., 2.], [3., 4.]], y: [2., 1.]}
# The chief's thread waits for gradients that will never come, so the end needs no patience.
with tf.train.MonitoredTrainingSession(hooks=[opt.make_session_run_hook(True)],
                                       stop_grace_period_secs=0.1) as s:
    for _ in range(3):
        s.run(train_op, feed)
    local = s.run(opt._local_step)
show(local)
""",
    "sync_one_worker_two_batches": _MODEL + """
opt = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.25), 2, 1)
train_op = opt.minimize(loss, global_step=step)
feed = {x: [[1., 2.], [3., 4.]], y: [2., 1.]}
other = {x: [[5., 2.]], y: [2.]}
with tf.Session() as s:
    s.run(tf.global_variables_initializer())
    s.run(opt.chief_init_op)
    s.run(opt.get_init_tokens_op(1))
    sync = opt.get_chief_queue_runner().enqueue_ops[0]
    show(s.run(train_op, feed))
    accumulator = opt._accumulator_list[0][0]
    for _ in range(2):
        import threading
        push = threading.Thread(target=lambda: s.run(train_op, other))
        push.start()
        s.run(sync)
        push.join()
        show(s.run([w, b, step]))
        s.run(train_op, feed)
    show(s.run(opt._sync_token_queue.size()))
""",
}
