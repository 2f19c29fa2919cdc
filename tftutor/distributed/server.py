"""tf.train.Server: a task of a cluster in this process."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tftutor import errors
from tftutor.backends.blas import single_threaded_blas
from tftutor.distributed.cluster_rendezvous import lent
from tftutor.distributed.cluster_spec import ClusterSpec, is_partial
from tftutor.distributed.listening import check_addresses, listening_address
from tftutor.distributed.messages import Hello, Request
from tftutor.distributed.processors import ProcessorShare, neighbours
from tftutor.distributed.servers_here import announce, connect, service_at, withdraw
from tftutor.distributed.worker import TaskService
from tftutor.runtime import device_threads
from tftutor.runtime.device_set import GpuSettings, session_devices
from tftutor.runtime.devices import Device

_RECONNECT = 5.0  # seconds to reach a task to which a value must go


class _Settings(NamedTuple):
    """What counts of a server's ConfigProto for its devices."""

    device_count: dict[str, int]
    gpu: GpuSettings


class Server:
    """A task of a cluster: other tasks and sessions use its devices and keep variables in it.

    Args:
      server_or_cluster_def: a tf.train.ClusterSpec, what one is made of, or a tf.train.ServerDef.
      job_name, task_index: which task this is; they may be left out where there is one job, or
        one task.
      protocol: "grpc", "grpc+..." or None: tftutor's own protocol serves all of them.
      config: a tf.ConfigProto: `device_count` and `gpu_options` choose the task's devices.
      start: begin to serve at once.

    A server listens on this machine's loopback interface only, unless TFTUTOR_KEYS names a
    directory of keys (`tftutor keys new DIR`). It stops with `stop()`, at the end of a `with`
    block, or with the process.

    Raises: ValueError and tf.errors.OpError, as in TF, for a task that the cluster doesn't have, or
    an address that is taken.
    Source: TF 1.15 docs, tf.train.Server.
    """

    def __init__(self, server_or_cluster_def: Any, job_name: str | None = None,
                 task_index: int | None = None, protocol: str | None = None, config: Any = None,
                 start: bool = True) -> None:
        from tftutor.distributed.server_definition import make_server_def

        self._server_def = make_server_def(server_or_cluster_def, job_name, task_index, protocol,
                                           config)
        self._cluster = ClusterSpec(self._server_def.cluster)
        self._task = (f"/job:{self._server_def.job_name}/replica:0"
                      f"/task:{self._server_def.task_index}")
        self._address = self._cluster.task_address(self._server_def.job_name,
                                                   self._server_def.task_index)
        self._stopped = threading.Event()
        self._stopping = threading.RLock()
        self._until_stopped = contextlib.ExitStack()
        self._is_started = False
        self._addresses = {
            f"/job:{job}/replica:0/task:{index}": self._cluster.task_address(job, index)
            for job in self._cluster.jobs for index in self._cluster.task_indices(job)}
        check_addresses(self._addresses, self._task)
        self._service = TaskService(self._task, self._cluster_dict(), self._devices(), self._push)
        self._service.is_partial = is_partial(server_or_cluster_def)
        self._service.resources.default_container = self._server_def.job_name
        self._transport = self._listen()
        self._processors = ProcessorShare(self._cluster_dict(), self._server_def.job_name,
                                          self._server_def.task_index)
        if start:
            self.start()

    def _devices(self) -> list[Device]:
        config = self._server_def.default_session_config
        options = config.gpu_options
        settings = _Settings(dict(config.device_count), GpuSettings(
            options.per_process_gpu_memory_fraction, options.allow_growth,
            options.visible_device_list))
        return [Device(d.device_type, d.index, d.library, memory_limit=d.memory_limit,
                       description=d.description, is_simulated=d.is_simulated, task=self._task)
                for d in session_devices(settings)]

    def _cluster_dict(self) -> dict[str, dict[int, str]]:
        return {job: {index: self._addresses[f"/job:{job}/replica:0/task:{index}"]
                      for index in self._cluster.task_indices(job)} for job in self._cluster.jobs}

    # -- serving ----------------------------------------------------------------------------

    def _listen(self) -> Any:
        """Take the address; what it asks is answered from `start` on."""
        from tftutor.distributed.handshake import cluster_fingerprint
        from tftutor.distributed.keys import configured_keys
        from tftutor.distributed.transport import Transport

        cluster = {job: {str(i): address for i, address in tasks.items()}
                   for job, tasks in self._cluster_dict().items()}
        hello = Hello("task", self._task, self._service.incarnation,
                      cluster_fingerprint(cluster), cluster, self._service.is_partial)
        keys = configured_keys("ps" if self._server_def.job_name == "ps" else "worker")
        transport = Transport(handler=self._handle, identity=hello, keys=keys,
                              on_lost=self._service.lose)
        self._service.refusals = lambda: transport.counters
        where = listening_address(self._address, self._task, keys is not None)
        try:
            actual = transport.bind(where)
        except errors.OpError as error:
            transport.close()
            if not isinstance(error, errors.UnknownError):
                raise
            raise errors.UnknownError(
                None, None, f"{error.message}{self._occupant(where)}") from None
        host, _, port = self._address.rpartition(":")
        if port == "0":
            self._address = f"{host}:{actual.rpartition(':')[2]}"
            self._addresses[self._task] = self._address
            self._service.cluster = self._cluster_dict()
        return transport

    def _occupant(self, address: str) -> str:
        """Who has the address that we want, if that is a task of a cluster."""
        try:
            status = connect(address, "").call("status", {}, timeout=1.0, connect_timeout=1.0)
        except errors.OpError:  # some other program
            return f"; so this program can't be {self._task}"
        who = status.header["task"]
        also = "also " if who == self._task else ""
        return (f"; {who} serves there since {status.header['uptime']:.0f} s, and this program "
                f"should {also}be {self._task}")

    def start(self) -> None:
        """Begin to serve; a second call does nothing."""
        if not self._is_started and self._has_neighbours():
            self._until_stopped.enter_context(single_threaded_blas())
        self._is_started = True
        announce(self._address, self._service)

    def _has_neighbours(self) -> bool:
        """Whether other tasks compute on this machine.

        The threads of BLAS libraries spin while they wait, which takes the processors from them: a
        step of 3 ms took 20 to 70 ms. Each task then does with the threads that it has.
        """
        return neighbours(self._addresses.values(), self._address) > 1

    def _handle(self, request: Request, responder: Any) -> None:
        if not self._is_started:
            responder.fail(errors.UnavailableError(None, None, f"{self._task} isn't started yet"))
        elif request.method == "shutdown":
            responder.reply({}, [])
            self._stopped.set()
        elif self._service.may_wait(request.method, request.header, request.tensors):
            device_threads.start(lambda: self._answer(request, responder), self._task)
        else:
            self._answer(request, responder)

    def _answer(self, request: Request, responder: Any) -> None:
        try:
            header, tensors = self._service.answer(request.method, request.header, request.tensors,
                                                   responder.caller)
        except errors.OpError as error:
            responder.fail(error)
        except Exception as error:  # noqa: BLE001 - whoever asked hears of it
            responder.fail(errors.InternalError(
                None, None, f"{request.method}: {type(error).__name__}: {error}"))
        else:
            responder.reply(header, tensors)

    def _push(self, task: str, header: dict[str, Any], tensors: Sequence[Any]) -> Any:
        address = self._addresses.get(task)
        if address is None:
            raise errors.InvalidArgumentError(
                None, None, f"nothing can be sent to {task}: it is not in the ClusterSpec of "
                            f"{self._task}")
        here = service_at(address)
        if here is not None:
            here.answer("send_tensors", header, [lent(tensor) for tensor in tensors])
            return _Delivered()
        return self._transport.peer(address).start("send_tensors", header, tensors,
                                                   connect_timeout=_RECONNECT)

    # -- for users --------------------------------------------------------------------------

    @property
    def server_def(self) -> Any:
        """The ServerDef proto of this server."""
        return self._server_def

    @property
    def target(self) -> str:
        """What a session takes as its target: `grpc://localhost:2222`."""
        return f"grpc://{self._address}"

    def join(self) -> None:
        """Wait until the server is stopped, here or by a shutdown of the cluster.

        It also stops when the programs of chief and workers have all been here, have closed
        their sessions and ended: a parameter server that is started in a shell needs
        no Ctrl-C after the training. (With TF it waits for ever.) A program that crashed may come
        back and is waited for.

        A script ends with it: with TF nothing that follows is ever reached, and in many a program
        that is the training. Notebooks go on.
        Raises: SystemExit when all is over, in the main thread of a script.
        Source: TF 1.15 docs, tf.train.Server.join.
        """
        self._wait(follows_chief=True)
        if _is_script():
            raise SystemExit(0)

    def serve(self) -> None:
        """As `join`, whatever becomes of the programs that use the server."""
        self._wait(follows_chief=False)

    def _wait(self, follows_chief: bool) -> None:
        parent = os.getppid()
        while not self._stopped.wait(0.5):
            if os.environ.get("TFTUTOR_STOP_WITH_PARENT") == "1" and os.getppid() != parent:
                break
            if follows_chief and self._service.programs.have_ended():
                break
        self.stop()

    def stop(self) -> None:
        """Stop serving, cancel the steps that run here and free the address.

        Who calls it while another thread does waits for the end, as the process may end then.
        """
        self._stopped.set()
        with self._stopping:
            self._until_stopped.close()
            withdraw(self._address)
            self._service.stop()
            self._transport.close()
            self._processors.give_back()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.stop()

    @staticmethod
    def create_local_server(config: Any = None, start: bool = True) -> Server:
        """A cluster of one task in this process. Source: TF 1.15, Server.create_local_server."""
        return Server({"local": ["localhost:0"]}, protocol="grpc", config=config, start=start)


def _is_script() -> bool:
    """Whether a program's file runs, in this thread, and nobody who types."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return (threading.current_thread() is threading.main_thread() and shell is None
            and hasattr(sys.modules.get("__main__"), "__file__"))


class _Delivered:
    """A value that has been handed over in this process."""

    def wait(self, timeout: float | None = None) -> None:
        """It is there."""

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        """It is done: nothing can go wrong any more."""
        callback(self)
