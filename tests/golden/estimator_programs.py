"""Estimators: what they log, return and raise. `ask_estimator.py` asks TF 1.15 about them.

Each function marked `@program` gets the library `tf`, an empty `folder`, and `say`, which records a
line; log lines are recorded in between. Imports neither library, and runs on Python 3.7.
"""

import contextlib
import json
import os
import re

import numpy as np

PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def failing(say, *works):
    """Record what each of the functions raises, every line of it."""
    for work in works:
        try:
            result = work()
        except Exception as error:
            text = str(error).split("\n\t")[0]
            text = re.sub(r"<(function|class|object)[^>]*>+", r"<\1>", text)
            text = re.sub(r"<(tensorflow|tftutor)[^>]*>", "<object>", text)
            text = re.sub(r"<__main__[^>]*>|<tests[^>]*>|<estimator_programs[^>]*>", "<obj>", text)
            say(type(error).__name__, text.replace("\n", "|"))
        else:
            say("no error:", type(result).__name__)


@contextlib.contextmanager
def tf_config(value):
    if value is None:
        os.environ.pop("TF_CONFIG", None)
    else:
        os.environ["TF_CONFIG"] = json.dumps(value)
    try:
        yield
    finally:
        os.environ.pop("TF_CONFIG", None)


X = np.arange(12, dtype=np.float32).reshape(12, 1) / 12
Y = 3 * X + 1


def linear_model(tf):
    """A model function: one weight and one bias."""

    def model_fn(features, labels, mode, params):
        y = tf.layers.dense(features["x"], 1, kernel_initializer=tf.ones_initializer())
        predictions = {"y": y, "twice": 2 * y}
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions=predictions)
        loss = tf.losses.mean_squared_error(labels, y)
        if mode == tf.estimator.ModeKeys.EVAL:
            metrics = {"mae": tf.metrics.mean_absolute_error(labels, y),
                       "all": tf.metrics.mean_tensor(tf.reduce_sum(y, axis=0))}
            return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics)
        step = tf.train.get_global_step()
        # TF may count the step before or after the hooks read it: not here
        tf.train.StopAtStepHook(1).begin()
        optimizer = tf.train.GradientDescentOptimizer(params.get("rate", 0.1))
        gradients = optimizer.compute_gradients(loss)
        with tf.control_dependencies(
                [tf.get_default_graph().get_tensor_by_name("global_step/add:0")]):
            train_op = optimizer.apply_gradients(gradients, global_step=step)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    return model_fn


def estimator(tf, folder, **config):
    settings = dict(tf_random_seed=1, save_checkpoints_steps=5, log_step_count_steps=5)
    settings.update(config)
    return tf.estimator.Estimator(linear_model(tf), model_dir=folder, params={"rate": 0.1},
                                  config=tf.estimator.RunConfig(**settings))


def batches(tf, count=None, size=4):
    def input_fn():
        return tf.data.Dataset.from_tensor_slices(({"x": X}, Y)).repeat(count).batch(size)

    return input_fn


def say_results(say, results):
    for key in sorted(results):
        value = np.asarray(results[key])
        say(key, results[key].dtype, value.shape, np.round(value, 5).tolist())


@program
def train_evaluate_predict(tf, folder, say):
    model = estimator(tf, folder)
    inputs = tf.estimator.inputs
    endless = inputs.numpy_input_fn({"x": X}, Y, batch_size=4, num_epochs=None, shuffle=False)
    say(model.train(endless, steps=10) is model)
    model.train(endless, max_steps=12)
    model.train(endless, max_steps=12)
    say_results(say, model.evaluate(
        inputs.numpy_input_fn({"x": X}, Y, batch_size=5, shuffle=False)))
    say_results(say, model.evaluate(endless, steps=3, name="train"))
    say_results(say, model.evaluate(endless, steps=41, checkpoint_path=folder + "/model.ckpt-5"))
    found = list(model.predict(inputs.numpy_input_fn({"x": X[:3]}, shuffle=False)))
    say([np.round(each["y"], 5) for each in found])
    say(model.get_variable_names(), model.get_variable_value("dense/bias"))
    say(model.latest_checkpoint(), model.model_dir, model.eval_dir(), model.eval_dir("a"))
    say(sorted(each for each in os.listdir(folder) if "events" not in each))
    say(model.params, type(model.config).__name__, model.config.tf_random_seed)


@program
def training_from_datasets(tf, folder, say):
    model = estimator(tf, folder, save_checkpoints_steps=None, save_checkpoints_secs=None)
    model.train(batches(tf, 1))
    say(model.latest_checkpoint())
    failing(say, model.get_variable_names, lambda: model.get_variable_value("a"))
    model = estimator(tf, folder, log_step_count_steps=None)
    model.train(batches(tf, 2))
    model.train(lambda: batches(tf)().take(0))
    say(model.latest_checkpoint())


@program
def train_and_evaluate_in_one_process(tf, folder, say):
    model = estimator(tf, folder)
    run = tf.estimator.train_and_evaluate
    spec = tf.estimator.TrainSpec(batches(tf), max_steps=17)
    eval_spec = tf.estimator.EvalSpec(batches(tf), steps=2, throttle_secs=0)
    for _ in range(2):
        results, exports = run(model, spec, eval_spec)
        say(sorted(results or ()), exports)
    results, exports = run(model, tf.estimator.TrainSpec(batches(tf), max_steps=27),
                           tf.estimator.EvalSpec(batches(tf), steps=2, name="b"))
    say_results(say, results)
    failing(say, lambda: run(model, spec, spec), lambda: run(model, eval_spec, eval_spec),
            lambda: run(spec, spec, eval_spec))


@program
def only_task_of_a_cluster(tf, folder, say):
    with tf_config({"cluster": {"chief": ["localhost:1"]}, "task": {"type": "chief", "index": 0}}):
        model = estimator(tf, folder)
        run = tf.estimator.train_and_evaluate
        say(run(model, tf.estimator.TrainSpec(batches(tf), max_steps=7),
                tf.estimator.EvalSpec(batches(tf), steps=2)))
    config = {"cluster": {"chief": ["localhost:1"], "ps": ["localhost:2"]},
              "task": {"type": "evaluator", "index": 0}}
    with tf_config(config):
        model = estimator(tf, folder)
        spec = tf.estimator.EvalSpec(batches(tf), steps=2, start_delay_secs=0, throttle_secs=0)
        say(run(model, tf.estimator.TrainSpec(batches(tf), max_steps=7), spec))
        failing(say, lambda: model.train(batches(tf), steps=1))
    config["task"]["index"] = 1
    with tf_config(config):
        model = estimator(tf, folder)
        failing(say, lambda: run(model, tf.estimator.TrainSpec(batches(tf)), spec))


@program
def run_configs(tf, folder, say):
    hosts = {"chief": ["c:1"], "worker": ["w0:1", "w1:1"], "ps": ["p0:1", "p1:1"]}
    master = {"master": ["c:1"], "worker": ["w0:1", "w1:1"], "ps": ["p0:1"], "extra": ["e:1"]}
    names = ("task_type task_id global_id_in_cluster master evaluation_master is_chief "
             "num_ps_replicas num_worker_replicas model_dir service session_config protocol "
             "cluster_spec save_checkpoints_secs save_checkpoints_steps").split()
    for value in (
        None, {}, {"model_dir": "a"}, {"model_dir": ""}, {"task": {"type": "ps"}},
        {"task": {"index": 1}}, {"session_master": "grpc://a", "eval_session_master": "b"},
        {"service": 1}, {"service": {"a": 1}}, {"cluster": {"worker": ["a"]}},
        {"cluster": {"chief": ["a", "b"]}}, {"cluster": hosts},
        {"cluster": hosts, "task": {"type": "worker"}},
        {"cluster": hosts, "task": {"type": "worker", "index": 2}},
        {"cluster": hosts, "task": {"type": "worker", "index": -1}},
        {"cluster": hosts, "task": {"type": "boss", "index": 0}},
        {"cluster": hosts, "task": {"type": "worker", "index": "1"}},
        {"cluster": hosts, "task": {"type": "chief", "index": 0}},
        {"cluster": hosts, "task": {"type": "ps", "index": 1}, "session_master": "grpc://m"},
        {"cluster": hosts, "task": {"type": "evaluator", "index": 0}, "eval_session_master": "m"},
        {"cluster": master, "task": {"type": "master", "index": 0}},
        {"cluster": master, "task": {"type": "worker", "index": 1}},
        {"cluster": master, "task": {"type": "extra", "index": 0}},
        {"cluster": master, "task": {"type": "evaluator", "index": 0}},
        {"cluster": dict(master, chief=["a"]), "task": {"type": "master", "index": 0}},
        {"cluster": {"chief": ["a:1"]}, "task": {"type": "chief", "index": 0}},
    ):
        with tf_config(value):
            try:
                config = tf.estimator.RunConfig()
            except Exception as error:
                say(type(error).__name__, str(error))
                continue
            say([str(getattr(config, name)) for name in names])


@program
def run_config_values(tf, folder, say):
    make = tf.estimator.RunConfig
    failing(say, *[lambda kwargs=kwargs: make(**kwargs) for kwargs in (
        dict(save_checkpoints_steps=1, save_checkpoints_secs=1), dict(save_summary_steps=-1),
        dict(save_checkpoints_steps=-1), dict(save_checkpoints_secs=-1), dict(session_config=1),
        dict(keep_checkpoint_max=-1), dict(keep_checkpoint_every_n_hours=0), dict(model_dir=""),
        dict(log_step_count_steps=0), dict(tf_random_seed=1.0), dict(protocol="x"),
        dict(experimental_max_worker_delay_secs=1.0), dict(session_creation_timeout_secs=0),
        dict(device_fn=1), dict(device_fn=lambda: 1), dict(device_fn=lambda op: 1),
        dict(keep_checkpoint_max=0), dict(keep_checkpoint_max=None), dict(save_summary_steps=0))])
    config = make(save_checkpoints_steps=3)
    say(config.save_checkpoints_secs, make().save_checkpoints_secs, make().save_checkpoints_steps)
    other = config.replace(save_checkpoints_secs=7, model_dir="a")
    say(other.save_checkpoints_steps, other.save_checkpoints_secs, other.model_dir,
        config.model_dir)
    failing(say, lambda: config.replace(master="a"), lambda: config.replace(a=1),
            lambda: config.replace(save_checkpoints_secs=1, save_checkpoints_steps=1),
            lambda: setattr(config, "master", "a"))


@program
def specs_of_models(tf, folder, say):
    mode, spec = tf.estimator.ModeKeys, tf.estimator.EstimatorSpec
    with tf.Graph().as_default():
        far = tf.constant(1.0)
    one, many = tf.constant(1.0), tf.constant([1.0, 2.0])
    metric = tf.metrics.mean(many)
    outputs = tf.estimator.export
    failing(
        say, lambda: spec(mode.TRAIN), lambda: spec(mode.TRAIN, loss=one),
        lambda: spec(mode.TRAIN, train_op=one), lambda: spec(mode.EVAL),
        lambda: spec(mode.PREDICT), lambda: spec(mode.TRAIN, loss=many, train_op=one),
        lambda: spec(mode.TRAIN, loss=1.0, train_op=one), lambda: spec(mode.EVAL, loss=far),
        lambda: spec(mode.TRAIN, loss=one, train_op=1), lambda: spec(mode.TRAIN, None, one, far),
        lambda: spec(mode.PREDICT, 1), lambda: spec(mode.PREDICT, {"a": 1}),
        lambda: spec(mode.PREDICT, far), lambda: spec(mode.PREDICT, {"a": far}),
        lambda: spec(mode.PREDICT, one, export_outputs=1),
        lambda: spec(mode.PREDICT, one, export_outputs={"a": 1}),
        lambda: spec(mode.PREDICT, one, export_outputs={
            "a": outputs.PredictOutput(one), "b": outputs.RegressionOutput(one)}),
        lambda: spec(mode.EVAL, loss=one, eval_metric_ops=[metric]),
        lambda: spec(mode.EVAL, loss=one, eval_metric_ops={"a": metric[0]}),
        lambda: spec(mode.EVAL, loss=one, eval_metric_ops={"a": (far, metric[1])}),
        lambda: spec(mode.EVAL, loss=one, evaluation_hooks=[1]),
        lambda: spec(mode.TRAIN, loss=one, train_op=one, training_chief_hooks=[1]),
        lambda: spec(mode.EVAL, loss=one, scaffold=1),
        lambda: outputs.ClassificationOutput(), lambda: outputs.ClassificationOutput(1),
        lambda: outputs.ClassificationOutput(classes=one), lambda: outputs.RegressionOutput(1),
        lambda: outputs.PredictOutput(1), lambda: outputs.PredictOutput({1: one}),
        lambda: outputs.PredictOutput({("a", "b"): one}))
    good = spec(mode.EVAL, loss=tf.constant([1.0]), eval_metric_ops={"m": metric})
    say(good.loss, good.predictions, sorted(good.eval_metric_ops), good.training_hooks,
        type(good.scaffold).__name__, good.train_op, good.export_outputs)
    say(good._replace(predictions={"a": one}).predictions, good._fields)
    failing(say, lambda: good._replace(mode=mode.TRAIN))
    say(sorted(spec(mode.PREDICT, {"a": one}).export_outputs))
    say(sorted(spec(mode.PREDICT, one, export_outputs={
        "a": outputs.PredictOutput(one)}).export_outputs))
    say(spec(mode.TRAIN, loss=one, train_op=tf.Variable(1.0)).train_op.type)


@program
def wrong_estimators(tf, folder, say):
    spec, make = tf.estimator.EstimatorSpec, tf.estimator.Estimator
    with tf_config({}):
        failing(
            say, lambda: make(None, folder), lambda: make(lambda a: 1, folder),
            lambda: make(lambda features, a: 1, folder),
            lambda: make(lambda features: 1, folder, params={}),
            lambda: make(lambda features: 1, folder, 1),
            lambda: make(lambda features: 1, folder, tf.estimator.RunConfig(model_dir="other")),
            lambda: make(lambda features: 1, folder, warm_start_from=1),
            lambda: make(lambda features, params: 1, folder),
            lambda: tf.estimator.WarmStartSettings(""))

    class Overriding(make):
        def train(self):
            pass

    failing(say, lambda: Overriding(lambda features: 1, folder))
    model = make(lambda features: None, folder)
    failing(say, lambda: model.train(lambda: (1, 2, 3)), lambda: model.train(lambda: (1, 2)),
            lambda: model.train(lambda: 1), lambda: model.train(lambda: 1, steps=0),
            lambda: model.train(lambda: 1, max_steps=-1),
            lambda: model.train(lambda: 1, steps=1, max_steps=1),
            lambda: model.train(lambda: 1, hooks=[1]),
            lambda: model.train(lambda: 1, saving_listeners=[1]),
            lambda: model.evaluate(lambda: 1, steps=0),
            lambda: model.evaluate(lambda: 1, hooks=[1]),
            lambda: next(model.predict(lambda: 1, hooks=[1])))
    for name in ("loss", "global_step"):
        def model_fn(features, labels, mode, name=name):
            return spec(mode, loss=tf.constant(1.0), eval_metric_ops={
                name: tf.metrics.mean(features)})

        failing(say, lambda: make(lambda features, labels, mode: model_fn(features, labels, mode),
                                  folder).evaluate(lambda: tf.constant([1.0]), steps=1))
    failing(say, lambda: make(lambda features, labels, mode: spec(
        mode, loss=tf.constant(1.0), train_op=tf.no_op()), folder, tf.estimator.RunConfig(
            save_checkpoints_secs=None)).train(
                lambda: 1, steps=1, saving_listeners=[tf.train.CheckpointSaverListener()]))


@program
def wrong_specs(tf, folder, say):
    train, evaluate = tf.estimator.TrainSpec, tf.estimator.EvalSpec

    class Exporter(tf.estimator.Exporter):
        def __init__(self, name):
            self._name = name

        @property
        def name(self):
            return self._name

        def export(self, *args):
            pass

    failing(
        say, lambda: train(1), lambda: train(len, 0), lambda: train(len, 1, [1]),
        lambda: evaluate(1), lambda: evaluate(len, 0), lambda: evaluate(len, name=1),
        lambda: evaluate(len, hooks=[1]), lambda: evaluate(len, start_delay_secs=-1),
        lambda: evaluate(len, throttle_secs=-1), lambda: evaluate(len, exporters=1),
        lambda: evaluate(len, exporters=["a"]), lambda: evaluate(len, exporters=Exporter("")),
        lambda: evaluate(len, exporters=[Exporter(1)]),
        lambda: evaluate(len, exporters=[Exporter("a"), Exporter("a")]))
    say(train(len), evaluate(len))
    say([each.name for each in evaluate(len, exporters=[Exporter("a"), Exporter("b")]).exporters])


@program
def arrays_as_inputs(tf, folder, say):
    make = tf.estimator.inputs.numpy_input_fn
    failing(
        say, lambda: make(X), lambda: make(X, shuffle=1), lambda: make(1, shuffle=True)(),
        lambda: make({}, shuffle=True)(), lambda: make(np.zeros(0), shuffle=True)(),
        lambda: make({"a": X}, {}, shuffle=True)(), lambda: make(X, Y[1:], shuffle=True)(),
        lambda: make({"a": X, "b": X[1:]}, shuffle=True)(),
        lambda: make({"a": X}, {"a": Y}, shuffle=True)(),
        lambda: make({"a": X}, {"b": Y[1:]}, shuffle=True)())
    for x, y in ((X, None), (X, Y), ({"b": X, "a": Y[:, 0]}, Y), ({"b": X}, {"d": Y, "c": Y})):
        for shuffle in (True, False):
            with tf.Graph().as_default():
                say(str(make(x, y, batch_size=3, shuffle=shuffle)()))
    with tf.Graph().as_default() as graph:
        make({"x": X}, Y, batch_size=5, num_epochs=None, shuffle=True, num_threads=2)()
        make({"x": X}, Y, batch_size=5, num_epochs=2, shuffle=False, num_threads=2)()
        for op in graph.get_operations():
            say(op.name, op.type, [t.name for t in op.inputs], op.outputs)
        say([s.name for s in tf.get_collection(tf.GraphKeys.SUMMARIES)])
        say([r.name for r in tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)])
    with tf.Graph().as_default():
        batch = make({"x": X[:5, 0], "s": np.array(list("abcde"))}, batch_size=3, num_epochs=2,
                     shuffle=False)()
        with tf.train.MonitoredSession() as session:
            while not session.should_stop():
                say(session.run(batch))


@program
def predictions(tf, folder, say):
    model = estimator(tf, folder)
    model.train(batches(tf), steps=3)

    def inputs():
        return tf.data.Dataset.from_tensor_slices({"x": X[:5]}).batch(3)

    say([sorted(each) for each in model.predict(inputs)])
    say([sorted(each) for each in model.predict(inputs, predict_keys="y")])
    for each in model.predict(inputs, predict_keys=["twice"], yield_single_examples=False):
        say(each["twice"].shape)
    failing(say, lambda: next(model.predict(inputs, predict_keys=["z"])))
    endless = model.predict(lambda: {"x": tf.constant(X)})
    say(len([next(endless)["y"] for _ in range(30)]))
    endless.close()

    def shape(value):
        def model_fn(features, mode):
            return tf.estimator.EstimatorSpec(mode, predictions=value(features))

        return tf.estimator.Estimator(model_fn, folder + "/no")

    say([each.tolist() for each in shape(lambda x: x["x"] * 2).predict(inputs)])
    failing(say, lambda: next(shape(lambda x: x["x"]).predict(inputs, predict_keys=["z"])),
            lambda: next(shape(lambda x: {"a": x["x"], "b": x["x"][1:]}).predict(inputs)))


@program
def hooks_and_listeners(tf, folder, say):
    def hook(name):
        class Hook(tf.train.SessionRunHook):
            def begin(self):
                say(name, "begin")

            def after_create_session(self, session, coord):
                say(name, "after_create_session")

            def end(self, session):
                say(name, "end")

        return Hook()

    class Listener(tf.train.CheckpointSaverListener):
        def begin(self):
            say("listener begin")

        def before_save(self, session, step):
            say("before_save", step)

        def after_save(self, session, step):
            say("after_save", step)

        def end(self, session, step):
            say("listener end", step)

    base = linear_model(tf)

    def model_fn(features, labels, mode):
        spec = base(features, labels, mode, {})
        return spec._replace(
            training_hooks=[hook("training")], evaluation_hooks=[hook("evaluation")],
            training_chief_hooks=[hook("chief")], prediction_hooks=[hook("prediction")])

    model = tf.estimator.Estimator(model_fn, folder, tf.estimator.RunConfig(
        save_checkpoints_steps=2))
    model.train(batches(tf), [hook("given")], 3, saving_listeners=[Listener()])
    model.evaluate(batches(tf), 1, [hook("given")])
    next(model.predict(batches(tf), hooks=[hook("given")]))


@program
def arguments_of_functions(tf, folder, say):
    class Model(object):
        def fn(self, features, mode, config):
            say("model", mode, features, config.model_dir == folder)
            return tf.estimator.EstimatorSpec(mode, predictions=features)

    def input_fn(mode, params, config):
        say("input", mode, params, config.tf_random_seed)
        return tf.data.Dataset.range(2).batch(2)

    model = tf.estimator.Estimator(Model().fn, folder)
    say(list(model.predict(input_fn)))
    say(model.model_fn(tf.constant(1), None, "infer", tf.estimator.RunConfig(folder)))


@program
def nodes_of_a_training(tf, folder, say):
    def listing(what):
        class Listing(tf.train.SessionRunHook):
            def after_create_session(self, session, coord):
                for op in session.graph.get_operations():
                    if not op.name.startswith("save"):
                        say(what, op.name, op.type, [t.name for t in op.inputs], op.device)

        return Listing()

    model = estimator(tf, folder)
    model.train(batches(tf), [listing("train")], 1)
    model.evaluate(batches(tf), 1, [listing("evaluate")])


@program
def events(tf, folder, say):
    model = estimator(tf, folder, save_summary_steps=2)
    model.train(batches(tf), steps=4)
    model.evaluate(batches(tf), 2)
    tf.summary.FileWriterCache.clear()
    for where in (folder, folder + "/eval"):
        for name in sorted(os.listdir(where)):
            if "events" in name:
                for event in tf.train.summary_iterator(os.path.join(where, name)):
                    if not event.HasField("meta_graph_def"):  # TF's writers begin with one, too
                        say(event.step, event.WhichOneof("what"), [
                            (value.tag, value.HasField("tensor"))
                            for value in event.summary.value if value.tag != "global_step/sec"])


@program
def a_model_with_its_own_local_init_op(tf, folder, say):
    def model_fn(features, labels, mode):
        own = tf.get_local_variable("own", [], initializer=tf.ones_initializer())
        scaffold = tf.train.Scaffold(local_init_op=tf.variables_initializer([own]))
        return tf.estimator.EstimatorSpec(mode, loss=own * 2, scaffold=scaffold)

    model = tf.estimator.Estimator(model_fn, folder)
    say_results(say, model.evaluate(batches(tf), 2))


@program
def training_until_it_is_good(tf, folder, say):
    model, stop = estimator(tf, folder), tf.estimator.experimental
    evaluation = tf.estimator.EvalSpec(batches(tf), steps=3, throttle_secs=0)
    for hook in (stop.stop_if_lower_hook(model, "loss", 0.2, run_every_secs=None,
                                         run_every_steps=1),
                 stop.stop_if_no_decrease_hook(model, "mae", 1, min_steps=3, run_every_secs=None,
                                               run_every_steps=5)):
        tf.estimator.train_and_evaluate(
            model, tf.estimator.TrainSpec(batches(tf), max_steps=40, hooks=[hook]), evaluation)
        say(model.get_variable_value("global_step"), model.get_variable_names())
    failing(say, lambda: stop.make_early_stopping_hook(1, len),
            lambda: stop.make_early_stopping_hook(model, len, 1, 1),
            lambda: stop.make_early_stopping_hook(model, 1))
    say(type(stop.make_stop_at_checkpoint_step_hook(model, 3)).__name__)


@program
def further_metrics(tf, folder, say):
    def metric_fn(predictions, labels, features, config):
        say(sorted(predictions), sorted(features), config.model_dir)
        return {"most": tf.metrics.mean(labels)}

    model = tf.estimator.add_metrics(estimator(tf, folder), metric_fn)
    failing(say, lambda: tf.estimator.add_metrics(model, lambda a: {}))

    def model_fn(features, labels, mode):
        return tf.estimator.EstimatorSpec(mode, {"y": features["x"]}, tf.reduce_mean(labels))

    model = tf.estimator.add_metrics(tf.estimator.Estimator(model_fn, folder), metric_fn)
    say_results(say, model.evaluate(batches(tf), 2))
