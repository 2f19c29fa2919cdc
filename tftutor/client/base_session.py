"""BaseSession: `run` and the cache of compiled plans behind it."""

from __future__ import annotations

import itertools
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from tftutor import errors
from tftutor.client.config import (
    SessionConfig,
    StepOptions,
    check_target,
    default_config_proto,
    log_placement,
    read_config,
    read_run_options,
    target_bytes,
)
from tftutor.client.devices import DeviceAttributes, attributes_of
from tftutor.client.feeds import fed_and_fetched, feed_pairs, feed_value
from tftutor.client.fetches import FetchMapper, owned
from tftutor.client.partial_run import PartialRuns
from tftutor.client.tensor_handles import fed_by_handles, handle_fetches, moved_handles
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.default_session import session_as_default
from tftutor.framework.graph import Graph
from tftutor.framework.operation import Operation, Tensor
from tftutor.ops.session_ops import TensorHandle
from tftutor.runtime.device_set import device_mapping, session_devices
from tftutor.runtime.devices import Device
from tftutor.runtime.executor import run_plan
from tftutor.runtime.placement import Placement
from tftutor.runtime.placer import Placer
from tftutor.runtime.plan import Plan, Step
from tftutor.runtime.resources import ResourceManager
from tftutor.runtime.step_state import StepState

_DEAD_HANDLES = 10  # so many handles are collected before their tensors are forgotten
_local_sessions: weakref.WeakSet[BaseSession] = weakref.WeakSet()


class _Compiled:
    """A cached way to run one combination of fetches and feed keys."""

    __slots__ = ("plan", "rebuild", "feed_tensors", "mutations", "nodes", "keep", "echoes",
                 "handles")

    def __init__(self, plan: Any, rebuild: Callable[[list[Any]], Any],
                 feed_tensors: tuple[Tensor, ...], mutations: int, nodes: int, keep: Any) -> None:
        self.plan = plan
        self.rebuild = rebuild
        self.feed_tensors = feed_tensors
        self.mutations = mutations
        self.nodes = nodes  # so many nodes of the graph have a device
        self.keep = keep  # the fetch and feed objects: their ids are part of the cache key
        # (position among the fetches, position among the feeds) of what is fed and fetched
        self.echoes = [(position, feed_tensors.index(tensor))
                       for position, tensor in enumerate(plan.fetches) if tensor in feed_tensors]
        self.handles = handle_fetches(plan.fetches)


class BaseSession:
    """Runs parts of a graph. Source: TF 1.15 docs, tf.Session."""

    def __init__(self, target: str | bytes = "", graph: Graph | None = None, config: Any = None
                 ) -> None:
        if graph is None:
            self._graph = get_default_graph()
        elif isinstance(graph, Graph):
            self._graph = graph
        else:
            raise TypeError(f"graph must be a tf.Graph, but got {type(graph)}")
        self._target = target_bytes(target)
        self._settings: SessionConfig = read_config(config)
        if self._target:
            check_target(self._target, default_config_proto() if config is None else config)
        self._config = config
        self._closed = False
        self._was_reset = False
        self._resources = ResourceManager()
        self._cache: dict[Any, _Compiled] = {}
        self._cache_lock = threading.Lock()
        self._step_ids = itertools.count(1)
        self._running: set[StepState] = set()
        self._dead_handles: list[str] = []
        self._partial_runs = PartialRuns(self)
        self._logged: Placement | None = None  # what log_device_placement has printed last
        self._master = _master_session(self._target, self._settings)
        self._devices: list[Device] = (session_devices(self._settings) if self._master is None
                                       else self._master.devices)
        self._placer = Placer(self._devices, self._settings.allow_soft_placement)
        if self._settings.log_device_placement:
            log_placement([device_mapping(self._devices)])
        if self._master is None:
            _local_sessions.add(self)

    # -- properties -------------------------------------------------------------------------

    @property
    def graph(self) -> Graph:
        """The graph that was launched in this session."""
        return self._graph

    @property
    def graph_def(self) -> Any:
        """The GraphDef of the session's graph."""
        return self._graph.as_graph_def()

    @property
    def sess_str(self) -> bytes:
        """The target this session connects to."""
        return self._target

    def list_devices(self) -> list[DeviceAttributes]:
        """The devices that this session can use.

        Raises: tf.errors.CancelledError on a closed session.
        Source: TF 1.15 docs, tf.Session.list_devices.
        """
        if self._closed and not self._was_reset:
            raise errors.CancelledError(None, None, "Session has been closed.")
        return [attributes_of(device) for device in self._devices]

    def placement(self) -> Placement:
        """Where each operation of the graph runs, and why.

        Raises: tf.errors.InvalidArgumentError for an operation that can't run where it is asked to.
        """
        return self._placer.place(self._graph)

    def close(self) -> None:
        """Free what the session holds and cancel steps that wait; `run` is refused from now on.

        Raises: tf.errors.AbortedError for a session on a cluster that was ended by a reset, or
        whose target was restarted.
        """
        self._was_reset = False
        if not self._closed:
            self._closed = True
            for step in list(self._running):
                step.cancelled = ("Session has been closed." if self._master is None
                                  else self._master.closed_text)
            self._resources.clear()
            plans = [compiled.plan for compiled in self._cache.values()]
            self._cache.clear()
            if self._master is not None:
                self._master.close()
                return
            for plan in plans:  # they refer to themselves, and hold what lies in a GPU's memory
                if not isinstance(plan, Plan) and not self._running:
                    plan.forget()

    def _check_open(self) -> None:
        if self._was_reset:
            raise errors.CancelledError(None, None, "Session has been closed.")
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        if self._graph.version == 0:
            raise RuntimeError("The Session graph is empty.  Add operations to the graph before "
                               "calling run().")

    def as_default(self) -> Any:
        """A context manager that makes this session the default one (and leaves it open)."""
        return session_as_default(self)

    # -- running ----------------------------------------------------------------------------

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None,
            run_metadata: Any = None) -> Any:
        """Run what `fetches` needs and return their values in the same structure.

        Args:
          fetches: a Tensor, Operation, name, or any nesting of them in lists, tuples, dicts.
          feed_dict: values for tensors, keyed by Tensor (or by tuples of tensors).
          options: a RunOptions proto.
          run_metadata: a RunMetadata proto to fill.

        Raises: RuntimeError on a closed session; TypeError and ValueError for fetches and feeds
        that don't fit; tf.errors.OpError when an operation fails.
        Source: TF 1.15 docs, tf.Session.run.
        """
        if self._closed or self._graph._next_id == 0:
            self._check_open()
        if feed_dict and "_handle_tables" in self._graph.__dict__:
            feed_dict, moved = moved_handles(self, feed_dict)  # `moved` keeps what was moved
        compiled = self._lookup(fetches, feed_dict)
        feeds = self._feed_values(compiled.feed_tensors, feed_dict)
        if options is None and run_metadata is None:
            values = self._execute(compiled.plan, feeds)
        else:
            values = self._execute_with_options(compiled.plan, feeds, options, run_metadata)
        if self._master is None:
            results = [owned(value) for value in values]
        else:  # values from other processes are not copied again
            fresh = getattr(compiled.plan, "fresh_fetches", ())
            results = [value if i in fresh else owned(value) for i, value in enumerate(values)]
        if compiled.echoes or compiled.handles:
            self._fill_in(compiled, feed_dict, results)
        return compiled.rebuild(results)

    def _fill_in(self, compiled: _Compiled, feed_dict: Any, results: list[Any]) -> None:
        """Put what is fed and fetched into its place among the results; handles get their class."""
        given = dict(feed_pairs(self._graph, feed_dict or {}))
        for position, feed in compiled.echoes:
            tensor = compiled.feed_tensors[feed]
            results[position] = fed_and_fetched(tensor, given[tensor])
        for position, dtype in compiled.handles:
            results[position] = TensorHandle(results[position], dtype, self)

    def _execute(self, plan: Any, feeds: list[Any]) -> list[Any]:
        if not plan.uses_step:
            return run_plan(plan, feeds, None)
        return self._execute_step(plan, feeds, self._settings.timeout)

    def _execute_step(self, plan: Any, feeds: list[Any], timeout: float | None,
                      copies: list[Any] | None = None) -> list[Any]:
        """Run a plan some kernel of which may wait, or looks at its step; `copies` is filled."""
        deadline = None if timeout is None else time.monotonic() + timeout
        step = StepState(next(self._step_ids), deadline, session=self)
        step.copies = copies
        step.at_once = self._settings.inter_op_threads
        self._running.add(step)
        try:
            return run_plan(plan, feeds, step)
        finally:
            self._running.discard(step)

    def _execute_with_options(self, plan: Any, feeds: list[Any], options: Any, run_metadata: Any
                              ) -> list[Any]:
        wanted: StepOptions = read_run_options(options, self._settings.timeout)
        if run_metadata is None or not wanted.is_traced:
            values = self._execute_step(plan, feeds, wanted.timeout)
            traced = None
        else:
            traced = _traced(plan)
            values = self._execute_step(traced.plan, feeds, wanted.timeout, traced.copies)
        if run_metadata is not None:  # a step that fails leaves it as it was
            run_metadata.Clear()
            if traced is not None:
                traced.write_stats(run_metadata.step_stats)
            if wanted.wants_graphs:
                from tftutor.client.partition_graphs import partition_graphs

                run_metadata.partition_graphs.extend(partition_graphs(plan))
        return values

    def _feed_values(self, tensors: tuple[Tensor, ...], feed_dict: Any) -> list[Any]:
        if not tensors:
            return []
        try:
            values = list(feed_dict.values())
        except AttributeError:  # [x] has the plan of {x: 1}
            raise TypeError("input must be a dictionary") from None
        if len(values) != len(tensors) or not all(
                key is tensor for key, tensor in zip(feed_dict, tensors, strict=True)):
            values = [value for _, value in feed_pairs(self._graph, feed_dict)]
        feeds = [feed_value(tensor, value) for tensor, value in zip(tensors, values, strict=True)]
        return fed_by_handles(self._resources, tensors, feeds) if TensorHandle.were_made else feeds

    def _register_dead_handle(self, handle: str) -> None:
        """A TensorHandle is garbage, perhaps found in the midst of anything: nothing here waits."""
        self._dead_handles.append(handle)
        store = self._resources.session_tensors
        if len(self._dead_handles) >= _DEAD_HANDLES and store is not None:
            dead, self._dead_handles = self._dead_handles, []
            for each in dead:
                store.delete(each)

    # -- plans ------------------------------------------------------------------------------

    def _lookup(self, fetches: Any, feed_dict: Any) -> _Compiled:
        key = _cache_key(fetches, feed_dict)
        if key is not None:
            found = self._cache.get(key)
            if found is not None and found.mutations == self._graph._mutations:
                if found.nodes != self._graph._next_id:
                    self._place_new_nodes(found)
                return found
        with self._cache_lock:
            compiled = self._compile(fetches, feed_dict)
            if key is not None:
                self._cache[key] = compiled
        return compiled

    def _place_new_nodes(self, compiled: _Compiled) -> None:
        """Nothing runs, as with TF, while one node of the graph can't be placed.

        Raises: tf.errors.InvalidArgumentError.
        """
        with self._cache_lock:
            nodes = self._graph._next_id
            self._placer.check_new(self._graph, compiled.nodes)
            compiled.nodes = nodes

    def _compile(self, fetches: Any, feed_dict: Any) -> _Compiled:
        mutations, nodes = self._graph._mutations, self._graph._next_id
        pairs = feed_pairs(self._graph, feed_dict) if feed_dict else []
        for tensor, value in pairs:
            feed_value(tensor, value)  # unfit feeds are reported before unfit fetches
        tensors = tuple(tensor for tensor, _ in pairs)
        mapper = FetchMapper(self._graph, fetches)
        plan = self._plan_for(tuple(mapper.tensors), tuple(mapper.targets), tensors)
        keep = (fetches, tuple(feed_dict or ()))
        return _Compiled(plan, mapper.rebuild, tensors, mutations, nodes, keep)

    def _plan_for(self, fetches: tuple[Tensor, ...], targets: tuple[Operation, ...],
                  feeds: tuple[Tensor, ...], done: frozenset[Operation] = frozenset()) -> Any:
        placement = self._placer.place(self._graph)
        if self._settings.log_device_placement:
            if placement is not self._logged:
                self._logged = placement
                log_placement(placement.lines())
        if self._master is not None:
            return self._master.plan(Step(fetches, targets, feeds, done), placement.device_of)
        if len(self._devices) == 1:
            return Plan(fetches, targets, feeds, self._resources, done)
        from tftutor.runtime.partitioned_plan import plan_for_devices

        return plan_for_devices(Step(fetches, targets, feeds, done), placement.device_of,
                                self._devices, self._resources)

    # -- other ways to run --------------------------------------------------------------------

    def make_callable(self, fetches: Any, feed_list: Any = None, accept_options: bool = False
                      ) -> Callable[..., Any]:
        """Return a function that runs `fetches`; its arguments are the values of `feed_list`.

        The function also takes `options` and `run_metadata`, as `run` does.
        Raises: TypeError when `feed_list` is no list, and what `run` raises.
        Source: TF 1.15 docs, tf.Session.make_callable.
        """
        if feed_list is not None and not isinstance(feed_list, list | tuple):
            raise TypeError("`feed_list` must be a list or tuple.")
        keys = tuple(feed_list or ())
        if not keys:
            FetchMapper(self._graph, fetches)  # what can't be fetched is reported now

        def call(*feed_args: Any, **kwargs: Any) -> Any:
            feeds = dict(zip(keys, feed_args, strict=False))
            return self.run(fetches, feeds or None, **kwargs)

        return call

    def partial_run_setup(self, fetches: Any, feeds: Any = None) -> str:
        """Prepare a run in several parts; see `partial_run`.

        Args:
          fetches: all that will be fetched, in any structure.
          feeds: all tensors that will be fed.

        Returns: a handle for `partial_run`.
        Raises: RuntimeError on a closed session; tf.errors.InvalidArgumentError without fetches or
        for a tensor that is both fed and fetched.
        Source: TF 1.15 docs, tf.Session.partial_run_setup.
        """
        self._check_open()
        return self._partial_runs.set_up(fetches, feeds or [])

    def partial_run(self, handle: str, fetches: Any, feed_dict: Any = None) -> Any:
        """Continue a run with more feeds and fetches; each operation runs at most once.

        Raises: RuntimeError for operations as fetches; tf.errors.InvalidArgumentError for feeds
        and fetches that weren't announced, come twice or can't be computed yet.
        Source: TF 1.15 docs, tf.Session.partial_run.
        """
        self._check_open()
        return self._partial_runs.run(handle, fetches, feed_dict or {})


def reset_local_sessions() -> None:
    """End all sessions of this process that have no target: their steps are cancelled."""
    for session in list(_local_sessions):
        if not session._closed:
            session.close()
            session._was_reset = True


def _traced(plan: Any) -> Any:
    """What runs a plan once and notes what it does."""
    if hasattr(plan, "traced"):
        return plan.traced()
    from tftutor.runtime.tracing import TracedStep

    return TracedStep(plan)


def _master_session(target: bytes, settings: SessionConfig) -> Any:
    """What runs the steps of a session with a target, on the tasks of a cluster."""
    if not target.startswith(b"grpc://"):
        return None
    from tftutor.distributed.master import MasterSession

    wait = {} if settings.timeout is None else {"wait": settings.timeout}
    return MasterSession(target.decode(), settings.device_filters, settings.isolated, **wait)


def _cache_key(fetches: Any, feed_dict: Any) -> Any:
    """A key that stands for the structure of fetches and feed keys, or None (not cacheable)."""
    kind = type(fetches)
    if kind is Tensor or kind is Operation:
        fetch_key: Any = fetches
    elif kind is list or kind is tuple:
        fetch_key = (kind, *fetches)
    else:
        fetch_key = _structure_key(fetches)
    try:
        key = (fetch_key, *feed_dict) if feed_dict else fetch_key
        hash(key)
    except TypeError:  # a list holds lists or dicts
        return _nested_key(fetches, feed_dict)
    return key


def _nested_key(fetches: Any, feed_dict: Any) -> Any:
    try:
        key = (_structure_key(fetches), *(feed_dict or ()))
        hash(key)
    except TypeError:
        return None
    return key


def _structure_key(fetch: Any) -> Any:
    """Nested structures as nested tuples; what may change under its identity is not hashable."""
    if isinstance(fetch, list | tuple):
        return (type(fetch), *[_structure_key(item) for item in fetch])
    if isinstance(fetch, Mapping):
        return (type(fetch), tuple(fetch), *[_structure_key(item) for item in fetch.values()])
    return [] if hasattr(type(fetch), "__attrs_attrs__") else fetch
