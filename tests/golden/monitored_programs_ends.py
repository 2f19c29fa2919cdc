"""Trainings that hooks, callers and supervisors' loops end in all sorts of ways, and profiles.

See monitored_model.py for what a program gets. `ask_monitored.py` asks TF 1.15 about them.
"""

import json
import os

from monitored_model import Model, failing, program, recorder


def kinds_of_errors(tf):
    made = [kind(None, None, "mine") for kind in (
        tf.errors.AbortedError, tf.errors.UnavailableError, tf.errors.OutOfRangeError,
        tf.errors.InvalidArgumentError, tf.errors.CancelledError,
        tf.errors.DeadlineExceededError)]
    return made + [StopIteration("mine"), ValueError("mine"), KeyError("mine")]


@program
def hook_raises(tf, folder, say):
    for error in kinds_of_errors(tf):
        class Raises(tf.train.SessionRunHook):
            calls = 0

            def after_run(self, run_context, run_values):
                self.calls += 1
                if self.calls == 2:
                    raise error  # noqa: B023 - it is run at once

        def work():
            with tf.Graph().as_default():
                model = Model(tf, in_order=True)
                hooks = [Raises(), recorder(tf, say), tf.train.StopAtStepHook(last_step=4)]
                with tf.train.MonitoredSession(hooks=hooks) as session:
                    while not session.should_stop():
                        session.run(model.train)
                say("left")

        say("with", type(error).__name__)
        failing(say, work)


@program
def caller_raises(tf, folder, say):
    for error in kinds_of_errors(tf):
        def work():
            with tf.Graph().as_default():
                model = Model(tf)
                try:
                    with tf.train.MonitoredSession(hooks=[recorder(tf, say)]) as session:
                        session.run(model.train)
                        raise error  # noqa: B023 - it is run at once
                finally:
                    say(session.should_stop())
                    failing(say, lambda: session.run(model.train))

        say("with", type(error).__name__)
        failing(say, work)


@program
def failing_step_functions(tf, folder, say):
    model = Model(tf)
    with tf.train.MonitoredTrainingSession() as session:
        say(session.run_step_fn(lambda step_context: step_context.session.run(model.step)))
        failing(say, lambda: session.run_step_fn(lambda x: x))
        failing(say, lambda: session.run_step_fn(
            lambda step_context: step_context.run_with_hooks(model.loss)))
        say(session.run_step_fn(lambda step_context: step_context.request_stop()))
        say(session.should_stop())


@program
def profiled_steps(tf, folder, say):
    model = Model(tf, in_order=True)
    hook = tf.train.ProfilerHook(save_steps=2, output_dir=folder, show_memory=True)
    with tf.train.MonitoredSession(hooks=[hook]) as session:
        for _ in range(6):
            session.run(model.train)
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            with open(os.path.join(folder, name)) as file:
                say(name, sorted(json.load(file)))
    tf.summary.FileWriterCache.get(folder).close()
    for name in os.listdir(folder):
        if "tfevents" in name:
            say([event.tagged_run_metadata.tag
                 for event in tf.train.summary_iterator(os.path.join(folder, name))
                 if event.HasField("tagged_run_metadata")])
    failing(say, lambda: tf.train.ProfilerHook(output_dir=folder))
    failing(say, lambda: tf.train.ProfilerHook(1, 1, output_dir=folder))
    with tf.Graph().as_default():
        failing(say, tf.train.ProfilerHook(1, output_dir=folder).begin)


@program
def basic_loop(tf, folder, say):
    model = Model(tf)
    sv = tf.train.Supervisor(saver=None, summary_op=None)

    def step(session, *args, **kwargs):
        session.run(model.train)
        count = session.run(model.step)
        say(count, args, sorted(kwargs.items()))
        if count == 2 and len(tries) == 1:
            tries.append(2)
            raise tf.errors.AbortedError(None, None, "a server is back")
        if count == 3:
            sv.request_stop()

    tries = [1]
    tf.train.basic_train_loop(sv, step, args=[1], kwargs={"a": 2})
    tries[:] = [1, 2]
    failing(say, lambda: tf.train.basic_train_loop(sv, lambda session: 1 / 0))
