"""Programs with tf.contrib.slim.learning, evaluation, tf.contrib.training; see saver_programs.py.

What is logged is shown, too. Where a loss is shown its gradient needs it, or TF may compute it
after the update of the same step.
"""

_MODEL = """
slim = tf.contrib.slim
x = tf.constant([[1., 2.], [3., 4.], [5., 6.]], name='x')
w = slim.model_variable('w', initializer=tf.constant([[0.5], [-0.5]]))
b = slim.model_variable('b', initializer=tf.constant([0.25]))
unused = slim.model_variable('unused', initializer=tf.constant([7.]))
loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - [[1.], [2.], [3.]]), name='loss')
sgd = tf.train.GradientDescentOptimizer(0.01)
"""
_SPARSE = """
slim = tf.contrib.slim
table = tf.Variable(tf.ones([4, 2]), name='table')
loss = tf.reduce_sum(tf.gather(table, [1, 3, 1]))
sgd = tf.train.GradientDescentOptimizer(0.01)
"""
_TRAINING = _MODEL + """
import os
train_op = slim.learning.create_train_op(loss, sgd)
quiet = dict(save_summaries_secs=0, save_interval_secs=0)
def files(where=folder):
    return sorted(name for name in os.listdir(where) if not name.startswith('events'))
def nodes(first):
    for op in tf.get_default_graph().get_operations()[first:]:
        if 'boolean_mask' not in op.name:
            show(op.name, op.type, [t.name for t in op.inputs],
                 sorted(c.name for c in op.control_inputs), op.device)
count = len(tf.get_default_graph().get_operations())
"""
_CLUSTER = """
import threading
def worker(index, targets, setup, steps, **kwargs):
    with tf.Graph().as_default():
        with tf.device(tf.train.replica_device_setter(
                ps_tasks=1, worker_device='/job:worker/task:%d' % index)):
            slim = tf.contrib.slim
            w = slim.model_variable('w', initializer=tf.constant(1.0))
            step = tf.train.get_or_create_global_step()
            optimizer, more = setup(tf.train.GradientDescentOptimizer(0.5))
            train_op = slim.learning.create_train_op(tf.square(w), optimizer)
            loss = slim.learning.train(
                train_op, folder if index == 0 else None, master=targets['worker', index],
                is_chief=index == 0, number_of_steps=steps, log_every_n_steps=0,
                save_summaries_secs=0, save_interval_secs=0, **dict(kwargs, **more))
        return loss
def in_threads(function, number):
    found = {}
    def run(index):
        try:
            found[index] = function(index)
        except Exception as error:
            found[index] = '%s: %s' % (type(error).__name__, str(error).split('\\n')[0])
    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [found.get(index) for index in range(number)]
"""
_EVALUATION = """
with tf.Graph().as_default():
""" + "".join("    " + line + "\n" for line in _TRAINING.splitlines()) + """
    slim.learning.train(train_op, folder, number_of_steps=2, log_every_n_steps=0, **quiet)
path = tf.train.latest_checkpoint(folder)
v = slim.model_variable('w', [2, 1])
s = tf.train.get_or_create_global_step()
total, update = tf.metrics.mean(v * [[1.], [3.]], name='total')
tf.summary.scalar('total', total)
"""

_METRICS = """
slim = tf.contrib.slim
p, l = tf.constant([1, 0, 1, 1], name='p'), tf.constant([1, 0, 0, 1], name='l')
f, g = tf.constant([0.1, 0.6, 0.8], name='f'), tf.constant([0.0, 1.0, 1.0], name='g')
weights = tf.constant([1., 0., 2.], name='weights')
"""

GRAPHS = {
    "slim_metrics": _METRICS + """
M = slim.metrics
M.streaming_accuracy(p, l), M.streaming_precision(p, l, name='mine'), M.streaming_recall(p, l)
M.streaming_mean_squared_error(f, g, weights, 'values', ['updates'])
M.streaming_root_mean_squared_error(f, g), M.streaming_mean_absolute_error(f, g)
M.streaming_mean(f), M.streaming_mean_tensor(f), M.streaming_mean_relative_error(f, g, weights)
M.streaming_percentage_less(f, 0.5), M.streaming_mean_iou(p, l, 2)
M.streaming_true_positives(p, l), M.streaming_true_negatives(p, l)
M.streaming_false_positives(p, l), M.streaming_false_negatives(p, l)
tf.contrib.metrics.accuracy(p, l), tf.contrib.metrics.accuracy(p, l, [1., 2., 0., 1.], 'other')
""",
    "slim_auc": _METRICS + "slim.metrics.streaming_auc(f, g > 0, num_thresholds=5, curve='PR')",
    "create_train_op": _MODEL + "slim.learning.create_train_op(loss, sgd)",
    "create_train_op_clipped": _MODEL + "slim.learning.create_train_op(loss, sgd, "
                               "clip_gradient_norm=0.5, gradient_multipliers={'w': 2.0, b: 3})",
    "create_train_op_multiplied": _MODEL + "slim.learning.create_train_op(loss, sgd, "
                                  "gradient_multipliers={b: tf.constant(3.0, name='rate')})",
    "create_train_op_with_summaries": _MODEL + "slim.learning.create_train_op(loss, sgd, "
                                      "summarize_gradients=True, global_step=None)",
    "create_train_op_with_updates": _MODEL
    + "tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, unused.assign_add([1.]).op)\n"
      "slim.learning.create_train_op(loss, sgd, variables_to_train=[w], check_numerics=False)",
    "create_train_op_of_given_updates": _MODEL
    + "slim.learning.create_train_op(loss, sgd, update_ops=[unused.assign_add([1.])])",
    "create_train_op_sparse": _SPARSE + "slim.learning.create_train_op(loss, sgd, "
                              "clip_gradient_norm=0.5, summarize_gradients=True, "
                              "gradient_multipliers={'table': 2.0})",
    "training_create_train_op": _MODEL + """
tf.contrib.training.create_train_op(loss, tf.train.MomentumOptimizer(0.1, 0.9),
    transform_grads_fn=tf.contrib.training.clip_gradient_norms_fn(3), summarize_gradients=True,
    gate_gradients=2, colocate_gradients_with_ops=True)
""",
    "training_multiply": _MODEL + """
grads = tf.contrib.training.multiply_gradients(sgd.compute_gradients(loss), {w: 2, 'b': 3.0})
tf.contrib.training.add_gradients_summaries(grads)
slim.learning.add_gradients_summaries(tf.contrib.training.clip_gradient_norms(grads, 2))
""",
}

RUNS = {
    "slim_metric_maps": _METRICS + """
values, updates = slim.metrics.aggregate_metric_map({
    'accuracy': slim.metrics.streaming_accuracy(p, l),
    'auc': slim.metrics.streaming_auc(f, g > 0.5)})
one, two = slim.metrics.aggregate_metrics(slim.metrics.streaming_mean(f))
with tf.Session() as sess:
    sess.run(tf.local_variables_initializer())
    sess.run([updates, two])
    show(sess.run([values, one]))
    show(sess.run(tf.contrib.metrics.accuracy(p, l)))
for function in (slim.metrics.aggregate_metrics, lambda: tf.contrib.metrics.accuracy(f, g),
                 lambda: tf.contrib.metrics.accuracy(f, l)):
    try:
        function()
    except ValueError as error:
        show(error)
""",
    "slim_train": _TRAINING + """
tf.summary.scalar('loss', loss)
value = slim.learning.train(train_op, folder, number_of_steps=5, log_every_n_steps=2, **quiet)
show('%.6f' % value, files(), tf.train.latest_checkpoint(folder))
show(['%.6f' % v for v in tf.train.load_variable(folder, 'w').ravel()])
show(tf.get_default_graph().finalized, [t.name for t in tf.get_collection('train_op')])
""",
    "slim_train_goes_on": _TRAINING + """
for number in (2, 5):
    with tf.Graph().as_default():
        slim = tf.contrib.slim
        v = slim.model_variable('v', initializer=tf.constant(1.0))
        op = slim.learning.create_train_op(tf.exp(v), tf.train.GradientDescentOptimizer(0.25))
        show('%.5f' % slim.learning.train(op, folder, number_of_steps=number, **quiet), files())
""",
    "slim_train_nodes": _TRAINING + """
slim.learning.train(train_op, None, number_of_steps=1, log_every_n_steps=3, **quiet)
nodes(count)
""",
    "slim_train_nodes_in_a_directory": _TRAINING + """
tf.summary.scalar('loss', loss)
slim.learning.train(train_op, folder, number_of_steps=1, trace_every_n_steps=1, **quiet)
nodes(count)
show(files())
""",
    "slim_train_without_directory": _TRAINING + """
show('%.6f' % slim.learning.train(train_op, None, number_of_steps=3, log_every_n_steps=0))
show(os.listdir(folder))
""",
    "slim_train_step": _TRAINING + """
def step(sess, train_op, global_step, kwargs):
    total, stop = slim.learning.train_step(sess, train_op, global_step, kwargs)
    show('%.5f' % total, stop, sorted(kwargs), global_step.name)
    return total, kwargs['count'] and sess.run(global_step) >= kwargs['count']
slim.learning.train(train_op, None, train_step_fn=step, train_step_kwargs={'count': 2},
                    session_wrapper=lambda sess: show(type(sess).__name__) or sess, **quiet)
""",
    "slim_train_inits": _TRAINING + """
saver = tf.train.Saver([w])
with tf.Session() as sess:
    sess.run(w.initializer)
    sess.run(w.assign([[9.], [9.]]))
    saver.save(sess, folder + '/before')
restore = slim.assign_from_checkpoint_fn(folder + '/before', [w])
def step(sess, *rest):
    show(sess.run([w, b]))
    return 0.0, True
slim.learning.train(train_op, None, step, init_fn=restore, number_of_steps=3, **quiet)
""",
    "slim_train_feeds": """
slim = tf.contrib.slim
start = tf.placeholder(tf.float32, [2])
w = tf.Variable(start, name='w')
op = slim.learning.create_train_op(tf.reduce_sum(tf.exp(w)), tf.train.GradientDescentOptimizer(0.1))
show(slim.learning.train(op, None, number_of_steps=2, init_feed_dict={start: [1., 2.]}))
""",
    "slim_train_end_of_data": """
slim = tf.contrib.slim
n = tf.train.limit_epochs(tf.constant([1., 2.]), num_epochs=3)
w = tf.Variable(1.0, name='w')
loss = tf.reduce_sum(tf.exp(w) * n)
op = slim.learning.create_train_op(loss, tf.train.GradientDescentOptimizer(0.1))
show('%.4f' % slim.learning.train(op, None, log_every_n_steps=0))
""",
    "slim_train_no_number": """
slim = tf.contrib.slim
w = tf.Variable(1.0, name='w')
loss = tf.log(w - 2.0)
op = slim.learning.create_train_op(loss, tf.train.GradientDescentOptimizer(0.1))
slim.learning.train(op, None, number_of_steps=2)
""",
    "slim_train_refuses": _TRAINING + """
def attempt(**kwargs):
    arguments = dict(dict(train_op=train_op, logdir=None, number_of_steps=1), **kwargs)
    try:
        slim.learning.train(**arguments)
    except (ValueError, TypeError) as error:
        show(type(error).__name__, error)
saver = tf.train.Saver()
attempt(train_op=None)
attempt(summary_op=loss)
attempt(saver=saver)
attempt(trace_every_n_steps=2)
attempt(sync_optimizer=[sgd])
attempt(sync_optimizer=tf.train.SyncReplicasOptimizer(sgd, 1), startup_delay_steps=2)
attempt(number_of_steps=0)
for grads, factors in ((3, {}), ([], {}), ([(None, w)], [1]), ([(None, w)], {'w': 2})):
    try:
        slim.learning.multiply_gradients(grads, factors)
    except ValueError as error:
        show(error)
for variables in ([tf.Variable(1.0, trainable=False)], []):
    try:
        slim.learning.create_train_op(loss, sgd, variables_to_train=variables)
    except AssertionError as error:
        show(type(error).__name__)
tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, unused.assign_add([1.]).op)
slim.learning.create_train_op(loss, sgd, update_ops=[])
try:
    slim.learning.train_step(None, None, None, {'should_trace': True})
except ValueError as error:
    show(error)
""",
    "slim_train_synchronous": """
slim = tf.contrib.slim
w = tf.Variable(1.0, name='w')
sync = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.25), 1)
op = slim.learning.create_train_op(tf.exp(w), sync)
count = len(tf.get_default_graph().get_operations())
show(slim.learning.train(op, folder, number_of_steps=3, sync_optimizer=sync, log_every_n_steps=0,
                         save_summaries_secs=0, save_interval_secs=0, ignore_live_threads=True) < 2)
for node in tf.get_default_graph().get_operations()[count:]:
    show(node.name, node.type, [t.name for t in node.inputs],
         sorted(c.name for c in node.control_inputs), node.device)
""",
    "slim_cluster": _CLUSTER + """
targets = start(ps=1, worker=2)
found = in_threads(lambda index: worker(index, targets, lambda sgd: (sgd, {}), 6), 2)
show([type(loss).__name__ for loss in found], tf.train.load_variable(folder, 'w'),
     tf.train.load_variable(folder, 'global_step') in (6, 7))
""",
    "slim_cluster_synchronous": _CLUSTER + """
targets = start(ps=1, worker=2)
def setup(sgd):
    sync = tf.train.SyncReplicasOptimizer(sgd, replicas_to_aggregate=1, total_num_replicas=1)
    return sync, {'sync_optimizer': sync, 'ignore_live_threads': True}
show(worker(0, targets, setup, 4) < 1, tf.train.load_variable(folder, 'w'),
     tf.train.load_variable(folder, 'global_step'))
""",
    "slim_cluster_delay": _CLUSTER + """
targets = start(ps=1, worker=2)
def steps(index):
    return worker(index, targets, lambda sgd: (sgd, {}), 5, startup_delay_steps=3)
found = in_threads(steps, 2)
show([type(loss).__name__ for loss in found],
     tf.train.load_variable(folder, 'global_step') in (5, 6))
""",
    "training_train": _MODEL + """
op = tf.contrib.training.create_train_op(loss, sgd)
for kwargs in ({}, {'save_summaries_steps': None}):
    try:
        tf.contrib.training.train(op, None, **kwargs)
    except ValueError as error:
        show(error)
show('%.6f' % tf.contrib.training.train(op, folder, hooks=[tf.train.StopAtStepHook(3)]))
show(tf.train.latest_checkpoint(folder))
""",
    "evaluate_once": _EVALUATION + """
show('%.5f' % slim.evaluation.evaluate_once('', path, folder + '/eval', num_evals=3,
     eval_op=update, final_op=total, hooks=[]))
show(sorted(os.listdir(folder + '/eval'))[0][:20])
""",
    "evaluate_some_variables": _EVALUATION + """
more = tf.Variable(3.0, name='more')
show(slim.evaluation.evaluate_once('', path, folder, num_evals=25, variables_to_restore=[v, s],
     initial_op=more.initializer, eval_op=[update, more], final_op={'a': total, 'b': more},
     summary_op=None)['b'])
""",
    "evaluate_feeds": _EVALUATION + """
fed = tf.placeholder(tf.float32, [])
mean, add = tf.metrics.mean(fed)
show(tf.contrib.training.evaluate_once(path, eval_ops={'add': add}, feed_dict={fed: 2.0},
     final_ops=[mean, fed], final_ops_feed_dict={fed: 5.0},
     hooks=[tf.contrib.training.StopAfterNEvalsHook(2, log_progress=False)]))
""",
    "evaluate_nodes": _EVALUATION + """
first = len(tf.get_default_graph().get_operations())
slim.evaluation.evaluate_once('', path, folder, eval_op=update, final_op=total)
for op in tf.get_default_graph().get_operations()[first:]:
    if 'report' not in op.name:
        show(op.name, op.type, sorted(c.name for c in op.control_inputs), op.device)
show(tf.contrib.training.get_or_create_eval_step().name)
""",
    "evaluation_loop": _EVALUATION + """
show('%.5f' % slim.evaluation.evaluation_loop('', folder, folder + '/eval', num_evals=2,
     eval_op=update, final_op=total, eval_interval_secs=0, max_number_of_evaluations=1))
""",
    "evaluation_loop_ends": _EVALUATION + """
show('%.5f' % slim.evaluation.evaluation_loop('', folder, folder + '/eval', num_evals=1,
     eval_op=update, final_op=total, eval_interval_secs=0, timeout=0, summary_op=None))
""",
    "summary_at_end": _EVALUATION + """
try:
    tf.contrib.training.SummaryAtEndHook()
except ValueError as error:
    show(error)
tf.contrib.training.evaluate_once(path, hooks=[tf.contrib.training.SummaryAtEndHook(folder + '/s')])
event = list(tf.train.summary_iterator(os.path.join(folder, 's', os.listdir(folder + '/s')[0])))[-1]
show(event.step, [value.tag for value in event.summary.value])
""",
    "model_analyzer": _MODEL + """
import contextlib, io as texts
out = texts.StringIO()
with contextlib.redirect_stdout(out):
    variables = slim.model_analyzer.analyze_vars(tf.global_variables(), print_info=True)
    ops = slim.model_analyzer.analyze_ops(tf.get_default_graph(), print_info=True)
show(out.getvalue(), variables, ops, slim.model_analyzer.tensor_description(x))
""",
}
