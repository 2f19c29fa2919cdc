"""Partial runs: one step of a graph in several calls, each operation at most once.

The values that later parts may need are kept between the calls and given to them like feeds;
operations that have run are left out of later plans.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable
from typing import Any

from tftutor import errors
from tftutor.client.feeds import feed_pairs, feed_tensor, feed_value
from tftutor.client.fetches import FetchMapper, owned
from tftutor.client.tensor_handles import fed_by_handles, handle_fetches
from tftutor.framework.operation import Operation, Tensor
from tftutor.ops.session_ops import TensorHandle
from tftutor.runtime.plan import Plan
from tftutor.runtime.pruning import reachable_ops


class _PartialRun:
    """What is known of one partial run between its calls."""

    def __init__(self, fetches: Iterable[Tensor], targets: Iterable[Operation],
                 feeds: Iterable[Tensor]) -> None:
        self.pending_fetches = dict.fromkeys(fetches)
        self.pending_feeds = dict.fromkeys(feeds)
        self.fetches = set(self.pending_fetches)
        self.feeds = set(self.pending_feeds)
        self.targets = dict.fromkeys(targets)
        self.values: dict[Tensor, Any] = {}
        self.done: set[Operation] = set()
        roots = [tensor.op for tensor in self.fetches] + list(self.targets)
        self.ops = reachable_ops(roots, self.feeds)


class PartialRuns:
    """The partial runs of one session, by handle."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._runs: dict[str, _PartialRun] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()

    def set_up(self, fetches: Any, feeds: Any) -> str:
        """Announce fetches and feeds; returns the handle."""
        graph = self._session.graph
        fed = [feed_tensor(graph, key) for key in feeds]
        mapper = FetchMapper(graph, fetches)
        if not mapper.tensors and not mapper.targets:
            raise _invalid("Must specify at least one target to fetch or execute.")
        for tensor in mapper.tensors:
            if tensor in fed:
                raise _invalid(f"{tensor.name} is both fed and fetched.")
        names = (",".join(sorted(t.name for t in fed)), ",".join(t.name for t in mapper.tensors),
                 ",".join(op.name for op in mapper.targets))
        handle = f"{names[0]}->{names[1]}/{names[2]}/1/;{next(self._numbers)}"
        self._runs[handle] = _PartialRun(mapper.tensors, mapper.targets, fed)
        return handle

    def run(self, handle: str, fetches: Any, feed_dict: Any) -> Any:
        """Take the new feeds and compute the fetches."""
        graph = self._session.graph
        given = feed_pairs(graph, feed_dict) if feed_dict else []
        values = [feed_value(tensor, value) for tensor, value in given]
        fed = [tensor for tensor, _ in given]
        pairs = list(zip(fed, fed_by_handles(self._session._resources, fed, values), strict=True))
        mapper = FetchMapper(graph, fetches)
        if mapper.targets:
            raise RuntimeError("partial_run() requires empty target_list.")
        with self._lock:
            run = self._runs.get(handle)
            if run is None:
                raise _invalid("Must run 'setup' before performing partial runs!"
                               if self._session._master is None else
                               "Must run PartialRunSetup before performing partial runs")
            _check_feeds(run, [tensor for tensor, _ in pairs])
            _check_fetches(run, mapper.tensors, {tensor for tensor, _ in pairs})
            for tensor, value in pairs:
                run.values[tensor] = value
                del run.pending_feeds[tensor]
            results = self._advance(run, mapper.tensors)
            for tensor in mapper.tensors:
                del run.pending_fetches[tensor]
            if not run.pending_fetches and not run.pending_feeds:
                self._finish(run)
                del self._runs[handle]
        for position, dtype in handle_fetches(mapper.tensors):
            results[position] = TensorHandle(results[position], dtype, self._session)
        return mapper.rebuild(results)

    def _finish(self, run: _PartialRun) -> None:
        """Run the announced operations that no fetch has led to."""
        rest = [op for op in run.targets if op not in run.done]
        if rest:
            self._advance(run, [], rest)

    def _advance(self, run: _PartialRun, fetches: list[Tensor],
                 targets: Iterable[Operation] = ()) -> list[Any]:
        roots = [t.op for t in fetches if t not in run.values] + list(targets)
        done = frozenset(run.done)
        new = {op for op in reachable_ops(roots, run.values, done)
               if op._op_def.static_value_fn is None}
        later = run.ops - run.done - new
        kept = [tensor for op in new for tensor in op.outputs if tensor not in run.values
                and any(consumer in later for consumer in tensor._consumers or ())]
        wanted = list(dict.fromkeys([*fetches, *kept]))
        known = tuple(run.values)
        plan = self._session._plan_for(tuple(wanted), tuple(targets), known, done)
        values = self._session._execute(plan, [run.values[tensor] for tensor in known])
        if not isinstance(plan, Plan):  # it is used once; a task of a cluster would keep it
            plan.forget()
        run.values.update(zip(wanted, values, strict=True))
        run.done |= new
        return [owned(value) for value in values[:len(fetches)]]


def _check_feeds(run: _PartialRun, tensors: list[Tensor]) -> None:
    for tensor in tensors:
        if tensor not in run.feeds:
            raise _invalid(f"The feed {tensor.name} was not specified in partial_run_setup.")
        if tensor not in run.pending_feeds:
            raise _invalid(f"The feed {tensor.name} has already been fed.")


def _check_fetches(run: _PartialRun, tensors: list[Tensor], new_feeds: set[Tensor]) -> None:
    for tensor in tensors:
        if tensor not in run.fetches:
            raise _invalid(f"The fetch {tensor.name} was not specified in partial_run_setup.")
        if tensor not in run.pending_fetches:
            raise _invalid(f"The fetch {tensor.name} has already been fetched.")
    missing = [tensor for tensor in run.pending_feeds if tensor not in new_feeds]
    known = {*run.values, *run.feeds}
    needed = reachable_ops([t.op for t in tensors if t not in run.values], known,
                           frozenset(run.done))
    for tensor in missing:
        if any(tensor in op._inputs for op in needed):
            raise _invalid(f"Fetch {tensor.name} can't be computed from the feeds that have been "
                           "fed so far.")


def _invalid(text: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, text)
