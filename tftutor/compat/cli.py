"""The `tftutor` command: `run`, `check`, `smi`, `server`, `version`; also `python -m tftutor`.

A subcommand is a row of COMMANDS: help text, a function that declares its arguments, and the
module and function that does it (imported when it is chosen).
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One subcommand; `action` is "module:function", called with the parsed arguments."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    action: str


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a .py script or an .ipynb notebook written for TensorFlow 1")
    parser.add_argument("args", nargs=argparse.REMAINDER, help="the program's own arguments")
    parser.add_argument(
        "--allow-shell", action="store_true", help="let a notebook's !command lines run"
    )
    parser.add_argument(
        "--full-traceback", action="store_true", help="show tftutor's own frames in tracebacks"
    )


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a .py or .ipynb file")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 86400:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds above 0")
    return value


def _smi_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--layout", choices=("classic", "current"), default="current",
        help="as drivers of 2017 drew it, or as they do now (default)"
    )
    parser.add_argument(
        "--watch", type=_seconds, metavar="SECONDS", help="show it again every SECONDS"
    )
    parser.add_argument("--json", action="store_true", help="print JSON (a line each with --watch)")
    parser.add_argument(
        "--all", action="store_true", help="show the GPUs that CUDA_VISIBLE_DEVICES hides, too"
    )
    parser.add_argument(
        "--simulated", type=int, metavar="N", help="list N simulated GPUs instead of real ones"
    )


def _server_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--job", help='the job of this task, e.g. "ps" (default: by TF_CONFIG)')
    parser.add_argument("--task", type=int, metavar="INDEX",
                        help="its index in the job; 0 need not be said where there is one task")
    parser.add_argument(
        "--cluster", metavar="FILE",
        help='JSON such as {"ps": ["127.0.0.1:2222"], "worker": ["127.0.0.1:2223"]}, in a file or '
        "as it is (default: TF_CONFIG)"
    )
    parser.add_argument("--config", metavar="FILE", help="a tf.ConfigProto in text format")
    parser.epilog = (
        "Example: tftutor server --job ps --task 0 --cluster spec.json. It ends with Ctrl-C, "
        "SIGTERM or a shutdown of the cluster. Other machines may connect if TFTUTOR_KEYS names a "
        "directory of keys, which `tftutor keys new DIR` makes."
    )
    # What tf.cluster.local adds: end with the program that holds our input, and tell it things.
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--parent-pid", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--report-to", type=int, help=argparse.SUPPRESS)


def _keys_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("new",), metavar="new", help="make new ones")
    parser.add_argument("directory", metavar="DIR", help="where to write them; it is made")
    parser.epilog = (
        "Copy DIR to each machine over a safe channel (scp -rp), and set TFTUTOR_KEYS=DIR for "
        "programs and servers there."
    )


def _no_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommand takes none."""


COMMANDS: dict[str, Command] = {
    "run": Command(
        "run a TensorFlow 1 script or notebook on tftutor", _run_arguments,
        "tftutor.compat.launcher:run_command",
    ),
    "check": Command(
        "list the TensorFlow symbols that files use, and which are missing", _check_arguments,
        "tftutor.compat.checker:check_command",
    ),
    "smi": Command(
        "show the state of the GPUs, as nvidia-smi does", _smi_arguments,
        "tftutor.inspection.smi:smi_command",
    ),
    "server": Command(
        "be one task of a cluster until stopped", _server_arguments,
        "tftutor.distributed.launch.serve:server_command",
    ),
    "keys": Command(
        "make the keys of a cluster, without which only this machine may connect",
        _keys_arguments, "tftutor.compat.cli_keys:keys_command",
    ),
    "version": Command("print the versions", _no_arguments, "tftutor.compat.cli:print_version"),
}


def print_version(arguments: argparse.Namespace) -> int:
    """Print tftutor's version, the API it gives, and what it runs on."""
    import numpy

    from tftutor.platform.version import VERSION, package_version

    print(
        f"tftutor {package_version()} (TensorFlow {VERSION}'s API; "
        f"NumPy {numpy.__version__}, Python {platform.python_version()})"
    )
    return 0


def make_parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    parser = argparse.ArgumentParser(
        prog="tftutor", description="TensorFlow 1.15's graphs and sessions on NumPy."
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.help, description=command.help)
        command.arguments(subparser)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; the result is the process's exit code."""
    arguments = make_parser().parse_args(sys.argv[1:] if argv is None else argv)
    module, _, function = COMMANDS[arguments.command].action.partition(":")
    try:
        return int(getattr(importlib.import_module(module), function)(arguments) or 0)
    except BrokenPipeError:  # `tftutor smi | head`: whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
