"""QueueRunner: threads that keep a queue filled while the main thread trains."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable
from typing import Any

from tftutor import errors
from tftutor.client.base_session import BaseSession
from tftutor.framework.api import tf_export
from tftutor.framework.collection_protos import register_proto_function
from tftutor.framework.collections import GraphKeys
from tftutor.framework.default_graph import get_default_graph, graph_as_default
from tftutor.framework.default_session import get_default_session
from tftutor.framework.scope_names import prepend_name_scope, strip_name_scope
from tftutor.platform import tf_logging
from tftutor.train.coordinator import Coordinator


@tf_export("train.QueueRunner", "train.queue_runner.QueueRunner")
class QueueRunner:
    """Runs enqueue operations of a queue, each in a thread of its own, until the data end.

    Args:
      queue: the queue to fill.
      enqueue_ops: one operation a thread.
      close_op: closes the queue when the last thread has met the end of its data.
      cancel_op: closes it when the coordinator asks for a stop; waiting enqueues are cancelled.
      queue_closed_exception_types: the errors that mean the end, by default OutOfRangeError.
      queue_runner_def: a QueueRunnerDef to make it from instead; import_scope: its prefix.

    Raises: ValueError without a queue or operations, or with both forms of arguments; TypeError
    for wrong exception types.
    Source: TF 1.15 docs, tf.train.QueueRunner.
    """

    def __init__(self, queue: Any = None, enqueue_ops: Any = None, close_op: Any = None,
                 cancel_op: Any = None, queue_closed_exception_types: Any = None,
                 queue_runner_def: Any = None, import_scope: str | None = None) -> None:
        if queue_runner_def is not None:
            if queue or enqueue_ops:
                raise ValueError("queue_runner_def and queue are mutually exclusive.")
            self._init_from_proto(queue_runner_def, import_scope)
        else:
            self._init_from_args(queue, enqueue_ops, close_op, cancel_op,
                                 queue_closed_exception_types)
        self._lock = threading.Lock()
        self._runs_per_session: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._exceptions_raised: list[BaseException] = []

    def _init_from_args(self, queue: Any, enqueue_ops: Any, close_op: Any, cancel_op: Any,
                        types: Any) -> None:
        if not queue or not enqueue_ops:
            raise ValueError("Must provide queue and enqueue_ops.")
        if types is not None and not (
                isinstance(types, tuple) and types
                and all(issubclass(kind, errors.OpError) for kind in types)):
            raise TypeError("queue_closed_exception_types, when provided, must be a tuple of "
                            f"tf.error types, but saw: {types}")
        self._queue = queue
        self._enqueue_ops = enqueue_ops
        self._close_op = queue.close() if close_op is None else close_op
        self._cancel_op = (queue.close(cancel_pending_enqueues=True) if cancel_op is None
                           else cancel_op)
        self._queue_closed_exception_types = types or (errors.OutOfRangeError,)

    def _init_from_proto(self, proto: Any, import_scope: str | None) -> None:
        def element(name: str) -> Any:
            return get_default_graph().as_graph_element(prepend_name_scope(name, import_scope))

        self._queue = element(proto.queue_name)
        self._enqueue_ops = [element(name) for name in proto.enqueue_op_name]
        self._close_op = element(proto.close_op_name)
        self._cancel_op = element(proto.cancel_op_name)
        self._queue_closed_exception_types = tuple(
            errors.exception_type_from_error_code(code)
            for code in proto.queue_closed_exception_types) or (errors.OutOfRangeError,)

    @property
    def queue(self) -> Any:
        """The queue that is filled."""
        return self._queue

    @property
    def enqueue_ops(self) -> Any:
        """The operations that fill it."""
        return self._enqueue_ops

    @property
    def close_op(self) -> Any:
        """The operation that closes the queue at the end."""
        return self._close_op

    @property
    def cancel_op(self) -> Any:
        """The operation that closes the queue and cancels waiting enqueues."""
        return self._cancel_op

    @property
    def queue_closed_exception_types(self) -> tuple[type[Exception], ...]:
        """The errors that mean the end of the data."""
        return self._queue_closed_exception_types

    @property
    def exceptions_raised(self) -> list[BaseException]:
        """What went wrong in threads that have no coordinator to tell."""
        return self._exceptions_raised

    @property
    def name(self) -> str:
        """The name of the queue's node."""
        return self._queue.name

    # -- threads ----------------------------------------------------------------------------

    def create_threads(self, sess: Any, coord: Coordinator | None = None, daemon: bool = False,
                       start: bool = False) -> list[threading.Thread]:
        """Make a thread for each enqueue operation, and one that waits for the coordinator.

        Returns: the threads; none when those of an earlier call still run in this session.
        Source: TF 1.15 docs, tf.train.QueueRunner.create_threads.
        """
        with self._lock:
            if self._runs_per_session.get(sess, 0) > 0:
                return []
            self._runs_per_session[sess] = len(self._enqueue_ops)
            self._exceptions_raised = []
        prefix = f"QueueRunnerThread-{self.name}"
        threads = [threading.Thread(target=self._run, args=(sess, op, coord),
                                    name=f"{prefix}-{op.name}") for op in self._enqueue_ops]
        if coord is not None:
            threads.append(threading.Thread(target=self._close_on_stop, args=(sess, coord),
                                            name=f"{prefix}-close_on_stop"))
        for thread in threads:
            if coord is not None:
                coord.register_thread(thread)
            thread.daemon = thread.daemon or daemon
            if start:
                thread.start()
        return threads

    def _run(self, sess: Any, enqueue_op: Any, coord: Coordinator | None) -> None:
        """Body of a thread: enqueue until the data end or the coordinator says stop."""
        try:
            while coord is None or not coord.should_stop():
                self._enqueue(sess, enqueue_op)
        except self._queue_closed_exception_types:
            if self._count_down(sess) == 0:
                self._run_quietly(sess, self._close_op)
            return
        except Exception as error:
            if coord is None:
                tf_logging.error("Exception in QueueRunner: %s", error)
                with self._lock:
                    self._exceptions_raised.append(error)
                self._count_down(sess)
                raise
            # Who is left behind when all is joined is cancelled as the session closes.
            if not (coord.joined and isinstance(error, errors.CancelledError)):
                coord.request_stop(error)
        self._count_down(sess)

    def _enqueue(self, sess: Any, enqueue_op: Any) -> None:
        sess.run(enqueue_op)

    def _count_down(self, sess: Any) -> int:
        with self._lock:
            left = self._runs_per_session.get(sess, 1) - 1
            self._runs_per_session[sess] = left
            return left

    def _close_on_stop(self, sess: Any, coord: Coordinator) -> None:
        coord.wait_for_stop()
        self._run_quietly(sess, self._cancel_op)

    @staticmethod
    def _run_quietly(sess: Any, op: Any) -> None:
        """Close the queue. It may be closed already, or the session; then all is well."""
        try:
            sess.run(op)
        except (errors.OpError, RuntimeError) as error:
            tf_logging.vlog(1, "Ignored exception: %s", str(error))

    # -- as a message -----------------------------------------------------------------------

    def to_proto(self, export_scope: str | None = None) -> Any:
        """A QueueRunnerDef, or None when the queue lies outside of `export_scope`."""
        from tftutor.formats.example_protos import QueueRunnerDef

        if export_scope is not None and not self.queue.name.startswith(export_scope):
            return None
        proto = QueueRunnerDef(
            queue_name=strip_name_scope(self.queue.name, export_scope),
            close_op_name=strip_name_scope(self.close_op.name, export_scope),
            cancel_op_name=strip_name_scope(self.cancel_op.name, export_scope))
        proto.enqueue_op_name.extend(strip_name_scope(op.name, export_scope)
                                     for op in self.enqueue_ops)
        proto.queue_closed_exception_types.extend(
            errors.error_code_from_exception_type(kind)
            for kind in self._queue_closed_exception_types)
        return proto

    @staticmethod
    def from_proto(queue_runner_def: Any, import_scope: str | None = None) -> QueueRunner:
        """The queue runner that a QueueRunnerDef describes."""
        return QueueRunner(queue_runner_def=queue_runner_def, import_scope=import_scope)


@tf_export("train.add_queue_runner", "train.queue_runner.add_queue_runner")
def add_queue_runner(qr: QueueRunner, collection: str = GraphKeys.QUEUE_RUNNERS) -> None:
    """Add a queue runner to the graph, for `start_queue_runners` to find.

    Source: TF 1.15 docs, tf.train.add_queue_runner.
    """
    get_default_graph().add_to_collection(collection, qr)


@tf_export("train.start_queue_runners", "train.queue_runner.start_queue_runners")
def start_queue_runners(sess: Any = None, coord: Coordinator | None = None, daemon: bool = True,
                        start: bool = True, collection: str = GraphKeys.QUEUE_RUNNERS
                        ) -> list[threading.Thread]:
    """Start the threads of all queue runners of the graph.

    Args:
      sess: by default the default session. coord: stops the threads and learns of their errors.
      daemon: the threads don't keep the program alive. start: start them.

    Returns: the threads.
    Raises: ValueError without a session, TypeError for something else.
    Source: TF 1.15 docs, tf.train.start_queue_runners.
    """
    if sess is None:
        sess = get_default_session()
        if sess is None:
            raise ValueError("Cannot start queue runners: No default session is registered. Use "
                             "`with sess.as_default()` or pass an explicit session to "
                             "tf.start_queue_runners(sess=sess)")
    if not isinstance(sess, BaseSession):
        if type(sess).__name__ in ("MonitoredSession", "SingularMonitoredSession"):
            return []  # they start the queue runners themselves
        raise TypeError(f"sess must be a `tf.Session` object. Given class: {type(sess)}")
    runners: Iterable[QueueRunner] = get_default_graph().get_collection(collection)
    if not runners:
        tf_logging.warning(
            "`tf.train.start_queue_runners()` was called when no queue runners were defined. You "
            "can safely remove the call to this deprecated function.")
    with graph_as_default(sess.graph):
        return [thread for runner in get_default_graph().get_collection(collection)
                for thread in runner.create_threads(sess, coord=coord, daemon=daemon, start=start)]


def _message() -> Any:
    from tftutor.formats.example_protos import QueueRunnerDef

    return QueueRunnerDef()


register_proto_function(GraphKeys.QUEUE_RUNNERS, _message,
                        lambda runner, export_scope=None: runner.to_proto(export_scope),
                        QueueRunner.from_proto)
