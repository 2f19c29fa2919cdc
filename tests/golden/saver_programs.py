"""Programs with Savers and with what else reads checkpoints, asked of both libraries.

`GRAPHS`: a program's nodes are compared. `RUNS`: `show` collects what a program finds, an error
ends it, `folder` is an empty directory. Sources are text: they run with `tf`, `np`, `show`,
`folder` and `io`, the ops save_v2, restore_v2 and merge_v2_checkpoints; `start(ps=2, worker=1)`
starts a cluster.
"""

_MODEL = """
with tf.device('/job:ps/task:1'):
    w = tf.Variable([1.0, 2.0], name='w')
    r = tf.get_variable('r', initializer=0.5, use_resource=True)
with tf.device('/job:ps/task:0'):
    b = tf.get_variable('b', [2, 3])
with tf.device('/job:ps/task:0/gpu:1'):
    g = tf.get_variable('g', [3])
    h = tf.get_variable('h', [4], use_resource=True)
    k = tf.get_variable('k', [4], tf.int64)
step = tf.train.get_or_create_global_step()
"""
_PARTS = """
with tf.device(tf.train.replica_device_setter(ps_tasks=2)):
    p = tf.get_variable('p', [4, 2], partitioner=tf.fixed_size_partitioner(2))
    q = tf.get_variable('q', [6], partitioner=tf.fixed_size_partitioner(3), use_resource=True)
    s = tf.get_variable('s', [])
"""
_LOCAL = """
w = tf.get_variable('w', initializer=[1.0, 2.0])
r = tf.get_variable('r', initializer=0.5, use_resource=True)
with tf.variable_scope('deep'):
    d = tf.get_variable('d', initializer=tf.constant([[1, 2], [3, 4]]))
init = tf.global_variables_initializer()
import os
def files(where='.'):
    return sorted(name for name in os.listdir(os.path.join(folder, where)))
"""

GRAPHS = {
    "plain": _MODEL + "tf.train.Saver()",
    "sharded": _MODEL + "tf.train.Saver(sharded=True)",
    "sharded_named": _MODEL + "tf.train.Saver([w, b], sharded=True, name='mine', filename='f')",
    "sharded_of_one_device": "w = tf.Variable(1.0)\nr = tf.get_variable('r', [2], "
                             "use_resource=True)\ntf.train.Saver(sharded=True)",
    "sharded_on_a_gpu": "with tf.device('/gpu:0'):\n  w = tf.Variable(1.0)\n"
                        "tf.train.Saver(sharded=True)",
    "sharded_under_a_device": "w = tf.Variable(1.0)\nwith tf.device('/job:worker/task:1'):\n"
                              "  tf.train.Saver(sharded=True)",
    "two_sharded": "w = tf.Variable(1.0)\ntf.train.Saver(sharded=True)\n"
                   "tf.train.Saver(sharded=True)",
    "sharded_reshape": _MODEL + "tf.train.Saver(sharded=True, reshape=True)",
    "reshape": _MODEL + "u = tf.Variable(tf.placeholder(tf.float32), validate_shape=False)\n"
                        "tf.train.Saver(reshape=True)",
    "restore_sequentially": _MODEL + "tf.train.Saver(restore_sequentially=True)",
    "sharded_sequentially": _MODEL + "tf.train.Saver(restore_sequentially=True, sharded=True)",
    "parts": _PARTS + "tf.train.Saver()",
    "sharded_parts": _PARTS + "tf.train.Saver(sharded=True)",
    "reshaped_parts": _PARTS + "tf.train.Saver(reshape=True)",
    "parts_by_name": _PARTS + "tf.train.Saver({'one': p, 'two': list(q), 'three': s},"
                              " sharded=True)",
    "parts_in_a_collection": _PARTS + "tf.add_to_collection('parts', p)\ntf.train.Saver([s])",
    "dictionary": _MODEL + "tf.train.Saver({'x': w, 'y': r, 'z': b._ref()})",
    "under_control": _MODEL + "with tf.control_dependencies([tf.no_op(name='before')]):\n"
                              "  tf.train.Saver(sharded=True)",
    "default_saver": _MODEL + "tf.train.Scaffold().finalize()",
    "replica_device_setter": """
with tf.device(tf.train.replica_device_setter(ps_tasks=2, worker_device='/job:worker/task:0')):
    w = tf.get_variable('w', [2])
    b = tf.get_variable('b', [2])
    c = tf.get_variable('c', [2], use_resource=True)
    tf.train.Saver(sharded=True)
""",
}

RUNS = {
    "sharded_def": _LOCAL + """
for sharded in (True, False):
    d = tf.train.Saver(sharded=sharded, max_to_keep=3, keep_checkpoint_every_n_hours=2).saver_def
    show(d.sharded, d.filename_tensor_name, d.save_tensor_name, d.restore_op_name, d.version,
         d.max_to_keep, d.keep_checkpoint_every_n_hours)
""",
    "one_device": _LOCAL + """
saver = tf.train.Saver(sharded=True)
with tf.Session() as sess:
    sess.run(init)
    show(saver.save(sess, folder + '/m', global_step=3))
    show(files())
    show(open(folder + '/checkpoint').read())
    show(tf.train.latest_checkpoint(folder), tf.train.checkpoint_exists(folder + '/m-3'))
    show(tf.train.list_variables(folder), tf.train.load_variable(folder, 'deep/d'))
    sess.run([w.assign([0., 0.]), r.assign(0.), d.assign([[0, 0], [0, 0]])])
    saver.restore(sess, folder + '/m-3')
    show(sess.run([w, r, d]))
""",
    "old_ones_go": _LOCAL + """
saver = tf.train.Saver(sharded=True, max_to_keep=2)
with tf.Session() as sess:
    sess.run(init)
    for step in range(4):
        saver.save(sess, folder + '/m', global_step=step)
        show(files(), saver.last_checkpoints)
    other = tf.train.Saver(max_to_keep=2)
    other.recover_last_checkpoints([folder + '/m-2', folder + '/m-3', folder + '/m-9'])
    show(other.last_checkpoints)
    for step in range(4, 6):
        other.save(sess, folder + '/m', global_step=step, write_meta_graph=False)
        show(files(), other.last_checkpoints)
    many = tf.train.Saver(max_to_keep=1)
    many.recover_last_checkpoints([folder + '/m-%d' % i for i in (2, 3, 4, 5)])
    many.save(sess, folder + '/m', global_step=6)
    show(files(), many.last_checkpoints)
    os.remove(folder + '/m-5.index')
    many.save(sess, folder + '/m', global_step=7)
    show(files(), many.last_checkpoints)
""",
    "directories": _LOCAL + """
def attempt(saver, path, **kwargs):
    try:
        show(path, saver.save(sess, os.path.join(folder, path), **kwargs))
    except (ValueError, RuntimeError, tf.errors.OpError) as error:
        show(path, type(error).__name__, str(error).split('\\n')[0])
with tf.Session() as sess:
    sess.run(init)
    for sharded in (False, True):
        saver, name = tf.train.Saver(sharded=sharded), 'sharded' if sharded else 'plain'
        attempt(saver, name + '_new/m')
        attempt(saver, name + '_new/deep/deeper/m')
        os.makedirs(folder + '/' + name)
        attempt(saver, name + '/checkpoint')
        attempt(saver, name + '/checkpoint', write_state=False)
        attempt(saver, name + '/m', latest_filename='m')
        attempt(saver, name + '/m', latest_filename='latest')
        attempt(saver, name + '/m', global_step=12, latest_filename='latest')
        attempt(saver, name + '/m', meta_graph_suffix='graph', write_state=False)
        show(files(name))
""",
    "relative_paths": _LOCAL + """
here = os.getcwd()
os.chdir(folder)
try:
    for sharded in (False, True):
        for relative in (False, True):
            saver = tf.train.Saver(sharded=sharded, save_relative_paths=relative)
            with tf.Session() as sess:
                sess.run(init)
                show(saver.save(sess, 'm'), saver.save(sess, folder + '/n', global_step=1))
                show(open('checkpoint').read())
                os.makedirs('d', exist_ok=True)
                show(saver.save(sess, 'd/m'), open('d/checkpoint').read())
    show(files(), files('d'))
finally:
    os.chdir(here)
""",
    "step_numbers": _LOCAL + """
step = tf.train.get_or_create_global_step()
saver = tf.train.Saver(sharded=True, pad_step_number=True)
with tf.Session() as sess:
    sess.run([init, step.initializer])
    sess.run(step.assign(7))
    for given in (1, np.int64(2), step, 'global_step:0'):
        show(saver.save(sess, folder + '/m', global_step=given, write_meta_graph=False))
    show(files())
""",
    "parts_are_joined": """
p = tf.get_variable('p', initializer=tf.range(8), partitioner=tf.fixed_size_partitioner(3))
q = tf.get_variable('q', initializer=tf.ones([4, 6]), use_resource=True,
                    partitioner=tf.fixed_size_partitioner(2, axis=1))
saver = tf.train.Saver(sharded=True)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    saver.save(sess, folder + '/m')
    show(tf.train.list_variables(folder + '/m'), tf.train.load_variable(folder + '/m', 'p'))
    sess.run(p.assign(tf.zeros([8], tf.int32)))
    saver.restore(sess, folder + '/m')
    show(sess.run(p.as_tensor()), sess.run(q.as_tensor()).sum())
""",
    "merging": """
import os
with tf.Session() as sess:
    def save(prefix, names, specs, values):
        sess.run(io.save_v2(folder + prefix, names, specs, values))
    def merge(prefixes, destination, **kwargs):
        try:
            sess.run(io.merge_v2_checkpoints([folder + p for p in prefixes], folder + destination,
                                             **kwargs))
        except tf.errors.OpError as error:
            show(type(error).__name__, str(error).split('\\n')[0])
        show(sorted(os.listdir(folder)), [sorted(os.listdir(folder + '/' + name))
             for name in sorted(os.listdir(folder)) if os.path.isdir(folder + '/' + name)])
    a, b = tf.constant([1.]), tf.constant([2.])
    save('/x/a', ['v'], [''], [a]), save('/x/b', ['v'], [''], [b])
    merge(['/x/a', '/x/b'], '/m')
    save('/x/a', ['v'], ['2 0,1'], [a]), save('/x/b', ['v', 'u'], ['2 1,1', ''], [b, a])
    merge(['/x/a', '/x/b'], '/y/m', delete_old_dirs=False)
    show(tf.train.load_variable(folder + '/y/m', 'v'), tf.train.list_variables(folder + '/y/m'))
    save('/x/a', ['v'], ['2 0,1'], [a]), save('/x/b', ['v'], [''], [tf.zeros([2])])
    merge(['/x/a', '/x/b'], '/m')
    merge(['/x/b', '/x/a'], '/m')
    merge(['/x/none'], '/m')
    merge(['/x/b'], '/no/such/m')
    merge(['/x/a'], '/n')
    merge(['/x/b'], '/n')
    show(tf.train.list_variables(folder + '/n'))
""",
    "merging_of_odd_shapes": """
x = tf.placeholder(tf.string)
with tf.Session() as sess:
    for prefixes, destination, fed in ((x, 'x', 'a'), (x, 'x', [['a'], ['b']]), (['x'], x, ['a'])):
        try:
            sess.run(io.merge_v2_checkpoints(prefixes, destination), {x: fed})
        except tf.errors.OpError as error:
            show(type(error).__name__, str(error).split('\\n')[0])
    io.merge_v2_checkpoints('a', 'b')
""",
    "two_parameter_servers": """
import os
targets = start(ps=2, worker=1)
with tf.device(tf.train.replica_device_setter(ps_tasks=2)):
    w = tf.get_variable('w', initializer=tf.range(4.))
    b = tf.get_variable('b', initializer=[7, 8, 9], use_resource=True)
    p = tf.get_variable('p', initializer=tf.range(6), partitioner=tf.fixed_size_partitioner(2))
step = tf.train.get_or_create_global_step()
saver = tf.train.Saver(sharded=True, max_to_keep=2)
fetched = [w, b, p.as_tensor()]
with tf.Session(targets['worker', 0]) as sess:
    sess.run(tf.global_variables_initializer())
    for number in range(3):
        show(saver.save(sess, folder + '/m', global_step=number), sorted(os.listdir(folder)))
    show(open(folder + '/checkpoint').read())
    show(tf.train.latest_checkpoint(folder), tf.train.checkpoint_exists(folder + '/m-2'))
    show(tf.train.list_variables(folder), [tf.train.load_variable(folder, n) for n in 'wbp'])
    sess.run(tf.variables_initializer([w, b]))
    sess.run(w.assign(tf.zeros([4])))
    saver.restore(sess, folder + '/m-2')
    show(sess.run(fetched))
    stats = tf.RunMetadata()
    names = saver.saver_def
    sess.run(names.save_tensor_name, {names.filename_tensor_name: folder + '/n'},
             tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), stats)
    show(sorted([node.node_name, device.device] for device in stats.step_stats.dev_stats
                for node in device.node_stats
                if ' SaveV2(' in node.timeline_label or ' MergeV2Ch' in node.timeline_label))
with tf.Session(targets['ps', 1]) as sess:
    saver.restore(sess, folder + '/n')
    show(sess.run(fetched))
""",
    "odd_slices": """
for spec in ('', '4', '4 -', '4 1,2', '4 3,2', '4 2 1,2', '4 2 1,2:-', '4 a 1,2:-', '4 1,x', '4 1',
             'a 1,2', '4 -1,2', '4 0,0', '4  1,2', '4 1,2 ', '4 ', ':', '4 1,2:', '0 -', '4 0,-1',
             '- 1,2', '4 1,2,3', '4 2147483648,99999999999999999999'):
    try:
        show(spec, io.restore_v2('x', ['a', 'b'], [spec, ''], dtypes=[tf.float32] * 2)[0].shape)
    except (ValueError, tf.errors.OpError) as error:
        show(type(error).__name__, str(error).split(' for ')[0])
try:
    show(io.restore_v2('x', ['a', 'b'], ['4 1,2', ''], dtypes=[tf.float32]))
except (ValueError, tf.errors.OpError) as error:
    show(type(error).__name__, str(error).split(' for ')[0])
x = tf.placeholder(tf.string)
v = io.restore_v2(folder + '/m', ['v'], x, dtypes=[tf.int32])[0]
show(v.shape)
with tf.Session() as sess:
    sess.run(io.save_v2(folder + '/m', ['v'], [''], [tf.range(4)]))
    for spec in ('', '4', '4 -', '4 1,2', '4 3,2', '5 1,2', '4 2 1,2', '4 a', '4 1,x', 'a 1,2'):
        try:
            show(spec, sess.run(v, {x: [spec]}))
        except tf.errors.OpError as error:
            show(type(error).__name__, str(error).split('\\n')[0])
    for spec in ('4 1,3', '4 1,4', '4 1,x', '4', '5 1,4', '9 9 1,4:-'):
        try:
            sess.run(io.save_v2(folder + '/n', ['v'], [spec], [tf.range(4)]))
            show(spec)
        except (ValueError, tf.errors.OpError) as error:
            show(type(error).__name__, str(error).split('\\n')[0])
""",
    "bad_lists": _LOCAL + """
def attempt(*args, **kwargs):
    try:
        show(tf.train.Saver(*args, **kwargs).saver_def.restore_op_name)
    except (ValueError, TypeError, AttributeError) as error:
        show(type(error).__name__, str(error).split('\\n')[0])
attempt(w)
attempt([w, w])
attempt({'a': w, 'b': w})
attempt({'a': r, 'b': r})
attempt({1: w})
attempt([tf.constant(1., name='c')])
attempt({'a': tf.constant(1., name='c')})
attempt([])
attempt([], allow_empty=True, sharded=True, defer_build=True)
attempt({w, r}, sharded=True)
attempt({'a': [w]})
attempt([r._graph_element, w._ref()], sharded=True)
attempt([w], defer_build=True)
""",
    "restoring_what_is_missing": _LOCAL + """
saver = tf.train.Saver([w], sharded=True)
both = tf.train.Saver(sharded=True)
with tf.Session() as sess:
    sess.run(init)
    saver.save(sess, folder + '/m')
    try:
        both.restore(sess, folder + '/m')
    except tf.errors.NotFoundError as error:
        show(error.message.split('\\n')[:3])
    os.remove(folder + '/m.data-00000-of-00001')
    try:
        saver.restore(sess, folder + '/m')
    except tf.errors.NotFoundError as error:
        show(error.message.split('\\n')[:3])
""",
    "reshaping": """
w = tf.get_variable('w', initializer=[1., 2., 3., 4.])
with tf.Session() as sess:
    sess.run(w.initializer)
    path = tf.train.Saver(sharded=True).save(sess, folder + '/m')
with tf.Graph().as_default(), tf.Session() as sess:
    w = tf.get_variable('w', [2, 2])
    r = tf.get_variable('r', [1, 4], use_resource=True)
    tf.train.Saver({'w': w}, sharded=True, reshape=True).restore(sess, path)
    tf.train.Saver({'w': r}, reshape=True).restore(sess, path)
    show(sess.run([w, r]))
    tf.train.Saver({'w': w}, sharded=True).restore(sess, path)
""",
}
