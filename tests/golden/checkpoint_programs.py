"""Programs whose variables begin with the values of a checkpoint; see saver_programs.py."""

_SAVED = """
import os
def save(**variables):
    with tf.Graph().as_default(), tf.Session() as sess:
        made = {name.replace('__', '/'): tf.Variable(value) for name, value in variables.items()}
        sess.run(tf.global_variables_initializer())
        return tf.train.Saver(made).save(sess, os.path.join(folder, 'm'))
path = save(w=[1., 2.], old__w=[3., 4.], old__b=[[5, 6], [7, 8]], old__deep__p=np.arange(6.),
            a=np.arange(12).reshape(4, 3))
def attempt(assignment, where=path, function=tf.train.init_from_checkpoint):
    try:
        function(where, assignment)
        return 'fine'
    except (ValueError, TypeError, AttributeError, tf.errors.OpError) as error:
        show(type(error).__name__, str(error).split('\\n')[0].split(' checkpoint {')[0])
def values(*variables):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(list(variables))
"""
_NEW = """
with tf.variable_scope('new'):
    w = tf.get_variable('w', [2])
    b = tf.get_variable('b', [2, 2], tf.int32, use_resource=True)
    with tf.variable_scope('deep'):
        p = tf.get_variable('p', [6], tf.float64, partitioner=tf.fixed_size_partitioner(2))
other = tf.Variable([0., 0.], name='other')
"""
# A graph is built from a checkpoint that is there: the one of TF's with variables in parts.
_GOLDEN = """
import os
path = os.path.join(here, 'checkpoint', 'tf115')
with tf.device('/job:ps/task:1/gpu:0'):
    w = tf.get_variable('float32', [7, 5])
    r = tf.get_variable('r', [3], tf.float64, use_resource=True)
p = tf.get_variable('p', [7, 5], partitioner=tf.fixed_size_partitioner(2))
q = tf.get_variable('q', [7, 5], partitioner=tf.fixed_size_partitioner(2), use_resource=True)
with tf.device('/job:ps'):
    l = tf.Variable(tf.zeros([3], tf.float64), name='late')
"""
_MAP = "{'float32': 'float32', 'float64': r}"

GRAPHS = {
    "init_from_checkpoint": _GOLDEN + "tf.train.init_from_checkpoint(path, " + _MAP + ")\n"
                            "show_init = tf.global_variables_initializer()",
    "init_parts_from_checkpoint": _GOLDEN + """
tf.train.init_from_checkpoint(path, {'float32': 'p'})
tf.train.init_from_checkpoint(path, {'float32': list(q)})
tf.add_to_collection('values', l.initial_value)
""",
    "contrib_init_from_checkpoint": _GOLDEN
    + "tf.contrib.framework.init_from_checkpoint(path, " + _MAP + ")\n"
      "tf.contrib.framework.init_from_checkpoint(path, {'float32': 'p'})",
    "assign_from_checkpoint": _GOLDEN
    + "tf.contrib.framework.assign_from_checkpoint(path, {'float32': w, 'float64': [r, l]})",
    "assign_from_checkpoint_parts": _GOLDEN
    + "tf.contrib.framework.assign_from_checkpoint(path, {'float32': list(p)})",
    "assign_from_values": _GOLDEN
    + "tf.contrib.framework.assign_from_values({'r': np.zeros(3), 'late': np.ones([3, 1])})",
    "global_variable": "tf.contrib.framework.global_variable(1.0, name='g')",
    "device_chooser": """
with tf.device(tf.contrib.framework.VariableDeviceChooser(num_tasks=2)):
    a, b, c = [tf.get_variable(name, []) for name in 'abc']
with tf.device(tf.contrib.framework.VariableDeviceChooser(device_type='GPU', device_index=3)):
    d = tf.Variable(1.0)
""",
    "model_variable_devices": """
slim = tf.contrib.slim
chooser = tf.contrib.framework.VariableDeviceChooser(num_tasks=2)
with slim.arg_scope([slim.model_variable, slim.variable], device=chooser):
    slim.model_variable('a', [2]), slim.variable('b', [2]), slim.model_variable('c', [2])
""",
}

RUNS = {
    "init_one": _SAVED + _NEW + """
show(attempt({'old/w': 'new/w', 'w': other, 'old/b': b}), values(w, other, b))
show(w.initializer.name, b.initializer.name, w.initial_value.name, w.initial_value.shape)
show(attempt({'old/deep/p': 'new/deep/p'}), values(p.as_tensor()))
show(attempt({'old/deep/p': list(p)}), values(*p))
""",
    "init_scopes": _SAVED + _NEW + """
show(attempt({'old/': 'new/'}), values(w, b, p.as_tensor()))
""",
    "init_from_the_root": _SAVED + """
with tf.variable_scope('new'):
    w, a = tf.get_variable('w', [2]), tf.get_variable('a', [4, 3], tf.int64)
show(attempt({'/': 'new/'}), values(w, a))
""",
    "init_to_the_root": _SAVED + """
w, b = tf.get_variable('w', [2]), tf.get_variable('b', [2, 2], tf.int32)
show(attempt({'old/': '/'}), values(w, b))
""",
    "init_mistakes": _SAVED + _NEW + """
show(attempt({'old': 'new/'}), attempt({'old/': 'new'}))
attempt({'old/': 'new/w'})
attempt({'none': 'none'})
attempt({'none/': 'new/'})
attempt({'old/w': 'new/other'})
attempt({'old/w': other, 'a': w})
attempt({'old/b': w})
attempt({'old/w': b})
attempt({'old/deep/p': list(p) + [list(tf.get_variable('z', [2], partitioner=
         tf.fixed_size_partitioner(2)))[0]]})
attempt({'old/w': [w]})
attempt({'old/w': 3})
attempt({'w': w}, folder + '/none')
attempt({'w': w}, folder)
os.remove(folder + '/checkpoint')
attempt({'w': w}, folder)
show(attempt({}, path))
""",
    "init_names_what_there_is": """
v = tf.Variable(1.0, name='v')
saver = tf.train.Saver()
with tf.Session() as sess:
    sess.run(v.initializer)
    path = saver.save(sess, folder + '/m')
tf.train.init_from_checkpoint(path, {'none': v})
""",
    "init_of_another_dtype": _SAVED + """
w = tf.get_variable('w', [2], tf.float64)
show(attempt({'w': w}))
with tf.Session() as sess:
    try:
        sess.run(w.initializer)
    except tf.errors.InvalidArgumentError as error:
        show(str(error).split('\\n')[0])
""",
    "init_of_a_directory": _SAVED + _NEW + """
show(attempt({'w': other}, folder), values(other))
""",
    "contrib_init": _SAVED + _NEW + """
function = tf.contrib.framework.init_from_checkpoint
show(attempt({'old/w': 'new/w', 'w': other, 'old/b': b}, function=function), values(w, other, b))
show(attempt({'old/deep/p': list(p)}, function=function), values(*p))
attempt({'old/b': w}, function=function)
attempt({'none': w}, function=function)
attempt({'old': 'new/'}, function=function)
""",
    "values_assigned": _SAVED + _NEW + """
F = tf.contrib.framework
with tf.Session() as sess:
    op, feeds = F.assign_from_values({'new/w': np.array([[1.], [2.]]), 'other': np.ones(2)})
    sess.run(op, feeds)
    show(sess.run([w, other]), sorted(t.name for t in feeds), op.name)
    F.assign_from_values_fn({'other': np.zeros(2)})(sess)
    show(sess.run(other))
attempt(None, function=lambda *_: F.assign_from_values({'none': np.zeros(2)}))
attempt(None, function=lambda *_: F.assign_from_values({'ne': np.zeros(2)}))
""",
    "checkpoint_assigned": _SAVED + _NEW + """
F = tf.contrib.framework
with tf.Session() as sess:
    op, feeds = F.assign_from_checkpoint(path, {'w': other, 'old/b': [b]})
    sess.run(op, feeds)
    show(sess.run([other, b]), sorted(t.name for t in feeds), op.name)
    op, feeds = F.assign_from_checkpoint(path, {'w': other, 'none': w}, ignore_missing_vars=True)
    show(len(feeds), [x.name for x in op.control_inputs])
    op, feeds = F.assign_from_checkpoint(path, [])
    show(op.type, feeds)
    F.assign_from_checkpoint_fn(path, {'old/w': w})(sess)
    show(sess.run(w))
    show(F.assign_from_checkpoint_fn(path, [w, other], ignore_missing_vars=True))
    with tf.Graph().as_default(), tf.Session() as inner:
        w2, none = tf.Variable([[0.], [0.]], name='w'), tf.Variable(1.0, name='none')
        F.assign_from_checkpoint_fn(path, [w2, none], True, reshape_variables=True)(inner)
        show(inner.run(w2))
attempt(None, function=lambda *_: F.assign_from_checkpoint(path, [w]))
attempt(None, function=lambda *_: F.assign_from_checkpoint(path, {'a': w}))
attempt(None, function=lambda *_: F.assign_from_checkpoint_fn(path, []))
attempt(None, function=lambda *_: F.assign_from_checkpoint_fn(folder + '/none', [w], True))
""",
    "variables_found": _NEW + """
F, slim = tf.contrib.framework, tf.contrib.slim
names = lambda found: [v.op.name for v in found]
slim.model_variable('model', [2]), slim.local_variable(1.0, name='local')
show(names(F.get_variables_to_restore()), names(slim.get_model_variables()))
show(names(slim.get_variables_to_restore(include=['new'], exclude=['new/deep'])))
show(names(F.filter_variables(tf.global_variables(), ['w', 'new'], ['part_1'])))
show(names(F.filter_variables(tf.global_variables(), ['w', 'new'], reg_search=False)))
show([F.get_variable_full_name(v) for v in tf.global_variables()])
for argument in ('include', 'exclude'):
    try:
        F.get_variables_to_restore(**{argument: 'new'})
    except TypeError as error:
        show(error)
step = F.get_or_create_global_step()
show(F.assert_or_get_global_step().name, F.assert_or_get_global_step(None, step).name)
F.assert_or_get_global_step(None, w)
""",
    "warm_start": _SAVED + """
w, a = tf.get_variable('w', [2]), tf.get_variable('a', [4, 3], tf.int64)
tf.train.warm_start(path)
show(values(w, a))
tf.train.warm_start(folder, ['^w'], var_name_to_prev_var_name={'w': 'old/w'})
show(values(w))
p = tf.get_variable('p', [6], tf.float64, partitioner=tf.fixed_size_partitioner(2))
tf.train.warm_start(path, 'p', var_name_to_prev_var_name={'p': 'old/deep/p'})
show(values(p.as_tensor()))
tf.train.warm_start(path, list(p), var_name_to_prev_var_name={'p': 'old/deep/p'})
tf.train.warm_start(path, None)
def start(*args, **kwargs):
    attempt(None, function=lambda *_: tf.train.warm_start(path, *args, **kwargs))
start('w', var_name_to_prev_var_name={'v': 'old/w'})
start('p')
start(3)
start(['w', w])
start('w', var_name_to_vocab_info={'v': 'info'})
try:
    tf.train.VocabInfo('a', 1, 2, 'b', axis=2)
except ValueError as error:
    show(error)
show(tf.train.VocabInfo('a', 1, 2, 'b'))
""",
    "new_checkpoints": _SAVED + """
found = tf.train.checkpoints_iterator(folder, timeout=0)
show(next(found))
save(x=1.0)
show(list(found))
show(list(tf.contrib.training.checkpoints_iterator(folder, timeout=0, timeout_fn=lambda: True)))
show(tf.contrib.training.wait_for_new_checkpoint(folder, path, timeout=0),
     tf.contrib.training.wait_for_new_checkpoint(folder, seconds_to_sleep=1, timeout=0))
""",
}
