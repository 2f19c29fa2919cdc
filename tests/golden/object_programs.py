"""Programs with tf.train.Checkpoint and CheckpointManager, asked of both libraries; see
saver_programs.py. `graph_of(text)` reads the graph of the objects in a checkpoint.
"""

_MODEL = """
import os
dense, cell = tf.layers.Dense(2, name='dense'), tf.nn.rnn_cell.BasicLSTMCell(2)
norm = tf.layers.BatchNormalization(name='norm')
stack = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(2))])
x = tf.ones([1, 3])
y = norm(dense(x), training=True)
cell(x, cell.zero_state(1, tf.float32)), stack(x, stack.zero_state(1, tf.float32))
v, r = tf.Variable(1.0, name='v'), tf.get_variable('r', initializer=[3., 4.], use_resource=True)
adam = tf.train.AdamOptimizer(0.1)
train = adam.minimize(tf.reduce_sum(y) * v + tf.reduce_sum(r))
checkpoint = tf.train.Checkpoint(optimizer=adam, dense=dense, norm=norm, cell=cell, stack=stack,
                                 v=v, r=r)
checkpoint.items, checkpoint.names = [v, r], {'a': v}
checkpoint.inner = tf.train.Checkpoint(dense=dense)
init = tf.global_variables_initializer()
def files():
    return sorted(os.listdir(folder))
def nodes(first):
    for op in tf.get_default_graph().get_operations()[first:]:
        show(op.name, op.type, [t.name for t in op.inputs],
             sorted(c.name for c in op.control_inputs), op.device)
def count():
    return len(tf.get_default_graph().get_operations())
"""
_SMALL = """
import os
def attempt(function):
    try:
        function()
        show('fine')
    except (ValueError, AssertionError, tf.errors.OpError) as error:
        show(type(error).__name__, str(error).split('\\n')[0])
def graph():
    return tf.Graph().as_default()
with graph():
    c = tf.train.Checkpoint(a=tf.Variable([1., 2.], name='x'), b=tf.Variable(3, name='y'))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        show(c.write(folder + '/written', session=sess))
        path = c.save(folder + '/m', session=sess)
        named = tf.train.Saver().save(sess, folder + '/named')
"""

RUNS = {
    "object_graph": _MODEL + """
with tf.Session() as sess:
    sess.run(init)
    show(checkpoint.save(folder + '/m', session=sess), checkpoint.save(folder + '/m', session=sess))
    show(files(), open(folder + '/checkpoint').read())
show([name for name in tf.train.list_variables(folder + '/m-2')])
show(graph_of(tf.train.load_variable(folder + '/m-2', '_CHECKPOINTABLE_OBJECT_GRAPH')))
""",
    "object_nodes": _MODEL + """
with tf.Session() as sess:
    sess.run(init)
    first = count()
    path = checkpoint.save(folder + '/m', session=sess)
    checkpoint.save(folder + '/m', session=sess)
    nodes(first)
    first = count()
    status = checkpoint.restore(path)
    nodes(first)
    status.run_restore_ops(sess)
""",
    "objects_come_back": _MODEL + """
with tf.Session() as sess:
    sess.run(init)
    sess.run(train)
    before = sess.run([v, r, dense.kernel, adam.get_slot(v, 'm')])
    path = checkpoint.save(folder + '/m', session=sess)
    sess.run(init)
    status = checkpoint.restore(path)
    status.assert_consumed().assert_existing_objects_matched().assert_nontrivial_match()
    status.initialize_or_restore(sess)
    after = sess.run([v, r, dense.kernel, adam.get_slot(v, 'm')])
    show([np.array_equal(one, two) for one, two in zip(before, after)],
         sess.run(checkpoint.save_counter))
""",
    "objects_with_default_session": _SMALL + """
with graph(), tf.Session():
    c = tf.train.Checkpoint(a=tf.Variable([0., 0.]), b=tf.Variable(0))
    c.restore(path).assert_consumed().initialize_or_restore()
    show(c.a.eval(), c.b.eval(), c.save_counter.eval(), c.save(folder + '/deep/er/m'))
    show(c.write(folder + '/w'), sorted(os.listdir(folder)))
""",
    "objects_made_later": _SMALL + """
with graph(), tf.Session() as sess:
    c = tf.train.Checkpoint()
    status = c.restore(path)
    c.a = tf.Variable([0., 0.])
    c.b = tf.Variable(0)
    status.assert_consumed().run_restore_ops(sess)
    show(sess.run([c.a, c.b]))
""",
    "objects_that_differ": _SMALL + """
with graph(), tf.Session() as sess:
    c = tf.train.Checkpoint(a=tf.Variable([0., 0.]), b=tf.Variable(0))
    attempt(c.restore(folder + '/written').expect_partial().assert_consumed)
with graph(), tf.Session() as sess:
    c = tf.train.Checkpoint(a=tf.Variable([0., 0.]), z=tf.Variable(9))
    status = c.restore(path).expect_partial()
    attempt(status.assert_nontrivial_match)
    attempt(lambda: status.initialize_or_restore(sess))
    show(sess.run([c.a, c.z]))
    try:
        status.assert_existing_objects_matched()
    except AssertionError as error:
        show(str(error)[:100])
with graph(), tf.Session() as sess:
    c = tf.train.Checkpoint(a=tf.Variable([0., 0.]))
    status = c.restore(path).expect_partial()
    attempt(status.assert_consumed)
    attempt(status.assert_existing_objects_matched)
with graph(), tf.Session() as sess:
    status = tf.train.Checkpoint(q=tf.Variable(0)).restore(path).expect_partial()
    try:
        status.assert_nontrivial_match()
    except AssertionError as error:
        show(str(error)[:100])
with graph(), tf.Session() as sess:
    c = tf.train.Checkpoint(a=tf.Variable([[0.], [0.]]), b=tf.Variable(0))
    attempt(lambda: c.restore(path).expect_partial().run_restore_ops(sess))
""",
    "objects_without_checkpoint": _SMALL + """
with graph(), tf.Session() as sess:
    c = tf.train.Checkpoint(a=tf.Variable([5., 5.]))
    status = c.restore(None)
    attempt(status.assert_consumed)
    attempt(lambda: status.run_restore_ops(sess))
    attempt(lambda: status.initialize_or_restore(sess))
    show(sess.run([c.a, c.save_counter]))
    attempt(lambda: c.restore(folder + '/none'))
    attempt(lambda: tf.train.Checkpoint(a=3))
    attempt(lambda: tf.train.Checkpoint(a=tf.constant(3.0, name='three')))
""",
    "objects_by_their_names": _SMALL + """
with graph(), tf.Session() as sess:
    c = tf.train.Checkpoint(p=tf.Variable([0., 0.], name='x'), q=tf.Variable(0, name='y'))
    status = c.restore(named)
    show(type(status).__name__)
    attempt(lambda: status.run_restore_ops(sess))
with graph(), tf.Session() as sess:
    x = tf.train.Checkpoint(p=tf.Variable([0., 0.], name='x'), n=tf.train.Checkpoint())
    x._save_counter = x.p
    x.restore(named).run_restore_ops(sess)
    show(sess.run(x.p))
with graph(), tf.Session() as sess:
    x, y = tf.Variable([0., 0.], name='x'), tf.Variable(0, name='y')
    tf.train.Saver([x, y]).restore(sess, path)
    show(sess.run([x, y]))
    attempt(lambda: tf.train.Saver([tf.Variable(0, name='w')]).restore(sess, path))
""",
    "objects_shared": """
import os
def new(a, b, **more):
    c = tf.train.Checkpoint(a=a, b=b)
    for name, value in more.items():
        setattr(c, name, value)
    return c
with tf.Graph().as_default(), tf.Session() as sess:
    v = tf.Variable(5.0, name='v')
    c = new(v, v, many={'one': v, 'two': [tf.Variable(2.0, name='deep/er')]}, plain=3, text='t')
    sess.run(tf.global_variables_initializer())
    path = c.save(folder + '/m', session=sess)
    show(graph_of(tf.train.load_variable(path, '_CHECKPOINTABLE_OBJECT_GRAPH')))
    show([name for name, _ in tf.train.list_variables(path)])
with tf.Graph().as_default(), tf.Session() as sess:
    c = new(tf.Variable(0.0), tf.Variable(0.0))
    status = c.restore(path).expect_partial()
    status.initialize_or_restore(sess)
    show(sess.run([c.a, c.b, c.save_counter]))
with tf.Graph().as_default(), tf.Session() as sess:
    c = new(tf.Variable(0.0), tf.Variable(0.0), many={'two': [tf.Variable(0.0)]})
    c.b = c.a
    c.restore(path).expect_partial().run_restore_ops(sess)
    show(sess.run([c.a, c.many['two'][0]]))
    outer = tf.train.Checkpoint(inner=c)
    c.back = outer
    sess.run(c.save_counter.initializer)
    show(sorted(name for name, _ in tf.train.list_variables(outer.write(folder + '/o', sess))))
""",
    "manager": _SMALL + """
with graph(), tf.Session() as sess:
    c = tf.train.Checkpoint(a=tf.Variable([5., 5.]))
    sess.run(c.a.initializer)
    manager = tf.train.CheckpointManager(c, folder + '/d', max_to_keep=2)
    show(manager.latest_checkpoint, manager.checkpoints)
    for number in range(4):
        show(manager.save(), manager.latest_checkpoint, manager.checkpoints)
    show(sorted(os.listdir(folder + '/d')), tf.train.latest_checkpoint(folder + '/d'))
    step = tf.Variable(77)
    sess.run(step.initializer)
    show(manager.save(checkpoint_number=step), manager.save(12), sess.run(c.save_counter))
    other = tf.train.CheckpointManager(c, folder + '/d', max_to_keep=1, checkpoint_name='new')
    show(other.latest_checkpoint, other.checkpoints)
    show(other.save(), sorted(os.listdir(folder + '/d')))
    show([line.split(':')[0] for line in open(folder + '/d/checkpoint').read().splitlines()])
    keeping = tf.train.CheckpointManager(c, folder + '/e', None)
    show([keeping.save() for _ in range(3)][-1], keeping.checkpoints)
    attempt(lambda: tf.train.CheckpointManager(c, folder, max_to_keep=0))
""",
}
