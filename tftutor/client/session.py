"""Session and InteractiveSession: the user's handle on the runtime."""

from __future__ import annotations

import threading
import warnings
from typing import Any

from tftutor.client.base_session import BaseSession, reset_local_sessions
from tftutor.client.config import check_target
from tftutor.framework import default_graph, default_session
from tftutor.framework.api import tf_export
from tftutor.platform.compat_strings import as_bytes


@tf_export("Session")
class Session(BaseSession):
    """A session runs operations of a graph and holds the values of its variables.

    Args:
      target: "" runs in this process; "grpc://host:port" on the cluster of that task. Tasks that
        aren't up are waited for, with a line that names them, for 10 minutes or the config's
        `operation_timeout_in_ms`.
      graph: the graph to run, by default the default graph.
      config: a ConfigProto.

    Example:
        with tf.Session() as sess:
            print(sess.run(c, feed_dict={a: 10}))

    Raises: TypeError for arguments of the wrong kind; tf.errors.UnimplementedError for a field of
    `config` that is not supported; tf.errors.UnavailableError for tasks that don't come up.
    Source: TF 1.15 docs, tf.Session.
    """

    def __init__(self, target: str = "", graph: Any = None, config: Any = None) -> None:
        super().__init__(target, graph, config=config)
        self._contexts: tuple[Any, Any] | None = None

    def __enter__(self) -> Session:
        if self._contexts is not None:
            raise RuntimeError("Session context managers are not re-entrant. Use "
                               "`Session.as_default()` if you want to enter a session multiple "
                               "times.")
        self._contexts = (default_graph.graph_as_default(self.graph), self.as_default())
        for context in self._contexts:
            context.__enter__()
        return self

    def __exit__(self, *exc_info: Any) -> None:
        graph_context, session_context = self._contexts or (None, None)
        self._contexts = None
        try:
            if session_context is not None and graph_context is not None:
                _leave(session_context, exc_info)
                _leave(graph_context, exc_info)
        finally:
            self.close()

    @staticmethod
    def reset(target: Any, containers: list[str] | None = None, config: Any = None) -> None:
        """Forget what lies in resource containers, on every task of a cluster.

        By default that is what was made outside of `tf.container`; it lies in containers that are
        called after their jobs. Sessions of the same target raise AbortedError from now on,
        whoever has them. Those of other targets go on, without the variables. With the target ""
        all sessions of this process that have none are closed.

        Of `config` only `operation_timeout_in_ms` counts: how long tasks are waited for.
        Raises: TypeError for names that aren't strings; tf.errors.NotFoundError for a target that
        can't be; tf.errors.UnavailableError for tasks that don't come up.
        Source: TF 1.15 docs, tf.Session.reset.
        """
        known = as_bytes(target) if target is not None else b""
        names = [as_bytes(name).decode() for name in containers] if containers is not None else []
        timeout = 0 if config is None else config.operation_timeout_in_ms
        if known.startswith(b"grpc://"):
            from tftutor.distributed import master

            wait = {"wait": timeout / 1000} if timeout > 0 else {}
            master.reset(known.decode(), names, **wait)
        elif known:
            check_target(known, config)
        else:
            reset_local_sessions()


def _leave(context: Any, exc_info: tuple[Any, ...]) -> None:
    """Leave a generator-based context; the exception on its way is raised by the `with` itself."""
    try:
        context.__exit__(*exc_info)
    except BaseException as error:
        if error is not exc_info[1]:
            raise


@tf_export("InteractiveSession")
class InteractiveSession(BaseSession):
    """A session that makes itself the default one, for shells and notebooks.

    Example:
        sess = tf.InteractiveSession()
        print(c.eval())

    Source: TF 1.15 docs, tf.InteractiveSession.
    """

    _count_lock = threading.Lock()
    _active_session_count = 0

    def __init__(self, target: str = "", graph: Any = None, config: Any = None) -> None:
        super().__init__(target, graph, config)
        with InteractiveSession._count_lock:
            if InteractiveSession._active_session_count > 0:
                warnings.warn("An interactive session is already active. This can cause "
                              "out-of-memory errors in some cases. You must explicitly call "
                              "`InteractiveSession.close()` to release resources held by the "
                              "other session(s).", stacklevel=2)
            InteractiveSession._active_session_count += 1
        self._explicitly_closed = False
        self._explicit_graph = graph
        default_session.push_session(self)
        if graph is not None:
            default_graph.push_graph(graph)

    def close(self) -> None:
        """Close the session and stop being the default one. Raises: as `Session.close`."""
        try:
            super().close()
        finally:
            self._leave_default()

    def _leave_default(self) -> None:
        with InteractiveSession._count_lock:
            if self._explicitly_closed:
                return
            self._explicitly_closed = True
            InteractiveSession._active_session_count -= 1
        if self._explicit_graph is not None:
            default_graph.pop_graph(self._explicit_graph)
        default_session.pop_session(self)
